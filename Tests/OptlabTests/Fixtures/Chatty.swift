import Glibc
import OptimizerKit

/// Prints garbage to standard output.
public struct Chatty: CoordinateRule {
  public static let name = "chatty"
  public static let summary = "a fixture"
  @Hyperparameter("learning rate", in: 0..., scale: .log) public var lr = 1e-3
  public init() {}

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<NoState, R>, lr: R
  ) {
    let garbage: [UInt8] = [0x52, 0xFF, 0xFF, 0, 10]
    garbage.withUnsafeBytes { _ = write(1, $0.baseAddress!, $0.count) }
    print("hello")
    x -= lr * g
  }
}
