// A network problem in a few lines: layers, data, batch size; the rest follows.

import OptimizerKit

/// The training of a network on a data set. A plugin states what it is made of:
///
///     public struct Tiny: NetworkProblem {
///       public static let name = "tiny"
///       public static let summary = "one hidden layer of 32 units"
///       @Hyperparameter("examples in a minibatch", in: 1.0...60_000) public var batch = 128
///       public init() {}
///       public var layers: [any Layer] { [Flatten(), Dense(32, .relu), Dense(10)] }
///     }
public protocol NetworkProblem: TrainingProblem {
  /// The layers from input to output; what the last gives is what the loss takes: for most, one
  /// output for each class.
  var layers: [any Layer] { get }
  /// What training minimises; softmax cross-entropy unless said otherwise.
  var loss: any Loss { get }
  /// What is added to the loss while training; nothing unless said otherwise.
  var regularizer: Regularizer? { get }
  /// What the parameters are projected onto after each update; nothing unless said otherwise.
  var constraint: MaxNorm? { get }
  /// The data set; Fashion-MNIST unless said otherwise.
  var data: DataSource { get }
  /// The examples in a minibatch.
  var batch: Int { get }
  /// How many examples are trained on, counted from the first; 0, unless said otherwise, for all.
  var trainSize: Int { get }
  /// What is done to the features; normalised unless said otherwise.
  var preprocessing: Preprocessing { get }
  /// The random changes that training images undergo; none unless said otherwise.
  var augmentation: Augmentations { get }
  /// What counts as success, by preset; the empty name stands for the defaults. Other settings make
  /// another problem, for which nothing was fixed.
  static var targets: [String: TrainingTarget] { get }
}

extension NetworkProblem {
  public var loss: any Loss { SoftmaxCrossEntropy() }
  public var regularizer: Regularizer? { nil }
  public var constraint: MaxNorm? { nil }
  public var data: DataSource { .fashionMNIST }
  public var trainSize: Int { 0 }
  public var preprocessing: Preprocessing { .normalize }
  public var augmentation: Augmentations { .none }
  public static var targets: [String: TrainingTarget] { [:] }
  public var target: TrainingTarget? { Self.targets.first { stands(at: $0.key) }?.value }

  public func validate() throws(HyperparameterError) { try validateNetwork() }

  /// Checks that layers, data and minibatch fit together; for problems with a `validate()` of their
  /// own to call.
  public func validateNetwork() throws(HyperparameterError) {
    let summary: DataSummary
    do throws(DataError) {
      summary = try data.summary()
      if preprocessing.isProjection { try PrincipalComponents.check(summary.shape.count) }
      try augmentation.check(summary.shape, preprocessing: preprocessing)
    } catch {
      throw .inconsistent(plugin: Self.name, reason: error.description)
    }
    guard trainSize >= 0, trainSize <= summary.trainingCount else {
      throw .inconsistent(
        plugin: Self.name,
        reason: "trainSize = \(trainSize) is not a part of the \(summary.trainingCount) training "
          + "examples of \(data.name); expected 1 to \(summary.trainingCount), or 0 for all")
    }
    let trainingCount = trainSize == 0 ? summary.trainingCount : trainSize
    guard batch >= 1, batch <= trainingCount else {
      throw .inconsistent(
        plugin: Self.name,
        reason: "batch = \(batch) is larger than the \(trainingCount) training examples; "
          + "expected 1 to \(trainingCount)")
    }
    do throws(ShapeError) {
      let input = preprocessing.shape(of: summary.shape)
      let output = try NetworkPlan(layers, input: input).output
      try loss.check(output: output, input: input, classes: summary.classes)
    } catch {
      throw .inconsistent(plugin: Self.name, reason: error.description)
    }
  }

  public func checkAvailability() throws { try data.check() }

  public func outline() throws -> [LayerOutline] {
    let plan = try NetworkPlan(layers, input: preprocessing.shape(of: data.summary().shape))
    return plan.outline
  }

  public func makeSession(seed: UInt64) throws -> any TrainingSession {
    try validate()
    let source = data
    let preprocessing = preprocessing
    let data = try source.load(preprocessing)
    let augmented = try augmentation.applied(to: data.training)
    let training = trainSize == 0 ? augmented : augmented.prefix(trainSize)
    return try NetworkSession(
      layers, loss: loss, training: training, validation: data.validation, batch: batch, seed: seed,
      regularizer: regularizer, constraint: constraint,
      readTest: { try source.loadTest(preprocessing) })
  }
}
