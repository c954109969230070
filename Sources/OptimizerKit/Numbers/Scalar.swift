// The precisions that parameters have.

/// A precision of parameters: `Float` for a network, `Double` for a surface.
///
/// Update rules of one coordinate and surfaces are written over any `Real`; what holds parameters
/// (`StepContext`, `OptimizerState`, `Oracle`) is of one of these two. No other type conforms.
public protocol Scalar: Real {
  /// One step of an optimizer in this precision: the way from generic code to the half of the pair
  /// `Optimizer._step` that was compiled for it.
  static func _step<O: Optimizer>(_ optimizer: inout O, _ context: inout StepContext<Self>) throws
}

extension Float: Scalar {
  @inlinable
  public static func _step<O: Optimizer>(
    _ optimizer: inout O, _ context: inout StepContext<Float>
  ) throws { try optimizer._step(&context) }
}

extension Double: Scalar {
  @inlinable
  public static func _step<O: Optimizer>(
    _ optimizer: inout O, _ context: inout StepContext<Double>
  ) throws { try optimizer._step(&context) }
}
