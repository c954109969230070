import OptimizerKit

/// LookSAM: the gradient of the worst point nearby every k steps, and what it added in between.
///
///     every k steps, from the first on:   ĝ ← ∇f(x + ρ g / (‖g‖ + ε)),   v ← ĝ − ⟨ĝ, n⟩ n,  n = g / ‖g‖
///     else:                               ĝ ← g + α ‖g‖ v / ‖v‖
///
/// What is wrapped makes its step with ĝ. v, the part of ĝ that is orthogonal to g, leads away from
/// sharp minima and changes slowly, so that 1/k of the further gradients of `sam` is enough. Norms and
/// products are those of all tensors together, or of each by itself. Two vectors of state. With k = 1
/// it is `sam`.
///
/// Liu et al. 2022, arXiv 2203.02714.
public struct LookSAM: Wrapper {
  public static let name = "looksam"
  public static let summary = "sam with a further gradient every k steps only"
  public static let source = "Liu et al. 2022, arXiv 2203.02714"
  public static let family = Family.sharpness
  public static let presets = [
    Preset("paper", "the defaults here: k 5"),
    Preset(
      "pytorch-optimizer", "pytorch_optimizer.LookSAM: k 10, v of each tensor by itself",
      ["k": 10, "scope": "tensor"]),
  ]

  /// What norms and products are of.
  public enum Scope: String, Choice { case all, tensor }

  @Hyperparameter("distance ρ of the point nearby", in: 0..., scale: .log, search: 1e-3...2)
  public var rho = 0.1
  @Hyperparameter("steps k from one further gradient to the next", in: 1.0...1e6) public var k = 5
  @Hyperparameter("weight α of v in between", in: 0..., search: 0...1) public var alpha = 0.7
  @Hyperparameter("v of all tensors together, or of each by itself") public var scope = Scope.all
  @Hyperparameter("ε, added to the norm, against division by zero", in: 0..., scale: .log)
  public var epsilon = 1e-12

  public var inner: any Optimizer = GradientStep()
  public var ownRequirements: OracleCapabilities { rho > 0 ? [.loss, .gradient] : [] }

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    if rho > 0 {
      let parts = scope == .all ? [context.x.indices] : context.layout.tensors.map(\.range)
      var v = context.state["v"] ?? context.gradient
      context.state["v"] = nil  // so that it is referenced once while it is changed
      if (context.step - 1).isMultiple(of: k) {
        var near = context.state["near"] ?? context.x
        context.state["near"] = nil
        near.assign(context.x)
        near.add(R(rho / (context.gradient.norm + epsilon)), context.gradient)
        v.assign(context.gradient)
        context.loss = try context.oracle.lossAndGradient(at: near, into: &context.gradient)
        for part in parts { project(&v, part, outOf: context.gradient) }
        context.state["near"] = near
      } else {
        for part in parts {
          let norm = context.gradient.norm(over: part)
          let factor = R(alpha * norm / (v.norm(over: part) + 1e-8))
          let sum = context.gradient.mutablePointer()
          for i in part { sum[i] = sum[i] + factor * v.pointer[i] }
        }
      }
      context.state["v"] = v
    }
    try context.step(&inner)
  }

  /// v ← g − ⟨g, n⟩ n, where n is the direction that v has.
  private func project<R: Scalar>(_ v: inout Vector<R>, _ part: Range<Int>, outOf g: Vector<R>) {
    let square = v.dot(v, over: part)
    let share = R(square > 0 ? g.dot(v, over: part) / square : 0)
    let (target, gradient) = (v.mutablePointer(), g.pointer)
    for i in part { target[i] = gradient[i] - share * target[i] }
  }
}
