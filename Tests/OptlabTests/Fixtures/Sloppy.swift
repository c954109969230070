import OptimizerKit

/// Takes the last axis of a convolution's kernel for no axis at all.
public struct Sloppy: VectorOptimizer {
  public static let name = "sloppy"
  public static let summary = "a fixture"
  @Hyperparameter("learning rate", in: 0..., scale: .log) public var lr = 1e-2
  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    for tensor in context.layout.tensors {
      let columns = tensor.shape.dropFirst().prefix(2).reduce(1, *)
      var sums = [Double](repeating: 0, count: tensor.rows * columns)
      for i in 0..<tensor.count {
        sums[i] += context.gradient[tensor.offset + i].double
      }
    }
    context.x.add(R(-context.lr), context.gradient)
  }
}
