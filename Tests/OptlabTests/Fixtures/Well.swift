import Glibc
import OptimizerKit

/// Does as it should.
public struct Well: CoordinateRule {
  public static let name = "well"
  public static let summary = "a fixture"
  @Hyperparameter("learning rate", in: 0..., scale: .log) public var lr = 1e-3
  public init() {}

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<NoState, R>, lr: R
  ) {

    x -= lr * g
  }
}
