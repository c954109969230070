import OptimizerKit

/// Goes along the gradient to where the local quadratic model is least.
public struct Curved: VectorOptimizer {
  public static let name = "curved"
  public static let summary = "a fixture"
  @Hyperparameter("longest step", in: 0..., scale: .log) public var lr = 0.1
  public init() {}

  public var requirements: OracleCapabilities { [.hessianVectorProduct] }

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let g = context.gradient
    let curvature = try context.oracle.hessianVectorProduct(at: context.x, g).dot(g)
    let length = g.dot(g) / curvature
    context.x.add(R(-(length > 0 ? min(length, context.lr) : context.lr)), g)
  }
}
