// Paths on ill-conditioned quadratics, small multiples over condition number and optimizer.

import Analysis
import Figures
import Glibc
import OptimizerKit

/// `zigzag`: in the eigenbasis of a quadratic, the paths of several optimizers at several condition
/// numbers, each with the share of its steps at which it turns back along the steep direction.
public struct ZigZag: Figure {
  public static let name = "zigzag"
  public static let summary = "zig-zag on quadratics: small multiples over condition number"
  public static let needs = "runs with their paths on a quadratic of two coordinates"

  @Hyperparameter("condition numbers side by side", in: 1...8) public var columns = 4

  public init() {}

  private struct Column {
    var contest: Contest
    var surface: any Surface
    var condition: Double
    var flat: Double
    var steep: Double
  }

  public func draw(_ input: FigureInput) throws(FigureError) -> [Picture] {
    var columns: [Column] = []
    for contest in input.contests() {
      let runs = contest.runs.firstSeeds.filter {
        $0.trajectory.dimension == 2 && $0.finiteRows > 0
      }
      guard !runs.isEmpty, let surface = input.surface(contest.problem), surface.isQuadratic,
        surface.dimension == 2
      else { continue }
      let frame = PathFrame(for: surface)
      guard let f = frame.flattest, let s = frame.steepest, f != s,
        let low = frame.directions[f].curvature, let high = frame.directions[s].curvature,
        low > 0
      else { continue }
      columns.append(
        Column(
          contest: Contest(problem: contest.problem, start: contest.start, runs: runs),
          surface: surface, condition: high / low, flat: low, steep: high))
    }
    columns.sort { $0.condition < $1.condition }
    guard let last = columns.last else { throw missing(input) }

    // A row for each optimizer, or for each label where one optimizer has several on a problem.
    let crowded = columns.contains { column in
      column.contest.runs.map(\.spec.optimizer.name).unique.count < column.contest.runs.count
    }
    func row(_ run: TracedRun) -> String {
      crowded ? run.shownLabel : Text.oneLine(run.spec.optimizer.name, limit: 36)
    }
    let shares = last.contest.runs.compactMap { run in
      run.measures.zigZag.map { (row: row(run), share: $0) }
    }
    let title =
      title(shares, last.condition)
      + input.runs.filter { run in
        columns.contains { $0.contest.problem == run.spec.problem }
      }.firstSeedRemark
    let rows = columns.flatMap(\.contest.runs).map(row).unique
    func share(_ name: String) -> Double { shares.first { $0.row == name }?.share ?? .infinity }
    let pages = Pages(rows, of: 7, ranking: share)
    // Condition numbers that do not stand side by side have pictures of their own.
    let sheets = Pages(columns, of: self.columns, most: nil).pages
    return sheets.enumerated().flatMap { index, columns in
      pages.pictures(naming: { $0 }) { rows in
        var picture = picture(columns, rows, row, title, isCrowded: crowded, input)
        if sheets.count > 1 {
          picture.name += "-part-\(index + 1)"
          let conditions = columns.map { Text.readable($0.condition) }
          picture.title += " (here: κ = \(Text.enumeration(conditions)))"
          picture.caption.lines.append(
            (
              "part",
              "\(index + 1) of \(sheets.count), by condition number; the title speaks of the highest"
            ))
        }
        return picture
      }
    }
  }

