// A chart of an experiment as a picture.

import Analysis
import Glibc
import OptimizerKit

extension Picture {
  /// The picture of a chart.
  ///
  /// - Parameters:
  ///   - caption: where its numbers come from.
  ///   - knownOptimizers: the names of the optimizers that the lab knows, which have their colours.
  public init(_ chart: Chart, caption: Caption, knownOptimizers: [String]) {
    var caption = caption
    caption.lines += chart.notes.map { ("note", $0) }
    self.init(name: chart.name, title: chart.title, caption: caption, panels: [])
    let layout = ChartPanels(chart, knownOptimizers: knownOptimizers)
    (width, height) = layout.size
    panels = layout.panels
  }
}

/// The panels of a chart: where they lie, and what is drawn in them.
private struct ChartPanels {
  private let chart: Chart
  private var looks: [String: OptimizerColors.Look] = [:]
  private let names: [String]
  private(set) var size = (width: 800, height: 520)
  private(set) var panels: [Panel] = []

  /// Whether lines are named at their ends; else a key stands above the panels.
  private var isNamedAtEnds: Bool {
    chart.panels.count == 1 && chart.columns == nil
      && chart.panels[0].series.allSatisfy {
        $0.name.isEmpty || $0.style == .line || $0.style == .dashed
      }
  }

  init(_ chart: Chart, knownOptimizers: [String]) {
    self.chart = chart
    let series = chart.panels.flatMap(\.series)
    names = series.map(\.name).filter { !$0.isEmpty }.unique
    let colors = OptimizerColors([], known: knownOptimizers)
    for item in series where looks[item.name] == nil {
      looks[item.name] = item.optimizer.map { colors.look(of: $0) }
    }
    // The colours that no optimizer of the chart has.
    let taken = Set(looks.values.map(\.color))
    let free = OptimizerColors.palette.filter { !taken.contains($0) }
    let palette = free.isEmpty ? OptimizerColors.palette : free
    var own = 0
    for item in series where looks[item.name] == nil {
      looks[item.name] = OptimizerColors.Look(palette[own % palette.count])
      own += 1
    }
    layOut()
  }

  private mutating func layOut() {
    if let columns = chart.columns {
      layOutGrid(max(columns, 1))
    } else {
      layOutSingly()
    }
  }

  /// Panels in a grid: names and numbers of axes at its edges, titles above those that have one.
  private mutating func layOutGrid(_ columns: Int) {
    let rows = (max(chart.panels.count, 1) + columns - 1) / columns
    let cell = (width: min(max(1180 / Double(columns), 110), 240), height: columns > 6 ? 92.0 : 130)
    let (left, below, gap) = (64.0, 56.0, (x: 9.0, y: 12.0))
    let width = left + 14 + cell.width * Double(columns)
    let key = names.isEmpty ? [] : keyRows(width: width)
    let hasTitles = chart.panels.contains { !$0.title.isEmpty }
    let above =
      Picture.titleHeight(chart.title, width: Int(width)) + 14 + Double(key.count) * 22
      + (hasTitles ? 20 : 0)
    let height = above + cell.height * Double(rows) + below
    size = (Int(width), Int(height))
    for (index, item) in chart.panels.enumerated() {
      let x = left + Double(index % columns) * cell.width
      let y = above + Double(index / columns) * cell.height
      var axes = (
        x: axis(item.x, item, isX: true, columns: columns),
        y: axis(item.y, item, isX: false, columns: columns)
      )
      axes.x.marks = min(axes.x.marks, 4)
      if index % columns > 0 { axes.y = unnamed(axes.y) }
      if index + columns < chart.panels.count { axes.x = unnamed(axes.x) }
      // One name serves the whole row of numbers.
      if index % columns != (columns - 1) / 2 { axes.x.label = "" }
      var panel = Panel(
        frame: Frame(
          left: x / width, right: (x + cell.width - gap.x) / width,
          bottom: 1 - (y + cell.height - gap.y) / height, top: 1 - y / height),
        x: axes.x, y: axes.y)
      panel.title = item.title
      draw(item, in: &panel, prefix: "p\(index)")
      panels.append(panel)
    }
    addKey(key, below: Picture.titleHeight(chart.title, width: Int(width)))
  }

  /// An axis with its marks and without names.
  private func unnamed(_ axis: Axis) -> Axis {
    var axis = axis
    axis.label = ""
    axis.named = axis.ticks.map { ($0.value, "") }
    return axis
  }

