import Glibc
import OptimizerKit

/// Traps at its fifth step.
public struct Trapping: CoordinateRule {
  public static let name = "trapping"
  public static let summary = "a fixture"
  @Hyperparameter("learning rate", in: 0..., scale: .log) public var lr = 1e-3
  public init() {}
  public mutating func prepare(step: Int) { if step == 5 { fatalError("the fifth step") } }

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<NoState, R>, lr: R
  ) {

    x -= lr * g
  }
}
