// A full grid.

import OptimizerKit

/// Every combination of evenly spaced values, the ends of ranges included: as many values for each
/// hyperparameter as the trials allow, as equally many as can be. The trials that are left over go to
/// points of a Sobol sequence: every optimizer has equally many.
struct GridSearch: SearchStrategy {
  func nextRound(
    in space: SearchSpace, trials: Int, seed: UInt64, after earlier: [SearchTrial]
  ) -> SearchRound {
    guard earlier.isEmpty else { return SearchRound() }
    let levels = Self.levels(space, trials: trials)
    let axes = zip(space.dimensions, levels).map { dimension, count in
      (0..<count).map { Self.coordinate($0, of: count, dimension) }
    }
    let grid = axes.reduce([[]]) { partial, axis in
      partial.flatMap { point in axis.map { point + [$0] } }
    }
    let rest = SobolSequence(dimensions: levels.count, seed: seed)
      .points(0..<trials - grid.count)
    return SearchRound(grid + rest)
  }

  /// How many values each dimension has.
  static func levels(_ space: SearchSpace, trials: Int) -> [Int] {
    let most = space.dimensions.map { dimension -> Int in
      switch dimension.domain {
      case .choices(let values): values.count
      case .integers(let range, _): range.count
      case .interval: Int.max
      }
    }
    var levels = most.map { _ in 1 }
    while true {
      let open = levels.indices.filter { index in
        levels[index] < most[index]
          && levels.indices.reduce(1) { $0 * (levels[$1] + ($1 == index ? 1 : 0)) } <= trials
      }
      guard let next = open.min(by: { levels[$0] < levels[$1] }) else { return levels }
      levels[next] += 1
    }
  }

  private static func coordinate(_ i: Int, of count: Int, _ dimension: SearchDimension) -> Double {
    if case .interval = dimension.domain, count > 1 { return Double(i) / Double(count - 1) }
    return (Double(i) + 0.5) / Double(count)
  }
}
