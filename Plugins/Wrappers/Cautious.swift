import OptimizerKit

/// Cautious updates: only what goes against the gradient of this step is done.
///
///     u ← x − x'                      where what is wrapped goes from x to x'
///     φ ← 1 where u g > 0, else 0
///     x ← x − u φ / max(mean φ, ε)    the mean over each tensor
///
/// Momentum that has outlived its reason makes no step; what is left is lengthened to make up for
/// it. Around `adam` it is C-AdamW, around `lion` C-Lion; their weight decay follows the step:
/// `decoupled-decay[order=after](cautious(adam))`. Around an optimizer without memory it is that
/// optimizer. Two vectors of state.
///
/// Liang et al. 2024, arXiv 2411.16085.
public struct Cautious: Wrapper {
  public static let name = "cautious"
  public static let summary = "updates only where they agree with the gradient"
  public static let source = "Liang et al. 2024, arXiv 2411.16085"
  public static let family = Family.updates
  public static let presets = [
    Preset("author", "C-Optim: the defaults here"),
    Preset(
      "pytorch-optimizer", "pytorch_optimizer: divided by the number of ones, plus one",
      ["form": "pytorch-optimizer"]),
    Preset("unscaled", "not lengthened", ["form": "unscaled"]),
  ]

  /// What the mask is divided by: its mean, (ones + 1) / n, or nothing.
  public enum Form: String, Choice {
    case author
    case pytorchOptimizer = "pytorch-optimizer"
    case unscaled
  }

  @Hyperparameter("what the mask is divided by") public var form = Form.author
  @Hyperparameter("ε, the least mean of the mask", in: .positive, scale: .log)
  public var epsilon = 1e-3

  public var inner: any Optimizer = GradientStep()

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    context.state["before", default: context.x].assign(context.x)
    context.state["gradient", default: context.gradient].assign(context.gradient)
    try context.step(&inner)
    guard let before = context.state["before"], let gradient = context.state["gradient"] else {
      return
    }
    let x = context.x.mutablePointer()
    let (old, g) = (before.pointer, gradient.pointer)
    for tensor in context.layout.tensors where tensor.count > 0 {
      var ones = 0
      for i in tensor.range where Self.agree(old[i], x[i], g[i]) { ones += 1 }
      if form != .pytorchOptimizer, ones == tensor.count { continue }
      let factor = R(self.factor(ones: ones, of: tensor.count))
      for i in tensor.range {
        let update = factor * (old[i] - x[i])
        x[i] = Self.agree(old[i], x[i], g[i]) ? old[i] - update : old[i]
      }
    }
  }

  /// Whether a step goes against the gradient.
  @inline(__always)
  private static func agree<R: Scalar>(_ old: R, _ new: R, _ g: R) -> Bool {
    new < old && R.zero < g || old < new && g < R.zero
  }

  private func factor(ones: Int, of count: Int) -> Double {
    switch form {
    case .author: 1 / max(Double(ones) / Double(count), epsilon)
    case .pytorchOptimizer: Double(count) / Double(ones + 1)
    case .unscaled: 1
    }
  }
}
