// What makes scores of different problems comparable.

import OptimizerKit

/// How scores are put on one scale before they are summed over problems.
public enum Normalization: String, Sendable, CaseIterable {
  /// Scores as they are: right where all problems have the same unit.
  case identity
  /// The place among all runs of all participants on the problem, from 0 for the best to 1 for the
  /// worst; equal scores share the mean of their places. Failures count as the worst, so that all
  /// places are finite.
  case places
  /// (x − min)/(max − min) within a problem, over the finite scores of all participants; 0 where
  /// they are all equal. Failures stay +∞.
  case range

  /// The scores of one problem, `scores[participant][run]`, on the common scale.
  public func callAsFunction(_ scores: [[Double]]) -> [[Double]] {
    switch self {
    case .identity: return scores
    case .places:
      let all = scores.flatMap { $0 }
      let scale = all.count > 1 ? 1 / Double(all.count - 1) : 0
      let places = Places.mean(of: all)
      var next = 0
      return scores.map { own in
        own.map { _ in
          next += 1
          return (places[next - 1] - 1) * scale
        }
      }
    case .range:
      let finite = scores.joined().filter(\.isFinite)
      guard let least = finite.min(), let most = finite.max() else { return scores }
      // Halves, so that the difference cannot overflow.
      let scale = 0.5 * most - 0.5 * least
      return scores.map { own in
        own.map { $0.isFinite ? (scale > 0 ? (0.5 * $0 - 0.5 * least) / scale : 0) : .infinity }
      }
    }
  }
}

/// Places in an order.
enum Places {
  /// The place of each value from 1, the mean of their places for those that are equal.
  static func mean(of values: [Double]) -> [Double] {
    var order = Array(values.indices)
    order.sort { values[$0] < values[$1] }
    var places = values
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
      for i in start..<end { places[order[i]] = 0.5 * Double(start + end + 1) }
      start = end
    }
    return places
  }
}