  private func picture(
    _ columns: [Column], _ rows: [String], _ row: (TracedRun) -> String, _ title: String,
    isCrowded crowded: Bool, _ input: FigureInput
  ) -> Picture {
    let width = max(720, 150 + 300 * columns.count)
    // The page's number and the conditions may be added to the title.
    let header = Picture.titleHeight(title + String(repeating: " ", count: 44) + ".", width: width)
    // A single row has the height that its axis needs.
    let each = max(132, 330 / max(rows.count, 1))
    let height = Int(header) + 76 + each * rows.count
    let left = 74 / Double(width)
    let cell = (1 - left - 16 / Double(width)) / Double(columns.count)
    let top = 1 - (header + 50) / Double(height)
    let bottom = 56 / Double(height)
    let rowHeight = (top - bottom) / Double(rows.count)

    var panels: [Panel] = []
    for (c, column) in columns.enumerated() {
      let frame = PathFrame(for: column.surface)
      let paths = column.contest.runs.map { run in
        (
          run,
          (0..<run.finiteRows).map { i -> (x: Double, y: Double) in
            let p = run.trajectory.point(i)
            return (
              frame.coordinate(of: p, along: frame.flattest!),
              frame.coordinate(of: p, along: frame.steepest!)
            )
          }
        )
      }
      let (xRange, yRange) = ranges(paths.map { (!$0.0.diverged, $0.1) })
      for (r, name) in rows.enumerated() {
        let x0 = left + cell * Double(c)
        let y1 = top - rowHeight * Double(r)
        var panel = Panel(
          frame: Frame(
            left: x0, right: x0 + cell - 26 / Double(width),
            bottom: y1 - rowHeight + 12 / Double(height), top: y1 - 24 / Double(height)),
          x: Axis(
            r == rows.count - 1 ? "along the flat direction" : "", xRange, marks: 4),
          y: Axis(
            c == 0 && r == rows.count / 2 ? "along the steep direction" : "", yRange, marks: 4))
        if r < rows.count - 1 { panel.x.named = panel.x.ticks.map { ($0.value, "") } }
        if r == 0 {
          panel.labels.append(
            Label(
              text: "κ = \(Text.readable(column.condition))", x: x0, y: y1 + 10 / Double(height),
              system: .screen, size: 12, bold: true))
        }
        panel.curves.append(
          ellipses(column, paths.first?.1.first ?? (0, 0), xRange, yRange, "\(c)"))
        panel.curves.append(
          .points("centre\(c)", [(0, 0)], Ink.marker, .asterisk, size: 0.9, width: 1.3))
        if let (run, path) = paths.first(where: { row($0.0) == name }) {
          let color = OptimizerColors.legible(
            crowded ? input.colors[run].color : input.colors.color(of: run.spec.optimizer.name))
          let line = panel.thinned(
            panel.clipped(path), of: (width: width, height: height))
          panel.curves.append(.line("path\(c)-\(r)", line, color, width: 1.8))
          panel.curves.append(
            .points(
              "steps\(c)-\(r)", Array(path.prefix(40)).filter { visible($0, panel) }, color, .dot,
              size: 0.4))
          if let first = path.first {
            panel.curves.append(
              .points("start\(c)-\(r)", [first], Ink.marker, .ring, size: 1.0, width: 1.6))
          }
          if run.diverged, let end = line.last {
            panel.curves.append(
              .points("end\(c)-\(r)", [end], color, .cross, size: 1.4, width: 2.5))
          }
          let zigZag = run.measures.zigZag
          var remark = zigZag.map { "zig-zag \(Text.percent($0))" } ?? "zig-zag –"
          if run.diverged { remark += ", diverges" }
          panel.labels.append(
            Label(
              text: name, x: x0, y: y1 - 13 / Double(height), system: .screen, color: color,
              size: 10.5,
              bold: true))
          panel.labels.append(
            Label(
              text: remark, x: panel.frame.right, y: y1 - 13 / Double(height), system: .screen,
              align: .right, color: Ink.soft, size: 10))
        }
        panels.append(panel)
      }
    }

    var picture = Picture(
      name: Self.name, title: title,
      caption: Caption(
        columns.flatMap(\.contest.runs).filter { rows.contains(row($0)) }, of: input,
        notes: [
          "directions are the eigenvectors of the Hessian; zig-zag is the share of successive "
            + "steps between which the steep component changes its sign",
          "contour lines are a factor of four apart, the outermost through the start",
        ]), panels: panels)
    picture.width = width
    picture.height = height
    picture.terminalRows = rows.count * 10 + 4
    return picture
  }

  private func title(_ shares: [(row: String, share: Double)], _ condition: Double) -> String {
    let ranked = shares.sorted { $0.share > $1.share }
    guard let most = ranked.first, let least = ranked.last else {
      return "Paths on quadratics in the eigenbasis"
    }
    // Equal shares are no first place.
    func names(_ share: Double) -> String {
      let level = ranked.filter { Text.percent($0.share) == Text.percent(share) }.map(\.row)
      return Text.enumeration(level, most: 3)
    }
    let level = ranked.count { Text.percent($0.share) == Text.percent(most.share) }
    let text =
      "At κ = \(Text.readable(condition)), \(names(most.share)) zig-zag\(level == 1 ? "s" : "") on "
      + "\(Text.percent(most.share)) of \(level == 1 ? "its" : "their") steps"
    guard Text.percent(least.share) != Text.percent(most.share) else { return text }
    return text + ", \(names(least.share)) on \(Text.percent(least.share))"
  }

  private func visible(_ p: (x: Double, y: Double), _ panel: Panel) -> Bool {
    panel.x.range.contains(p.x) && panel.y.range.contains(p.y)
  }

  /// The same axes for all optimizers: from the start, through the minimum, to where paths that
  /// end well overshoot.
  private func ranges(
    _ paths: [(ends: Bool, points: [(x: Double, y: Double)])]
  ) -> (ClosedRange<Double>, ClosedRange<Double>) {
    func range(_ values: [[Double]], _ starts: [Double]) -> ClosedRange<Double> {
      let reach = max(starts.map(abs).max() ?? 1, 1e-300)
      let all = values.flatMap { $0 }.filter { abs($0) <= 2.2 * reach } + starts + [0]
      let low = min(all.min()!, -0.25 * reach)
      let high = max(all.max()!, 0.25 * reach)
      let room = (high - low) * 0.09
      return (low - room)...(high + room)
    }
    let used = paths.contains { $0.ends } ? paths.filter(\.ends) : paths
    let starts = paths.compactMap { $0.points.first }
    return (
      range(used.map { $0.points.map(\.x) }, starts.map(\.x)),
      range(used.map { $0.points.map(\.y) }, starts.map(\.y))
    )
  }

  private func ellipses(
    _ column: Column, _ start: (x: Double, y: Double), _ x: ClosedRange<Double>,
    _ y: ClosedRange<Double>, _ name: String
  ) -> Curve {
    let level = column.flat * start.x * start.x + column.steep * start.y * start.y
    var points: [(x: Double, y: Double)] = []
    for k in 0..<5 {
      let scale = pow(0.5, Double(k))
      let a = (level / column.flat).squareRoot() * scale
      let b = (level / column.steep).squareRoot() * scale
      for i in 0...48 {
        let angle = Double(i) / 24 * .pi
        points.append((a * cos(angle), b * sin(angle)))
      }
      points.append((.nan, .nan))
    }
    var curve = Curve.line("ellipses\(name)", points, Ink.contour, width: 0.7)
    curve.omittedInTerminal = true
    return curve
  }
}
