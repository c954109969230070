// Who is better than whom, and what cannot be told: the critical-difference diagram, by rows.

import Analysis
import Figures
import OptimizerKit

/// `rank`: the average rank of each optimizer over all runs, with bars that join those of whom no two can be
/// told apart.
///
/// Demšar's diagram (2006, jmlr.org/papers/v7/demsar06a.html) stands its names around one line; here each has
/// a row, so that thirty can be read. Its bars join what a post-hoc test over problems does not tell apart;
/// these join what the paired sign test over runs does not (Holm, with an A/A control), which is what
/// `optlab rank` says. The critical difference of Nemenyi is drawn beside, where there are five problems.
public struct RankDiagram: Figure {
  public static let name = "rank"
  public static let summary = "average ranks, and bars that join what cannot be told apart"
  public static let needs = "runs of two optimizers on the same problems"
  public static let source = "Demšar 2006, jmlr.org/papers/v7/demsar06a.html"
  public static let isOfWholeSuite = true

  @Hyperparameter("what counts, as in 'optlab rank --by'") public var by = Criterion.standard
  @Hyperparameter("what the course of runs is measured in") public var axis = CostAxis.evaluations

  public init() {}

  public func draw(_ input: FigureInput) throws(FigureError) -> [Picture] {
    let judgement = try judgement(of: input, by: by, over: axis)
    let ranking = judgement.ranking
    let order = ranking.averageRanks.indices.sorted {
      (ranking.averageRanks[$0], $0) < (ranking.averageRanks[$1], $1)
    }
    let title = Self.title(judgement)
    let looks = input.colors.looks(ofParticipants: input.records)
    return Pages(order, of: 40, most: nil).pictures(naming: { judgement.judged.participants[$0] }) {
      page in picture(page, judgement, title, looks, input)
    }
  }

  /// The first sentence of the ranking, and how many ranks there are.
  private static func title(_ judgement: Judgement) -> String {
    var text = Words.sentences(judgement.ranking).first ?? ""
    let count = judgement.judged.participants.count
    // Names are written as they are, words begin as sentences do.
    if !judgement.judged.participants.contains(where: { text.hasPrefix($0) }) {
      text = text.prefix(1).uppercased() + text.dropFirst()
    }
    let ranks = judgement.ranking.ranks.count
    return text + (ranks > 2 ? "; \(ranks) ranks among \(count)" : "")
  }

  private func picture(
    _ page: [Int], _ judgement: Judgement, _ title: String,
    _ looks: [String: OptimizerColors.Look], _ input: FigureInput
  ) -> Picture {
    let ranking = judgement.ranking
    let names = judgement.judged.participants
    let count = names.count
    let cliques = ranking.cliques(in: page)
    // Bars that overlap stand beside one another.
    var columns: [Int] = []
    for (index, bar) in cliques.enumerated() {
      let taken = Set(
        cliques.indices.prefix(index).filter { cliques[$0].overlaps(bar) }.map { columns[$0] })
      columns.append((0...).first { !taken.contains($0) } ?? 0)
    }
    let widest = (columns.max() ?? -1) + 1
    let rows = page.map { place in
      RowChart.Row(
        Text.label(names[place], limit: 40),
        color: looks[names[place]]?.color ?? Ink.text)
    }
    let numbers = 44.0
    let critical = ranking.friedman?.criticalDifference
    var x = Axis("average rank (1 is best of \(count))", 1...max(Double(count), 2))
    let step = [1, 2, 5, 10, 20, 50].first { count <= 11 * $0 } ?? 100
    x.named = ([1] + stride(from: step, through: max(count, 2), by: step).filter { $0 > 1 })
      .map { (Double($0), "\($0)") }
    var chart = RowChart(
      rows, title: title + " (page 1 of 9)", x: x,
      right: numbers + 26 + Double(widest) * 11, above: critical == nil ? 6 : 34)
    let width = Double(chart.size.width) * (chart.panel.frame.right - chart.panel.frame.left)
    for (row, place) in page.enumerated() {
      let rank = ranking.averageRanks[place]
      let y = chart.height(row)
      chart.panel.curves.append(
        .line(
          "stem\(row)", [(1, y), (rank, y)],
          OptimizerColors.mixed(
            looks[names[place]]?.color ?? Ink.text, "#ffffff", 0.45), width: 3))
      chart.panel.curves.append(
        .points("rank\(row)", [(rank, y)], looks[names[place]]?.color ?? Ink.text, .dot, size: 1.3))
      chart.addRemark(Text.readable(rank, digits: rank < 10 ? 3 : 4), row: row)
    }
    for (bar, column) in zip(cliques, columns) {
      let x = 1 + (numbers + 8 + Double(column) * 11) / width
      let top = (chart.height(bar.lowerBound) + 0.32) / Double(max(page.count, 1))
      let bottom = (chart.height(bar.upperBound) - 0.32) / Double(max(page.count, 1))
      chart.panel.rules.append(
        Rule(from: (x, bottom), to: (x, top), system: .graph, color: Ink.text, width: 4))
    }
    if let critical {
      let unit = 1 / (max(Double(count), 2) - 1)
      let y = 1 + 16 / (Double(page.count) * 24)
      chart.panel.rules.append(
        Rule(from: (0, y), to: (critical * unit, y), system: .graph, color: Ink.soft, width: 2))
      for end in [0, critical * unit] {
        chart.panel.rules.append(
          Rule(
            from: (end, y - 4 / (Double(page.count) * 24)),
            to: (end, y + 4 / (Double(page.count) * 24)), system: .graph, color: Ink.soft, width: 2)
        )
      }
      chart.panel.labels.append(
        Label(
          text: "critical difference \(Text.readable(critical)) (Nemenyi, medians over problems)",
          x: critical * unit + 0.012, y: y, system: .graph, color: Ink.soft, size: 9,
          omittedInTerminal: true))
    }
    let drawn = Set(page.map { names[$0] })
    var notes = judgement.notes
    notes.append(
      "a bar at the right joins optimizers next to one another of whom no two can be told apart, on "
        + "\(judgement.extent): paired sign test over runs, corrected for the number of pairs (Holm) at "
        + "\(Text.percent(ranking.confidence))"
        + (ranking.selfRange == nil ? "" : ", and beyond what an A/A control shows"))
    if cliques.isEmpty { notes.append("every neighbour can be told from the next") }
    let all = judgement.results.runs.reduce(0, +)
    if all < ranking.runsToTell {
      notes.append(
        "\(all) runs of each are too few to tell anybody apart among \(count): it takes "
          + "\(ranking.runsToTell)")
    }
    return chart.picture(
      name: Self.name, title: title,
      caption: Caption(
        input.records.filter { drawn.contains($0.label) }, of: input, notes: notes))
  }
}
