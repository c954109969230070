import OptimizerKit

/// Griewank's function: a wide bowl covered with ripples that all look alike.
///
///     f(x) = 1 + Σᵢ xᵢ²/4000 − Πᵢ cos(xᵢ/√i)   (i from 1)
///
/// Minimum 0 at the origin. From afar it is a bowl, from nearby a lattice of local minima of almost
/// the same depth. In many dimensions the product vanishes nearly everywhere, and it is easier.
///
/// Griewank 1981, doi:10.1007/BF00933356; Jamil and Yang 2013, arXiv 1308.4008.
public struct Griewank: Surface {
  public static let name = "griewank"
  public static let summary = "a wide bowl covered with ripples"
  public static let shows = "local minima of almost the same depth"
  public static let source = "Griewank 1981, doi:10.1007/BF00933356"
  public static let family = Family.multimodal

  @Hyperparameter("dimension n", in: 1.0...1e6) public var dim = 2

  private var roots: [Double] = []

  public init() { resolve() }

  public mutating func resolve() { roots = (0..<dim).map { Double($0 + 1).squareRoot() } }

  public var dimension: Int { dim }
  public var starts: [[Double]] { [(0..<dim).map { $0 % 2 == 0 ? -11 : 7 }] }
  public var minima: [[Double]] { [Array(repeating: 0, count: dim)] }
  public var minimumLoss: Double? { 0 }
  public var viewport: Viewport? { dim == 2 ? Viewport(x: -15...15, y: -15...15) : nil }

  public func loss<X: Coordinates>(at x: X) -> X.Value {
    var squares = X.Value.zero
    var product = X.Value(1.0)
    for i in 0..<x.count {
      squares += x[i].squared
      product *= cos(x[i] / roots[i])
    }
    return squares / 4000.0 + (1.0 - product)
  }

  public func gradient<X: Coordinates>(at x: X, into g: inout X) {
    // The cosines before each coordinate, then those after it: no division by one that vanishes.
    var product = X.Value(1.0)
    for i in 0..<x.count {
      g[i] = product
      product *= cos(x[i] / roots[i])
    }
    product = X.Value(1.0)
    for i in stride(from: x.count - 1, through: 0, by: -1) {
      let t = x[i] / roots[i]
      g[i] = x[i] / 2000.0 + g[i] * product * sin(t) / roots[i]
      product *= cos(t)
    }
  }
}
