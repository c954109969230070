import LinearAlgebra
import OptimizerKit

/// Levenberg–Marquardt: Gauss–Newton with as much damping as it takes for the loss to fall.
///
///     p = −(JᵀJ + μ D)⁻¹ Jᵀr   where f = ½ ‖r(x)‖²,  J = ∂r/∂x
///     ρ = (f(x) − f(x + p)) / ½ pᵀ(μ D p − Jᵀr),   what the loss falls by over what the model promises
///     f(x + p) < f(x):  x ← x + p,  μ ← μ max(⅓, 1 − (2ρ − 1)³),  ν ← 2
///     else:             μ ← μ ν,  ν ← 2ν,  and again
///
/// Between `gauss-newton`, which it is for small μ, and a short step of gradient descent, which it is for
/// a large one: it always falls, and needs no full rank of J. Quadratic convergence where the residuals
/// vanish at the minimum, linear where they are large. With `update=factor`, Marquardt's, μ falls or
/// rises tenfold. D is I (Levenberg), the diagonal of JᵀJ (Marquardt), with which the path does not
/// depend on the units of the coordinates, or the largest such diagonal so far (Moré). MINPACK
/// finds μ from a trust region instead, to much the same ends. Solved by QR rather than by the equations
/// as written, which square the condition number. A step ends with a lower loss, or where x can
/// no longer be told from x + p. It asks for residuals and Jacobian, billed as one gradient, and for a
/// loss at each trial, mostly one; about 4mn² + 8n³ operations with m residuals, a number of state.
///
/// Levenberg 1944, doi:10.1090/qam/10666; Marquardt 1963, doi:10.1137/0111030; Moré 1978,
/// doi:10.1007/BFb0067700; Nielsen 1999, IMM-REP-1999-05, and Madsen, Nielsen and Tingleff 2004, Methods
/// for Non-Linear Least Squares Problems, algorithm 3.16.
public struct LevenbergMarquardt: VectorOptimizer {
  public static let name = "levenberg-marquardt"
  public static let summary = "Gauss-Newton, damped until the loss falls"
  public static let source = "Marquardt 1963, doi:10.1137/0111030; Nielsen 1999, IMM-REP-1999-05"
  public static let family = Family.secondOrder
  public static let presets = [
    Preset("nielsen", "Madsen, Nielsen and Tingleff 2004, algorithm 3.16: the defaults here"),
    Preset(
      "marquardt",
      "Marquardt 1963, whose λ⁽⁰⁾ is 0.01 and of which a tenth is tried first: μ tenfold up or down",
      ["update": "factor", "scaling": "diagonal"]),
  ]

  /// How μ follows the success of a step.
  public enum Update: String, Choice {
    /// By how well the model keeps its promise.
    case nielsen
    /// By a constant factor.
    case factor
  }

  /// What μ multiplies.
  public enum Scaling: String, Choice {
    case identity
    /// The diagonal of JᵀJ; 1 where that is 0.
    case diagonal
    /// The largest that the diagonal has been.
    case largestDiagonal = "largest-diagonal"
  }

  @Hyperparameter(
    "μ before the first step, as a share of the largest element of the diagonal of JᵀJ over D",
    in: .positive, scale: .log)
  public var damping = 1e-3
  @Hyperparameter("how μ follows the success of a step") public var update = Update.nielsen
  @Hyperparameter("what μ multiplies, D") public var scaling = Scaling.identity
  @Hyperparameter("by what μ rises and falls where that is a factor", in: 1.0...1e6)
  public var factor = 10.0

  public var requirements: OracleCapabilities { [.loss, .residuals] }
  public var usesGradient: Bool { false }

  public var invariances: Invariances { [.scale, .permutation, .translation] }

  public init() {}

