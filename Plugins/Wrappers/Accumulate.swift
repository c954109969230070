import OptimizerKit

/// Gradient accumulation: k gradients are averaged, and then one step is made.
///
///     G ← G + (g − G) / j      for the j-th of k gradients at the same x
///     every k steps:   what is wrapped makes its step with G, and G begins anew
///
/// The steps of a batch k times as large, at the memory of a small one. What is wrapped counts its own
/// steps (bias corrections, its share of the budget); schedules count gradients, as the budget does.
/// Further evaluations that it asks for are of the last minibatch. One vector of state. With k = 1 it
/// is what it wraps.
///
/// optax.MultiSteps; no paper.
public struct Accumulate: Wrapper {
  public static let name = "accumulate"
  public static let summary = "k gradients averaged for one step"
  public static let source = "optax.MultiSteps"
  public static let family = Family.gradients
  public static let presets = [
    Preset("optax", "optax.MultiSteps: the defaults here, though its k has no default"),
    Preset("torch", "gradients added up, as .grad does without zero_grad", ["average": false]),
  ]

  @Hyperparameter("gradients k for one step", in: 1.0...1e6) public var k = 4
  @Hyperparameter("the mean of the gradients, and not their sum") public var average = true

  public var inner: any Optimizer = GradientStep()

  public var invariances: Invariances { inner.invariances }

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let number = (context.step - 1) % k + 1
    if number == 1 {
      context.state["sum", default: context.gradient].assign(context.gradient)
      context.state["loss", default: 0.0] = context.loss
    } else {
      let share = R(1 / Double(number))
      if average {
        context.state["sum", default: context.gradient].interpolate(share, to: context.gradient)
        context.state["loss", default: 0.0] *= 1 - share.double
        context.loss *= share.double
      } else {
        context.state["sum", default: context.gradient].add(R(1.0), context.gradient)
      }
      context.state["loss", default: 0.0] += context.loss
    }
    guard number == k else { return }
    if let sum = context.state["sum"] { context.gradient.assign(sum) }
    context.loss = context.state["loss", default: 0.0]
    try context.step(&inner, number: context.step / k, of: context.steps.map { $0 / k })
  }
}
