import OptimizerKit

/// QHM: a weighted average of a plain step and a momentum step.
///
///     m ← β m + (1 − β) g
///     x ← x − α ((1 − ν) g + ν m)
///
/// It contains `sgd` (ν = 0), `momentum` (ν = 1) and `nesterov` (ν = β), all with 1/(1 − β) times the
/// learning rate, since m is an average and not a sum. A large β with ν = 0.7 remembers long without
/// letting old gradients rule. Weight decay is coupled unless `decoupled`. One state variable.
///
/// Ma and Yarats 2019, arXiv 1810.06801.
public struct QHM: CoordinateRule {
  public static let name = "qhm"
  public static let summary = "a weighted average of a plain step and a momentum step"
  public static let source = "Ma and Yarats 2019, arXiv 1810.06801"
  public static let family = Family.momentum
  public static let presets = [
    Preset(
      "pytorch-optimizer", "pytorch_optimizer.QHM: ν 1, β 0 (plain steps), learning rate 1e-3",
      ["lr": 1e-3, "nu": 1, "momentum": 0])
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-4...100) public var lr = 0.1
  @Hyperparameter("decay β of the average", in: 0..<1) public var momentum = 0.999
  @Hyperparameter("weight ν of the momentum step", in: 0...1) public var nu = 0.7
  @Hyperparameter("weight decay λ: λx is added to the gradient, or x shrinks by αλx", in: 0...)
  public var weightDecay = 0.0
  @Hyperparameter("let the weight decay bypass the average") public var decoupled = false

  public enum State: Int, StateNames { case m }

  public var invariances: Invariances { .linear(weightDecay: weightDecay) }

  public init() {}

  public func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    let g = decoupled ? g : g + weightDecay * x
    if decoupled { x -= lr * weightDecay * x }
    s[.m] = momentum * s[.m] + (1 - momentum) * g
    x -= lr * ((1 - nu) * g + nu * s[.m])
  }
}
