// The optimizer contract, as the lab sees it.
//
// Authors conform to one of its refinements: `CoordinateRule` (the update of one coordinate),
// `VectorOptimizer` (everything else) or `Wrapper` (around another optimizer). These implement the
// requirements below.

/// An update rule with its hyperparameters, registered by name.
///
/// What a conformer must uphold:
/// - It is a value. Hyperparameters and per-step scalars are its stored properties; everything else
///   that lives from step to step lies in `OptimizerState`, which the lab owns. A copy of both is a
///   checkpoint: continued from it, a run gives the same bits.
/// - It draws random numbers only from the source it is given.
/// - It does not count, log, print or read the clock.
public protocol Optimizer: Plugin {
  /// What it asks of the oracle beyond the gradient that it is handed; refused before the run where
  /// the problem cannot offer it.
  var requirements: OracleCapabilities { get }
  /// Whether it reads `context.gradient` or `context.loss`. Where it does not, neither is computed nor
  /// counted, and both are NaN; what it asks of the oracle is all that it is billed for.
  var usesGradient: Bool { get }

  /// What it claims to be invariant to with its present hyperparameters; `optlab check` measures it.
  var invariances: Invariances { get }

  /// The largest product of learning rate and curvature at which its steps stay bounded on a quadratic, what
  /// it divides them by held fixed: 2 for gradient descent; nil where that is not known.
  var stabilityLimit: Double? { get }

  /// The positive diagonal P that its steps are divided by, as the last one was; nil where it has none.
  func preconditioner<R: Scalar>(state: OptimizerState<R>) -> Vector<R>?

  /// The state before the first step.
  ///
  /// - Parameters:
  ///   - x: the parameters before the first step.
  ///   - layout: which part of them is which tensor.
  func makeState<R: Scalar>(at x: Vector<R>, layout: ParameterLayout) -> OptimizerState<R>

  /// One step in single precision; called through `advance`.
  ///
  /// A pair of functions instead of a generic one, which a call through `any Optimizer` would run
  /// unspecialised, a hundred times slower. The loops behind these two are inlinable, so that the
  /// machine code for each precision is made in the plugin's own module, where the rule is known.
  mutating func _step(_ context: inout StepContext<Float>) throws
  /// One step in double precision; see the other.
  mutating func _step(_ context: inout StepContext<Double>) throws

  /// The parameters at which the loss is reported, where they are not those that the gradient is
  /// taken at (averaging, Schedule-Free); nil where they are `x`.
  func evaluationPoint<R: Scalar>(_ x: Vector<R>, state: OptimizerState<R>) -> Vector<R>?

  /// What a user should know of its way with such parameters, such as what it falls back to where
  /// there is nothing that it is made for; nil where there is nothing to say.
  func remark(on layout: ParameterLayout) -> String?

  /// The optimizer and all that it wraps, from the outside inwards.
  var levels: [any Optimizer] { get }

  /// Sets a scheduled hyperparameter of the level at `depth`, 0 being the optimizer itself; its
  /// range is the schedule's business, checked beforehand.
  mutating func set(_ hyperparameter: ScheduledHyperparameter, at depth: Int, to value: Double)
}

extension Optimizer {
  public static var kind: PluginKind { .optimizer }
  public var requirements: OracleCapabilities { [] }
  public var invariances: Invariances { [] }
  public var usesGradient: Bool { true }
  public var stabilityLimit: Double? { nil }
  public func preconditioner<R: Scalar>(state: OptimizerState<R>) -> Vector<R>? { nil }

  public func evaluationPoint<R: Scalar>(_ x: Vector<R>, state: OptimizerState<R>) -> Vector<R>? {
    nil
  }

  public func remark(on layout: ParameterLayout) -> String? { nil }

  public var levels: [any Optimizer] { [self] }

  /// Its name around those of what it wraps, `clip(adamw)`.
  public var nestedName: String { nested(levels.map { type(of: $0).name }) }

  public mutating func set(
    _ hyperparameter: ScheduledHyperparameter, at depth: Int, to value: Double
  ) {
    if depth == 0 { set(hyperparameter, to: value) }
  }

  /// One update of the parameters in place: `context.x`, from `context.gradient`.
  @inlinable
  public mutating func advance<R: Scalar>(_ context: inout StepContext<R>) throws {
    try R._step(&self, &context)
  }

  /// The learning rate as declared, or 1 for an optimizer that has none. That of a wrapper is its
  /// own where it declares one, and else that of what it wraps.
  public var baseLearningRate: Double { declaredRates.lazy.compactMap { $0 }.first ?? 1 }

  /// The learning rate that each level declares, from the outside inwards; nil where it has none.
  public var declaredRates: [Double?] {
    levels.map { $0.number("lr") }
  }
}

/// Names around one another, outermost first: `clip(adamw)`.
func nested(_ names: [String]) -> String {
  names.joined(separator: "(") + String(repeating: ")", count: names.count - 1)
}
