// Who does well where.

import Analysis
import Figures
import Glibc
import OptimizerKit

/// `heat-map`: optimizers × problems, each cell shaded by the place of its runs among all runs on the problem
/// and with the median of its score.
public struct HeatMap: Figure {
  public static let name = "heat-map"
  public static let summary = "optimizers × problems: where each does well"
  public static let needs = "runs of two optimizers on the same problems"
  public static let isOfWholeSuite = true

  @Hyperparameter("what counts, as in 'optlab rank --by'") public var by = Criterion.standard

  public init() {}

  /// What stands in a cell.
  private struct Cell {
    /// The mean place of its runs, 0 the best and 1 the worst.
    var place: Double
    var text: String
    var hasFailed: Bool
  }

  public func draw(_ input: FigureInput) throws(FigureError) -> [Picture] {
    let judgement = try judgement(of: input, by: by)
    let results = judgement.results
    var cells = results.participants.map { _ in [Cell]() }
    for problem in results.problems.indices {
      let scores = results.scores.map { $0[problem] }
      let places = Normalization.places(scores)
      for participant in results.participants.indices {
        let median = Statistics.median(scores[participant]) ?? .infinity
        let shown = by.shown(median, on: judgement.judged.problems[problem])
        cells[participant].append(
          Cell(
            place: Statistics.mean(places[participant]) ?? 1,
            text: median.isFinite ? Text.compact(shown) : "failed",
            hasFailed: !median.isFinite))
      }
    }
    let title = title(judgement, cells)
    let columns = Pages(Array(results.problems.indices), of: 14, most: nil).pages
    return columns.enumerated().flatMap { index, problems in
      Pages(judgement.ranked, of: 36, most: nil)
        .pictures(naming: { results.participants[$0.participant] }) { page in
          var picture = picture(page, problems, judgement, cells, title, input)
          if columns.count > 1 {
            picture.name += index > 0 ? "-problems-\(index + 1)" : ""
            picture.caption.lines.append(
              (
                "problems",
                "\(problems.count) of \(results.problems.count), part \(index + 1) of \(columns.count)"
              ))
          }
          return picture
        }
    }
  }

  /// On how many problems somebody is the best, and whether it is the same one.
  private func title(_ judgement: Judgement, _ cells: [[Cell]]) -> String {
    let results = judgement.results
    func name(_ participant: Int) -> String {
      Text.label(results.participants[participant], limit: 30)
    }
    var wins = results.participants.map { _ in 0 }
    for problem in results.problems.indices {
      let best = cells.map { $0[problem].place }.min() ?? 0
      for participant in results.participants.indices
      where cells[participant][problem].place == best { wins[participant] += 1 }
    }
    let most = wins.max() ?? 0
    let leaders = wins.indices.filter { wins[$0] == most }.map(name)
    let count = results.problems.count
    let winners = wins.count { $0 > 0 }
    var text = "\(Text.enumeration(leaders, most: 3)) "
    text += leaders.count == 1 ? "has" : "have"
    text += " the best mean place on "
    text += most == count && count > 1 ? "all \(count) problems" : "\(most) of \(count) problem"
    if most < count || count == 1 { text += count == 1 ? "" : "s" }
    if leaders.count > 1 { text += " each" }
    return winners > leaders.count
      ? text + "; \(winners) of \(results.participants.count) optimizers lead somewhere" : text
  }

  private static let cell = (width: 62.0, height: 24.0)

