import Networks
import OptimizerKit

/// A small convolutional network on images: convolutions of 3 × 3, each with ReLU and followed by
/// max pooling of 2 × 2, then one dense layer and softmax cross-entropy.
///
/// By default 16 and 32 filters: 20,490 parameters on Fashion-MNIST, receptive field 10 × 10.
/// `normalization=batch` puts batch normalisation between each convolution and its ReLU, and leaves
/// out the biases that it would cancel. Hidden weights are drawn by Kaiming's rule, those of the
/// output layer with deviation 0.001, so that the first loss is ln 10.
///
/// LeCun et al. 1998, doi:10.1109/5.726791; Ioffe and Szegedy 2015, arXiv 1502.03167.
public struct CNN: NetworkProblem {
  public static let name = "cnn"
  public static let summary = "a small convolutional network on Fashion-MNIST"
  public static let shows = "training shared weights, with or without batch normalisation"
  public static let source = "LeCun et al. 1998, doi:10.1109/5.726791"
  public static let family = Family.network
  public static let presets = [
    Preset("batch-norm", "batch normalisation before each ReLU", ["normalization": "batch"])
  ]

  /// What the best of four tuned candidates reaches, the median of three seeds (suite `targets`):
  /// `adam[lr=3e-3]:cosine` over 1,950 steps.
  public static let targets: [String: TrainingTarget] = [
    "": .validationAccuracy(atLeast: 0.912),
    "batch-norm": .validationAccuracy(atLeast: 0.914),
  ]

  @Hyperparameter("filters of each convolution") public var filters: LayerSizes = [16, 32]
  @Hyperparameter("what comes before each ReLU") public var normalization = Normalization.none
  public var examples = TrainingExamples()

  public init() {}

  public var layers: [any Layer] {
    var layers: [any Layer] = []
    for count in filters.widths {
      switch normalization {
      case .none:
        layers += [Convolution(count, size: 3, padding: 1, .relu)]
      case .batch:
        layers += [
          Convolution(count, size: 3, padding: 1, biases: nil), BatchNormalization(.relu),
        ]
      }
      layers += [MaxPooling(2)]
    }
    return layers + [Flatten(), Dense(data.classes, weights: .normal(0.001))]
  }
}
