import LinearAlgebra
import OptimizerKit

/// Gauss–Newton: Newton's step on a sum of squares, without second derivatives.
///
///     p = argmin ‖J p + r‖   where f = ½ ‖r(x)‖²,  J = ∂r/∂x
///     x ← x + p
///
/// `newton` with JᵀJ in place of the Hessian JᵀJ + Σ rᵢ ∇²rᵢ: what is left out vanishes with the
/// residuals. So it converges quadratically where they are 0 at the minimum, in one step where r is
/// linear, and linearly, or not at all, where they are large or strongly curved. JᵀJ is never
/// indefinite, so that a short enough step always falls; the whole one may not, for which
/// `levenberg-marquardt` damps it. Where the columns of J depend on one another there is no step. No
/// gradient is handed over: a step asks for residuals and Jacobian, billed as one gradient; about 4mn²
/// operations with m residuals, no state.
///
/// Gauss 1809; Nocedal and Wright 2006, section 10.3, doi:10.1007/978-0-387-40065-5.
public struct GaussNewton: VectorOptimizer {
  public static let name = "gauss-newton"
  public static let summary = "Newton's step on a sum of squares, from its residuals"
  public static let source = "Nocedal and Wright 2006, section 10.3, doi:10.1007/978-0-387-40065-5"
  public static let family = Family.secondOrder

  public var requirements: OracleCapabilities { [.residuals] }
  public var usesGradient: Bool { false }

  public var invariances: Invariances { [.scale, .rotation, .permutation, .translation] }

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let model = try context.oracle.residuals(at: context.x)
    let size = model.gradient.largestMagnitude
    // Without a finite model there is no step: the run has diverged.
    guard size.isFinite, model.jacobian.largestMagnitude.isFinite else {
      context.x.fill(R(.nan))
      return
    }
    // A stationary point is not left, even where J is singular.
    guard size > 0 else { return }
    context.x.add(R(-1.0), try model.jacobian.leastSquares(model.values))
  }
}
