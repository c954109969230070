import OptimizerKit

/// Schedule-Free: an average of the iterates takes the place of a falling learning rate.
///
///     z ← what is wrapped makes its step from z with the gradient at y
///     w ← tʳ (max α)ᵖ,   c ← w / Σ w
///     x ← (1 − c) x + c z
///     y ← (1 − β) z + β x
///
/// The gradient is taken at y, between the fast iterate z and its average x; the loss is reported at
/// x. It needs no end of training to be known in advance; a warm-up of the learning rate α stays
/// useful. What is wrapped should have no momentum: β stands for it (`sgd`, or `adam[beta1=0]`). One
/// vector of state, z: x is computed from y and z.
///
/// Defazio et al. 2024, arXiv 2405.15682; as facebookresearch/schedule_free's wrapper, in which the
/// decay of what is wrapped acts on z.
public struct ScheduleFree: Wrapper {
  public static let name = "schedule-free"
  public static let summary = "averaging in place of a learning rate schedule"
  public static let source = "Defazio et al. 2024, arXiv 2405.15682"
  public static let family = Family.averaging
  public static let defaultInner: String? = "adam[lr=2.5e-3;beta1=0]"
  public static let presets = [
    Preset("facebook", "schedule_free: the defaults here"),
    Preset("optax", "optax.contrib.schedule_free: the defaults here; it has no r"),
  ]

  @Hyperparameter("β, where between z and x the gradient is taken", in: 1e-3...1)
  public var beta = 0.9
  @Hyperparameter("power r of the step in the weights of the average", in: 0...) public var r = 0.0
  @Hyperparameter("power p of the largest learning rate in the weights", in: 0...)
  public var weightPower = 2.0

  public var inner: any Optimizer = GradientStep()

  public init() {}

  /// The weights so far.
  private struct Weights: Sendable {
    var sum = 0.0
    var largestRate = 0.0

    /// Adds that of a step, and returns it as a share of all.
    mutating func add(step: Int, lr: Double, r: Double, power: Double) -> Double {
      largestRate = max(largestRate, lr)
      let weight = Self.raised(Double(step), r) * Self.raised(largestRate, power)
      sum += weight
      return sum == 0 ? 0 : weight / sum
    }

    /// aᵇ for a ≥ 0, with 0⁰ = 1.
    static func raised(_ a: Double, _ b: Double) -> Double {
      if b <= 64, b == b.rounded() { return OptimizerKit.power(a, Int(b)) }
      return a == 0 ? 0 : exp(b * log(a))
    }
  }

  public func makeState<R: Scalar>(at x: Vector<R>, layout: ParameterLayout)
    -> OptimizerState<R>
  {
    var state = OptimizerState(wrapping: inner, at: x, layout: layout)
    state["z"] = x
    return state
  }

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let share = context.state["weights", default: Weights()]
      .add(step: context.step, lr: context.lr, r: r, power: weightPower)
    var z = context.state["z"] ?? context.x
    context.state["z"] = nil  // so that z is referenced once while it is changed
    // x in place of y.
    let (beta, rest) = (R(self.beta), R(1 - self.beta))
    let y = context.x.mutablePointer()
    let fast = z.pointer
    for i in z.indices { y[i] = (y[i] - rest * fast[i]) / beta }
    swap(&context.x, &z)
    defer { context.state["z"] = z }
    try context.step(&inner)
    swap(&context.x, &z)
    context.x.interpolate(R(share), to: z)
    let x = context.x.mutablePointer()
    let next = z.pointer
    for i in z.indices { x[i] = beta * x[i] + rest * next[i] }
  }

  public func evaluationPoint<R: Scalar>(_ y: Vector<R>, state: OptimizerState<R>) -> Vector<R>? {
    guard let z = state["z"] else { return nil }
    var x = y
    let target = x.mutablePointer()
    let fast = z.pointer
    let (beta, rest) = (R(self.beta), R(1 - self.beta))
    for i in x.indices { target[i] = (target[i] - rest * fast[i]) / beta }
    return x
  }
}