  private mutating func layOutSingly() {
    let count = chart.panels.count
    let columns = count <= 3 ? max(count, 1) : count == 4 ? 2 : count <= 10 ? (count + 1) / 2 : 5
    let rows = (max(count, 1) + columns - 1) / columns
    let cell = columns == 1 ? 800.0 : columns == 2 ? 460 : columns == 3 ? 360 : 270
    let width = max(cell * Double(columns), 640)
    let tall = columns == 1 ? 430.0 : columns <= 3 ? 300 : 220
    let hasTitles = chart.panels.contains { !$0.title.isEmpty }
    let key = isNamedAtEnds || names.isEmpty ? [] : keyRows(width: width)
    let above =
      Picture.titleHeight(chart.title, width: Int(width)) + 16 + Double(key.count) * 22
      + (hasTitles ? 22 : 0)
    let height = above + Double(rows) * tall + 8
    size = (Int(width), Int(height))
    let lines = isNamedAtEnds ? chart.panels[0].series.map { line($0) } : []
    let margin = isNamedAtEnds ? Panel.nameMargin(lines, size: 11, width: Int(width)) : 0
    for (index, item) in chart.panels.enumerated() {
      let column = Double(index % columns)
      let row = Double(index / columns)
      let step = width / Double(columns)
      // Room for the longest numbers, 10⁻¹⁰⁰ among them, and the axis' name beside them.
      let (left, right, below) = (columns > 3 ? 58.0 : columns > 1 ? 78 : 96, 18.0, 58.0)
      let top = above + row * tall
      let frame = Frame(
        left: (column * step + left) / width,
        right: (column * step + step - right) / width - margin,
        bottom: 1 - (top + tall - below) / height,
        top: 1 - (top + (rows > 1 && row > 0 && hasTitles ? 22 : 0)) / height)
      var panel = Panel(
        frame: frame, x: axis(item.x, item, isX: true, columns: columns),
        y: axis(item.y, item, isX: false, columns: columns))
      panel.title = item.title
      draw(item, in: &panel, prefix: "p\(index)")
      panels.append(panel)
    }
    addKey(key, below: Picture.titleHeight(chart.title, width: Int(width)))
  }

  /// The names of series above the panels.
  private mutating func addKey(_ rows: [[(name: String, x: Double)]], below title: Double) {
    for (row, entries) in rows.enumerated() {
      let y = 1 - (title + 12 + 22 * Double(row)) / Double(size.height)
      for (name, x) in entries {
        let color = looks[name]?.color ?? Ink.text
        panels[0].labels.append(
          Label(
            text: "■ \(name)", x: x / Double(size.width), y: y, system: .screen,
            color: OptimizerColors.legible(color), size: 10.5, bold: true))
      }
    }
  }

  /// The names above the panels, row by row, with where they begin in pixels.
  private func keyRows(width: Double) -> [[(name: String, x: Double)]] {
    var rows: [[(name: String, x: Double)]] = [[]]
    var x = 24.0
    for name in names {
      let wide = LabelPlacement.textWidth("■ \(name)", size: 10.5, bold: true) + 22
      if x + wide > width - 10, !rows[rows.count - 1].isEmpty {
        rows.append([])
        x = 24
      }
      rows[rows.count - 1].append((name, x))
      x += wide
    }
    return rows
  }

  /// The range of an axis: that which is asked for, or around all that is drawn, with a little room.
  private func axis(_ axis: Chart.Axis, _ panel: Chart.Panel, isX: Bool, columns: Int) -> Axis {
    var marks = columns > 3 ? 4 : columns > 1 ? 5 : 6
    if !axis.categories.isEmpty || !axis.isNumbered { marks = 0 }
    var result = Axis(
      axis.label, axis.range ?? range(axis, panel, isX: isX), isLog: axis.isLog, marks: marks,
      grid: !isX)
    if !axis.categories.isEmpty {
      result.named = axis.categories.enumerated().map { (Double($0 + 1), $1) }
    }
    return result
  }

