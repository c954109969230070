import LinearAlgebra
import OptimizerKit

/// Muon: momentum, made orthogonal matrix by matrix.
///
///     M ← μ M + (1 − μ) G,   U ← (1 − μ) G + μ M    (Nesterov; else U ← M)
///     O ← an approximation of V W, where U = V Σ W is the singular value decomposition
///     X ← X − α λ X − α s O
///
/// Every direction of a weight matrix is moved by about the same amount, however small its singular
/// value in the gradient. O comes from five Newton–Schulz iterations of X ← a X + (b A + c A²) X with
/// A = X Xᵀ, which take singular values from [0.01, 1] into [0.68, 1.14]; they cost about
/// 30 m² (n + m/3) operations for a matrix m × n, m ≤ n. s follows the shape.
///
/// It moves the weights of two and more dimensions (a kernel seen as outputs × the rest), and what it
/// wraps (`adamw`, if nothing is named) the others, with a learning rate of its own: biases, scales,
/// and the coordinates of surfaces. One vector of state, beside that of what it wraps. The iterations
/// run in the precision of the parameters; torch's and Jordan's run in bfloat16.
///
/// Jordan et al. 2024, kellerjordan.github.io/posts/muon; Liu et al. 2025, arXiv 2502.16982 (the RMS
/// of AdamW); Bernstein 2025, jeremybernste.in/writing/deriving-muon.
public struct Muon: Wrapper {
  public static let name = "muon"
  public static let summary = "orthogonalised momentum for matrices, another optimizer for the rest"
  public static let source = "Jordan et al. 2024, kellerjordan.github.io/posts/muon"
  public static let family = Family.matrix
  public static let defaultInner: String? = "adamw"
  public static let presets = [
    Preset("torch", "torch.optim.Muon: the defaults here"),
    Preset(
      "keller", "KellerJordan/Muon: α 0.02, no decay, the last weights left to what is wrapped",
      ["lr": 0.02, "weightDecay": 0.0, "addEpsilon": true, "last": false]),
    Preset(
      "moonlight", "the root mean square of AdamW's steps, at AdamW's rate and decay",
      ["scaling": "match-rms-adamw"]),
  ]

  /// How a step follows the shape of its matrix, m × n.
  public enum Scaling: String, Choice {
    /// √max(1, m/n)
    case original
    /// 0.2 √max(m, n)
    case matchRMSAdamW = "match-rms-adamw"
    /// √(m/n)
    case spectralUnclamped = "spectral-unclamped"
  }

  @Hyperparameter("learning rate α of the matrices", in: 0..., scale: .log, search: 1e-4...1)
  public var lr = 1e-3
  @Hyperparameter("momentum μ", in: 0..<1) public var momentum = 0.95
  @Hyperparameter("look ahead with the momentum") public var nesterov = true
  @Hyperparameter("decoupled weight decay λ of the matrices", in: 0...) public var weightDecay = 0.1
  @Hyperparameter("Newton–Schulz iterations", in: 0.0...99) public var iterations = 5
  @Hyperparameter("how a step follows the shape of its matrix")
  public var scaling = Scaling.original
  @Hyperparameter("ε, against division by a norm of zero", in: 0..., scale: .log)
  public var epsilon = 1e-7
  @Hyperparameter("add ε to the norm, and do not only keep the norm above it")
  public var addEpsilon = false
  @Hyperparameter("move the last weights too, and do not leave them to what is wrapped")
  public var last = true

  public var inner: any Optimizer = GradientStep()

  public init() {}

  /// Which tensors are moved as matrices.
  private func matrices(of layout: ParameterLayout) -> [Int] {
    let weights = layout.tensors.indices.filter {
      layout.tensors[$0].role == .weight && layout.tensors[$0].shape.count > 1
    }
    return last ? weights : weights.dropLast()
  }

  private func others(of layout: ParameterLayout) -> [Int] {
    let matrices = Set(matrices(of: layout))
    return layout.tensors.indices.filter { !matrices.contains($0) }
  }

  public func makeState<R: Scalar>(at x: Vector<R>, layout: ParameterLayout)
    -> OptimizerState<R>
  {
    var state = OptimizerState(wrapping: inner, at: x, layout: layout, on: others(of: layout))
    let moved = matrices(of: layout).map { layout.tensors[$0] }
    state["momentum", default: [Matrix<R>]()] = moved.map {
      Matrix(repeating: R(0.0), rows: $0.rows, columns: $0.columns)
    }
    return state
  }

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    for (place, index) in matrices(of: context.layout).enumerated() {
      let tensor = context.layout.tensors[index]
      let gradient = Matrix(tensor, of: context.gradient)
      let update = accelerate(
        &context.state["momentum", default: [Matrix<R>]()][place], gradient)
      let step = orthogonalised(update)
      let length = context.lr * scale(rows: tensor.rows, columns: tensor.columns)
      context.x.scale(R(1 - context.lr * weightDecay), tensor)
      context.x.add(R(-length), step, to: tensor)
    }
    try context.step(&inner, on: others(of: context.layout))
  }

  /// The momentum with the gradient taken in, and what of it is made orthogonal.
  private func accelerate<R: Scalar>(_ average: inout Matrix<R>, _ gradient: Matrix<R>)
    -> Matrix<R>
  {
    average.interpolate(R(1 - momentum), to: gradient)
    guard nesterov else { return average }
    var update = gradient
    update.interpolate(R(momentum), to: average)
    return update
  }

  private func scale(rows: Int, columns: Int) -> Double {
    let (m, n) = (Double(rows), Double(columns))
    switch scaling {
    case .original: return max(1, m / n).squareRoot()
    case .matchRMSAdamW: return 0.2 * max(m, n).squareRoot()
    case .spectralUnclamped: return (m / n).squareRoot()
    }
  }

  /// Newton–Schulz iterations towards the nearest matrix with singular values of 1.
  private func orthogonalised<R: Scalar>(_ matrix: Matrix<R>) -> Matrix<R> {
    let isTall = matrix.rows > matrix.columns
    var x = isTall ? matrix.transposed : matrix
    let norm = x.frobeniusNorm
    x.scale(R(1 / (addEpsilon ? norm + epsilon : max(norm, epsilon))))
    var square = Matrix(repeating: R(0.0), rows: x.rows, columns: x.rows)
    var polynomial = square
    var next = x
    for _ in 0..<iterations {
      // A = X Xᵀ, B = b A + c A², X ← a X + B X
      Matrix.multiplyByTranspose(x, into: &square)
      polynomial.assign(square)
      Matrix.multiplyByTranspose(square, into: &polynomial, alpha: R(2.0315), beta: R(-4.7750))
      next.assign(x)
      Matrix.multiply(polynomial, x, into: &next, beta: R(3.4445))
      swap(&x, &next)
    }
    return isTall ? x.transposed : x
  }
}
