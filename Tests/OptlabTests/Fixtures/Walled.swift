import OptimizerKit

/// Traps far from where its runs are, but within its picture.
public struct Walled: Surface {
  public static let name = "walled"
  public static let summary = "a fixture"
  public init() {}
  public var dimension: Int { 2 }
  public var starts: [[Double]] { [[1, 1]] }
  public var minima: [[Double]] { [[0, 0]] }
  public var minimumLoss: Double? { 0 }
  public var viewport: Viewport? { Viewport(x: -2...2, y: -2...2) }
  public func loss<X: Coordinates>(at p: X) -> X.Value {
    if p[0].double < -1 { fatalError("a wall") }
    return p[0].squared + p[1].squared
  }
  public func gradient<X: Coordinates>(at p: X, into g: inout X) {
    g[0] = 2.0 * p[0]
    g[1] = 2.0 * p[1]
  }
}
