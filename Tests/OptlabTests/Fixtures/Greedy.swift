import Glibc
import OptimizerKit

/// Allocates without end.
public struct Greedy: CoordinateRule {
  public static let name = "greedy"
  public static let summary = "a fixture"
  @Hyperparameter("learning rate", in: 0..., scale: .log) public var lr = 1e-3
  public init() {}

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<NoState, R>, lr: R
  ) {
    var hoard: [[Double]] = []
    while lr < R(1.0) { hoard.append(Array(repeating: 1, count: 1_000_000)) }
    print(hoard.count)
    x -= lr * g
  }
}
