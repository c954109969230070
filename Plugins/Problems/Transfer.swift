import Networks
import OptimizerKit

/// Transfer learning: a multi-layer perceptron is trained on some classes; its body is kept, and its last
/// layers are trained anew on few examples of the other classes.
///
///     source:  x → body → tail → softmax over the source's classes     `pretrainSteps` steps
///     target:  x → body → tail'                                        what the optimizer trains
///
/// The optimizer sees the last `layers` dense layers alone, of which the last is drawn anew and the others
/// begin as the source left them; the body is frozen, so that its outputs are computed once, and are what
/// the tail is trained on. `layers=0` trains all of them (fine-tuning). `pretrainSteps=0` leaves the body
/// as it was drawn: with `layers=0` that is training from scratch (`@scratch`), with `layers=1` a linear
/// classifier on random features.
///
/// `examplesPerClass` of each target class, drawn by the seed, are trained on; all of the validation
/// examples of these classes judge. The source is trained by a fixed recipe, drawn by the seed and the
/// same for every optimizer: momentum 0.9 at a rate of 0.05 that falls to 0 as a half cosine, minibatches
/// of 128 of all examples of the source's classes. Its cost counts in no budget.
///
/// By default the first five classes of Fashion-MNIST (tops, trousers, dress, coat) are the source, the
/// last five (shoes, shirt, bag) the target.
///
/// Donahue et al. 2014, arXiv 1310.1531; Razavian et al. 2014, arXiv 1403.6382; Yosinski et al. 2014,
/// arXiv 1411.1792.
public struct Transfer: TrainingProblem {
  public static let name = "transfer"
  public static let summary =
    "the last layers of a pretrained network, on few examples of new classes"
  public static let shows = "training on features that were learned elsewhere"
  public static let source = "Donahue et al. 2014, arXiv 1310.1531"
  public static let family = Family.network
  public static let presets = [
    Preset("scratch", "all layers from a random start", ["pretrainSteps": "0", "layers": "0"]),
    Preset("fine-tuning", "all layers from where the source left them", ["layers": "0"]),
  ]

  @Hyperparameter("the target's classes, counted from 0; all others are the source")
  public var classes: NumberList<Int> = [5, 6, 7, 8, 9]
  @Hyperparameter("steps on the source's classes before", in: 0.0...1e6) public var pretrainSteps =
    500
  @Hyperparameter(
    "how many of the last layers are trained on the target; 0 for all", in: 0.0...1000)
  public var layers = 1
  @Hyperparameter(
    "training examples of each target class; all where there are fewer", in: 1.0...1e9)
  public var examplesPerClass = 10
  @Hyperparameter("widths of the hidden layers") public var hidden: LayerSizes = [128, 64]
  @Hyperparameter("examples in a minibatch; all where there are fewer", in: 1.0...1e9, scale: .log)
  public var batch = 50
  @Hyperparameter("the data set") public var data = DataSource.fashionMNIST

  public init() {}

  public func validate() throws(HyperparameterError) {
    func refuse(_ reason: String) -> HyperparameterError {
      .inconsistent(plugin: Self.name, reason: reason)
    }
    let summary: DataSummary
    do throws(DataError) { summary = try data.summary() } catch {
      throw refuse(error.description)
    }
    let wanted = classes.values
    guard wanted.allSatisfy({ $0 < summary.classes }), Set(wanted).count == wanted.count else {
      throw refuse(
        "classes = \(classes.hyperparameterText) names no classes of \(data.name); expected some of 0 to "
          + "\(summary.classes - 1), each once")
    }
    guard wanted.count >= 2, summary.classes - wanted.count >= 2 else {
      throw refuse(
        "classes = \(classes.hyperparameterText) leaves \(summary.classes - wanted.count) of "
          + "\(summary.classes) classes to the source; expected two classes at least of each")
    }
    guard layers <= hidden.widths.count + 1 else {
      throw refuse(
        "layers = \(layers) is more than the \(hidden.widths.count + 1) there are; expected 0 to "
          + "\(hidden.widths.count + 1)")
    }
  }

  public func checkAvailability() throws { try data.check() }

  /// How many layers are frozen.
  private var frozen: Int { layers == 0 ? 0 : hidden.widths.count + 1 - layers }

  /// All layers but the last.
  private var hiddenLayers: [any Layer] {
    [Flatten()] + hidden.widths.map { Dense($0, .relu) }
  }

  /// The last layer.
  private func output(_ count: Int) -> any Layer { Dense(count, weights: .normal(0.01)) }

  public func makeSession(seed: UInt64) throws -> any TrainingSession {
    try validate()
    let data = try data.load()
    let known = try hiddenParameters(data, seed: seed)
    let training = ClassPart(
      data.training, classes: classes.values, each: examplesPerClass, seed: seed)
    let validation = ClassPart(data.validation, classes: classes.values)
    let readTest = { ClassPart(try self.data.loadTest(), classes: classes.values) }
    let output = output(classes.values.count)
    let batch = min(batch, training.count)
    guard frozen > 0 else {
      return try NetworkSession(
        hiddenLayers + [output], training: training, validation: validation, batch: batch,
        seed: seed, start: known, readTest: readTest)
    }
    // The Flatten and the frozen layers.
    let body = try Network<Float>(
      Array(hiddenLayers.prefix(1 + frozen)), input: data.training.shape, capacity: 500)
    func features(_ examples: any Examples) throws -> any Examples {
      try body.features(of: examples, parameters: known, name: "the output of the body")
    }
    return try NetworkSession(
      hiddenLayers.dropFirst(1 + frozen) + [output], training: features(training),
      validation: features(validation), batch: batch, seed: seed,
      start: Array(known[body.layout.count...]), readTest: { try features(readTest()) })
  }

  /// The parameters of all layers but the last after the source's training.
  private func hiddenParameters(_ data: DataSet, seed: UInt64) throws -> [Float] {
    let source = (0..<data.training.classes).filter { !classes.values.contains($0) }
    let session = try NetworkSession(
      hiddenLayers + [output(source.count)],
      training: ClassPart(data.training, classes: source),
      validation: ClassPart(data.validation, classes: source), batch: 128, seed: seed)
    var x = session.initialParameters()
    var gradient = Vector<Float>(repeating: 0, count: x.count)
    var velocity = gradient
    for step in 1..<pretrainSteps + 1 {
      _ = session.lossAndGradient(at: x, step: step, gradient: &gradient)
      velocity.scale(0.9)
      velocity.add(1, gradient)
      let progress = Double(step - 1) / Double(pretrainSteps)
      x.add(Float(-0.05 * 0.5 * (1 + cos(Double.pi * progress))), velocity)
    }
    let last = session.layout.tensors.suffix(2).reduce(0) { $0 + $1.count }
    return Array(x.array.dropLast(last))
  }
}
