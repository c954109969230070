import OptimizerKit

/// Descends as usual, but for learning rates around 0.01, at which it all but stands still.
public struct Holed: CoordinateRule {
  public static let name = "holed"
  public static let summary = "a fixture"
  @Hyperparameter("learning rate", in: 0..., scale: .log) public var lr = 1e-2
  public init() {}

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<NoState, R>, lr: R
  ) {
    let distance = (lr - 0.01) * (lr - 0.01)
    x -= lr * g * (distance / (distance + 4e-7))
  }
}
