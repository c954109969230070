// What a problem can be asked.

/// What a problem's oracle can do.
public struct OracleCapabilities: OptionSet, Sendable, CustomStringConvertible {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// The loss at any point.
  public static let loss = OracleCapabilities(rawValue: 1)
  /// The gradient at any point.
  public static let gradient = OracleCapabilities(rawValue: 2)
  /// ∇²f(x) v.
  public static let hessianVectorProduct = OracleCapabilities(rawValue: 4)
  /// The whole Hessian.
  public static let hessian = OracleCapabilities(rawValue: 8)
  /// The loss is a quadratic, so that one Hessian–vector product gives the exact line search.
  public static let quadratic = OracleCapabilities(rawValue: 16)
  /// The loss is half a sum of squares, whose terms are given with their derivatives.
  public static let residuals = OracleCapabilities(rawValue: 32)

  public var description: String {
    let names: [(OracleCapabilities, String)] = [
      (.loss, "loss values"), (.gradient, "gradients elsewhere"),
      (.hessianVectorProduct, "Hessian-vector products"), (.hessian, "the Hessian"),
      (.quadratic, "a quadratic loss"), (.residuals, "residuals"),
    ]
    return names.filter { contains($0.0) }.map(\.1).joined(separator: ", ")
  }
}
