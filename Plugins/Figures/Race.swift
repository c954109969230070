// Optimizers side by side in time.

import Analysis
import Figures
import OptimizerKit

/// `race`: the runs on a problem of two coordinates at the same number of gradients, as an animated gif with the
/// loss running beside the map; as a picture, a strip of moments.
///
/// Moments lie at G t², 0 ≤ t ≤ 1, where G is what the longest run takes: the beginning, where most happens,
/// has most of the time.
public struct Race: Figure {
  public static let name = "race"
  public static let summary = "animated: paths over a map, with the loss running beside it"
  public static let needs = "runs with their paths on a problem of two coordinates"

  @Hyperparameter("frames of the animation, eleven a second", in: 2...400) public var frames = 88
  @Hyperparameter("moments in the picture for print", in: 1...12) public var moments = 6

  public init() {}

  /// The share of f₀ − f* at which a run counts as there.
  private static let goal = 1e-4
  private static let width = 900
  private static let height = 500

  public func draw(_ input: FigureInput) throws(FigureError) -> [Picture] {
    try pictures(of: input.contests(), input) { contest, name in
      let runs = contest.runs.firstSeeds.filter {
        $0.trajectory.dimension == 2 && $0.finiteRows > 0
      }
      guard !runs.isEmpty, let surface = input.surface(contest.problem), surface.dimension == 2
      else { return [] }
      let pages = Pages(runs, of: 12) { run in
        run.diverged || !run.finalLoss.isFinite ? .infinity : run.finalLoss
      }
      let course = Course(pages.drawn, on: surface)
      let title = title(runs, contest, surface)
      return pages.pictures(naming: \.shownLabel) { page in
        picture(name, title, page, course, contest, input)
      }
    }
  }

  /// What all runs on a problem have in common.
  private struct Course {
    let surface: any Surface
    let viewport: Viewport
    /// What the longest run takes, in gradients.
    let gradients: Double
    /// What losses are drawn above, and between which heights.
    let floor: Double
    let heights: ClosedRange<Double>
    /// The map, which is the same at all times.
    let map: Panel
    let notes: [String]

    init(_ runs: [TracedRun], on surface: any Surface) {
      self.surface = surface
      viewport = Viewport(of: surface, with: runs)
      gradients = max(
        runs.compactMap { run in (0..<run.finiteRows).last.map { run.gradients($0) } }.max() ?? 1, 1
      )
      let losses = runs.flatMap { run in run.trajectory.losses.prefix(run.finiteRows) }
      // Where no minimum is known, above a little less than the least loss of all.
      let least = losses.min() ?? 0
      let most = losses.filter { $0 < 1e100 }.max() ?? 1
      floor = surface.minimumLoss ?? least - max((most - least) * 1e-6, 1e-12)
      let known = floor
      let starts = runs.compactMap { $0.trajectory.losses.first.map { $0 - known } }
        .filter { $0 > 0 && $0.isFinite }
      let top = (starts.max() ?? 1) * 3
      let bottom = max(losses.map { $0 - known }.filter { $0 > 0 }.min() ?? top * 1e-9, top * 1e-12)
      heights = min(bottom, top / 10) * 0.7...top
      var map = Panel(x: Axis("", viewport.x, marks: 4), y: Axis("", viewport.y, marks: 4))
      notes = map.addMap(of: surface)
      // Few colours: an animation has 256 in all.
      map.commands.append("set palette maxcolors 16")
      let minima = surface.minima.filter { $0.count == 2 }.map { (x: $0[0], y: $0[1]) }
      if !minima.isEmpty {
        map.curves.append(.points("rims", minima, "#ffffff", .asterisk, size: 1.5, width: 5))
        map.curves.append(.points("minima", minima, Ink.marker, .asterisk, size: 1.4, width: 1.8))
      }
      self.map = map
    }
  }

  private func picture(
    _ name: String, _ title: String, _ runs: [TracedRun], _ course: Course, _ contest: Contest,
    _ input: FigureInput
  ) -> Picture {
    var notes = course.notes
    notes.append(
      "at the same number of gradients each; moments lie at \(Text.readable(course.gradients, digits: 6)) t², so "
        + "that the beginning has most of the time")
    if contest.runs.count > runs.count, contest.runs.seedCount > 1 {
      notes.append("of each optimizer the run with the lowest seed is drawn")
    }
    let lines = runs.map { Runner($0, course, input.colors[$0]) }
    var picture = Picture(
      name: name, title: title, caption: Caption(runs, of: input, notes: notes),
      panels: strip(lines, course, title))
    picture.width = Self.width
    picture.height = Self.height
    // The end stays for a second and a half, while the bar runs out.
    let rest = 16
    picture.frames = (0..<frames + rest).map { frame in
      let share = min(Double(frame) / Double(max(frames - 1, 1)), 1)
      let left = frame < frames ? share : 1 - Double(frame - frames + 1) / Double(rest)
      return moment(share, bar: left, lines, course, title: title)
    }
    return picture
  }

