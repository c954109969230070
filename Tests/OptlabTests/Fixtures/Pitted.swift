import OptimizerKit

/// A bowl that traps near its minimum.
public struct Pitted: Surface {
  public static let name = "pitted"
  public static let summary = "a fixture"
  public init() {}
  public var dimension: Int { 2 }
  public var starts: [[Double]] { [[1, 1]] }
  public var minima: [[Double]] { [[0, 0]] }
  public func loss<X: Coordinates>(at p: X) -> X.Value {
    let loss = p[0].squared + p[1].squared
    if loss < X.Value(0.5) { fatalError("a pit") }
    return loss
  }
  public func gradient<X: Coordinates>(at p: X, into g: inout X) {
    g[0] = 2.0 * p[0]
    g[1] = 2.0 * p[1]
  }
}
