// Many optimizers on many surfaces, each at the best of its learning rates: a catalogue at a glance.

import Analysis
import Figures
import Glibc
import OptimizerKit

/// `sheet`: small multiples, a surface a row and an optimizer a column. Each cell has the path of the
/// best of the settings that were run, and how much of f − f* it leaves.
public struct Sheet: Figure {
  public static let name = "sheet"
  public static let summary = "small multiples: a surface a row, an optimizer a column"
  public static let needs = "runs with their paths on problems of two coordinates"

  @Hyperparameter("optimizers side by side", in: 2.0...16) public var columns = 10
  @Hyperparameter(
    "the share of f − f* below which a surface counts as solved", in: 0..<1, scale: .log)
  public var solved = 1e-6

  public init() {}

  /// The best setting of an optimizer on a surface.
  private struct Cell {
    let run: TracedRun
    /// What is left of f − f* as a share of the start's, the median over seeds; NaN where no minimum is
    /// known, infinite where the run diverged.
    let share: Double
    /// How many settings it is the best of.
    let settings: Int
  }

  private struct Row {
    let contest: Contest
    let surface: any Surface
    /// By the name of the optimizer.
    let cells: [String: Cell]
    let viewport: Viewport
  }

  public func draw(_ input: FigureInput) throws(FigureError) -> [Picture] {
    let rows = input.contests().compactMap { row($0, input) }
    guard !rows.isEmpty else { throw missing(input) }
    let names = rows.flatMap(\.contest.runs).map(name).unique
    let title = title(names, rows)
    return Pages(names, of: columns, most: nil).pictures(naming: { $0 }) { names in
      picture(names, rows, title, input)
    }
  }

  /// What a column is called: the optimizer with all that it wraps, whatever its settings.
  private func name(_ run: TracedRun) -> String { run.spec.optimizer.nestedName }

  private func row(_ contest: Contest, _ input: FigureInput) -> Row? {
    let runs = contest.runs.filter { $0.trajectory.dimension == 2 && $0.finiteRows > 0 }
    guard !runs.isEmpty, let surface = input.surface(contest.problem), surface.dimension == 2 else {
      return nil
    }
    var cells: [String: Cell] = [:]
    for (name, runs) in Dictionary(grouping: runs, by: name) {
      let settings = runs.byLabel
      let shares = settings.map { _, runs in
        Statistics.median(runs.map { share($0, surface) }) ?? .infinity
      }
      let best = shares.indices.min { rank(shares[$0]) < rank(shares[$1]) }!
      guard let run = settings[best].runs.firstSeeds.first else { continue }
      cells[name] = Cell(run: run, share: shares[best], settings: settings.count)
    }
    return Row(
      contest: contest, surface: surface, cells: cells,
      viewport: surface.viewport ?? Viewport(of: surface, with: cells.values.map(\.run)))
  }

  /// What is left of f − f*, or the loss itself where no minimum is known.
  private func share(_ run: TracedRun, _ surface: any Surface) -> Double {
    guard !run.diverged, run.finalLoss.isFinite else { return .infinity }
    guard let floor = surface.minimumLoss else { return run.finalLoss }
    let initial = run.outcome.initialLoss - floor
    return initial > 0 ? max(run.finalLoss - floor, 0) / initial : .nan
  }

  private func rank(_ share: Double) -> Double { share.isNaN ? .infinity : share }

  // MARK: the picture

