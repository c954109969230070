// Which tensors matrix methods move as matrices.

/// The tensors that a matrix method moves as matrices: the weights of two and more dimensions, a
/// kernel seen as outputs × the rest. Biases, gains and the coordinates of surfaces are none.
public struct MovedMatrices: HyperparameterGroup {
  @Hyperparameter("move the last weights too, and do not leave them to what is wrapped")
  public var last = true

  public init() {}

  /// The indices of these tensors, ascending.
  public func matrices(of layout: ParameterLayout) -> [Int] {
    let weights = layout.tensors.indices.filter { layout.tensors[$0].isMatrix }
    return last ? weights : weights.dropLast()
  }

  /// The indices of all other tensors, ascending.
  public func others(of layout: ParameterLayout) -> [Int] {
    let matrices = Set(matrices(of: layout))
    return layout.tensors.indices.filter { !matrices.contains($0) }
  }
}

extension ParameterLayout.Tensor {
  /// Whether it is a weight of two or more dimensions.
  public var isMatrix: Bool { role == .weight && shape.count > 1 }
}