  /// A run as it is drawn.
  private struct Runner {
    let run: TracedRun
    let name: String
    let look: OptimizerColors.Look
    let points: [(x: Double, y: Double)]
    let gaps: [Double]
    let gradients: [Double]

    init(_ run: TracedRun, _ course: Course, _ look: OptimizerColors.Look) {
      self.run = run
      self.look = look
      name = Text.label(run.label, limit: 26)
      let rows = 0..<run.finiteRows
      points = run.places
      gaps = rows.map { max(run.trajectory.losses[$0] - course.floor, course.heights.lowerBound) }
      gradients = rows.map { run.gradients($0) }
    }

    /// How many rows there are at so many gradients.
    func rows(at limit: Double) -> Int {
      var (low, high) = (0, gradients.count)
      while low < high {
        let middle = (low + high) / 2
        if gradients[middle] <= limit { low = middle + 1 } else { high = middle }
      }
      return low
    }

    func hasEnded(at limit: Double) -> Bool { rows(at: limit) == gradients.count }
  }

  // MARK: the animation

  private func moment(
    _ share: Double, bar: Double, _ lines: [Runner], _ course: Course, title: String
  ) -> [Panel] {
    let gradients = course.gradients * share * share
    let h = Double(Self.height)
    let keyRows = Double((lines.count + 1) / 2)
    let top = 1 - (Picture.titleHeight(title, width: Self.width) + 26) / h
    var map = course.map
    map.frame = Frame(left: 0.055, right: 0.53, bottom: 0.13, top: top)
    add(lines, at: gradients, to: &map)
    var chart = Panel(
      frame: Frame(left: 0.605, right: 0.985, bottom: 0.13, top: top - keyRows * 19 / h - 0.04),
      x: Axis("gradients", 0...1),
      y: Axis("", course.heights, isLog: true, marks: 6, grid: true))
    chart.x.named = [0, 0.25, 0.5, 0.75, 1].map {
      ($0, Text.readable((course.gradients * $0 * $0).rounded(), digits: 6))
    }
    for (index, line) in lines.enumerated() {
      let rows = line.rows(at: gradients)
      let points = (0..<rows).map { row in
        (x: (line.gradients[row] / course.gradients).squareRoot(), y: line.gaps[row])
      }
      chart.curves.append(
        .line(
          "gap\(index)", chart.thinned(points, of: (Self.width, Self.height)), line.look.color,
          width: 2, dash: line.look.dash))
      if let end = points.last {
        chart.curves.append(.points("now\(index)", [end], line.look.color, .dot, size: 0.8))
      }
    }
    chart.labels.append(
      Label(
        text: "gradient \(Int(gradients.rounded())) of \(Int(course.gradients))", x: 0.055, y: 0.04,
        system: .screen, size: 11, bold: true))
    chart.labels.append(
      Label(
        text: "loss above the minimum", x: 0.605, y: chart.frame.top + 0.018, system: .screen,
        color: Ink.soft, size: 9))
    // A bar that goes with the time: no frame is like the one before.
    chart.rules.append(
      Rule(
        from: (0.3, 0.04), to: (0.3 + 0.23 * max(bar, 0.002), 0.04), system: .screen,
        color: Ink.axis, width: 5))
    let key = key(
      lines, columns: 2,
      within: Frame(left: 0.605, right: 0.985, bottom: chart.frame.top + 0.045, top: top)
    ) { $0.run.diverged && $0.hasEnded(at: gradients) }
    // An animation has the colours that its first frame needs, those that come first foremost.
    return [key, chart, map]
  }

  /// Names in the colour of ink, so that letters take no colours of their own, each beside its mark.
  private func key(
    _ lines: [Runner], columns: Int, within frame: Frame, isLost: (Runner) -> Bool
  ) -> Panel {
    let rows = (lines.count + columns - 1) / columns
    var panel = Panel(
      frame: frame, x: Axis("", 0...Double(columns), marks: 0),
      y: Axis("", 0...Double(rows), marks: 0))
    panel.commands = ["set border 0"]
    panel.terminalFrame = nil
    for (index, line) in lines.enumerated() {
      let x = Double(index % columns) + 0.03
      let y = Double(rows - index / columns) - 0.5
      let lost = isLost(line)
      panel.curves.append(
        .points(
          "key\(index)", [(x, y)], line.look.color, lost ? .cross : .dot, size: 1.5,
          width: lost ? 2.5 : 1))
      panel.labels.append(Label(text: line.name, x: x + 0.05, y: y, size: 9.5))
    }
    return panel
  }