  private func picture(
    _ rows: [(participant: Int, rank: Int)], _ problems: [Int], _ judgement: Judgement,
    _ cells: [[Cell]], _ title: String, _ input: FigureInput
  ) -> Picture {
    let looks = input.colors.looks(ofParticipants: input.records)
    let results = judgement.results
    let names = problems.map { Text.label(results.problems[$0], limit: 34) }
    let labels = rows.map { row in
      "\(Text.label(results.participants[row.participant]))  \(row.rank)"
    }
    let longest =
      labels.map { LabelPlacement.textWidth($0, size: 10.5, bold: true) }.max() ?? 0
    let tallest = names.map { LabelPlacement.textWidth($0, size: 10) }.max() ?? 0
    let left = longest + 28
    let width = max(560, left + Self.cell.width * Double(problems.count) + 20)
    let above = Picture.titleHeight(title + " (page 1 of 9)", width: Int(width)) + tallest + 34
    let height = above + Self.cell.height * Double(rows.count) + 52
    let right = left + Self.cell.width * Double(problems.count)
    let (n, m) = (Double(problems.count), Double(rows.count))
    var panel = Panel(
      frame: Frame(
        left: left / width, right: right / width, bottom: 52 / height, top: 1 - above / height),
      x: Axis("", 0...n, marks: 0), y: Axis("", 0...m, marks: 0))
    panel.terminalFrame = panel.frame
    panel.terminalFrame?.left = min(
      max(panel.frame.left, Double((labels.map(\.count).max() ?? 0) + 3) / 90), 0.5)
    // Two shades a cell and direction: an image has no fewer.
    let shades = (0..<2 * rows.count).flatMap { line -> [UInt8] in
      let row = rows[rows.count - 1 - line / 2]
      return problems.flatMap { problem -> [UInt8] in
        let shade = UInt8((cells[row.participant][problem].place * 100).rounded())
        return [shade, shade]
      }
    }
    panel.commands = [Self.palette, "set cbrange [0:100]", "unset colorbox", "set border 0"]
    panel.curves.append(
      Curve(
        CurveData(
          name: "places",
          content: .shades(
            width: 2 * problems.count, x: 0.25...n - 0.25, y: 0.25...m - 0.25, shades)), .cells,
        omittedInTerminal: true))
    for column in 0...problems.count {
      panel.rules.append(
        Rule(from: (Double(column), 0), to: (Double(column), m), color: "#ffffff", width: 1.5))
    }
    for (index, row) in rows.enumerated() {
      let y = m - Double(index) - 0.5
      // A thick line between ranks, a thin one within.
      let isNew = index > 0 && row.rank != rows[index - 1].rank
      panel.rules.append(
        Rule(
          from: (0, y + 0.5), to: (n, y + 0.5), color: "#ffffff", width: isNew ? 5 : 1.5))
      panel.labels.append(
        Label(
          text: labels[index], x: -8 / (right - left), y: y / m, system: .graph, align: .right,
          color: OptimizerColors.legible(
            looks[results.participants[row.participant]]?.color ?? Ink.text), size: 10.5,
          bold: true))
      for (column, problem) in problems.enumerated() {
        let cell = cells[row.participant][problem]
        panel.labels.append(
          Label(
            text: cell.text, x: Double(column) + 0.5, y: y, align: .center,
            color: cell.place < 0.42 ? "#ffffff" : cell.hasFailed ? "#a03000" : Ink.text,
            size: 9.5))
      }
    }
    for (column, name) in names.enumerated() {
      panel.labels.append(
        Label(
          text: name, x: (Double(column) + 0.5) / n, y: 1 + 8 / (Self.cell.height * m),
          system: .graph, color: Ink.text, size: 10, omittedInTerminal: true, turned: true))
    }
    panel.labels.append(
      Label(
        text: "dark: the best of all runs on a problem; light: the worst", x: left / width,
        y: 30 / height, system: .screen, color: Ink.soft, size: 9.5))
    panel.labels.append(
      Label(
        text: "rank", x: (left - 8) / width, y: 1 - (above - 16) / height, system: .screen,
        align: .right, color: Ink.soft, size: 9.5, omittedInTerminal: true))
    var notes = judgement.notes
    notes.append(
      "shade: the mean place of an optimizer's runs among all runs on the problem, 0 the best and 1 the worst; "
        + "number: the median of \(judgement.meanings.count == 1 ? "its" : "their") score"
        + (judgement.judged.problems.contains { by.isLogarithm(on: $0) }
          ? ", evaluations as geometric means over targets (those not reached count ten times the budget)"
          : ""))
    notes.append(
      "rows in the order of ranks, whose numbers stand after the names; within a rank nobody is told from all"
    )
    let drawn = Set(rows.map { results.participants[$0.participant] })
    var picture = Picture(
      name: Self.name, title: title,
      caption: Caption(
        input.records.filter { drawn.contains($0.label) }, of: input, notes: notes),
      panels: [panel])
    picture.width = Int(width.rounded(.up))
    picture.height = Int(height.rounded(.up))
    picture.terminalRows = rows.count + 8
    return picture
  }

  /// From dark to light, in even steps of lightness, also in grey: blues of ColorBrewer (Harrower and Brewer
  /// 2003, doi:10.1179/000870403235002042).
  private static let palette =
    "set palette defined (0 '#08306b', 25 '#2a6cb0', 50 '#6aaed6', 75 '#b9d6eb', 100 '#f4f7fb')"
}
