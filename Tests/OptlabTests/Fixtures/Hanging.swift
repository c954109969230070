import Glibc
import OptimizerKit

/// Never ends its first step.
public struct Hanging: CoordinateRule {
  public static let name = "hanging"
  public static let summary = "a fixture"
  @Hyperparameter("learning rate", in: 0..., scale: .log) public var lr = 1e-3
  public init() {}

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<NoState, R>, lr: R
  ) {
    while lr < R(1.0) { usleep(1000) }
    x -= lr * g
  }
}
