// A synthetic problem: a function of a few coordinates, in double precision.

/// A surface: its formula, its gradient, its known minima and canonical starts.
///
///     public func loss<X: Coordinates>(at p: X) -> X.Value { p[0].squared + 100.0 * p[1].squared }
///     public func gradient<X: Coordinates>(at p: X, into g: inout X) {
///       g[0] = 2.0 * p[0]
///       g[1] = 200.0 * p[1]
///     }
///
/// What a conformer must uphold: `gradient` writes every coordinate of `g` and is the gradient of
/// `loss` (checked against dual numbers by `optlab check`), at kinks the smallest subgradient, so that
/// it vanishes at a minimum. Each of `minima` is a stationary point with the loss `minimumLoss`, none
/// of the domain is lower, and no start lies at a minimum. Hessian–vector products come from running
/// `gradient` on dual numbers, and so do the derivatives of residuals, where a loss is a sum of squares
/// and says so; nothing is to be written for them.
public protocol Surface: Problem {
  /// The number of coordinates, at least 1.
  var dimension: Int { get }
  /// The tensors that the coordinates make up: a single point, unless the problem has matrices.
  var layout: ParameterLayout { get }
  /// The box that the problem is confined to; nil for all of space. After every update the point is
  /// moved back to the nearest one in it.
  var domain: Box? { get }
  /// Canonical starting points, the first one the default.
  var starts: [[Double]] { get }
  /// The known global minimisers within the domain (or, for a problem that is unbounded below, none).
  var minima: [[Double]] { get }
  /// The loss at the minima; nil where it is unbounded below or not known.
  var minimumLoss: Double? { get }
  /// A saddle point, for the time that it takes to escape.
  var saddle: [Double]? { get }
  /// The part of the plane that pictures show; nil in other dimensions.
  var viewport: Viewport? { get }
  /// Whether the loss is a quadratic form.
  var isQuadratic: Bool { get }
  /// Whether the gradient that the optimizer sees is random.
  var isStochastic: Bool { get }

  /// f(x).
  func loss<X: Coordinates>(at x: X) -> X.Value
  /// ∇f(x), written to every coordinate of `g`.
  func gradient<X: Coordinates>(at x: X, into g: inout X)
  /// An unbiased estimate of ∇f(x); the gradient itself unless the problem is stochastic.
  func sampleGradient<X: Coordinates>(at x: X, into g: inout X, random: inout RandomSource)

  /// The number m of residuals rᵢ(x) with f(x) = ½ Σ rᵢ(x)²; 0, unless said otherwise, where there are
  /// none. Where there are, the surface offers `.residuals`.
  var residualCount: Int { get }
  /// Writes r(x) to every element of `r`, of which there are `residualCount`.
  func residuals<X: Coordinates>(at x: X, into r: Strided<X.Value>)

  /// The gradient in the plane as a function; see `PlanarGradient`.
  func planarGradient(seed: UInt64) -> PlanarGradient
  /// The gradient that the optimizer sees at `step`, at a point in memory.
  func gradient(
    at x: UnsafeMutablePointer<Double>, into g: UnsafeMutablePointer<Double>, seed: UInt64,
    step: Int)
  /// The gradients that the optimizer sees at `step`, for many runs side by side: coordinate d of
  /// run k is `x[d * lanes + k]`, and its noise is that of the seed `seeds[k]`.
  func gradients(
    at x: UnsafeMutablePointer<Double>, into g: UnsafeMutablePointer<Double>, lanes: Int,
    seeds: UnsafePointer<UInt64>, step: Int)
  /// Losses and norms of the true gradient at `count` points, laid out one point after the other.
  func evaluate(
    _ points: UnsafePointer<Double>, count: Int, losses: UnsafeMutablePointer<Double>,
    gradientNorms: UnsafeMutablePointer<Double>)
  /// Losses alone at `count` points, laid out one point after the other.
  func evaluate(
    _ points: UnsafePointer<Double>, count: Int, losses: UnsafeMutablePointer<Double>)
  /// Losses of many runs side by side: coordinate d of run k is `x[d * lanes + k]`.
  func losses(
    at x: UnsafePointer<Double>, into losses: UnsafeMutablePointer<Double>, lanes: Int)
  /// ∇²f(x) v, exact.
  func hessianVectorProduct(at x: [Double], _ v: [Double]) -> [Double]
  /// r(x) and ∂rᵢ/∂xₖ, row by row, exact.
  func residualsAndJacobian(at x: [Double]) -> (residuals: [Double], jacobian: [Double])
}

extension Surface {
  public var layout: ParameterLayout { ParameterLayout(coordinates: dimension) }
  public var domain: Box? { nil }
  public var minimumLoss: Double? { nil }
  public var saddle: [Double]? { nil }
  public var viewport: Viewport? { nil }
  public var isQuadratic: Bool { false }
  public var isStochastic: Bool { false }
  public var parameterLayout: ParameterLayout? { layout }
  /// Everything; the last two only where the loss is a quadratic form, and where it has residuals.
  public var capabilities: OracleCapabilities {
    var offered: OracleCapabilities = [.loss, .gradient, .hessianVectorProduct, .hessian]
    if isQuadratic { offered.insert(.quadratic) }
    if residualCount > 0 { offered.insert(.residuals) }
    return offered
  }
  public var residualCount: Int { 0 }
  @inlinable
  public func residuals<X: Coordinates>(at x: X, into r: Strided<X.Value>) {}
  @inlinable
  public func sampleGradient<X: Coordinates>(
    at x: X, into g: inout X, random: inout RandomSource
  ) { gradient(at: x, into: &g) }
}
