// The statistics of a layer from its signals.

import OptimizerKit

extension LayerStatistics {
  /// Those of the first `examples` examples of `signals`.
  init<R: NetworkScalar>(of signals: LayerSignals<R>, examples: Int) {
    let count = examples * signals.shape.count
    let activation = moments(signals.output, count: count)
    let gradient = moments(signals.outputGradient, count: count)
    let channels = signals.shape.channels
    var isAlive = [Bool](repeating: false, count: channels)
    for i in 0..<count where signals.output[i] != 0 { isAlive[i % channels] = true }
    self.init(
      layer: signals.layer, activationMean: activation.mean,
      activationDeviation: activation.deviation, gradientMean: gradient.mean,
      gradientDeviation: gradient.deviation,
      dead: Double(isAlive.count { !$0 }) / Double(max(channels, 1)))
  }
}

/// Mean and standard deviation, in two passes in double precision.
private func moments<R: NetworkScalar>(_ values: UnsafePointer<R>, count: Int)
  -> (mean: Double, deviation: Double)
{
  let mean = interleavedSum(count) { Double(values[$0]) } / Double(max(count, 1))
  let variance =
    interleavedSum(count) {
      let difference = Double(values[$0]) - mean
      return difference * difference
    } / Double(max(count, 1))
  return (mean, variance.squareRoot())
}
