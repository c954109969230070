import Networks
import OptimizerKit

/// An auto-encoder: dense layers that narrow to a code and widen again, trained to give back their
/// input,
///
///     L = mean over examples of ½ ‖g(x) − x‖²
///
/// By default 784-128-32-128-784 with tanh and a linear output, 209,968 parameters. The loss of an
/// output of 0 is half the number of features, 392 on normalised images; there is no accuracy.
///
/// Hinton and Salakhutdinov 2006, doi:10.1126/science.1127647.
public struct AutoEncoder: NetworkProblem {
  public static let name = "auto-encoder"
  public static let summary = "a dense auto-encoder on Fashion-MNIST"
  public static let shows = "regression through a bottleneck"
  public static let source = "Hinton and Salakhutdinov 2006, doi:10.1126/science.1127647"
  public static let family = Family.network

  /// What the best of four tuned candidates reaches, the median of three seeds (suite `targets`):
  /// `adam[lr=3e-3]:cosine` over 1,950 steps.
  public static let targets: [String: TrainingTarget] = ["": .validationLoss(atMost: 50.1)]

  @Hyperparameter("widths from the input to the code") public var encoder: LayerSizes = [128, 32]
  @Hyperparameter("function after each hidden layer") public var activation = Activation.tanh
  @Hyperparameter("how weights are drawn") public var `init` = Initializer.xavierNormal
  public var examples = TrainingExamples()

  public init() {}

  public var layers: [any Layer] {
    let input = examples.shape
    let hidden = encoder.widths + encoder.widths.dropLast().reversed()
    let dense: [any Layer] = hidden.map { Dense($0, activation, weights: `init`) }
    return [Flatten()] + dense + [Dense(input.count, weights: `init`)]
      + (input.axes.count == 1 ? [] : [Unflatten(input)])
  }
  public var loss: any Loss { SquaredError(.inputs) }
}
