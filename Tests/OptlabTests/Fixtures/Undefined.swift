import Glibc
import OptimizerKit

/// Steps to where there is no number.
public struct Undefined: CoordinateRule {
  public static let name = "undefined"
  public static let summary = "a fixture"
  @Hyperparameter("learning rate", in: 0..., scale: .log) public var lr = 1e-3
  public init() {}

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<NoState, R>, lr: R
  ) {
    x = R(Double.nan)
    x -= lr * g
  }
}
