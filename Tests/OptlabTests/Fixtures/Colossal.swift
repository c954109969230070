import Glibc
import OptimizerKit

/// Allocates more than there is, at once.
public struct Colossal: CoordinateRule {
  public static let name = "colossal"
  public static let summary = "a fixture"
  @Hyperparameter("learning rate", in: 0..., scale: .log) public var lr = 1e-3
  public init() {}

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<NoState, R>, lr: R
  ) {
    let hoard = UnsafeMutablePointer<Double>.allocate(capacity: 1 << 45)
    hoard[0] = 1
    print(hoard[1 << 44])
    x -= lr * g
  }
}
