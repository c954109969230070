import OptimizerKit

/// Does not compile.
public struct Broken: CoordinateRule {
  public static let name: Int = "broken"
}
