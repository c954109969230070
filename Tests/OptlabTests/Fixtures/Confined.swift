import OptimizerKit

/// Takes tiny learning rates only.
public struct Confined: VectorOptimizer {
  public static let name = "confined"
  public static let summary = "a fixture"
  @Hyperparameter("learning rate", in: 0...2e-5, scale: .log) public var lr = 1e-5
  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) {
    context.x.add(R(-context.lr), context.gradient)
  }
}
