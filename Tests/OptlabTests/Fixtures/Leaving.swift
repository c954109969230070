import Glibc
import OptimizerKit

/// Leaves as if all were well.
public struct Leaving: CoordinateRule {
  public static let name = "leaving"
  public static let summary = "a fixture"
  @Hyperparameter("learning rate", in: 0..., scale: .log) public var lr = 1e-3
  public init() {}

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<NoState, R>, lr: R
  ) {
    if lr < R(1.0) { exit(0) }
    x -= lr * g
  }
}
