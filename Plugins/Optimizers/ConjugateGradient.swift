import OptimizerKit

/// Nonlinear conjugate gradients: each direction keeps a share of the last one.
///
///     d ← −g + β d
///     x ← x + t d,   t by a line search to the strong Wolfe conditions
///     Fletcher–Reeves   β = ‖g‖² / ‖g₋‖²
///     Polak–Ribière+    β = max(0, gᵀ(g − g₋) / ‖g₋‖²)
///
/// On a quadratic with exact searches the two are the same, the directions are conjugate, and n steps
/// lead to the minimum, each about √κ times better than one of `gradient-descent`. It is `momentum`
/// that chooses α and μ by itself. Polak–Ribière+ begins anew by itself (β = 0) where a step did
/// little; Fletcher–Reeves may go on in a bad direction. Where dᵀg > −0.01 ‖g‖², or where no length is
/// found, the next direction is −g. A step is one iteration: the gradient that it is handed and one
/// for each length that the search tries, two mostly; O(n) time, one vector of state.
///
/// Fletcher and Reeves 1964, doi:10.1093/comjnl/7.2.149; Polak and Ribière 1969; Gilbert and Nocedal
/// 1992, doi:10.1137/0802003; first length and search are those of scipy.optimize.
public struct ConjugateGradient: VectorOptimizer {
  public static let name = "conjugate-gradient"
  public static let summary = "conjugate directions with a Wolfe line search"
  public static let source = "Fletcher and Reeves 1964, doi:10.1093/comjnl/7.2.149"
  public static let family = Family.lineSearch
  public static let presets = [
    Preset(
      "scipy", "scipy.optimize.minimize(method='CG'): Polak–Ribière+, with its tolerance",
      ["gradientTolerance": 1e-5]),
    Preset(
      "polak-ribiere", "Polak–Ribière+: the default", ["formula": "polak-ribiere"]),
    Preset(
      "fletcher-reeves", "Fletcher–Reeves, with a stricter search",
      ["formula": "fletcher-reeves", "flatness": 0.1]),
  ]

  /// How much of the last direction is kept.
  public enum Formula: String, Choice {
    case fletcherReeves = "fletcher-reeves"
    case polakRibiere = "polak-ribiere"
  }

  @Hyperparameter("how much of the last direction is kept") public var formula = Formula
    .polakRibiere
  @Hyperparameter("c₁, the share of the slope's promise that is demanded", in: 0..<1)
  public var sufficientDecrease = 1e-4
  @Hyperparameter("c₂, the share of the slope that may be left", in: 0..<1)
  public var flatness = 0.4
  @Hyperparameter("largest element of a gradient that counts as 0", in: 0..., scale: .log)
  public var gradientTolerance = 1e-10

  /// The share of −‖g‖² that a direction must fall by.
  static let leastDescent = 0.01

  public var requirements: OracleCapabilities { [.loss, .gradient] }

  public var invariances: Invariances { .linear() }

  public init() {}

  public func validate() throws(HyperparameterError) {
    if !(sufficientDecrease < flatness) {
      throw .inconsistent(
        plugin: Self.name, reason: "sufficientDecrease must be less than flatness")
    }
  }

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let g = context.gradient
    guard !(g.largestMagnitude <= gradientTolerance) else { return }
    let square = g.dot(g)
    var direction = -1 * g
    if let last = context.state["direction"] {
      direction.add(R(context.state["beta", default: 0.0]), last)
      if !(direction.dot(g) <= -Self.leastDescent * square) {
        direction.assign(g)
        direction.scale(R(-1.0))
      }
    }
    var line = SearchLine(
      from: context.x, along: direction, loss: context.loss, gradient: g, asking: context.oracle)
    let found = try line.wolfeLength(
      change: context.state["change", default: -g.norm / 2], decrease: sufficientDecrease,
      flatness: flatness)
    line.release()
    guard let found else {
      context.state["direction"] = nil
      context.state.remove("change")
      return
    }
    context.x.add(R(found.length), direction)
    context.state["change", default: 0.0] = found.loss - context.loss
    context.state["direction"] = direction
    let next = found.gradient
    switch formula {
    case .fletcherReeves: context.state["beta", default: 0.0] = next.dot(next) / square
    case .polakRibiere:
      context.state["beta", default: 0.0] = max(0, (next - g).dot(next) / square)
    }
  }
}
