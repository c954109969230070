import OptimizerKit

/// Nesterov's accelerated gradient, written in terms of the look-ahead point.
///
///     v ← μ v + g
///     x ← x − α (g + μ v)
///
/// It differs from `momentum` in that the gradient is taken where the momentum is about to lead:
/// with x the look-ahead point, that is one more μ-step in the update. It corrects itself earlier
/// and overshoots less, and on convex problems it has the best rate that gradients alone allow.
/// One state variable.
///
/// Nesterov 1983, Soviet Math. Dokl. 27; in this form Sutskever et al. 2013 (ICML 28) and Bengio et
/// al. 2012, arXiv 1212.0901.
public struct Nesterov: CoordinateRule {
  public static let name = "nesterov"
  public static let summary = "momentum with a look-ahead gradient"
  public static let source = "Nesterov 1983; Bengio et al. 2012, arXiv 1212.0901"
  public static let family = Family.momentum
  public static let presets = [
    Preset(
      "torch", "torch.optim.SGD(momentum=0.9, nesterov=True); learning rate 1e-3", ["lr": 1e-3]),
    Preset(
      "optax", "optax.sgd(momentum=0.9, nesterov=True): as torch; no default learning rate"),
    Preset(
      "cs231n", "v ← μv − αg, x ← x + v + μ(v − v_old): differs when α changes",
      ["form": "displacement"]),
  ]

  /// What the state v is.
  public enum Form: String, Choice {
    /// A sum of gradients; the learning rate multiplies it when it is applied.
    case velocity
    /// A sum of past steps; the learning rate multiplies each gradient as it comes in.
    case displacement
  }

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...10) public var lr = 1e-2
  @Hyperparameter("momentum μ", in: 0...1) public var momentum = 0.9
  @Hyperparameter("L2 coefficient λ, added to the gradient as λx", in: 0...)
  public var weightDecay = 0.0
  @Hyperparameter("what v sums: gradients or steps") public var form = Form.velocity

  public enum State: Int, StateNames { case v }

  public var stabilityLimit: Double? { 2 * (1 + momentum) / (1 + 2 * momentum) }
  public var invariances: Invariances { .linear(weightDecay: weightDecay) }

  public init() {}

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    let g = g + weightDecay * x
    switch form {
    case .velocity:
      s[.v] = momentum * s[.v] + g
      x -= lr * (g + momentum * s[.v])
    case .displacement:
      let old = s[.v]
      s[.v] = momentum * old - lr * g
      x += s[.v] + momentum * (s[.v] - old)
    }
  }
}
