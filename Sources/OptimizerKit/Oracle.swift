// What an optimizer may ask of a problem beyond the gradient that it is handed. Every call is counted.

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

  public var description: String {
    let names: [(OracleCapabilities, String)] = [
      (.loss, "loss values"), (.gradient, "gradients elsewhere"),
      (.hessianVectorProduct, "Hessian-vector products"), (.hessian, "the Hessian"),
      (.quadratic, "a quadratic loss"),
    ]
    return names.filter { contains($0.0) }.map(\.1).joined(separator: ", ")
  }
}

/// How often a problem was evaluated, by kind.
public struct EvaluationCounts: Sendable, Equatable, Codable {
  public var losses = 0
  public var gradients = 0
  public var hessianVectorProducts = 0
  public var hessians = 0
  public init() {}
}

/// A problem cannot do what was asked.
public struct OracleError: Error, CustomStringConvertible {
  public let description: String
  public init(_ description: String) { self.description = description }
}

/// Evaluations of a problem at points of the optimizer's choice. On a minibatch problem all calls
/// within one step see the minibatch of that step.
public struct Oracle<R: Real> {
  /// What it can do.
  public let capabilities: OracleCapabilities
  /// What was asked so far, the gradients handed to the optimizer included.
  public var counts = EvaluationCounts()

  let lossAt: (Vector<R>) -> Double
  let gradientAt: (Vector<R>, inout Vector<R>) -> Void
  let productAt: ((Vector<R>, Vector<R>) -> Vector<R>)?

  /// An oracle made of closures; the lab makes one for each run.
  public init(
    capabilities: OracleCapabilities,
    loss: @escaping (Vector<R>) -> Double,
    gradient: @escaping (Vector<R>, inout Vector<R>) -> Void,
    hessianVectorProduct: ((Vector<R>, Vector<R>) -> Vector<R>)? = nil
  ) {
    self.capabilities = capabilities
    lossAt = loss
    gradientAt = gradient
    productAt = hessianVectorProduct
  }

  /// f(x).
  public mutating func loss(at x: Vector<R>) -> Double {
    counts.losses += 1
    return lossAt(x)
  }

  /// ∇f(x).
  public mutating func gradient(at x: Vector<R>) -> Vector<R> {
    counts.gradients += 1
    var g = Vector(repeating: R.zero, count: x.count)
    gradientAt(x, &g)
    return g
  }

  /// ∇²f(x) v.
  public mutating func hessianVectorProduct(at x: Vector<R>, _ v: Vector<R>) throws -> Vector<R> {
    guard let productAt else { throw OracleError("the problem has no Hessian-vector product") }
    counts.hessianVectorProducts += 1
    return productAt(x, v)
  }

  /// ∇²f(x), n × n; symmetric, so row- or column-major alike. Costs n Hessian–vector products,
  /// counted as one Hessian.
  public mutating func hessian(at x: Vector<R>) throws -> [Double] {
    guard let productAt else { throw OracleError("the problem has no Hessian") }
    counts.hessians += 1
    var matrix: [Double] = []
    matrix.reserveCapacity(x.count * x.count)
    var unit = Vector(repeating: R.zero, count: x.count)
    for i in x.indices {
      unit[i] = R(1.0)
      matrix += productAt(x, unit).array.map(\.double)
      unit[i] = R.zero
    }
    return matrix
  }
}
