// What an optimizer is invariant to: measured, and compared with what it claims.

import OptimizerKit

extension OptimizerConformance {
  /// How far an optimizer is from an invariance.
  public struct MeasuredInvariance {
    public let invariance: Invariances
    /// "rotation".
    public let name: String
    /// The largest distance between the path on the changed problem, seen through the change, and that
    /// on the problem as it is, as a share of the way made. Infinite where only one of them can be walked.
    public let gap: Double
    /// Whether the optimizer is taken to have it.
    public var holds: Bool { gap <= OptimizerConformance.largestGap }
  }

  /// An ε beside gradients of 0.1 and larger breaks the scale by 1e-5 at most, rounding far less.
  static let largestGap = 1e-4

  /// Each invariance, measured over sixty steps on a course of every weather.
  public static func invariances(of optimizer: some Optimizer) -> [MeasuredInvariance] {
    let plain = Terrain(.allShapes)
    let lr = plain.learningRate(of: optimizer)
    let path = plain.path(of: optimizer, lr: lr)
    return Invariances.all.map { invariance, name in
      var changed = plain
      switch invariance {
      case .scale: changed.scale = 64
      case .rotation: changed.change = .reflection
      case .permutation: changed.change = .reversal
      default: changed.change = .shift
      }
      let seen = changed.path(of: optimizer, lr: lr).map(changed.undone)
      return MeasuredInvariance(
        invariance: invariance, name: name, gap: PathGap(path, seen, from: plain.start).share)
    }
  }

  /// The claims that do not hold.
  public static func claimFindings(
    _ optimizer: some Optimizer, _ measured: [MeasuredInvariance]
  ) -> [ConformanceFinding] {
    measured.filter { optimizer.invariances.contains($0.invariance) && !$0.holds }.map {
      ConformanceFinding(
        "invariance", "the path is not invariant to \($0.name), as is claimed",
        expected: "the same path to \(largestGap) of the way", actual: rounded($0.gap))
    }
  }
}
