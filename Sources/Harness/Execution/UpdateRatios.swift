// How far an update moves each tensor.

import OptimizerKit

extension ParameterLayout {
  /// ‖new − old‖ / ‖old‖ for each tensor, summed in double precision; NaN where `old` is 0.
  func updates(from old: Vector<Float>, to new: Vector<Float>) -> [TensorUpdate] {
    precondition(old.count == count && new.count == count, "vectors of the layout")
    return withExtendedLifetime((old, new)) {
      tensors.map { tensor in
        let before = old.pointer + tensor.offset
        let after = new.pointer + tensor.offset
        var change = 0.0
        var size = 0.0
        for i in 0..<tensor.count {
          let w = Double(before[i])
          let step = Double(after[i]) - w
          change += step * step
          size += w * w
        }
        return TensorUpdate(
          tensor: tensor.name, role: tensor.role,
          ratio: size > 0 ? (change / size).squareRoot() : .nan)
      }
    }
  }
}
