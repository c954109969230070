import Networks
import OptimizerKit

/// A multi-layer perceptron on images of clothing, or on other data: dense layers, each followed by an
/// activation, then softmax cross-entropy (or another `objective`).
///
///     h₁ = f(W₁ x + b₁)   h₂ = f(W₂ h₁ + b₂)   ...   L = −log softmax(W h + b)_label
///
/// By default 784-128-64-10 with ReLU, 109,386 parameters. Hidden weights are drawn as `init` says,
/// hidden biases are `biasInit`, the others 0; the weights of the output layer are normal with
/// deviation 0.01, so that the first loss is ln 10, that of a guess. `init=torch` draws everything as
/// torch.nn.Linear does.
///
/// `normalization=batch` puts batch normalisation between each hidden layer and its activation, and
/// leaves out the biases that it would cancel (`biasInit` then says nothing).
///
/// Against overfitting: inverted dropout after each hidden layer (`keep`), the elastic net
/// (`l1`, `l2`), the max-norm constraint (`maxNorm`); all off by default.
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
  public static let family = Family.network
  public static let presets = [
    Preset("torch", "weights and biases drawn as by torch.nn.Linear", ["init": "torch"]),
    Preset(
      "deep", "ten hidden layers of 500 units, tanh: the lecture's net for initialisation",
      [
        "hidden": "500x500x500x500x500x500x500x500x500x500", "activation": "tanh",
        "init": "xavier-normal",
      ]),
    Preset(
      "dropout", "half of the hidden units left out, and weights bounded",
      ["keep": "0.5", "maxNorm": "3"]),
  ]

  /// What the best of four tuned candidates reaches, the median of three seeds (suite `targets`):
  /// `adam[lr=3e-3]:cosine` over 3,900 steps;
  /// `deep`: `momentum[lr=0.03]:cosine` over 780.
  public static let targets: [String: TrainingTarget] = [
    "": .validationAccuracy(atLeast: 0.896),
    "deep": .validationAccuracy(atLeast: 0.877),
  ]

  @Hyperparameter("widths of the hidden layers") public var hidden: LayerSizes = [128, 64]
  @Hyperparameter("function after each hidden layer") public var activation = Activation.relu
  @Hyperparameter("between a hidden layer and its activation")
  public var normalization = Normalization.none
  @Hyperparameter("how hidden weights are drawn") public var `init` = Initializer.kaimingNormal
  @Hyperparameter("value of the hidden biases at the start", in: .any)
  public var biasInit = 0.0
  @Hyperparameter(
    "probability with which dropout keeps a hidden unit; 1 is no dropout", in: 0.001...1)
  public var keep = 1.0
  @Hyperparameter(
    "factor of Σ |w| in the training loss", in: 0..., scale: .log, search: 1e-7...1e-3)
  public var l1 = 0.0
  @Hyperparameter("factor of Σ w² in the training loss", in: 0..., scale: .log, search: 1e-6...1e-2)
  public var l2 = 0.0
  @Hyperparameter("largest norm of a neuron's weights; 0 is no bound", in: 0...)
  public var maxNorm = 0.0
  @Hyperparameter("what training minimises") public var objective = Objective.crossEntropy
  public var examples = TrainingExamples()

  public init() {}

  public var loss: any Loss { objective.loss }

  public var layers: [any Layer] {
    let drawsAsTorch = `init` == .torch
    let hiddenBiases: Initializer =
      drawsAsTorch && biasInit == 0 ? .torch : .constant(biasInit)
    let hiddenLayers: [any Layer] = hidden.widths.flatMap { width -> [any Layer] in
      let layers: [any Layer] =
        switch normalization {
        case .none: [Dense(width, activation, weights: `init`, biases: hiddenBiases)]
        case .batch: [Dense(width, weights: `init`, biases: nil), BatchNormalization(activation)]
        }
      return keep < 1 ? layers + [Dropout(keep: keep)] : layers
    }
    let output = Dense(
      data.classes, weights: drawsAsTorch ? .torch : .normal(0.01),
      biases: drawsAsTorch ? .torch : .zeros)
    return [Flatten()] + hiddenLayers + [output]
  }

  public var regularizer: Regularizer? {
    l1 > 0 || l2 > 0 ? Regularizer(l1: l1, l2: l2) : nil
  }
  public var constraint: MaxNorm? { maxNorm > 0 ? MaxNorm(maxNorm) : nil }
}
