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
public struct Muon: MatrixRule {
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
  public var moved = MovedMatrices()

  public var inner: any Optimizer = GradientStep()

  public var usesGradient: Bool { true }

  public init() {}

  public func memory<R: Scalar>(rows: Int, columns: Int, _: R.Type) -> [Matrix<R>] {
    [Matrix(repeating: R(0.0), rows: rows, columns: columns)]
  }

  public func direction<R: Scalar>(_ gradient: Matrix<R>, memory: inout [Matrix<R>], step: Int)
    -> Matrix<R>
  {
    var direction = accelerate(&memory[0], gradient).orthogonalized(
      iterations: iterations, epsilon: epsilon, isAdded: addEpsilon)
    direction.scale(R(scale(rows: gradient.rows, columns: gradient.columns)))
    return direction
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
}
