// The losses of classification, as a hyperparameter of a network.

import OptimizerKit

/// What a classifier is trained to make small.
public enum Objective: String, Choice {
  /// `SoftmaxCrossEntropy`.
  case crossEntropy = "cross-entropy"
  /// `SquaredError` of the outputs to the label as a one-hot vector.
  case squaredError = "squared-error"
  /// `Hinge`: the multi-class support vector machine.
  case hinge

  /// The loss.
  public var loss: any Loss {
    switch self {
    case .crossEntropy: SoftmaxCrossEntropy()
    case .squaredError: SquaredError(.labels)
    case .hinge: Hinge()
    }
  }
}
