import LinearAlgebra
import OptimizerKit

/// Scion: steps of a fixed size in a norm that fits each tensor.
///
///     M ← μ M + (1 − μ) G
///     X ← (1 − α) X − α ρ D(M)   where constrained, else X ← (1 − α λ) X − α ρ D(M)
///
///     D(M) = √(m/n) O(M)      of a matrix m × n, O being `muon`'s orthogonalisation
///     D(M) = √(m/n)/k O(M)    of a kernel with m outputs, n inputs and k places
///     D(M) = M/(rms M + ε)    of biases, gains and the coordinates of a surface
///
/// D(M) is minus the point of the unit ball of a norm at which the inner product with M is smallest.
/// Constrained, X never leaves a ball of radius ρ once it is in it (conditional gradient), and no other
/// decay is needed. The last weights may move by sign(M)/n instead, as the authors' language models do.
/// `muon` leaves vectors to another optimizer. One vector of state; five iterations of some
/// 6 m² n operations.
///
/// Pethick et al. 2025, arXiv 2502.07529.
public struct Scion: VectorOptimizer {
  public static let name = "scion"
  public static let summary = "steps of a fixed size in the norm of each tensor"
  public static let source = "Pethick et al. 2025, arXiv 2502.07529"
  public static let family = Family.matrix
  public static let presets = [
    Preset(
      "author", "LIONS-EPFL/scion: constrained, no momentum",
      ["constrained": true, "momentum": 0.0]),
    Preset("pytorch-optimizer", "pytorch_optimizer.SCION: the defaults here"),
  ]

  /// The norm of the last weights.
  public enum Last: String, Choice { case spectral, sign }

  @Hyperparameter("learning rate α", in: 0...1, scale: .log, search: 1e-5...1) public var lr = 1e-3
  @Hyperparameter("momentum μ; the authors' number is 1 − μ", in: 0..<1) public var momentum = 0.9
  @Hyperparameter("stay in the ball of radius ρ") public var constrained = false
  @Hyperparameter("radius ρ, a factor of the steps", in: .positive, scale: .log)
  public var radius = 1.0
  @Hyperparameter("decoupled weight decay λ, where not constrained", in: 0...)
  public var weightDecay = 0.0
  @Hyperparameter("the norm of the last weights") public var last = Last.spectral
  @Hyperparameter("Newton–Schulz iterations", in: 0.0...99) public var iterations = 5

  public init() {}

  public func makeState<R: Scalar>(at x: Vector<R>, layout: ParameterLayout)
    -> OptimizerState<R>
  {
    var state = OptimizerState<R>()
    state["m"] = Vector(repeating: R.zero, count: x.count)
    return state
  }

  public func remark(on layout: ParameterLayout) -> String? {
    layout.tensors.contains(where: \.isMatrix)
      ? nil : "\(Self.name) finds no matrices, and divides gradients by their root mean square"
  }

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    context.state["m", default: Vector(repeating: R.zero, count: context.x.count)]
      .interpolate(R(1 - momentum), to: context.gradient)
    guard let average = context.state["m"] else { return }
    let kept = constrained ? 1 - context.lr : 1 - context.lr * weightDecay
    let lastWeight = context.layout.tensors.lastIndex(where: \.isMatrix)
    for (index, tensor) in context.layout.tensors.enumerated() {
      var direction = Matrix(tensor, of: average)
      var length = radius
      if !tensor.isMatrix {
        let rms = direction.frobeniusNorm / Double(max(tensor.count, 1)).squareRoot()
        length /= rms + 1e-8
      } else if index == lastWeight, last == .sign {
        let d = direction.mutablePointer()
        for i in direction.elements.indices { d[i] = d[i].signum }
        length /= Double(tensor.columns)
      } else {
        direction = direction.orthogonalized(iterations: iterations, epsilon: 1e-7)
        let places = tensor.shape.dropFirst(2).reduce(1, *)
        length *= (Double(tensor.rows) / Double(tensor.shape[1])).squareRoot() / Double(places)
      }
      context.x.scale(R(kept), tensor)
      context.x.add(R(-context.lr * length), direction, to: tensor)
    }
  }
}
