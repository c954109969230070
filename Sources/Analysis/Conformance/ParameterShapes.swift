// The tensors that a network may be made of: what sees more than a coordinate is tried on each.

import OptimizerKit

extension OptimizerConformance.Ground {
  /// One tensor each, so that it is known which of them an optimizer cannot do with.
  static let shapes = tensors.map {
    var ground = Self($0.title, layout([$0]))
    ground.isPart = true
    return ground
  }

  /// All of the tensors as one parameter vector.
  static let allShapes = Self("tensors of all shapes together", layout(tensors))

  private struct Tensor {
    let name: String
    let shape: [Int]
    var role = ParameterLayout.Role.weight
    var title: String { "\(name) of \(shape.map(String.init).joined(separator: " × "))" }
  }

  private static let tensors = [
    Tensor(name: "a wide matrix", shape: [2, 6]),
    Tensor(name: "a tall matrix", shape: [5, 2]),
    Tensor(name: "a square matrix", shape: [3, 3]),
    Tensor(name: "a row", shape: [1, 4]),
    Tensor(name: "a column", shape: [4, 1]),
    Tensor(name: "a matrix", shape: [1, 1]),
    Tensor(name: "a convolution's kernel", shape: [3, 2, 2, 2]),
    Tensor(name: "a convolution's kernel", shape: [5, 1, 2, 2]),
    Tensor(name: "a bias", shape: [3], role: .bias),
    Tensor(name: "a normalisation's gain", shape: [4], role: .scale),
    Tensor(name: "a gain", shape: [1], role: .scale),
  ]

  private static func layout(_ tensors: [Tensor]) -> ParameterLayout {
    var layout = ParameterLayout()
    for (place, tensor) in tensors.enumerated() {
      layout.append(
        "tensor\(place + 1)", shape: tensor.shape, role: tensor.role,
        fanIn: tensor.role == .weight ? tensor.shape.dropFirst().reduce(1, *) : 1)
    }
    return layout
  }
}
