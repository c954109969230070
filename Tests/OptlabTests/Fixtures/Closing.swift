import Glibc
import OptimizerKit

/// Closes every open file.
public struct Closing: CoordinateRule {
  public static let name = "closing"
  public static let summary = "a fixture"
  @Hyperparameter("learning rate", in: 0..., scale: .log) public var lr = 1e-3
  public init() {}

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<NoState, R>, lr: R
  ) {
    for file in 0..<Int32(64) { close(file) }
    x -= lr * g
  }
}
