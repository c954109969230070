// What comes of a plane of hyperparameters or starts.

import Figures
import OptimizerKit

/// `map`: what comes of each cell of a plane, in colour, with theory's edge of stability where the rule is
/// linear and the problem a quadratic, and the best cell marked.
public struct PlaneMap: Figure {
  public static let name = "map"
  public static let summary = "a plane of two hyperparameters or of starts, by what comes of it"
  public static let needs = "maps, as 'optlab map' and suites with 'maps' make them"

  @Hyperparameter("what colours a cell") public var by = MapCriterion.final

  public init() {}

  public func draw(_ input: FigureInput) throws(FigureError) -> [Picture] {
    guard !input.maps.isEmpty else { throw missing(input) }
    var seen: [String: Int] = [:]
    return input.maps.map { map in
      let words = [map.spec.base.problem.name, map.spec.base.optimizer.nestedName]
      let name = "map-" + words.joined(separator: "-")
      seen[name, default: 0] += 1
      let number = seen[name] ?? 1
      return picture(number > 1 ? "\(name)-\(number)" : name, map, input)
    }
  }

  private func picture(_ name: String, _ map: OutcomeMap, _ input: FigureInput) -> Picture {
    let view = MapView(map, by: by, of: input)
    let theory = MapTheory(map.spec, of: input)
    var panel = Panel(
      frame: Frame(left: 0.105, right: 0.755, bottom: 0.105, top: 0.865),
      x: map.spec.x.axisInShares, y: map.spec.y?.axisInShares ?? Self.nothing)
    panel.commands = view.shades.palette + ["set border 15"]
    panel.curves.append(Curve(view.shades.image("cells"), .tiles(view.shades.tiles)))
    var notes = notes(view, map)
    /// The middle of a cell, in shares of the axes.
    func middle(_ cell: Int) -> (x: Double, y: Double) {
      (
        map.spec.x.share(ofCell: cell % map.spec.width),
        map.spec.y?.share(ofCell: cell / map.spec.width) ?? 0.5
      )
    }
    if !view.ridge.isEmpty {
      let line = view.ridge.map(middle)
      panel.curves.append(.line("ridge-halo", line, "#ffffff", width: 4))
      panel.curves.append(.line("ridge", line, Ink.marker, width: 1.8))
    } else if let cell = view.bestCell, view.shades.scale != nil {
      let point = middle(cell)
      panel.curves.append(.points("best-halo", [point], "#ffffff", .ring, size: 2.2, width: 4.5))
      panel.curves.append(.points("best", [point], Ink.marker, .ring, size: 2.2, width: 2))
    }
    if let theory { notes += add(theory, to: &panel, withBest: view.ridge.isEmpty) }
    addMinima(map, input, to: &panel)
    panel.labels += terminalLegend(view, right: panel.frame.right)
    return Picture(
      name: name, title: title(view, map), caption: Caption(map, of: input, notes: notes),
      panels: [panel] + legend(view, theory, panel.frame))
  }

  /// The axis of a map that has only one.
  private static var nothing: Axis {
    var axis = Axis("", 0...1)
    axis.marks = 0
    return axis
  }

  // MARK: what is drawn over the cells

  /// The edge of stability, and where theory is fastest; returns notes.
  ///
  /// - Parameter withBest: not where each column is another problem.
  private func add(
    _ theory: MapTheory, to panel: inout Panel, withBest: Bool
  ) -> [String] {
    var line: [(x: Double, y: Double)] = []
    for part in theory.edge { line += part + [(.nan, .nan)] }
    if !line.isEmpty {
      panel.curves.append(.line("edge-halo", line, "#ffffff", width: 4.5))
      panel.curves.append(.line("edge", line, Ink.marker, width: 1.8, dash: .dashed))
    }
    let best = withBest ? theory.best : nil
    if let best {
      let point = [(x: best.x, y: best.y)]
      panel.curves.append(.points("theory-halo", point, "#ffffff", .plus, size: 1.8, width: 5))
      panel.curves.append(.points("theory", point, Ink.marker, .plus, size: 1.6, width: 2.2))
    }
    return [
      "the dashed line is where theory has the edge of stability: ρ = 1, the spectral radius of the "
        + "rule's iteration on the problem's spectrum"
        + (best.map { "; + is where ρ is least, \(Text.readable($0.rate, digits: 4))" } ?? "")
    ]
  }

