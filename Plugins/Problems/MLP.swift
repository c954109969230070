import Networks
import OptimizerKit

/// A multi-layer perceptron on images of clothing, or on other data: dense layers, each followed by an
/// activation, then softmax cross-entropy.
///
///     h₁ = f(W₁ x + b₁)   h₂ = f(W₂ h₁ + b₂)   ...   L = −log softmax(W h + b)_label
///
/// By default 784-128-64-10 with ReLU, 109,386 parameters. Hidden weights are drawn as `init` says,
/// biases are 0; the weights of the output layer are normal with deviation 0.01, so that the first
/// loss is ln 10, that of a guess. `init=torch` draws everything as torch.nn.Linear does.
///
/// The first 50,000 images are trained on, the next 10,000 validated on. Unless `preprocessing` says
/// otherwise, all are normalised with mean and deviation of the former.
///
/// Rumelhart, Hinton and Williams 1986, doi:10.1038/323533a0; the data: Xiao, Rasul and
/// Vollgraf 2017, arXiv 1708.07747.
public struct MLP: NetworkProblem {
  public static let name = "mlp"
  public static let summary = "a multi-layer perceptron on Fashion-MNIST"
  public static let shows = "training a real network, minibatches and all"
  public static let source = "Rumelhart, Hinton and Williams 1986, doi:10.1038/323533a0"
  public static let presets = [
    Preset("torch", "weights and biases drawn as by torch.nn.Linear", ["init": "torch"]),
    Preset(
      "deep", "ten hidden layers of 500 units, tanh: the lecture's net for initialisation",
      [
        "hidden": "500x500x500x500x500x500x500x500x500x500", "activation": "tanh",
        "init": "xavier-normal",
      ]),
  ]

  /// How hidden weights are drawn.
  public enum Init: String, Choice {
    case kaimingNormal = "kaiming-normal"
    case kaimingUniform = "kaiming-uniform"
    case xavierNormal = "xavier-normal"
    case xavierUniform = "xavier-uniform"
    case lecunNormal = "lecun-normal"
    case torch
  }
  /// What follows each hidden layer.
  public enum Nonlinearity: String, Choice { case relu, tanh, sigmoid, identity }

  @Hyperparameter("widths of the hidden layers") public var hidden: LayerSizes = [128, 64]
  @Hyperparameter("function after each hidden layer") public var activation = Nonlinearity.relu
  @Hyperparameter("how hidden weights are drawn") public var `init` = Init.kaimingNormal
  @Hyperparameter("examples in a minibatch", in: 1.0...50_000, scale: .log) public var batch = 128
  @Hyperparameter("training examples used, counted from the first; 0 for all", in: 0.0...)
  public var trainSize = 0
  @Hyperparameter("the data set") public var data = DataSource.fashionMNIST
  @Hyperparameter("what is done to the features") public var preprocessing = Preprocessing.normalise
  @Hyperparameter("random changes to training images") public var augmentation = Augmentations.none

  public init() {}

  public var layers: [any Layer] {
    let weights: Initializer =
      switch `init` {
      case .kaimingNormal: .kaimingNormal
      case .kaimingUniform: .kaimingUniform
      case .xavierNormal: .xavierNormal
      case .xavierUniform: .xavierUniform
      case .lecunNormal: .lecunNormal
      case .torch: .torch
      }
    let function = Activation(rawValue: activation.rawValue) ?? .identity
    let biases: Initializer = weights == .torch ? .torch : .zeros
    let hiddenLayers: [any Layer] = hidden.widths.map {
      Dense($0, function, weights: weights, biases: biases)
    }
    let output = Dense(
      data.classes, weights: weights == .torch ? .torch : .normal(0.01), biases: biases)
    return [Flatten()] + hiddenLayers + [output]
  }
}
