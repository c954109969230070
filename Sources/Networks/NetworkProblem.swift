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
  /// How many examples are trained on, counted from the first; all unless said otherwise.
  var trainSize: Int { get }
}

extension NetworkProblem {
  public var loss: any Loss { SoftmaxCrossEntropy() }
  public var regularizer: Regularizer? { nil }
  public var constraint: MaxNorm? { nil }
  public var data: DataSource { .fashionMNIST }
  public var trainSize: Int { data.trainingCount }

  public func validate() throws(HyperparameterError) { try validateNetwork() }

  /// Checks that layers, data and minibatch fit together; for problems with a `validate()` of their
  /// own to call.
  public func validateNetwork() throws(HyperparameterError) {
    guard trainSize >= 1, trainSize <= data.trainingCount else {
      throw .inconsistent(
        plugin: Self.name,
        reason: "trainSize = \(trainSize) is not a part of the \(data.trainingCount) training "
          + "examples of \(data.rawValue); expected 1 to \(data.trainingCount)")
    }
    guard batch >= 1, batch <= trainSize else {
      throw .inconsistent(
        plugin: Self.name,
        reason: "batch = \(batch) is larger than the \(trainSize) training examples; "
          + "expected 1 to \(trainSize)")
    }
    do throws(ShapeError) {
      let output = try NetworkPlan(layers, input: data.shape).output
      try loss.check(output: output, input: data.shape, classes: data.classes)
    } catch {
      throw .inconsistent(plugin: Self.name, reason: error.description)
    }
  }

  public func checkAvailability() throws { try data.check() }

  public func makeSession(seed: UInt64) throws -> any TrainingSession {
    try validate()
    let data = try data.load()
    return try NetworkSession(
      layers, loss: loss, training: data.training.prefix(trainSize), validation: data.validation,
      batch: batch, seed: seed, regularizer: regularizer, constraint: constraint)
  }
}
