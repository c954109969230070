import Networks
import OptimizerKit

/// A deep linear network: dense layers without activations or biases, least squares to the labels,
///
///     L = mean over examples of ½ ‖W_d ··· W₂ W₁ x − t‖²   t the label as a one-hot vector
///
/// What it computes is linear, and what is best is known to linear regression; but the loss is not
/// convex in the factors: it has saddles, plateaus and sudden drops. Orthogonal weights keep the
/// size of signals at any depth; with `init=normal(0.01)` training stands still on the plateau
/// around 0 first. By default six layers of 64 units, 71,296 parameters on Fashion-MNIST.
///
/// Saxe, McClelland and Ganguli 2014, arXiv 1312.6120.
public struct DeepLinear: NetworkProblem {
  public static let name = "deep-linear"
  public static let summary = "a deep linear network on Fashion-MNIST"
  public static let shows = "plateaus and saddles of a product of matrices"
  public static let source = "Saxe et al. 2014, arXiv 1312.6120"
  public static let family = Family.network

  /// What the best of four tuned candidates reaches, the median of three seeds (suite `targets`):
  /// `adam[lr=3e-3]:cosine` over 1,950 steps.
  public static let targets: [String: TrainingTarget] = ["": .validationAccuracy(atLeast: 0.817)]

  @Hyperparameter("hidden layers", in: 0.0...100) public var depth = 6
  @Hyperparameter("units in each", in: 1.0...65_536, scale: .log) public var width = 64
  @Hyperparameter("how weights are drawn") public var `init` = Initializer.orthogonal
  public var examples = TrainingExamples()

  public init() {}

  public var layers: [any Layer] {
    let hidden: [any Layer] = (0..<depth).map { _ in Dense(width, weights: `init`, biases: nil) }
    return [Flatten()] + hidden + [Dense(data.classes, weights: `init`, biases: nil)]
  }
  public var loss: any Loss { SquaredError(.labels) }
}
