// The third level of the optimizer contract: optimizers around other optimizers.

/// An optimizer around another one, or around another wrapper (clipping, lookahead, SAM ...).
///
///     public struct Halved: Wrapper {
///       public static let name = "halved"
///       public static let summary = "half the gradient"
///       public var inner: any Optimizer = GradientStep()
///       public init() {}
///       public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
///         context.gradient.scale(0.5)
///         try context.step(&inner)
///       }
///     }
///
/// `context.step(&inner)` lets what is wrapped make its step, `context.step(&inner, on: tensors)` on
/// some tensors only; further gradients come from `context.oracle`. What the wrapper itself keeps
/// lies in `context.state`, beside the state of what it wraps, which the lab keeps there.
///
/// The learning rate is that of what is wrapped, and a change of `context.lr` before its step changes
/// it. A wrapper that declares a hyperparameter `lr` has a rate of its own, and what it wraps another.
public protocol Wrapper: VectorOptimizer {
  /// What is wrapped; `GradientStep()` until the lab sets it.
  var inner: any Optimizer { get set }
  /// What is wrapped where the name stands without parentheses: a selection such as "adamw"; nil
  /// where something must be named.
  static var defaultInner: String? { get }
  /// What the wrapper itself asks of the oracle.
  var ownRequirements: OracleCapabilities { get }
}

extension Wrapper {
  public static var kind: PluginKind { .wrapper }
  public static var defaultInner: String? { nil }
  public var ownRequirements: OracleCapabilities { [] }
  /// What the wrapper and what it wraps ask of the oracle.
  public var requirements: OracleCapabilities { ownRequirements.union(inner.requirements) }
  /// Whether what it wraps uses the gradient. A wrapper whose own step goes by the gradient says true.
  public var usesGradient: Bool { inner.usesGradient }

  /// The state of what is wrapped, on all tensors.
  public func makeState<R: Scalar>(at x: Vector<R>, layout: ParameterLayout)
    -> OptimizerState<R>
  { OptimizerState(wrapping: inner, at: x, layout: layout) }

  /// Where what is wrapped reports the loss.
  public func evaluationPoint<R: Scalar>(_ x: Vector<R>, state: OptimizerState<R>) -> Vector<R>? {
    innerEvaluationPoint(x, state: state)
  }

  /// Where what is wrapped reports the loss; nil where that is `x`.
  public func innerEvaluationPoint<R: Scalar>(_ x: Vector<R>, state: OptimizerState<R>)
    -> Vector<R>?
  { state.nested.first?.evaluationPoint(of: inner, x) }

  /// What there is to say of what is wrapped.
  public func remark(on layout: ParameterLayout) -> String? { inner.remark(on: layout) }

  public var levels: [any Optimizer] { [self] + inner.levels }

  public mutating func set(
    _ hyperparameter: ScheduledHyperparameter, at depth: Int, to value: Double
  ) {
    if depth == 0 {
      set(hyperparameter, to: value)
    } else {
      inner.set(hyperparameter, at: depth - 1, to: value)
    }
  }
}
