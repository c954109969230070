import OptimizerKit

/// Gradient descent with a line search: the textbook's steepest descent, without a learning rate.
///
///     exact    α = gᵀg / gᵀHg, the minimum along −g of a quadratic
///     armijo   the first α of α₀, τα₀, τ²α₀, ... with f(x − αg) ≤ f(x) − c α gᵀg
///     x ← x − α g
///
/// It differs from `sgd` only in choosing α anew at every step. With the exact search each step is
/// at right angles to the last one: the zig-zag of an ill-conditioned valley, at the rate
/// (κ − 1)/(κ + 1). Cost beyond the gradient: one Hessian–vector product a step (exact), or one loss
/// value and one for each trial (armijo). No state.
///
/// Cauchy 1847; Armijo 1966, doi:10.2140/pjm.1966.16.1; Nocedal and Wright 2006, chapter 3,
/// doi:10.1007/978-0-387-40065-5.
public struct GradientDescent: VectorOptimizer {
  public static let name = "gradient-descent"
  public static let summary = "steepest descent with exact or Armijo line search"
  public static let source = "Armijo 1966, doi:10.2140/pjm.1966.16.1"
  public static let family = Family.lineSearch
  public static let presets = [
    Preset("exact", "exact line search, on quadratics", ["lineSearch": "exact"]),
    Preset("armijo", "Armijo backtracking: the default", ["lineSearch": "armijo"]),
  ]

  /// How the step length is found.
  public enum LineSearch: String, Choice {
    case exact, armijo
  }

  @Hyperparameter("how the step length is found") public var lineSearch = LineSearch.armijo
  @Hyperparameter("α₀, the first step length that armijo tries", in: .positive, scale: .log)
  public var initialStep = 1.0
  @Hyperparameter("τ, by which armijo shortens a step that is refused", in: 0.01...0.99)
  public var shrink = 0.5
  @Hyperparameter("c, the share of the slope's promise that armijo demands", in: 0..<1)
  public var sufficientDecrease = 1e-4

  /// Armijo gives up, and stays where it is, after as many trials.
  static let mostTrials = 100

  public var requirements: OracleCapabilities {
    switch lineSearch {
    case .exact: [.quadratic, .hessianVectorProduct]
    case .armijo: [.loss]
    }
  }

  public var invariances: Invariances { .linear() }

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let g = context.gradient
    let oracle = context.oracle
    let slope = g.dot(g)
    guard slope != 0 else { return }
    switch lineSearch {
    case .exact:
      let curvature = try oracle.hessianVectorProduct(at: context.x, g).dot(g)
      // Without curvature along −g the quadratic falls for ever: the run diverges.
      context.x.add(R(curvature > 0 ? -slope / curvature : -.infinity), g)
    case .armijo:
      let loss = try oracle.loss(at: context.x)
      var length = initialStep
      for _ in 0..<Self.mostTrials {
        var trial = context.x
        trial.add(R(-length), g)
        if try oracle.loss(at: trial) <= loss - sufficientDecrease * length * slope {
          context.x = trial
          return
        }
        length *= shrink
      }
    }
  }
}
