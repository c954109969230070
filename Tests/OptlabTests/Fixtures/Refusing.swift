import OptimizerKit

/// Traps as soon as it is asked for its name.
public struct Refusing: Schedule {
  public static let name: String = { fatalError("no name") }()
  public static let summary = "a fixture"
  public init() {}
  public func value(base: Double, step: Int, steps: Int) -> Double { base }
}
