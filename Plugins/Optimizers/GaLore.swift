import LinearAlgebra
import OptimizerKit

/// GaLore: Adam on the gradient's projection to a few of its own singular directions.
///
///     every so many steps   P ← the first r right singular vectors of G (left ones where G is wide)
///     G' ← G Pᵀ,   m ← β₁ m + (1 − β₁) G',   v ← β₂ v + (1 − β₂) G'²
///     X ← X − α s √(1 − β₂ᵗ)/(1 − β₁ᵗ) (m / (√v + ε)) P,   X ← (1 − α λ) X
///
/// `adam` keeps 2 m n numbers for a matrix m × n, and this one 2 m r and the r n of P; what it moves
/// between two projections lies in r dimensions. Biases, gains and surfaces are not projected, nor is
/// a matrix whose smaller side is not above r, but for a rotation; kernels are matrices of outputs ×
/// the rest. The sign of a singular vector is that which makes its largest element positive.
/// Time: 4 m n r operations, and some 10 m n min(m, n) for a projection.
///
/// Zhao et al. 2024, arXiv 2403.03507.
public struct GaLore: VectorOptimizer {
  public static let name = "galore"
  public static let summary = "Adam on gradients projected to a low rank"
  public static let source = "Zhao et al. 2024, arXiv 2403.03507"
  public static let family = Family.matrix
  public static let presets = [
    Preset("author", "jiaweizzhao/GaLore: every 200 steps, s 1/4", ["every": 200, "scale": 0.25]),
    Preset("pytorch-optimizer", "pytorch_optimizer.GaLore with its projector: the defaults here"),
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...1) public var lr = 1e-3
  @Hyperparameter("decay β₁ of the first moment", in: 0..<1) public var beta1 = 0.9
  @Hyperparameter("decay β₂ of the second moment", in: 0..<1) public var beta2 = 0.999
  @Hyperparameter("ε, added to the root of v, against division by zero", in: 0..., scale: .log)
  public var epsilon = 1e-6
  @Hyperparameter("decoupled weight decay λ", in: 0...) public var weightDecay = 0.0
  @Hyperparameter("rank r of the projection", in: 1.0...1e6) public var rank = 128
  @Hyperparameter("steps between two projections", in: 1.0...1e9) public var every = 50
  @Hyperparameter("factor s of projected steps", in: .positive, scale: .log) public var scale = 1.0

  public init() {}

  public func makeState<R: Scalar>(at x: Vector<R>, layout: ParameterLayout)
    -> OptimizerState<R>
  {
    var state = OptimizerState<R>()
    state["tensors", default: [Projected<R>]()] = layout.tensors.map { Projected($0, rank: rank) }
    return state
  }

  public func remark(on layout: ParameterLayout) -> String? {
    layout.tensors.contains(where: \.isMatrix)
      ? nil : "\(Self.name) finds no matrices, and is adam without a projection"
  }

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let step = context.step
    let length = (1 - power(beta2, step)).squareRoot() / (1 - power(beta1, step))
    do {
      for (index, tensor) in context.layout.tensors.enumerated() {
        let direction = try direction(
          &context.state["tensors", default: [Projected<R>]()][index],
          Matrix(tensor, of: context.gradient), isNew: step == 1 || step.isMultiple(of: every))
        let factor = tensor.isMatrix ? length * scale : length
        context.x.add(R(-context.lr * factor), direction, to: tensor)
      }
      context.x.scale(R(1 - context.lr * weightDecay))
    } catch {
      context.x.fill(R(.nan))  // what is not finite has no directions: the run has diverged
    }
  }

  private func direction<R: Scalar>(
    _ tensor: inout Projected<R>, _ gradient: Matrix<R>, isNew: Bool
  ) throws(LinearAlgebraError) -> Matrix<R> {
    if tensor.rank > 0, isNew { try tensor.project(along: gradient) }
    var low = tensor.projection(of: gradient)
    let (kept1, added1, kept2, added2) = (R(beta1), R(1 - beta1), R(beta2), R(1 - beta2))
    let m = tensor.mean.mutablePointer()
    let v = tensor.squares.mutablePointer()
    let g = low.mutablePointer()
    for i in low.elements.indices {
      m[i] = kept1 * m[i] + added1 * g[i]
      v[i] = kept2 * v[i] + added2 * g[i] * g[i]
      g[i] = m[i] / (v[i].squareRoot() + R(epsilon))
    }
    return tensor.back(low)
  }
}

/// What is kept of one tensor.
private struct Projected<R: Scalar>: Sendable {
  /// Of the projection; 0 for a tensor that is not projected.
  let rank: Int
  let isWide: Bool
  /// Singular vectors: rows where the matrix is tall or square, columns where it is wide.
  var directions: Matrix<R>
  var mean, squares: Matrix<R>

  init(_ tensor: ParameterLayout.Tensor, rank: Int) {
    let (m, n) = (tensor.rows, tensor.columns)
    let r = tensor.isMatrix ? min(rank, m, n) : 0
    self.rank = r
    isWide = m < n
    directions =
      isWide
      ? Matrix(repeating: R.zero, rows: m, columns: r)
      : Matrix(repeating: R.zero, rows: r, columns: n)
    mean =
      if r == 0 {
        Matrix(repeating: R.zero, rows: m, columns: n)
      } else if isWide {
        Matrix(repeating: R.zero, rows: r, columns: n)
      } else {
        Matrix(repeating: R.zero, rows: m, columns: r)
      }
    squares = mean
  }

  mutating func project(along gradient: Matrix<R>) throws(LinearAlgebraError) {
    let found = try gradient.singularValueDecomposition()
    let (length, stride, next) =
      isWide ? (gradient.rows, found.left.columns, 1) : (gradient.columns, 1, gradient.columns)
    let from = isWide ? found.left.elements.pointer : found.right.elements.pointer
    let to = directions.mutablePointer()
    let (toStride, toNext) = isWide ? (rank, 1) : (1, length)
    for k in 0..<rank {
      var largest = R.zero
      for i in 0..<length {
        let value = from[k * next + i * stride]
        if value.magnitude > largest.magnitude { largest = value }
      }
      let sign = R(largest < R.zero ? -1.0 : 1.0)
      for i in 0..<length { to[k * toNext + i * toStride] = sign * from[k * next + i * stride] }
    }
    extendLifetime(found)
  }

  func projection(of gradient: Matrix<R>) -> Matrix<R> {
    guard rank > 0 else { return gradient }
    return isWide ? directions.transposedTimes(gradient) : gradient.timesTransposed(directions)
  }

  func back(_ low: Matrix<R>) -> Matrix<R> {
    guard rank > 0 else { return low }
    return isWide ? directions * low : low * directions
  }
}
