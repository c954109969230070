import OptimizerKit

/// Polyak's step: as long as the loss is above its minimum, over the squared gradient.
///
///     x ← x − α min((f(x) − f*) / (‖g‖² + ε), γ) g
///
/// It is the step after which a linear model of the loss would be at f*. With the true minimum f* it
/// converges on any convex function as fast as a tuned rate would, and on a loss that all examples can
/// bring to zero also in minibatches; a bound below the true minimum makes steps too long near it. It
/// reads the loss that comes with the gradient. No state; one norm a step.
///
/// Polyak 1987, Introduction to Optimization; Loizou et al. 2021, arXiv 2002.10542 (minibatches).
public struct Polyak: VectorOptimizer {
  public static let name = "polyak"
  public static let summary = "SGD with the step that would bring a linear loss to its minimum"
  public static let source = "Loizou et al. 2021, arXiv 2002.10542"
  public static let family = Family.parameterFree
  public static let presets = [
    Preset("optax", "optax.polyak_sgd: the defaults here; its scaling, where 1, is lr"),
    Preset("classic", "Polyak's own: steps of any length", ["largest": 0.0]),
    Preset(
      "sps-max", "SPS_max of Loizou et al.: c = 1/2, steps of at most 1",
      ["lr": 2.0, "largest": 0.5]),
    Preset("sps-plus", "optax.polyak_sgd(variant='sps+'): never uphill", ["nonNegative": true]),
  ]

  @Hyperparameter(
    "learning rate α, by which the step is multiplied: 1/c of SPS", in: 0...,
    scale: .log, search: 1e-1...10)
  public var lr = 1.0
  @Hyperparameter("f*, the minimum of the loss, or a lower bound", in: .any)
  public var minimum = 0.0
  @Hyperparameter("γ, the largest step length; 0 for no limit", in: 0..., scale: .log)
  public var largest = 1.0
  @Hyperparameter("ε, added to the squared norm", in: 0..., scale: .log) public var epsilon = 0.0
  @Hyperparameter("no step where the loss is below f*") public var nonNegative = false

  public var invariances: Invariances { .linear() }

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let square = context.gradient.dot(context.gradient) + epsilon
    // A gradient of rounding errors says nothing.
    guard !(square <= 0x1p-52) else { return }
    let gap = nonNegative ? max(context.loss - minimum, 0) : context.loss - minimum
    let length = largest > 0 ? min(gap / square, largest) : gap / square
    context.x.add(R(-context.lr * length), context.gradient)
  }
}
