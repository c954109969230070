// What a map shows by each criterion.

import OptimizerKit

/// A map seen by a criterion: numbers, classes, and which cell is best.
public struct MapView: Sendable {
  public let criterion: MapCriterion
  public let shades: MapShades
  /// What the numbers are, for the colour bar.
  public let meaning: String
  /// The least number that its neighbours keep up with, a cell counting as much as the worst of it and of
  /// those around it: one lucky passage through the minimum is no good setting. Nil where no cell has a
  /// number.
  public let best: Double?
  /// The cells that are the best alike.
  public let bestCells: [Int]
  /// The best cell of each column that has one, judged by those above and below it, where each column is
  /// another problem: then no cell is the best of all. Empty elsewhere.
  public let ridge: [Int]
  /// The least number of a single cell; nil where there is none.
  public let least: Double?
  /// The largest; on the scale, numbers may end earlier: those above are as dark as its end.
  public let largest: Double?

  /// The share of final losses, from the least, that the scale covers.
  public static let shownShare = 0.9
  /// The floor of losses, as a share of the start's: below, rounding decides.
  public static let floor = 1e-16

  /// A map seen by a criterion.
  public init(_ map: OutcomeMap, by criterion: MapCriterion, of input: FigureInput) {
    self.criterion = criterion
    let cells = map.cells
    var builder = MapViewBuilder(count: cells.count)
    var end: Double?
    // Nil for the training of a network.
    let surface = input.surface(map.spec.base.problem)
    let minimum = surface?.minimumLoss
    // Where the problem changes along x, so may its minimum.
    let minima =
      map.spec.x.place == .problem
      ? (0..<map.spec.width).map { input.surface(map.spec.cell($0).problem)?.minimumLoss ?? 0 } : []
    switch criterion {
    case .target:
      meaning = "gradients to the target"
      builder.fill { index in
        cells.statuses[index] == .reachedTarget ? Double(cells.gradients[index]) : nil
      }
      builder.classify(cells, otherwise: "not reached")
    case .final:
      meaning =
        surface == nil ? "final validation loss" : minimum == nil ? "final loss" : "final f − f*"
      let start = surface.flatMap { surface in map.spec.base.start.map { surface.loss(at: $0) } }
      let lowest = abs((start ?? 1) - (minimum ?? 0)) * Self.floor
      builder.fill { index in
        let loss = cells.finalLosses[index]
        switch cells.statuses[index] {
        case .completed, .reachedTarget:
          return loss - (minima.isEmpty ? minimum ?? 0 : minima[index % map.spec.width])
        default: return nil
        }
      }
      if minimum != nil { builder.raise(to: max(lowest, 1e-300)) }
      // What ends worse than all the others is not what the picture is about.
      end = builder.quantile(Self.shownShare)
      builder.classify(cells, otherwise: "no number")
    case .escape:
      meaning = "steps to escape"
      builder.fill { cells.escapes[$0] >= 0 ? Double(cells.escapes[$0]) : nil }
      builder.classify(cells, otherwise: "no escape")
    case .diverged:
      meaning = "step of divergence"
      builder.fill { cells.statuses[$0] == .diverged ? Double(cells.steps[$0]) : nil }
      builder.classify(cells, otherwise: "does not diverge")
    case .basin:
      meaning = ""
      builder.addMinima(cells, surface?.minima ?? [])
      builder.classify(cells, otherwise: "at none of them")
    }
    let numbers = builder.numbers
    least = numbers.lazy.filter(\.isFinite).min()
    largest = numbers.lazy.filter(\.isFinite).max()
    let worst = builder.worstOfNeighbours(width: map.spec.width)
    // Where no cell has neighbours with numbers, each counts alone.
    let judged = criterion != .diverged && worst.contains(where: \.isFinite) ? worst : numbers
    if let level = judged.lazy.filter(\.isFinite).min() {
      bestCells = judged.indices.filter { judged[$0] == level }
      best = bestCells.lazy.map { numbers[$0] }.min()
    } else {
      (best, bestCells) = (nil, [])
    }
    ridge =
      map.spec.x.place == .problem && map.spec.height > 1 && criterion != .diverged
      ? builder.ridge(width: map.spec.width) : []
    shades = builder.shades(meaning, from: best, to: end ?? largest, width: map.spec.width)
  }

  /// Of the best cells that which lies in their middle; nil where there is none.
  public var bestCell: Int? {
    let width = shades.width
    let count = Double(bestCells.count)
    let x = bestCells.reduce(0.0) { $0 + Double($1 % width) } / count
    let y = bestCells.reduce(0.0) { $0 + Double($1 / width) } / count
    func distance(_ cell: Int) -> Double {
      let (dx, dy) = (Double(cell % width) - x, Double(cell / width) - y)
      return dx * dx + dy * dy
    }
    return bestCells.min { distance($0) < distance($1) }
  }
}
