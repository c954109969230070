import Glibc
import OptimizerKit

/// Waits at every step until there is a file called "open".
public struct Gated: CoordinateRule {
  public static let name = "gated"
  public static let summary = "a fixture"
  @Hyperparameter("learning rate", in: 0..., scale: .log) public var lr = 1e-3
  public init() {}
  public mutating func prepare(step: Int) {
    while access("open", F_OK) != 0 { usleep(1000) }
  }

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<NoState, R>, lr: R
  ) {
    x -= lr * g
  }
}
