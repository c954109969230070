import Networks
import OptimizerKit

/// A small residual network on images: a convolution of 3 × 3, then stages of residual blocks, then
/// global average pooling and one dense layer; softmax cross-entropy.
///
/// Each block is two convolutions of 3 × 3 with batch normalisation. Each stage after the first
/// halves the image in its first block, whose shortcut is a convolution of 1 × 1. By default one
/// block each with 16 and 32 filters: 19,706 parameters on Fashion-MNIST.
///
/// He et al. 2016, arXiv 1512.03385.
public struct ResNet: NetworkProblem {
  public static let name = "resnet"
  public static let summary = "a small residual network on Fashion-MNIST"
  public static let shows = "training with normalisation and shortcuts"
  public static let source = "He et al. 2016, arXiv 1512.03385"
  public static let family = Family.network

  /// What the best of four tuned candidates reaches, the median of three seeds (suite `targets`):
  /// `momentum[lr=0.1]:cosine` over 390 steps.
  public static let targets: [String: TrainingTarget] = ["": .validationAccuracy(atLeast: 0.792)]

  @Hyperparameter("filters of each stage") public var filters: LayerSizes = [16, 32]
  @Hyperparameter("blocks in each stage", in: 1.0...20) public var blocks = 1
  public var examples = TrainingExamples()

  public init() {}

  public var layers: [any Layer] {
    guard let first = filters.widths.first else {
      return [GlobalAveragePooling(), Dense(data.classes, weights: .normal(0.01))]
    }
    var layers: [any Layer] = [
      Convolution(first, size: 3, padding: 1, biases: nil), BatchNormalization(.relu),
    ]
    for (stage, count) in filters.widths.enumerated() {
      for block in 0..<blocks {
        layers.append(residual(count, isHalving: stage > 0 && block == 0))
      }
    }
    return layers + [GlobalAveragePooling(), Dense(data.classes, weights: .normal(0.01))]
  }

  private func residual(_ filters: Int, isHalving: Bool) -> Residual {
    let stride = isHalving ? 2 : 1
    return Residual(
      [
        Convolution(filters, size: 3, stride: stride, padding: 1, biases: nil),
        BatchNormalization(.relu),
        Convolution(filters, size: 3, padding: 1, biases: nil), BatchNormalization(),
      ],
      shortcut: isHalving
        ? [Convolution(filters, size: 1, stride: 2, biases: nil), BatchNormalization()] : [])
  }
}