  /// The paths up to a moment, and who is where.
  private func add(
    _ lines: [Runner], at gradients: Double, to map: inout Panel, prefix: String = ""
  ) {
    let size = (width: Self.width, height: Self.height)
    let paths = lines.map { map.clipped(Array($0.points.prefix($0.rows(at: gradients)))) }
    for (index, line) in lines.enumerated() {
      map.curves.append(
        .line(
          "\(prefix)path\(index)", map.thinned(paths[index], of: size), line.look.color, width: 2,
          dash: line.look.dash))
    }
    for (index, line) in lines.enumerated() {
      guard let head = paths[index].last else { continue }
      let isLost = line.run.diverged && line.hasEnded(at: gradients)
      map.curves.append(
        .points("\(prefix)rim\(index)", [head], "#ffffff", isLost ? .cross : .dot, size: 1.7))
      map.curves.append(
        .points(
          "\(prefix)head\(index)", [head], line.look.color, isLost ? .cross : .dot, size: 1.3,
          width: isLost ? 3 : 1))
    }
  }

  // MARK: the strip

  /// Moments beside one another, the names below.
  private func strip(_ lines: [Runner], _ course: Course, _ title: String) -> [Panel] {
    let columns = min(moments, 3)
    let rows = (moments + columns - 1) / columns
    let (w, h) = (Double(Self.width), Double(Self.height))
    let above = Picture.titleHeight(title + " (page 1 of 9)", width: Self.width) + 34
    let keyRows = (lines.count + 3) / 4
    let below = 20 + Double(keyRows) * 20
    let cell = (width: (w - 40) / Double(columns), height: (h - above - below) / Double(rows))
    var panels: [Panel] = []
    for index in 0..<moments {
      let share = Double(index + 1) / Double(moments)
      let gradients = course.gradients * share * share
      let left = 30 + Double(index % columns) * cell.width
      let top = above + Double(index / columns) * cell.height
      var panel = course.map
      panel.x.marks = 0
      panel.y.marks = 0
      panel.frame = Frame(
        left: left / w, right: (left + cell.width - 14) / w,
        bottom: 1 - (top + cell.height - 28) / h, top: 1 - top / h)
      panel.terminalFrame = index == moments - 1 ? Frame.whole : nil
      panel.title = "\(Int(gradients.rounded())) gradients"
      add(lines, at: gradients, to: &panel, prefix: "moment\(index)")
      panels.append(panel)
    }
    let names = Frame(left: 30 / w, right: (w - 10) / w, bottom: 8 / h, top: (below - 10) / h)
    return panels + [key(lines, columns: 4, within: names) { $0.run.diverged }]
  }

  // MARK: what is to be seen

  /// Who is first at the goal, who last, who never.
  private func title(_ runs: [TracedRun], _ contest: Contest, _ surface: any Surface) -> String {
    guard let floor = surface.minimumLoss else {
      return "\(runs.map(\.shownLabel).unique.count) optimizers on \(contest.name)"
        + contest.runs.firstSeedRemark
    }
    let arrivals = runs.compactMap { run -> (name: String, gradients: Double)? in
      guard !run.diverged, let first = run.trajectory.losses.first else { return nil }
      let row = (0..<run.finiteRows).first {
        run.trajectory.losses[$0] - floor <= Self.goal * (first - floor)
      }
      return row.map { (run.shownLabel, run.gradients($0)) }
    }.sorted { $0.gradients < $1.gradients }
    let level = "10⁻⁴ of the start's loss"
    guard let first = arrivals.first else {
      return "On \(contest.name), none of \(runs.count) gets to \(level)"
        + contest.runs.firstSeedRemark
    }
    func gradients(_ count: Double) -> String {
      "\(Int(count)) gradient\(count == 1 ? "" : "s")"
    }
    let leaders = arrivals.filter { $0.gradients == first.gradients }.map(\.name)
    var text =
      "On \(contest.name), \(Text.enumeration(leaders, most: 2)) "
      + "\(leaders.count == 1 ? "is" : "are") first at \(level), after \(gradients(first.gradients))"
    if let last = arrivals.last, last.gradients > first.gradients {
      text += ", \(last.name) after \(Int(last.gradients))"
    }
    let never = runs.count - arrivals.count
    if never > 0 { text += "; \(never) of \(runs.count) never" }
    return text + contest.runs.firstSeedRemark
  }
}

extension TracedRun {
  /// The gradients before a row.
  fileprivate func gradients(_ row: Int) -> Double { Double(trajectory.counts(row).gradients) }
}
