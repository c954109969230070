// The second level of the optimizer contract: optimizers that see the whole vector.

/// An optimizer that is not coordinate-wise (Newton, L-BFGS, line searches, matrix methods). It sees
/// the parameters as a vector, their layout, and the oracle.
///
///     public mutating func step<R: Real>(
///       _ x: inout Vector<R>, gradient g: Vector<R>, state: inout OptimizerState<R>,
///       oracle: inout Oracle<R>, step: Int, lr: Double
///     ) throws {
///       x.add(R(-lr), g)
///     }
///
/// Vectors that live from step to step are kept in `state` by name; scalars in stored properties.
public protocol VectorOptimizer: Optimizer {
  /// The state before the first step; empty unless said otherwise.
  func initialState<R: Real>(for layout: ParameterLayout) -> OptimizerState<R>

  /// One update of the parameters in place; see `Optimizer.advance`.
  mutating func step<R: Real>(
    _ x: inout Vector<R>, gradient: Vector<R>, state: inout OptimizerState<R>,
    oracle: inout Oracle<R>, step: Int, lr: Double) throws

  /// The parameters at which the loss is reported, if they are not `x`.
  func evaluationVector<R: Real>(_ x: Vector<R>, state: OptimizerState<R>) -> Vector<R>?
}

extension VectorOptimizer {
  public func initialState<R: Real>(for layout: ParameterLayout) -> OptimizerState<R> {
    OptimizerState()
  }
  public func evaluationVector<R: Real>(_ x: Vector<R>, state: OptimizerState<R>) -> Vector<R>? {
    nil
  }

  public func makeState(for layout: ParameterLayout) -> OptimizerState<Float> {
    initialState(for: layout)
  }
  public func makeState(for layout: ParameterLayout) -> OptimizerState<Double> {
    initialState(for: layout)
  }

  @inlinable
  public mutating func advance(
    _ x: inout Vector<Float>, gradient: Vector<Float>, state: inout OptimizerState<Float>,
    oracle: inout Oracle<Float>, step: Int, lr: Double
  ) throws {
    try self.step(&x, gradient: gradient, state: &state, oracle: &oracle, step: step, lr: lr)
  }
  @inlinable
  public mutating func advance(
    _ x: inout Vector<Double>, gradient: Vector<Double>, state: inout OptimizerState<Double>,
    oracle: inout Oracle<Double>, step: Int, lr: Double
  ) throws {
    try self.step(&x, gradient: gradient, state: &state, oracle: &oracle, step: step, lr: lr)
  }

  public func evaluationParameters(_ x: Vector<Float>, state: OptimizerState<Float>)
    -> Vector<Float>?
  { evaluationVector(x, state: state) }
  public func evaluationParameters(_ x: Vector<Double>, state: OptimizerState<Double>)
    -> Vector<Double>?
  { evaluationVector(x, state: state) }
}
