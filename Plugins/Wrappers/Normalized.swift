import OptimizerKit

/// Normalised gradients: only the direction counts, and every one is of the same length.
///
///     g ← c g / (‖g‖ + ε)
///
/// The norm is that of all tensors together, or of each by itself. Where `clip` shortens long gradients
/// it lengthens short ones too: on plateaus and near saddles the steps stay long, and near a minimum
/// they do not get shorter unless the learning rate does. No state; one norm a step. It has no setting
/// in which it changes nothing.
///
/// Nesterov 1984, "Minimization methods for nonsmooth convex and quasiconvex functions"; Hazan, Levy
/// and Shalev-Shwartz 2015, arXiv 1507.02030.
public struct Normalized: Wrapper {
  public static let name = "normalized"
  public static let summary = "gradients of one length: only their direction counts"
  public static let source = "Hazan, Levy and Shalev-Shwartz 2015, arXiv 1507.02030"
  public static let family = Family.gradients
  public static let presets = [
    Preset("optax", "optax.normalize_by_update_norm: the defaults here"),
    Preset("paper", "without ε", ["epsilon": 0.0]),
    Preset("tensors", "each tensor by itself", ["scope": "tensor"]),
  ]

  /// What is brought to the length.
  public enum Scope: String, Choice { case all, tensor }

  @Hyperparameter("the length c", in: .positive, scale: .log, search: 1e-2...100)
  public var length = 1.0
  @Hyperparameter("ε, added to the norm, against division by zero", in: 0..., scale: .log)
  public var epsilon = 1e-6
  @Hyperparameter("what has the length: all tensors together, or each") public var scope = Scope.all

  public var inner: any Optimizer = GradientStep()

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    switch scope {
    case .all: normalize(&context.gradient, 0..<context.gradient.count)
    case .tensor:
      for tensor in context.layout.tensors { normalize(&context.gradient, tensor.range) }
    }
    try context.step(&inner)
  }

  private func normalize<R: Scalar>(_ gradient: inout Vector<R>, _ range: Range<Int>) {
    let norm = gradient.norm(over: range) + epsilon
    guard norm != 0 else { return }
    let factor = R(length / norm)
    let g = gradient.mutablePointer()
    for i in range { g[i] = g[i] * factor }
  }
}
