import LinearAlgebra
import OptimizerKit

/// AdaMuon: Muon's step with Adam's second moment of it.
///
///     M ← β₁ M + (1 − β₁) G,   O ← M made orthogonal, as in `muon`
///     V ← β₂ V + (1 − β₂) O²
///     D ← O / (√(V / (1 − β₂ᵗ)) + ε),   D ← D √min(m, n) / ‖D‖
///     X ← X − α λ X − α s D
///
/// Elements that the orthogonalised steps keep large get smaller ones, and the whole step keeps the
/// length of an orthogonal matrix m × n. What it wraps (`adamw`, if nothing is named) moves all that is
/// no matrix. Two vectors of state: `muon` has one.
///
/// Si, Zhang and Shen 2025, arXiv 2507.11005; as pytorch_optimizer.AdaMuon.
public struct AdaMuon: MatrixRule {
  public static let name = "adamuon"
  public static let summary = "orthogonalised momentum divided by the root of its second moment"
  public static let source = "Si, Zhang and Shen 2025, arXiv 2507.11005"
  public static let family = Family.matrix
  public static let defaultInner: String? = "adamw"
  public static let presets = [
    Preset("pytorch-optimizer", "pytorch_optimizer.AdaMuon: the defaults here")
  ]

  /// The factor s of a matrix m × n.
  public enum Scaling: String, Choice {
    /// √max(1, m/n)
    case original
    /// 0.2 √max(m, n)
    case matchRMSAdamW = "match-rms-adamw"
  }

  @Hyperparameter("learning rate α of the matrices", in: 0..., scale: .log, search: 1e-4...1)
  public var lr = 0.02
  @Hyperparameter("decay β₁ of the momentum", in: 0..<1) public var beta1 = 0.9
  @Hyperparameter("decay β₂ of the second moment", in: 0..<1) public var beta2 = 0.95
  @Hyperparameter("decoupled weight decay λ of the matrices", in: 0...) public var weightDecay = 0.0
  @Hyperparameter("Newton–Schulz iterations", in: 0.0...99) public var iterations = 5
  @Hyperparameter("how a step follows the shape of its matrix")
  public var scaling = Scaling.matchRMSAdamW
  @Hyperparameter("ε, against division by zero", in: .positive, scale: .log)
  public var epsilon = 1e-10
  public var moved = MovedMatrices()

  public var inner: any Optimizer = GradientStep()

  public init() {}

  public func memory<R: Scalar>(rows: Int, columns: Int, _: R.Type) -> [Matrix<R>] {
    let zeros = Matrix(repeating: R.zero, rows: rows, columns: columns)
    return [zeros, zeros]
  }

  public func direction<R: Scalar>(_ gradient: Matrix<R>, memory: inout [Matrix<R>], step: Int)
    -> Matrix<R>
  {
    memory[0].interpolate(R(1 - beta1), to: gradient)
    var direction = memory[0].orthogonalized(iterations: iterations, epsilon: 1e-7)
    let (kept, added) = (R(beta2), R(1 - beta2))
    let correction = R(1 / (1 - power(beta2, step)))
    let v = memory[1].mutablePointer()
    let d = direction.mutablePointer()
    for i in direction.elements.indices {
      v[i] = kept * v[i] + added * d[i] * d[i]
      d[i] = d[i] / ((correction * v[i]).squareRoot() + R(epsilon))
    }
    let (m, n) = (Double(gradient.rows), Double(gradient.columns))
    let scale = scaling == .original ? max(1, m / n) : 0.04 * max(m, n)
    direction.scale(R((scale * min(m, n)).squareRoot() / (direction.frobeniusNorm + epsilon)))
    return direction
  }
}