  /// The minima, on a plane of starts.
  private func addMinima(_ map: OutcomeMap, _ input: FigureInput, to panel: inout Panel) {
    guard let y = map.spec.y, case .start(let i) = map.spec.x.place,
      case .start(let j) = y.place, let surface = input.surface(map.spec.base.problem)
    else { return }
    let points = surface.minima.filter { max(i, j) < $0.count }.map { minimum in
      (x: map.spec.x.share(minimum[i]), y: y.share(minimum[j]))
    }.filter { (0...1).contains($0.x) && (0...1).contains($0.y) }
    panel.curves.append(.points("minima-halo", points, "#ffffff", .cross, size: 1.6, width: 5))
    panel.curves.append(.points("minima", points, Ink.marker, .cross, size: 1.4, width: 2.2))
  }

  // MARK: what the colours mean

  /// The colour bar with its numbers, and the classes below it.
  private func legend(_ view: MapView, _ theory: MapTheory?, _ frame: Frame) -> [Panel] {
    let left = frame.right + 0.03
    let step = 0.042
    let entries = view.shades.classes
    var signs: [(sign: String, text: String)] = []
    if !view.ridge.isEmpty {
      signs.append(("─", "best of its column"))
    } else if view.shades.scale != nil {
      signs.append(("○", view.criterion == .diverged ? "soonest" : "best cell"))
    }
    if let theory {
      if !theory.edge.isEmpty { signs.append(("╌", "ρ = 1, theory's edge")) }
      if theory.best != nil, view.ridge.isEmpty { signs.append(("+", "theory's least ρ")) }
    }
    if view.criterion == .basin { signs.append(("×", "minimum")) }
    let bottom = frame.bottom + step * (Double(entries.count + signs.count) + 0.6)
    var bar = Panel(
      frame: Frame(left: left, right: left + 0.028, bottom: bottom, top: frame.top - 0.05),
      x: Self.nothing, y: Self.nothing)
    bar.terminalFrame = nil
    bar.commands =
      view.shades.palette + [view.shades.scale == nil ? "set border 0" : "set border 15"]
    if let scale = view.shades.scale {
      bar.curves.append(Curve(view.shades.bar("bar"), .image))
      bar.labels.append(
        Label(text: view.meaning, x: left, y: frame.top - 0.018, system: .screen, size: 10.5))
      let height = bar.frame.top - bar.frame.bottom
      for tick in scale.ticks where !tick.text.isEmpty {
        let y = bar.frame.bottom + height * scale.share(tick.value)
        guard y <= bar.frame.top + 1e-9, y >= bar.frame.bottom - 1e-9 else { continue }
        bar.rules.append(
          Rule(
            from: (bar.frame.right, y), to: (bar.frame.right + 0.006, y), system: .screen,
            color: Ink.axis))
        bar.labels.append(
          Label(
            text: tick.text, x: bar.frame.right + 0.011, y: y, system: .screen, color: Ink.soft,
            size: 10))
      }
    }
    var y = frame.bottom + step * (Double(entries.count + signs.count) - 0.5)
    for entry in entries {
      bar.rules.append(
        Rule(
          from: (left, y), to: (left + 0.028, y), system: .screen, color: Ink.axis, width: 14))
      bar.rules.append(
        Rule(
          from: (left + 0.001, y), to: (left + 0.027, y), system: .screen, color: entry.color,
          width: 12))
      bar.labels.append(
        Label(
          text: "\(Text.oneLine(entry.name, limit: 24)), \(share(entry.count, view))",
          x: left + 0.036, y: y, system: .screen, color: Ink.soft, size: 10))
      y -= step
    }
    for (sign, text) in signs {
      bar.labels.append(
        Label(
          text: sign, x: left + 0.014, y: y, system: .screen, align: .center, size: 12, bold: true))
      bar.labels.append(
        Label(text: text, x: left + 0.036, y: y, system: .screen, color: Ink.soft, size: 10))
      y -= step
    }
    return [bar]
  }

