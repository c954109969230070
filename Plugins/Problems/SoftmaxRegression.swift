import Networks
import OptimizerKit

/// Softmax regression on images of clothing: one linear layer, then softmax cross-entropy.
///
///     L = −log softmax(W x + b)_label
///
/// 7,850 parameters, convex, started at zero, where the loss is ln 10.
///
/// Cox 1958, doi:10.1111/j.2517-6161.1958.tb00292.x; the data: Xiao, Rasul and Vollgraf 2017,
/// arXiv 1708.07747.
public struct SoftmaxRegression: NetworkProblem {
  public static let name = "softmax-regression"
  public static let summary = "a linear classifier on Fashion-MNIST"
  public static let shows = "convex training with minibatch noise"
  public static let source = "Cox 1958, doi:10.1111/j.2517-6161.1958.tb00292.x"
  public static let family = Family.network

  /// What the best of four tuned candidates reaches, the median of three seeds (suite `targets`):
  /// `adam[lr=3e-3]:cosine` over 1,950 steps.
  public static let targets: [String: TrainingTarget] = ["": .validationAccuracy(atLeast: 0.856)]

  public var examples = TrainingExamples()

  public init() {}

  public var layers: [any Layer] { [Flatten(), Dense(data.classes, weights: .zeros)] }
}
