// A problem that trains a model on data, in single precision.

/// The training of a model: parameters in one flat vector, minibatch gradients, validation metrics.
///
/// What a conformer must uphold: the same seed gives the same initial parameters and the same order
/// of the data, whatever the optimizer; `lossAndGradient` allocates nothing after its first call, and
/// leaves a trace (running statistics) only where it is tracked.
public protocol TrainingProblem: Problem {
  /// Loads the data and builds the model; throws, in one sentence with its remedy, where data are
  /// missing or wrong.
  func makeSession(seed: UInt64) throws -> any TrainingSession
  /// Says what is missing before any work begins, without loading anything large.
  func checkAvailability() throws
  /// What counts as success; nil where nothing was fixed.
  var target: TrainingTarget? { get }
  /// The mean loss of equal odds for all classes, ln C of softmax over C classes; nil, unless said otherwise,
  /// where there are no classes.
  var lossOfGuess: Double? { get }
  /// How many minibatches go through the training examples once, where that is known without loading them;
  /// nil unless said otherwise.
  var stepsPerPass: Int? { get }
  /// The layers from input to output; none unless said otherwise. Throws where they do not fit.
  func outline() throws -> [LayerOutline]
  /// What the training is made of, for other programs; nil where a problem does not say. Throws where
  /// data cannot be read.
  func trainingDescription() throws -> TrainingDescription?
}

extension TrainingProblem {
  /// Losses and gradients.
  public var capabilities: OracleCapabilities { [.loss, .gradient] }
  public func checkAvailability() throws {}
  public var target: TrainingTarget? { nil }
  public var lossOfGuess: Double? { nil }
  public var stepsPerPass: Int? { nil }
  public func outline() throws -> [LayerOutline] { [] }
  public func trainingDescription() throws -> TrainingDescription? { nil }
}

/// One training run's model and data. A class: its buffers are reused from step to step.
public protocol TrainingSession: AnyObject {
  /// The tensors within the parameter vector.
  var layout: ParameterLayout { get }
  /// How many steps go through the training data once.
  var stepsPerEpoch: Int { get }
  /// The parameters before the first step.
  func initialParameters() -> Vector<Float>
  /// The mean loss of the minibatch of `step` (from 1) at `x`, and its gradient.
  ///
  /// - Parameter isTracked: whether this is the training pass of the step, which running statistics
  ///   follow; a gradient that an optimizer asks for beside it is not.
  func lossAndGradient(
    at x: Vector<Float>, step: Int, gradient: inout Vector<Float>, isTracked: Bool
  ) -> Double
  /// The mean loss of the minibatch of `step` at `x`.
  func loss(at x: Vector<Float>, step: Int) -> Double
  /// The product of the Hessian of that loss with `v`, without a trace in the run; nil, unless said
  /// otherwise, where there is none. A problem that has it says so in its `capabilities`.
  func hessianVectorProduct(at x: Vector<Float>, step: Int, _ v: Vector<Float>) -> Vector<Float>?
  /// Mean loss and accuracy over the whole validation set. Before the first step they depend on `x`
  /// alone: runs that begin alike share them.
  func validate(_ x: Vector<Float>) -> ValidationMetrics
  /// The same over at most so many validation examples, the first ones; over all, unless said otherwise.
  func validate(_ x: Vector<Float>, most: Int) -> ValidationMetrics
  /// Whether `validate` depends on parameters alone, and not on the training before, as it does where
  /// running averages stand in for those of a minibatch; true unless said otherwise.
  var isValidatedByParametersAlone: Bool { get }
  /// Reads the test examples, which neither training nor tuning sees, and gives what judges
  /// parameters by them; nil, unless said otherwise, where there are none. Throws where they cannot
  /// be read.
  func openTest() throws -> ((Vector<Float>) -> ValidationMetrics)?
  /// Mean loss and accuracy over the validation set of the mean prediction of several parameter
  /// vectors: an ensemble, whose members' probabilities of the classes are averaged. nil, unless said
  /// otherwise, where there are none, and where predictions depend on more than parameters.
  func validate(meanOf members: [Vector<Float>]) -> ValidationMetrics?
  /// The same over the test examples; nil too where there are none. Throws where they cannot be read.
  func test(meanOf members: [Vector<Float>]) throws -> ValidationMetrics?
  /// Moves `x` back into the set that the problem allows, as max-norm regularisation does; called
  /// after every update. Nothing unless said otherwise.
  func project(_ x: inout Vector<Float>)
  /// What each layer computes for the minibatch of `step` at `x`, and the gradients that reach it;
  /// none unless said otherwise. Leaves no trace in the run: neither in running statistics nor in
  /// what the next call of `lossAndGradient` gives.
  func layerStatistics(at x: Vector<Float>, step: Int) -> [LayerStatistics]
  /// The same, number by number: for histograms. None unless said otherwise; likewise without a trace.
  func layerValues(at x: Vector<Float>, step: Int) -> [LayerValues]
  /// The training examples in the minibatch of `step` (from 1), counted from 0 within the training
  /// part; empty where there are none to tell apart.
  func minibatchIndices(step: Int) -> [Int32]
}

extension TrainingSession {
  /// The training pass of `step`: the mean loss of its minibatch at `x`, and its gradient.
  public func lossAndGradient(at x: Vector<Float>, step: Int, gradient: inout Vector<Float>)
    -> Double
  { lossAndGradient(at: x, step: step, gradient: &gradient, isTracked: true) }

  public func hessianVectorProduct(at x: Vector<Float>, step: Int, _ v: Vector<Float>)
    -> Vector<Float>?
  { nil }
  public func validate(_ x: Vector<Float>, most: Int) -> ValidationMetrics { validate(x) }
  public var isValidatedByParametersAlone: Bool { true }
  public func openTest() throws -> ((Vector<Float>) -> ValidationMetrics)? { nil }
  public func validate(meanOf members: [Vector<Float>]) -> ValidationMetrics? { nil }
  public func test(meanOf members: [Vector<Float>]) throws -> ValidationMetrics? { nil }
  public func project(_ x: inout Vector<Float>) {}
  public func layerStatistics(at x: Vector<Float>, step: Int) -> [LayerStatistics] { [] }
  public func layerValues(at x: Vector<Float>, step: Int) -> [LayerValues] { [] }
  public func minibatchIndices(step: Int) -> [Int32] { [] }
}

/// What a pass over examples measures that were not trained on: to validate, or to test.
public struct ValidationMetrics: Sendable, Equatable, Codable {
  /// The mean loss.
  public var loss: Double
  /// The share of examples classified rightly, in 0...1; NaN where there are no classes.
  public var accuracy: Double
  public init(loss: Double, accuracy: Double) {
    self.loss = loss
    self.accuracy = accuracy
  }
}