  private func range(_ axis: Chart.Axis, _ panel: Chart.Panel, isX: Bool) -> ClosedRange<Double> {
    if !axis.categories.isEmpty { return 0.4...(Double(axis.categories.count) + 0.6) }
    var values = panel.series.flatMap { series in
      series.points.flatMap { isX ? [$0.x] : [$0.y, $0.low ?? $0.y, $0.high ?? $0.y] }
    }
    values += panel.levels.filter { ($0.direction == .vertical) == isX }.map(\.value)
    values = values.filter { $0.isFinite && (!axis.isLog || $0 > 0) }
    guard let low = values.min(), let high = values.max() else {
      return axis.isLog ? 1...10 : 0...1
    }
    let hasBars = panel.series.contains { $0.style == .bars || $0.style == .steps }
    if axis.isLog {
      let room = max(pow(high / low, isX ? 0.02 : 0.06), 1.05)
      return (low / room)...(high * room)
    }
    let room = (high - low) * (isX ? 0.02 : 0.06)
    if hasBars {
      guard !isX else {
        let half = barWidth(panel) / 2
        return (low - half)...(high + half)
      }
      return min(low < 0 ? low - room : 0, 0)...max(high + room, 0)
    }
    return (low - room)...(high + room)
  }

  /// How far bars of a panel stand apart.
  private func barWidth(_ panel: Chart.Panel) -> Double {
    let places = panel.series.filter { $0.style == .bars || $0.style == .steps }
      .flatMap { $0.points.map(\.x) }.sorted().unique
    return zip(places.dropFirst(), places).map { $0 - $1 }.min() ?? 1
  }

  private func line(_ series: Chart.Series) -> ChartLine {
    var look = looks[series.name] ?? OptimizerColors.Look(Ink.text)
    if series.style == .dashed { look.dash = .dashed }
    return ChartLine(
      name: series.name, look: look, points: series.points.map { ($0.x, $0.y) },
      band: series.points.compactMap { point in
        point.low.flatMap { low in point.high.map { (point.x, low, $0) } }
      })
  }

  private func draw(_ item: Chart.Panel, in panel: inout Panel, prefix: String) {
    let bars = item.series.filter { $0.style == .bars }
    let step = barWidth(item)
    var rank = 0
    for (index, series) in item.series.enumerated() where !isLine(series) {
      let color = looks[series.name]?.color ?? Ink.text
      let name = "\(prefix)s\(index)"
      switch series.style {
      case .line, .dashed: break
      case .points:
        addWhiskers(series.points, shift: 0, color, name, to: &panel)
        panel.curves.append(.points(name, series.points.map { ($0.x, $0.y) }, color, .dot))
      case .bars:
        let wide = step * 0.8 / Double(bars.count)
        let shift = (Double(rank) - Double(bars.count - 1) / 2) * wide
        rank += 1
        panel.curves.append(
          .bars(name, series.points.map { ($0.x + shift, $0.y) }, wide: wide * 0.94, color))
        addWhiskers(series.points, shift: shift, Ink.text, name, to: &panel)
      case .steps:
        panel.curves.append(
          .bars(name, series.points.map { ($0.x, $0.y) }, wide: step, color))
      }
    }
    let lines = item.series.filter(isLine).map { series in
      var line = line(series)
      if !isNamedAtEnds { line.name = "" }
      return line
    }
    panel.add(lines, prefix: prefix, of: size, named: isNamedAtEnds)
    for level in item.levels { add(level, to: &panel) }
  }

  private func isLine(_ series: Chart.Series) -> Bool {
    series.style == .line || series.style == .dashed
  }

  private func addWhiskers(
    _ points: [Chart.Point], shift: Double, _ color: String, _ name: String, to panel: inout Panel
  ) {
    let rows = points.compactMap { point in
      point.low.flatMap { low in
        point.high.map { (x: point.x + shift, y: point.y, low: low, high: $0) }
      }
    }
    if !rows.isEmpty { panel.curves.append(.whiskers(name + "w", rows, color)) }
  }

  /// A dotted line across the panel, named where it begins.
  private func add(_ level: Chart.Level, to panel: inout Panel) {
    let isHorizontal = level.direction == .horizontal
    let share = isHorizontal ? panel.y.share(level.value) : panel.x.share(level.value)
    guard (0...1).contains(share) else { return }
    panel.rules.append(
      Rule(
        from: isHorizontal ? (0, share) : (share, 0), to: isHorizontal ? (1, share) : (share, 1),
        system: .graph, color: Ink.soft, width: 1.2, dash: .dotted))
    let isFirst = share < 0.92
    let height = (panel.frame.top - panel.frame.bottom) * Double(size.height)
    let width = (panel.frame.right - panel.frame.left) * Double(size.width)
    panel.labels.append(
      Label(
        text: level.text, x: isHorizontal ? 0.015 : share + (isFirst ? 7 : -7) / width,
        y: isHorizontal ? share + (isFirst ? 9 : -9) / height : 0.96, system: .graph,
        align: isHorizontal || isFirst ? .left : .right, color: Ink.soft, size: 9.5, boxed: true,
        omittedInTerminal: true))
  }
}