  /// The same as lines of text.
  private func terminalLegend(_ view: MapView, right: Double) -> [Label] {
    var lines: [String] = []
    if let scale = view.shades.scale {
      lines.append(view.meaning)
      for (index, tile) in view.shades.tiles.prefix(4).enumerated().reversed() {
        // Full is best: the beginning of the scale.
        let from = Text.readable(scale.value(at: 1 - Double(index + 1) / 4), digits: 2)
        lines.append("\(tile.character) from \(from)")
      }
    }
    for (tile, entry) in zip(view.shades.tiles.dropFirst(4), view.shades.classes) {
      lines.append("'\(tile.character)' \(Text.oneLine(entry.name, limit: 15))")
    }
    return lines.enumerated().map { index, text in
      var label = Label(
        text: text, x: right + 0.02, y: 0.84 - 0.055 * Double(index), system: .screen)
      label.onlyInTerminal = true
      return label
    }
  }

  // MARK: words

  private func share(_ count: Int, _ view: MapView) -> String {
    let share = Double(count) / Double(max(view.shades.numbers.count, 1))
    // What belongs together stays on a line.
    return (count > 0 && share < 0.005 ? "< 1 %" : Text.percent(share)).replacing(
      " ", with: "\u{A0}")
  }

  private func notes(_ view: MapView, _ map: OutcomeMap) -> [String] {
    var notes: [String] = []
    let size = view.shades.drawnSize
    if size.columns < map.spec.width || size.rows < map.spec.height {
      notes.append(
        "of \(map.spec.width) × \(map.spec.height) cells, \(size.columns) × \(size.rows) evenly "
          + "spaced ones are drawn, each as it is; title and legend speak of all")
    }
    if view.criterion == .final, map.spec.base.target == nil, view.meaning == "final f − f*" {
      notes.append("losses below \(Text.readable(MapView.floor)) of the start's are drawn at it")
    }
    if let end = view.shades.scale?.range.upperBound, let largest = view.largest, largest > end {
      notes.append(
        "the scale ends at \(Text.readable(end)), above nine tenths of the losses; larger ones, up to "
          + "\(Text.readable(largest)), are as dark")
    }
    if view.criterion == .basin {
      notes.append(
        "a cell ends at a minimum where its last point lies within a twentieth of the least distance "
          + "between two of them (with one alone, of that from the start)")
    }
    if view.criterion == .escape {
      notes.append("a run has escaped where its loss is 0.1 below the saddle's")
    }
    if view.shades.scale != nil {
      var note =
        "the best cell is that whose worst neighbour is the best, lest a lucky passage count"
      if !view.ridge.isEmpty {
        note += "; each column is another problem, and has a best cell of its own"
      }
      if view.ridge.isEmpty, view.bestCells.count > 1 {
        note +=
          "; \(Text.grouped(view.bestCells.count)) are so alike, and that in their middle is marked"
      }
      if view.ridge.isEmpty, let cell = view.bestCell, let least = view.least,
        least < view.shades.numbers[cell]
      {
        note +=
          "; the least of any one cell is \(Text.readable(least)), drawn as bright as the best"
      }
      notes.append(note)
    }
    return notes
  }

  private func title(_ view: MapView, _ map: OutcomeMap) -> String {
    let problem = Text.oneLine(map.spec.base.problem.name)
    let optimizer = Text.oneLine(map.spec.base.optimizer.nestedName)
    let cells = Text.grouped(map.spec.count)
    let unit = map.spec.axes.allSatisfy(\.place.isStart) ? "starts" : "cells"
    var text = "On \(problem), "
    if view.criterion == .basin {
      let reached = view.shades.classes.filter { $0.name.hasPrefix("(") && $0.count > 0 }
      text += "\(optimizer) ends at "
      if reached.isEmpty {
        text += "no known minimum from any of \(cells) \(unit)"
      } else {
        text +=
          "\(reached.count == 1 ? "one minimum" : "\(reached.count) minima") from \(cells) \(unit): "
        text += Text.enumeration(
          reached.sorted { $0.count > $1.count }.map { "\($0.name) \(share($0.count, view))" },
          most: 4)
      }
    } else if let first = view.ridge.first, let last = view.ridge.last, let y = map.spec.y {
      func place(_ cell: Int) -> String {
        "\(Text.readable(y.numbers[cell / map.spec.width])) at \(Text.oneLine(map.spec.x.name)) "
          + Text.readable(map.spec.x.numbers[cell % map.spec.width])
      }
      text +=
        "the best \(Text.oneLine(y.name)) of \(optimizer) goes from \(place(first)) to \(place(last))"
    } else if let cell = view.bestCell {
      text += sentence(
        optimizer, view.shades.numbers[cell], at: settings(cell, map), view, map)
    } else {
      text += absence(optimizer, cells, view, map)
    }
    let others = view.shades.classes.filter {
      !$0.name.hasPrefix("(") && $0.name != "another one" && $0.count < map.spec.count
    }
    var remarks = others.map { entry in
      switch entry.name {
      case "diverged": "\(share(entry.count, view)) diverge"
      case "failed": "\(Text.grouped(entry.count)) fail"
      case "not reached": "\(share(entry.count, view)) do not get there"
      case "at none of them": "\(share(entry.count, view)) end at none"
      case "no escape": "\(share(entry.count, view)) do not escape"
      default: "\(share(entry.count, view)): \(entry.name)"
      }
    }
    if view.criterion == .diverged { remarks = [] }
    if let place = remarks.firstIndex(where: { $0.hasSuffix("diverge") }) {
      remarks.insert(remarks.remove(at: place), at: 0)
    }
    guard !remarks.isEmpty else { return text }
    let isSaid = view.criterion == .basin || view.bestCell == nil
    return text + (isSaid ? "; " : "; of \(cells) \(unit) ") + Text.enumeration(remarks)
  }

