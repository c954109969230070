import OptimizerKit

/// Declares more states than a coordinate may have.
public struct Fivefold: CoordinateRule {
  public static let name = "fivefold"
  public static let summary = "a fixture"
  public enum State: Int, StateNames { case a, b, c, d, e }
  public init() {}
  public func update<R: Real>(_ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R) {}
}
