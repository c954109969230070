import OptimizerKit

/// Ackley's function: an almost flat plain full of small pits, with one deep hole.
///
///     f(x) = −a exp(−b √(Σ xᵢ²/n)) − exp(Σ cos(c xᵢ)/n) + a + e,   a = 20, b = 0.2, c = 2π
///
/// Minimum 0 at the origin, the tip of a cone. A local method ends in one of the pits of the plain,
/// whose slope to the hole is smaller than those of the pits. At the tip, where there is no
/// gradient, the cone's part of it is 0.
///
/// Ackley, "A Connectionist Machine for Genetic Hillclimbing", 1987; Jamil and Yang 2013.
public struct Ackley: Surface {
  public static let name = "ackley"
  public static let summary = "a plain of small pits around one deep hole"
  public static let shows = "small pits that hide a hole, the tip of a cone"
  public static let source = "Jamil and Yang 2013, arXiv 1308.4008"
  public static let family = Family.multimodal

  @Hyperparameter("dimension n", in: 1.0...1e6) public var dim = 2

  public init() {}

  public var dimension: Int { dim }
  public var starts: [[Double]] { [(0..<dim).map { $0 % 2 == 0 ? -3.6 : 2.7 }] }
  public var minima: [[Double]] { [Array(repeating: 0, count: dim)] }
  public var minimumLoss: Double? { 0 }
  public var viewport: Viewport? { dim == 2 ? Viewport(x: -5...5, y: -5...5) : nil }

  private let twoPi = 2 * Double.pi
  private let e = Double.exp(1)

  public func loss<X: Coordinates>(at x: X) -> X.Value {
    let (norm, cosines) = parts(x)
    return 20.0 * (1.0 - exp(-0.2 * norm)) + (e - exp(cosines))
  }

  public func gradient<X: Coordinates>(at x: X, into g: inout X) {
    let (norm, cosines) = parts(x)
    let n = Double(x.count)
    let cone = norm > .zero ? 4.0 * exp(-0.2 * norm) / (n * norm) : .zero
    let ripple = twoPi / n * exp(cosines)
    for i in 0..<x.count { g[i] = cone * x[i] + ripple * sin(twoPi * x[i]) }
  }

  /// √(Σ xᵢ²/n) and Σ cos(2πxᵢ)/n.
  private func parts<X: Coordinates>(_ x: X) -> (X.Value, X.Value) {
    var squares = X.Value.zero
    var cosines = X.Value.zero
    for i in 0..<x.count {
      squares += x[i].squared
      cosines += cos(twoPi * x[i])
    }
    let n = Double(x.count)
    return (squares > .zero ? (squares / n).squareRoot() : .zero, cosines / n)
  }
}