  public func validate() throws(HyperparameterError) {
    if factor == 1 {
      throw .inconsistent(plugin: Self.name, reason: "factor must be greater than 1")
    }
  }

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let model = try context.oracle.residuals(at: context.x)
    let loss = model.loss
    let gradient = model.gradient
    // Without a finite model there is no step: the run has diverged.
    guard loss.isFinite, gradient.largestMagnitude.isFinite,
      model.jacobian.largestMagnitude.isFinite
    else {
      context.x.fill(R(.nan))
      return
    }
    guard gradient.largestMagnitude > 0 else { return }
    var damper = context.state["damping", default: Damper()]
    let diagonal = model.jacobian.columnSquares
    let scale = damper.scale(diagonal, scaling)
    let unit = scaling == .identity ? diagonal.max() ?? 1 : 1
    if damper.mu == 0 { damper.mu = damping * unit }
    // Of J only R counts, and of r what Qᵀ leaves of it.
    let (q, triangle) = try model.jacobian.qr()
    let image = q.transposedTimes(Matrix(model.values, rows: q.rows, columns: 1)).elements
    // Beyond this μ there is nothing to be found.
    while damper.mu < 1e30 * unit {
      let weights = scale.map { damper.mu * $0 }
      let p = -1 * (try triangle.over(weights).leastSquares(image.extended(by: weights.count)))
      let trial = context.x + p
      if trial.isSame(as: context.x) { break }
      let after = try context.oracle.loss(at: trial)
      if after < loss {
        var promise = -gradient.dot(p)
        for (i, weight) in weights.enumerated() { promise += weight * p[i].double * p[i].double }
        damper.fall((loss - after) / (0.5 * promise), update, factor)
        context.x = trial
        break
      }
      damper.rise(update, factor)
    }
    context.state["damping", default: Damper()] = damper
  }
}

/// What is kept from step to step.
private struct Damper: Sendable {
  /// μ; 0 before the first step.
  var mu = 0.0
  /// ν
  private var growth = 2.0
  /// The largest diagonal so far.
  private var largest: [Double] = []

  /// D.
  mutating func scale(_ diagonal: [Double], _ scaling: LevenbergMarquardt.Scaling) -> [Double] {
    switch scaling {
    case .identity: return diagonal.map { _ in 1 }
    case .diagonal: return diagonal.map { $0 > 0 ? $0 : 1 }
    case .largestDiagonal:
      if largest.isEmpty { largest = diagonal }
      for (i, square) in diagonal.enumerated() { largest[i] = max(largest[i], square) }
      return largest.map { $0 > 0 ? $0 : 1 }
    }
  }

  mutating func fall(_ ratio: Double, _ update: LevenbergMarquardt.Update, _ factor: Double) {
    switch update {
    case .nielsen:
      let trust = 2 * ratio - 1
      mu *= max(1.0 / 3, 1 - trust * trust * trust)
      growth = 2
    case .factor: mu /= factor
    }
  }

  mutating func rise(_ update: LevenbergMarquardt.Update, _ factor: Double) {
    switch update {
    case .nielsen:
      mu *= growth
      growth *= 2
    case .factor: mu *= factor
    }
  }
}

extension Matrix where R: Scalar {
  /// The diagonal of JᵀJ.
  fileprivate var columnSquares: [Double] {
    var squares = [Double](repeating: 0, count: columns)
    for i in 0..<rows {
      for k in 0..<columns {
        let element = elements.pointer[i * columns + k].double
        squares[k] += element * element
      }
    }
    return squares
  }

  /// The matrix over the diagonal matrix of the roots of `weights`.
  fileprivate func over(_ weights: [Double]) -> Matrix {
    var stack = Matrix(repeating: R.zero, rows: rows + weights.count, columns: columns)
    stack.mutablePointer().update(from: elements.pointer, count: elements.count)
    for (i, weight) in weights.enumerated() { stack[rows + i, i] = R(weight.squareRoot()) }
    return stack
  }
}

extension Vector {
  /// The vector with zeros after it.
  fileprivate func extended(by zeros: Int) -> Vector {
    var result = Vector(repeating: R.zero, count: count + zeros)
    result.mutablePointer().update(from: pointer, count: count)
    return result
  }
}
