import Glibc
import OptimizerKit

/// Writes garbage to every open file, the pipe of the records among them.
public struct Meddling: CoordinateRule {
  public static let name = "meddling"
  public static let summary = "a fixture"
  @Hyperparameter("learning rate", in: 0..., scale: .log) public var lr = 1e-3
  public init() {}

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<NoState, R>, lr: R
  ) {
    let garbage: [UInt8] = [0x52, 0xFF, 0xFF, 0xFF, 0x7F]
    for file in 3..<Int32(64) {
      garbage.withUnsafeBytes { _ = write(file, $0.baseAddress!, $0.count) }
    }
    x -= lr * g
  }
}
