// How the signals of a layer are spread.

import OptimizerKit

extension LayerValues {
  /// Mean and standard deviation of the outputs, over all units and examples; NaN without any.
  public var outputMoments: (mean: Double, deviation: Double) { moments(outputs) }

  /// Mean and standard deviation of the gradients that reach the layer; NaN without any.
  public var gradientMoments: (mean: Double, deviation: Double) { moments(gradients) }

  /// The number of rows: examples, times positions where the output is an image.
  public var rows: Int { outputs.count / max(units, 1) }
}

/// In two passes, so that nothing cancels.
private func moments(_ values: [Float]) -> (mean: Double, deviation: Double) {
  let count = Double(values.count)
  let mean = interleavedSum(values.count) { Double(values[$0]) } / count
  let squares = interleavedSum(values.count) { (Double(values[$0]) - mean).squared }
  return (mean, (squares / count).squareRoot())
}
