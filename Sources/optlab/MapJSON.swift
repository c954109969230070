// A map as JSON: what scripts read of it.

import Figures
import OptimizerKit

/// A finished map: its axes and how many cells ended how, and where asked for the cells in columns.
struct MapJSON: Encodable {
  struct Axis: Encodable {
    let name: String
    let values: [Double]
    let isLogarithmic: Bool
  }
  /// A cell by its place along each axis, from 0.
  struct Cell: Encodable {
    let column, row: Int
    let settings: [String: Double]
    let status: String
    let steps, gradients: Int
    let finalLoss: Double
  }
  struct Columns: Encodable {
    let status: [String]
    let steps, gradients: [Int32]
    let finalLoss: [Double]
    /// −1 for a run that did not escape.
    let escapeStep: [Int32]
    /// 255 for none.
    let minimum: [UInt8]
  }

  let key, label: String
  let optimizer: OptimizerSpec
  let problem: PluginSpec
  let start: [Double]?
  let seed: UInt64
  let budget: String
  let target: Double?
  let axes: [Axis]
  let cells: Int
  let statuses: [String: Int]
  /// That which is marked in the picture.
  let best: Cell?
  /// Row by row, each from the first value of the first axis.
  let columns: Columns?

  /// - Parameters:
  ///   - best: the place of the best cell.
  ///   - isWhole: whether every cell is part of it.
  init(_ map: OutcomeMap, best: Int? = nil, isWhole: Bool = false) {
    let spec = map.spec
    key = map.key
    label = map.label
    optimizer = spec.base.optimizer
    problem = spec.base.problem
    start = spec.base.start
    seed = spec.base.seed
    budget = "\(spec.base.budget)"
    target = spec.base.target
    axes = spec.axes.map {
      Axis(name: $0.name, values: $0.numbers, isLogarithmic: $0.isLogarithmic)
    }
    cells = spec.count
    statuses = Dictionary(grouping: map.cells.statuses) { $0.rawValue }.mapValues(\.count)
    self.best = best.map { place in
      let cell = map.cells[place]
      let places = [place % spec.width, place / spec.width]
      return Cell(
        column: places[0], row: places[1],
        settings: Dictionary(
          zip(spec.axes, places).map { ($0.name, $0.numbers[$1]) }
        ) { first, _ in first },
        status: cell.status.rawValue, steps: Int(cell.steps), gradients: Int(cell.gradients),
        finalLoss: cell.finalLoss)
    }
    columns =
      isWhole
      ? Columns(
        status: map.cells.statuses.map(\.rawValue), steps: map.cells.steps,
        gradients: map.cells.gradients, finalLoss: map.cells.finalLosses,
        escapeStep: map.cells.escapes, minimum: map.cells.minima) : nil
  }
}
