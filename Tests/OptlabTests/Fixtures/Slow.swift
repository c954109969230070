import Glibc
import OptimizerKit

/// Takes its time.
public struct Slow: CoordinateRule {
  public static let name = "slow"
  public static let summary = "a fixture"
  @Hyperparameter("learning rate", in: 0..., scale: .log) public var lr = 1e-3
  public init() {}
  public mutating func prepare(step: Int) { usleep(2000) }

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<NoState, R>, lr: R
  ) {

    x -= lr * g
  }
}
