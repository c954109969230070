// Optimizers that move matrices, around one that moves the rest.

/// A wrapper with a rule for matrices, X ← X − α (λ X + D), which lets what it wraps move all other
/// tensors:
///
///     public struct Polar: MatrixRule {
///       ...
///       @Hyperparameter("learning rate α", in: 0..., scale: .log) public var lr = 1e-2
///       public var moved = MovedMatrices()
///       public var inner: any Optimizer = GradientStep()
///       public init() {}
///       public func direction<R: Scalar>(
///         _ gradient: Matrix<R>, memory: inout [Matrix<R>], step: Int
///       ) throws -> Matrix<R> { gradient.orthogonalized(iterations: 5, epsilon: 1e-7) }
///     }
///
/// `memory` holds the matrices that live from step to step, for each tensor its own.
public protocol MatrixRule: Wrapper {
  /// Which tensors are moved as matrices.
  var moved: MovedMatrices { get }
  /// The decoupled weight decay λ of the matrices; 0 unless said otherwise.
  var weightDecay: Double { get }
  /// What is kept of a matrix, before the first step; nothing unless said otherwise.
  func memory<R: Scalar>(rows: Int, columns: Int, _: R.Type) -> [Matrix<R>]
  /// The direction D, from the gradient of one matrix.
  ///
  /// - Parameter step: the number of the step, from 1.
  func direction<R: Scalar>(_ gradient: Matrix<R>, memory: inout [Matrix<R>], step: Int) throws
    -> Matrix<R>
}

extension MatrixRule {
  public var weightDecay: Double { 0 }

  public func memory<R: Scalar>(rows: Int, columns: Int, _: R.Type) -> [Matrix<R>] { [] }

  public func makeState<R: Scalar>(at x: Vector<R>, layout: ParameterLayout)
    -> OptimizerState<R>
  {
    var state = OptimizerState(wrapping: inner, at: x, layout: layout, on: moved.others(of: layout))
    state["matrices", default: [[Matrix<R>]]()] = moved.matrices(of: layout).map {
      memory(rows: layout.tensors[$0].rows, columns: layout.tensors[$0].columns, R.self)
    }
    return state
  }

  @inlinable
  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    for (place, index) in moved.matrices(of: context.layout).enumerated() {
      let tensor = context.layout.tensors[index]
      let direction = try direction(
        Matrix(tensor, of: context.gradient),
        memory: &context.state["matrices", default: [[Matrix<R>]]()][place], step: context.step)
      context.x.scale(R(1 - context.lr * weightDecay), tensor)
      context.x.add(R(-context.lr), direction, to: tensor)
    }
    try context.step(&inner, on: moved.others(of: context.layout))
  }

  public func remark(on layout: ParameterLayout) -> String? {
    let others = moved.others(of: layout)
    if others.count == layout.tensors.count {
      return "\(Self.name) finds no matrices, and \(inner.nestedName) moves everything"
    }
    return others.isEmpty ? nil : inner.remark(on: TensorPart(others, of: layout).layout)
  }
}