  /// "lr 0.04, momentum 0.67".
  private func settings(_ cell: Int, _ map: OutcomeMap) -> String {
    zip(map.spec.axes, [cell % map.spec.width, cell / map.spec.width]).map { axis, place in
      "\(Text.oneLine(axis.name)) \(Text.readable(axis.numbers[place]))"
    }.joined(separator: ", ")
  }

  /// What the best cell does.
  private func sentence(
    _ optimizer: String, _ least: Double, at settings: String, _ view: MapView, _ map: OutcomeMap
  ) -> String {
    // What ends alike has no order: a hundredth of all cells and more.
    let alike = view.bestCells.count
    if alike > 1, 100 * alike > map.spec.count, view.criterion == .final {
      return "\(optimizer) ends at \(view.meaning.dropFirst(6)) = \(Text.readable(least)) alike in "
        + "\(share(alike, view)) of the cells, around \(settings)"
    }
    switch view.criterion {
    case .target:
      let target = map.spec.base.target.map { Text.readable($0) } ?? "the target"
      return "\(optimizer) does best at \(settings): \(target) after "
        + CostAxis.gradients.text(Text.grouped(Int(least))) + single(view, least)
    case .final:
      return "\(optimizer) does best at \(settings), where it ends at "
        + "\(view.meaning.dropFirst(6)) = \(Text.readable(least))"
    case .escape:
      return "\(optimizer) escapes soonest at \(settings): after "
        + CostAxis.steps.text(Text.grouped(Int(least))) + single(view, least)
    case .diverged:
      let count = map.cells.statuses.count { $0 == .diverged }
      return
        "\(optimizer) diverges in \(share(count, view)) of \(Text.grouped(map.spec.count)) cells, "
        + "soonest at \(settings): after \(CostAxis.steps.text(Text.grouped(Int(least))))"
    case .basin: return ""
    }
  }

  /// What a single cell did better in passing.
  private func single(_ view: MapView, _ best: Double) -> String {
    guard let least = view.least, least < best else { return "" }
    return " (a single cell after \(Text.grouped(Int(least))))"
  }

  /// That no cell has a number.
  private func absence(
    _ optimizer: String, _ cells: String, _ view: MapView, _ map: OutcomeMap
  ) -> String {
    if view.criterion == .diverged { return "\(optimizer) diverges in none of \(cells) cells" }
    if view.shades.classes.count == 1 {
      switch view.shades.classes[0].name {
      case "diverged": return "\(optimizer) diverges in every one of \(cells) cells"
      case "failed": return "\(optimizer) fails in every one of \(cells) cells"
      default: break
      }
    }
    switch view.criterion {
    case .target:
      let target = map.spec.base.target.map { Text.readable($0) } ?? "the target"
      return "\(optimizer) reaches \(target) in none of \(cells) cells"
    case .escape: return "\(optimizer) escapes in none of \(cells) cells"
    default: return "\(optimizer) comes to no end in any of \(cells) cells"
    }
  }
}