  private func picture(
    _ names: [String], _ rows: [Row], _ title: String, _ input: FigureInput
  ) -> Picture {
    let cell = (width: 118, height: 104)
    let margin = 34
    let width = max(620, margin + 8 + names.count * cell.width)
    let header = Int(Picture.titleHeight(title + " (page 10 of 10)", width: width))
    let height = header + 34 + rows.count * cell.height + 8
    var panels: [Panel] = []
    for (r, row) in rows.enumerated() {
      var map = Panel(x: Axis("", row.viewport.x, marks: 0), y: Axis("", row.viewport.y, marks: 0))
      _ = map.addMap(of: row.surface, prefix: "row\(r)-")
      for (c, name) in names.enumerated() {
        var panel = map
        let left = Double(margin + c * cell.width)
        let top = Double(header + 30 + r * cell.height)
        panel.frame = Frame(
          left: left / Double(width), right: (left + Double(cell.width) - 6) / Double(width),
          bottom: 1 - (top + Double(cell.height) - 6) / Double(height),
          top: 1 - top / Double(height)
        )
        panel.terminalFrame = panel.frame
        if c == 0 {
          panel.labels.append(
            Label(
              text: Text.oneLine(row.contest.name, limit: 18), x: 18 / Double(width),
              y: (panel.frame.bottom + panel.frame.top) / 2, system: .screen, align: .center,
              size: 10, bold: true, turned: true))
        }
        if r == 0 {
          panel.labels.append(
            Label(
              text: Text.oneLine(name, limit: 17), x: 0.5, y: 1.1, system: .graph, align: .center,
              color: OptimizerColors.legible(color(name, rows, input)), size: 10, bold: true))
        }
        if let found = row.cells[name] {
          add(found, to: &panel, "\(r)-\(c)", row, input, width, height)
        }
        panels.append(panel)
      }
    }
    var picture = Picture(
      name: Self.name, title: title,
      caption: Caption(
        rows.flatMap { row in names.compactMap { row.cells[$0]?.run } }, of: input,
        notes: [
          "in each cell the path of the best of the settings that were run, chosen by these very runs, "
            + "with its learning rate",
          "in the corner what is left of f − f* at the end, as a share of the start's"
            + (rows.contains { $0.surface.minimumLoss == nil }
              ? "; the loss itself where no minimum is known" : ""),
        ]), panels: panels)
    picture.width = width
    picture.height = height
    picture.terminalRows = rows.count * 8 + 4
    return picture
  }

  private func color(_ name: String, _ rows: [Row], _ input: FigureInput) -> String {
    let run = rows.lazy.compactMap { $0.cells[name]?.run }.first
    return run.map { input.colors.color(of: $0.spec.optimizer.name) } ?? Ink.text
  }

  private func add(
    _ cell: Cell, to panel: inout Panel, _ place: String, _ row: Row, _ input: FigureInput,
    _ width: Int, _ height: Int
  ) {
    let run = cell.run
    let path = run.places
    let color = input.colors.color(of: run.spec.optimizer.name)
    let line = panel.thinned(panel.clipped(path), of: (width: width, height: height))
    let minima = row.surface.minima.filter { $0.count == 2 }.map { (x: $0[0], y: $0[1]) }
    panel.curves += [
      .line("path\(place)", line, "#ffffff", width: 3.2),
      .line("path\(place)", line, color, width: 1.8),
      .points("minima\(place)", minima, Ink.marker, .asterisk, size: 0.6, width: 1.2),
    ]
    if let first = path.first {
      panel.curves.append(
        .points("start\(place)", [first], Ink.marker, .ring, size: 0.8, width: 1.4))
    }
    if let end = line.last {
      panel.curves.append(
        run.diverged
          ? .points("end\(place)", [end], color, .cross, size: 1.2, width: 2.2)
          : .points("end\(place)", [end], color, .dot, size: 0.7))
    }
    let score = run.diverged ? "diverges" : Text.readable(cell.share, digits: 1)
    panel.labels.append(
      Label(
        text: score, x: 0.97, y: 0.1, system: .graph, align: .right,
        color: cell.share <= solved ? Ink.text : Ink.soft, size: 9, bold: cell.share <= solved,
        boxed: true))
    if let rate = run.spec.optimizer.terms.lazy.compactMap({ $0["lr"] }).first.flatMap(Double.init)
    {
      panel.labels.append(
        Label(
          text: "α " + Text.readable(rate, digits: 2), x: 0.03, y: 0.1, system: .graph,
          color: Ink.soft, size: 8, boxed: true, omittedInTerminal: true))
    }
  }

  // MARK: the title

  /// Who solves most of the surfaces.
  private func title(_ names: [String], _ rows: [Row]) -> String {
    let judged = rows.filter { $0.surface.minimumLoss != nil }
    let solved = names.map { name in
      judged.count { row in (row.cells[name]?.share ?? .infinity) <= self.solved }
    }
    let settings = rows.flatMap { $0.cells.values.map(\.settings) }
    let choice =
      (settings.max() ?? 1) > 1
      ? ", each at the best of up to \(settings.max()!) settings, chosen by these very runs" : ""
    let subject =
      "\(names.count) optimizer\(names.count == 1 ? "" : "s") on \(rows.count) "
      + "surface\(rows.count == 1 ? "" : "s")\(choice)"
    guard let most = solved.max(), most > 0 else { return subject }
    let level = zip(names, solved).filter { $0.1 == most }.map(\.0)
    return "\(Text.enumeration(level, most: 4)) "
      + (level.count == 1 ? "comes" : "come")
      + " within \(Text.readable(self.solved)) of the minimum on "
      + "\(most) of \(judged.count): \(subject)"
      + rows.flatMap(\.contest.runs).medianRemark
  }
}
