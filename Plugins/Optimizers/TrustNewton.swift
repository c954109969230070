import OptimizerKit

/// Trust-region Newton: the step that a quadratic model promises, within a radius where it is believed.
///
///     p ≈ argmin gᵀp + ½ pᵀHp  for ‖p‖ ≤ Δ,   by conjugate gradients (Steihaug)
///     ρ = (f(x) − f(x + p)) / −(gᵀp + ½ pᵀHp)
///     x ← x + p  where ρ > η
///     Δ ← Δ/4  where ρ < ¼,   min(2Δ, Δₘₐₓ)  where ρ > ¾ and ‖p‖ = Δ
///
/// The conjugate gradients end at the radius, where they meet a direction of negative curvature, which
/// they follow to the radius, or where the residual is below min(½, √‖g‖) ‖g‖. So it leaves saddles, at
/// which `newton` stays, needs no line search, and no more than products with the Hessian; it
/// converges superlinearly. Cost beyond the gradient: one loss, and a Hessian–vector product for each
/// of at most n iterations; O(n) time besides, no state but Δ.
///
/// Steihaug 1983, doi:10.1137/0720042; Nocedal and Wright 2006, algorithms 4.1 and 7.2,
/// doi:10.1007/978-0-387-40065-5; constants and tolerance are those of scipy.optimize.
public struct TrustNewton: VectorOptimizer {
  public static let name = "trust-newton"
  public static let summary = "Newton by conjugate gradients within a trust region"
  public static let source = "Steihaug 1983, doi:10.1137/0720042"
  public static let family = Family.secondOrder
  public static let presets = [
    Preset("scipy", "scipy.optimize.minimize(method='trust-ncg'): the defaults here")
  ]

  @Hyperparameter("Δ before the first step", in: .positive, scale: .log) public var radius = 1.0
  @Hyperparameter("Δₘₐₓ, the largest radius", in: .positive, scale: .log)
  public var largestRadius = 1000.0
  @Hyperparameter("η, the share of the promise that a step must keep", in: 0..<0.25)
  public var acceptance = 0.15

  public var requirements: OracleCapabilities { [.loss, .hessianVectorProduct] }

  public var invariances: Invariances { .linear() }

  public init() {}

  public func validate() throws(HyperparameterError) {
    if !(radius <= largestRadius) {
      throw .inconsistent(
        plugin: Self.name, reason: "radius must not be greater than largestRadius")
    }
  }

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let g = context.gradient
    let size = g.norm
    guard size > 0, size.isFinite else {
      if !size.isFinite { context.x.fill(R(.nan)) }
      return
    }
    let radius = context.state["radius", default: self.radius]
    let oracle = context.oracle
    let x = context.x
    let model = try Self.minimise(g, size, within: radius) {
      try oracle.hessianVectorProduct(at: x, $0)
    }
    guard model.change < 0 else { return }
    let trial = x + model.step
    let ratio = (context.loss - (try oracle.loss(at: trial))) / -model.change
    // A ratio that is no number is a bad one.
    if !(ratio >= 0.25) {
      context.state["radius", default: self.radius] = radius / 4
    } else if ratio > 0.75, model.isAtRadius {
      context.state["radius", default: self.radius] = min(2 * radius, largestRadius)
    }
    if ratio > acceptance { context.x = trial }
  }

  /// A step with the change of the model along it.
  private struct Model<R: Scalar> {
    var step: Vector<R>
    /// gᵀp + ½ pᵀHp
    var change: Double
    var isAtRadius: Bool
  }

  private static func minimise<R: Scalar>(
    _ g: Vector<R>, _ size: Double, within radius: Double,
    product: (Vector<R>) throws -> Vector<R>
  ) throws -> Model<R> {
    let tolerance = min(0.5, size.squareRoot()) * size
    var step = Vector(repeating: R.zero, count: g.count)
    var residual = step
    residual.assign(g)
    var direction = -1 * g
    var square = g.dot(g)
    var change = 0.0
    for _ in 0..<max(10 * g.count, 100) {
      let h = try product(direction)
      let curvature = direction.dot(h)
      // Along the direction the model changes by t rᵀd + ½ t² dᵀHd.
      let slope = residual.dot(direction)
      func moved(by t: Double, isAtRadius: Bool) -> Model<R> {
        var end = step
        end.add(R(t), direction)
        return Model(
          step: end, change: change + t * (slope + 0.5 * t * curvature), isAtRadius: isAtRadius)
      }
      if !(curvature > 0) {
        let ends = crossings(step, direction, radius).map { moved(by: $0, isAtRadius: true) }
        return ends[0].change < ends[1].change ? ends[0] : ends[1]
      }
      let length = square / curvature
      let next = moved(by: length, isAtRadius: false)
      if next.step.norm >= radius {
        return moved(by: crossings(step, direction, radius)[1], isAtRadius: true)
      }
      (step, change) = (next.step, next.change)
      residual.add(R(length), h)
      let squareAfter = residual.dot(residual)
      if squareAfter.squareRoot() < tolerance { return next }
      direction.scale(R(squareAfter / square))
      direction.add(R(-1.0), residual)
      square = squareAfter
    }
    return Model(step: step, change: change, isAtRadius: false)
  }

  /// The two t with ‖z + td‖ = radius, the lower first.
  private static func crossings<R: Scalar>(_ z: Vector<R>, _ d: Vector<R>, _ radius: Double)
    -> [Double]
  {
    let a = d.dot(d)
    let b = 2 * z.dot(d)
    let c = z.dot(z) - radius * radius
    let root = max(b * b - 4 * a * c, 0).squareRoot()
    let sum = b + (b < 0 ? -root : root)
    let both = [-sum / (2 * a), -2 * c / sum]
    return both[0] <= both[1] ? both : [both[1], both[0]]
  }
}
