import Glibc
import OptimizerKit

/// Ends by a signal.
public struct Killed: CoordinateRule {
  public static let name = "killed"
  public static let summary = "a fixture"
  @Hyperparameter("learning rate", in: 0..., scale: .log) public var lr = 1e-3
  public init() {}

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<NoState, R>, lr: R
  ) {
    raise(SIGKILL)
    x -= lr * g
  }
}
