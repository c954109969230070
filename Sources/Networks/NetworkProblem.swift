// A network problem in a few lines: layers, data, batch size; the rest follows.

import OptimizerKit

/// The training of a network on a data set. A plugin states what it is made of:
///
///     public struct Tiny: NetworkProblem {
///       public static let name = "tiny"
///       public static let summary = "one hidden layer of 32 units"
///       public var examples = TrainingExamples()
///       public init() {}
///       public var layers: [any Layer] { [Flatten(), Dense(32, .relu), Dense(10)] }
///     }
public protocol NetworkProblem: TrainingProblem {
  /// What is trained on, with the hyperparameters that belong to it.
  var examples: TrainingExamples { get }
  /// The layers from input to output; what the last gives is what the loss takes: for most, one
  /// output for each class.
  var layers: [any Layer] { get }
  /// What training minimises; softmax cross-entropy unless said otherwise.
  var loss: any Loss { get }
  /// What is added to the loss while training; nothing unless said otherwise.
  var regularizer: Regularizer? { get }
  /// What the parameters are projected onto after each update; nothing unless said otherwise.
  var constraint: MaxNorm? { get }
  /// What counts as success, by preset; the empty name stands for the defaults. Other settings make
  /// another problem, for which nothing was fixed.
  static var targets: [String: TrainingTarget] { get }
}

extension NetworkProblem {
  /// The data set.
  public var data: DataSource { examples.data }
  public var loss: any Loss { SoftmaxCrossEntropy() }
  public var regularizer: Regularizer? { nil }
  public var constraint: MaxNorm? { nil }
  public static var targets: [String: TrainingTarget] { [:] }
  public var target: TrainingTarget? { Self.targets.first { stands(at: $0.key) }?.value }

  /// The loss where all outputs are 0; nil where the loss is not one of classification.
  public var lossOfGuess: Double? {
    loss.isClassification ? loss.ofEqualOutputs(classes: data.classes) : nil
  }

  public var stepsPerPass: Int? { examples.stepsPerPass }

  /// Losses and gradients; Hessian–vector products too, where every layer is made of a
  /// `TangentOperation` and the loss is a `CurvedLoss`.
  public var capabilities: OracleCapabilities {
    let plan = try? NetworkPlan(layers, input: examples.shape)
    let hasTangents = plan?.hasTangents ?? false
    return hasTangents && loss is any CurvedLoss
      ? [.loss, .gradient, .hessianVectorProduct] : [.loss, .gradient]
  }

  public var parameterLayout: ParameterLayout? {
    (try? NetworkPlan(layers, input: examples.shape))?.layout
  }

  public func validate() throws(HyperparameterError) { try validateNetwork() }

  /// Checks that layers, data and minibatch fit together; for problems with a `validate()` of their
  /// own to call.
  public func validateNetwork() throws(HyperparameterError) {
    try examples.validate(for: Self.name)
    do throws(DataError) { try examples.views.check(loss) } catch {
      throw .inconsistent(plugin: Self.name, reason: error.description)
    }
    do throws(ShapeError) {
      let input = examples.shape
      let output = try NetworkPlan(layers, input: input).output
      try loss.check(output: output, input: input, classes: data.classes)
    } catch {
      throw .inconsistent(plugin: Self.name, reason: error.description)
    }
  }

  public func checkAvailability() throws { try data.check() }

  public func outline() throws -> [LayerOutline] {
    try NetworkPlan(layers, input: examples.shape).outline
  }

  public func makeSession(seed: UInt64) throws -> any TrainingSession {
    try validate()
    let examples = examples
    let (training, validation) = try examples.load()
    return try NetworkSession(
      layers, loss: loss, training: training, validation: validation, batch: examples.batch,
      seed: seed, regularizer: regularizer, constraint: constraint, views: examples.views,
      readTest: { try examples.data.loadTest(examples.preprocessing, fold: examples.fold) })
  }
}
