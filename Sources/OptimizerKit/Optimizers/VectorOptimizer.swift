// The second level of the optimizer contract: optimizers that see the whole vector.

/// An optimizer that is not coordinate-wise (Newton, L-BFGS, line searches, matrix methods). It sees
/// the parameters as a vector, their layout, and the oracle.
///
///     public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
///       context.x.add(R(-context.lr), context.gradient)
///     }
///
/// What lives from step to step is kept in `context.state` by name: vectors, matrices, lists, scalars.
public protocol VectorOptimizer: Optimizer {
  /// One update of `context.x` in place.
  mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws
}

extension VectorOptimizer {
  /// Empty; an optimizer may add to it as it goes.
  public func makeState<R: Scalar>(at x: Vector<R>, layout: ParameterLayout)
    -> OptimizerState<R>
  { OptimizerState() }

  @inlinable
  public mutating func _step(_ context: inout StepContext<Float>) throws { try step(&context) }
  @inlinable
  public mutating func _step(_ context: inout StepContext<Double>) throws { try step(&context) }
}
