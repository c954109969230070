import Networks
import OptimizerKit

/// 2c2d, the network of many optimizer comparisons: two convolutions of 5 × 5 with 32 and 64
/// filters, each with ReLU and max pooling of 2 × 2, then a dense layer of 1,024 units and the
/// output layer; softmax cross-entropy. 3,274,634 parameters on Fashion-MNIST.
///
/// `init=deepobs` draws weights from a normal distribution of deviation 0.05, again beyond two of them,
/// and starts biases at 0.05; the default is Kaiming's rule with biases of 0, and a deviation of 0.001 in
/// the output layer. The preset `deepobs` prepares pixels as DeepOBS does too, trains on all 60,000 images
/// and validates on the test images, so that its numbers can stand beside published ones.
///
/// Schneider, Balles and Hennig 2019 (DeepOBS), arXiv 1903.05499.
public struct Net2C2D: NetworkProblem {
  public static let name = "2c2d"
  public static let summary = "two convolutions, two dense layers, on Fashion-MNIST"
  public static let shows = "a network of three million parameters"
  public static let source = "Schneider, Balles and Hennig 2019, arXiv 1903.05499"
  public static let family = Family.network
  public static let presets = [
    Preset(
      "deepobs", "initialisation, data and their parts as those of DeepOBS",
      ["init": "deepobs", "preprocessing": "none", "fold": "test"])
  ]

  /// What the best of four tuned candidates reaches, the median of three seeds (suite `targets`):
  /// `adam[lr=1e-3]:cosine` over 780 steps.
  public static let targets: [String: TrainingTarget] = ["": .validationAccuracy(atLeast: 0.906)]

  /// How parameters are drawn.
  public enum Init: String, Choice { case kaiming, deepobs }

  @Hyperparameter("how parameters are drawn") public var `init` = Init.kaiming
  public var examples = TrainingExamples()

  public init() {}

  public var layers: [any Layer] {
    let isKaiming = `init` == .kaiming
    let weights: Initializer = isKaiming ? .kaimingNormal : .truncatedNormal(0.05)
    let biases: Initializer = isKaiming ? .zeros : .constant(0.05)
    return [
      Convolution(32, size: 5, padding: 2, .relu, weights: weights, biases: biases), MaxPooling(2),
      Convolution(64, size: 5, padding: 2, .relu, weights: weights, biases: biases), MaxPooling(2),
      Flatten(), Dense(1024, .relu, weights: weights, biases: biases),
      Dense(data.classes, weights: isKaiming ? .normal(0.001) : weights, biases: biases),
    ]
  }
}
