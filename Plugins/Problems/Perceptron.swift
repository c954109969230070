import Networks
import OptimizerKit

/// The perceptron, for any number of classes: one linear layer and the perceptron's loss,
///
///     L = mean of max(0, max_{j≠y} z_j − z_y)   z = W x + b
///
/// from zero weights. With `sgd[lr=1]` and `batch=1` each step is the perceptron rule: a mistake
/// adds the example to the right class's weights and subtracts it from the wrong one's, and nothing
/// is learned from what is right. By default on four clouds of points of which two or three percent
/// lie beyond the border, so that the rule never comes to rest.
///
/// Rosenblatt 1958, doi:10.1037/h0042519.
public struct Perceptron: NetworkProblem {
  public static let name = "perceptron"
  public static let summary = "the perceptron on points in the plane"
  public static let shows = "learning from mistakes alone"
  public static let source = "Rosenblatt 1958, doi:10.1037/h0042519"
  public static let family = Family.network

  /// What the best of four tuned candidates reaches, the median of three seeds (suite `targets`):
  /// `adam[lr=1e-3]:cosine` over 10,000 steps.
  public static let targets: [String: TrainingTarget] = ["": .validationAccuracy(atLeast: 0.974)]

  public var examples = TrainingExamples(.blobs, batch: 1)

  public init() {}

  public var layers: [any Layer] { [Flatten(), Dense(data.classes, weights: .zeros)] }
  public var loss: any Loss { PerceptronLoss() }
}
