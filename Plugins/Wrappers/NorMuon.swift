import LinearAlgebra
import OptimizerKit

/// NorMuon: Muon's step, its rows brought to one length.
///
///     M ← μ M + (1 − μ) G,   U ← (1 − μ) G + μ M    (Nesterov; else U ← M)
///     O ← U made orthogonal, as in `muon`
///     vᵢ ← β₂ vᵢ + (1 − β₂) mean over j of Oᵢⱼ²
///     O' ← O / (√v + ε), row by row;   O' ← O' ‖O‖ / (‖O'‖ + ε)
///     X ← X − α λ X − α s O'
///
/// The rows of an orthogonalised matrix, one for each output, may still differ much in length; here
/// each gets a learning rate of its own, and the whole step keeps its length. What it wraps (`adamw`,
/// if nothing is named) moves all that is no matrix. `muon`'s state and one number for each row.
///
/// Li et al. 2025, arXiv 2510.05491.
public struct NorMuon: MatrixRule {
  public static let name = "normuon"
  public static let summary = "orthogonalised momentum with a learning rate for each row"
  public static let source = "Li et al. 2025, arXiv 2510.05491"
  public static let family = Family.matrix
  public static let defaultInner: String? = "adamw"
  public static let presets = [
    Preset("pytorch-optimizer", "pytorch_optimizer.NorMuon: the defaults here"),
    Preset(
      "paper", "the paper's algorithm 1: steps of the root mean square 0.2",
      ["scaling": "match-rms"]),
  ]

  /// How long a step is.
  public enum Scaling: String, Choice {
    /// as O, times √max(1, m/n)
    case original
    /// as O, times 0.2 √max(m, n)
    case adjusted
    /// of the root mean square 0.2
    case matchRMS = "match-rms"
  }

  @Hyperparameter("learning rate α of the matrices", in: 0..., scale: .log, search: 1e-4...1)
  public var lr = 0.02
  @Hyperparameter("momentum μ", in: 0..<1) public var momentum = 0.95
  @Hyperparameter("decay β₂ of the mean squares of rows", in: 0..<1) public var beta2 = 0.95
  @Hyperparameter("look ahead with the momentum") public var nesterov = true
  @Hyperparameter("decoupled weight decay λ of the matrices", in: 0...) public var weightDecay = 0.0
  @Hyperparameter("Newton–Schulz iterations", in: 0.0...99) public var iterations = 5
  @Hyperparameter("how long a step is") public var scaling = Scaling.original
  @Hyperparameter("ε, against division by zero", in: .positive, scale: .log)
  public var epsilon = 1e-10
  public var moved = MovedMatrices()

  public var inner: any Optimizer = GradientStep()

  public init() {}

  public func memory<R: Scalar>(rows: Int, columns: Int, _: R.Type) -> [Matrix<R>] {
    [
      Matrix(repeating: R.zero, rows: rows, columns: columns),
      Matrix(repeating: R.zero, rows: rows, columns: 1),
    ]
  }

  public func direction<R: Scalar>(_ gradient: Matrix<R>, memory: inout [Matrix<R>], step: Int)
    -> Matrix<R>
  {
    memory[0].interpolate(R(1 - momentum), to: gradient)
    var direction = nesterov ? gradient : memory[0]
    if nesterov { direction.interpolate(R(momentum), to: memory[0]) }
    direction = direction.orthogonalized(iterations: iterations, epsilon: 1e-7)
    let (m, n) = (gradient.rows, gradient.columns)
    let length = direction.frobeniusNorm
    let v = memory[1].mutablePointer()
    let o = direction.mutablePointer()
    for i in 0..<m {
      var sum = R.zero
      for j in 0..<n { sum += o[i * n + j] * o[i * n + j] }
      v[i] = R(beta2) * v[i] + R(1 - beta2) * (sum / R(Double(n)))
      let root = v[i].squareRoot() + R(epsilon)
      for j in 0..<n { o[i * n + j] = o[i * n + j] / root }
    }
    let size =
      switch scaling {
      case .original: length * max(1, Double(m) / Double(n)).squareRoot()
      case .adjusted: length * 0.2 * Double(max(m, n)).squareRoot()
      case .matchRMS: 0.2 * Double(m * n).squareRoot()
      }
    direction.scale(R(size / (direction.frobeniusNorm + epsilon)))
    return direction
  }
}
