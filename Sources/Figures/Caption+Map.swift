// The caption of a map.

import OptimizerKit

extension Caption {
  /// The caption of a picture of a map: what its cells have in common, its axes, how many cells there are
  /// and how they ended, and the small print.
  ///
  /// - Parameter notes: what a reader must know of how the picture was made.
  public init(_ map: OutcomeMap, of input: FigureInput, notes: [String] = []) {
    let spec = map.spec
    let base = spec.base
    var lines: [(name: String, value: String)] = [("map", Text.oneLine(map.label, limit: 240))]
    /// A plugin without what an axis changes of it.
    func text(_ plugin: PluginSpec, at place: MapAxis.Place) -> String {
      var plugin = plugin
      plugin.settings.removeAll { setting in
        spec.axes.contains { $0.place == place && $0.name == setting.name }
      }
      return Self.text(plugin)
    }
    lines.append(("problem", text(base.problem, at: .problem)))
    if let start = base.start {
      let coordinates = start.prefix(8).enumerated().map { index, value in
        spec.axes.contains { $0.place == .start(coordinate: index) }
          ? "x\(index)" : Text.readable(value, digits: 6)
      }
      lines.append(
        (
          "start",
          spec.starts.isEmpty
            ? "(\(coordinates.joined(separator: ", "))\(start.count > 8 ? ", …" : ""))"
            : "each problem's own"
        ))
    }
    for (level, term) in base.optimizer.terms.enumerated() {
      var shown = term
      shown.plugin.settings.removeAll { setting in
        spec.axes.contains { $0.place == .optimizer(level: level) && $0.name == setting.name }
      }
      lines.append((level == 0 ? "optimizer" : "around", Self.text(shown)))
    }
    for (name, axis) in zip(["x axis", "y axis"], spec.axes) {
      let numbers = axis.numbers
      lines.append(
        (
          name,
          "\(Text.oneLine(axis.name)), \(axis.count) values from \(Text.readable(numbers[0])) to "
            + "\(Text.readable(numbers[axis.count - 1])), evenly"
            + (axis.isLogarithmic ? " in the logarithm" : "")
        ))
    }
    lines.append(("seeds", "\(base.seed)"))
    lines.append(
      (
        "budget",
        "\(base.budget) for each cell"
          + (base.target.map { "; it stops at f − f* = \(Text.readable($0)) of the start's" } ?? "")
      ))
    let counts = RunStatus.allCases.map { status in
      (status: status, count: map.cells.statuses.count { $0 == status })
    }
    lines.append(
      (
        "cells",
        "\(Text.grouped(spec.count)): "
          + counts.filter { $0.count > 0 }.map { "\(Text.grouped($0.count)) \($0.status.rawValue)" }
          .joined(separator: ", ")
      ))
    self.init(lines: lines + Self.smallPrint(notes, input.ledger))
  }
}
