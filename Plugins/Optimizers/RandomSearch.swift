import OptimizerKit

/// Random search: a Gaussian step, kept where the loss is lower.
///
///     z ~ N(0, I)
///     x ← x + σ z   if f(x + σ z) < f(x)
///
/// The simplest method without gradients, and the yardstick of the others: the share of steps that
/// are kept falls with the dimension and with the condition number, since the steps have one size in
/// all directions, where `cma-es` learns a size for each. It does not converge unless σ is scheduled
/// to fall. One loss a step, two with `reevaluate`, which asks for f(x) anew where it is another one
/// at every step, as on minibatches. O(n) time, two vectors of state, no gradient.
///
/// Matyas 1965, "Random optimization", Automation and Remote Control 26; Solis and Wets 1981,
/// doi:10.1287/moor.6.1.19.
public struct RandomSearch: VectorOptimizer {
  public static let name = "random-search"
  public static let summary = "Gaussian steps, kept where the loss is lower"
  public static let source = "Matyas 1965, Automation and Remote Control 26, 246–253"
  public static let family = Family.gradientFree

  @Hyperparameter(
    "σ, the standard deviation of a step in each coordinate", in: .positive, scale: .log,
    search: 1e-4...10)
  public var sigma = 0.1
  @Hyperparameter("whether f(x) is asked for at every step, for losses that vary")
  public var reevaluate = false

  public var requirements: OracleCapabilities { [.loss] }
  public var usesGradient: Bool { false }

  public var invariances: Invariances { [.scale, .translation] }

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let n = context.x.count
    let zero = Vector(repeating: R.zero, count: n)
    let isKnown = !reevaluate && context.state["best"]?.isSame(as: context.x) == true
    if !isKnown {
      context.state["best", default: zero].assign(context.x)
      context.state["loss", default: Double.nan] = try context.oracle.loss(at: context.x)
    }
    var random = context.random
    var trial = context.state["trial"] ?? zero
    context.state["trial"] = nil
    let target = trial.mutablePointer()
    for i in 0..<n { target[i] = context.x.pointer[i] + R(sigma * random.normal()) }
    context.random = random
    let loss = try context.oracle.loss(at: trial)
    // A loss that is no number is beaten by any that is.
    if !(loss >= context.state["loss", default: Double.nan]), !loss.isNaN {
      context.x.assign(trial)
      context.state["best", default: zero].assign(trial)
      context.state["loss", default: Double.nan] = loss
    }
    context.state["trial"] = trial
  }
}
