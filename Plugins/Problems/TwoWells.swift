import OptimizerKit

/// Two wells with a ridge between them.
///
///     f(x, y) = ½ (x² + y²) + h exp(−x²/2w²)
///
/// Minima ½ x² + w² at (±w √(2 ln(h/w²)), 0); the ridge runs along x = 0, with the pass to the other
/// well at the origin, a saddle with the loss h. The first start lies beside the crest: the gradient
/// leads along it before it leads off. From the second, a step that is too long jumps over the ridge.
///
/// Hänggi, Talkner and Borkovec 1990, doi:10.1103/RevModPhys.62.251 (on the passage over a barrier).
public struct TwoWells: Surface {
  public static let name = "two-wells"
  public static let summary = "a bowl that a ridge parts into two wells"
  public static let shows = "on which side of a ridge a path comes down"
  public static let source = "Hänggi et al. 1990, doi:10.1103/RevModPhys.62.251"
  public static let family = Family.saddle

  @Hyperparameter("height h of the ridge", in: 0.01...1e6, scale: .log) public var height = 2.0
  @Hyperparameter("width w of the ridge", in: 1e-3...1e3, scale: .log) public var width = 0.5

  public init() {}

  public func validate() throws(HyperparameterError) {
    // Below, the wells are next to the saddle, or there are none.
    guard height > 1.1 * width * width else {
      throw .inconsistent(
        plugin: Self.name,
        reason: "height = \(height) is not above 1.1 width² = \(1.1 * width * width)")
    }
  }

  private var distance: Double { width * (2 * log(height / (width * width))).squareRoot() }

  public var dimension: Int { 2 }
  public var starts: [[Double]] {
    [[0.02 * width, 2 * distance], [2.5 * distance, distance]]
  }
  public var minima: [[Double]] { [[distance, 0], [-distance, 0]] }
  public var minimumLoss: Double? { width * width * (1 + log(height / (width * width))) }
  public var saddle: [Double]? { [0, 0] }
  public var viewport: Viewport? {
    let side = 3 * distance
    return Viewport(x: -side...side, y: -side...side)
  }

  public func loss<X: Coordinates>(at p: X) -> X.Value {
    let (a, b) = (p[0].squared, p[1].squared)
    return 0.5 * (a + b) + height * exp(-0.5 / (width * width) * a)
  }

  // Its length alone would keep it out of the loop over runs side by side.
  @inline(__always)
  public func gradient<X: Coordinates>(at p: X, into g: inout X) {
    let square = width * width
    g[0] = p[0] * (1.0 - height / square * exp(-0.5 / square * p[0].squared))
    g[1] = p[1]
  }
}
