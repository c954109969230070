import LinearAlgebra
import OptimizerKit

/// Newton's method, damped on demand.
///
///     x ← x − (H + λ I)⁻¹ g,   H = ∇²f(x)
///
/// The second-order step: it goes to the minimum of the local quadratic model at once, needs no
/// learning rate and does not see the condition number. It is drawn to any stationary point, saddles
/// and maxima included; a damping λ above the most negative eigenvalue makes it a descent again, and
/// a large λ turns it into gradient descent of step 1/λ. One Hessian and a linear system of order n
/// a step: O(n³) time and O(n²) memory, no state.
///
/// Nocedal and Wright 2006, chapter 3, doi:10.1007/978-0-387-40065-5; Levenberg 1944 (damping),
/// doi:10.1090/qam/10666.
public struct Newton: VectorOptimizer {
  public static let name = "newton"
  public static let summary = "the second-order step H⁻¹g, without a learning rate"
  public static let source = "Nocedal and Wright 2006, doi:10.1007/978-0-387-40065-5"
  public static let family = Family.secondOrder

  @Hyperparameter("λ, added to the diagonal of the Hessian", in: 0..., scale: .log)
  public var damping = 0.0

  /// The largest dimension: its Hessian takes 200 MB.
  static let largestDimension = 5_000

  public var requirements: OracleCapabilities { [.hessian] }

  public var invariances: Invariances {
    damping == 0 ? [.scale, .rotation, .permutation, .translation] : .linear()
  }

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let n = context.x.count
    guard n <= Self.largestDimension else {
      throw OracleError(
        "newton: a Hessian of order \(n) is too large; at most \(Self.largestDimension)")
    }
    var hessian = try context.oracle.hessian(at: context.x)
    for i in 0..<n { hessian[i * n + i] += damping }
    // Without a finite Hessian there is no step: the run has diverged.
    guard hessian.allSatisfy(\.isFinite) else {
      context.x.fill(R(.nan))
      return
    }
    let g = context.gradient.array.map(\.double)
    let direction = try SymmetricMatrix(order: n, elements: hessian).solve(g)
    context.x.add(R(-1.0), Vector(direction.map { R($0) }))
  }
}
