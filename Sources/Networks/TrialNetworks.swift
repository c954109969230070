// Small networks on synthetic points, on which optimizers are tried within a moment.

import OptimizerKit

/// The networks that `optlab check` trains; no plugins that can be asked for.
public enum TrialNetworks {
  /// Between them they have every kind of tensor: matrices, kernels, biases, gains.
  public static var all: [any TrainingProblem] { [Dense2(), Convolutional()] }

  struct Dense2: NetworkProblem {
    static let name = "trial-dense"
    static let summary = "a small network of two dense layers"
    var examples = TrialNetworks.examples
    init() {}
    var layers: [any Layer] { [Dense(8, .tanh), Dense(data.classes)] }
  }

  struct Convolutional: NetworkProblem {
    static let name = "trial-convolution"
    static let summary = "a small network with a convolution and batch normalisation"
    var examples = TrialNetworks.examples
    init() {}
    var layers: [any Layer] {
      [
        Dense(32, .tanh), Unflatten([2, 4, 4]), Convolution(3, size: 3, padding: 1),
        BatchNormalization(.relu), MaxPooling(2), Flatten(), Dense(data.classes),
      ]
    }
  }

  /// Three minibatches of a dozen points.
  private static var examples: TrainingExamples {
    var examples = TrainingExamples(.blobs, batch: 12)
    examples.trainSize = 36
    return examples
  }
}
