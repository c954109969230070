// When the loss of a run that is trained on minibatches has come down to a level.

import OptimizerKit

extension Trajectory {
  /// The number of updates before the first row at which the mean of the losses of the last `window` rows,
  /// that row included, is at most `level`; nil where it never is. The mean takes out what of a minibatch's
  /// loss is chance.
  public func steps(toLoss level: Double, window: Int) -> Double? {
    var sum = 0.0
    for row in losses.indices {
      sum += losses[row]
      // A sum that is no number any more stays none.
      guard sum.isFinite else { return nil }
      guard row >= window - 1 else { continue }
      if row >= window { sum -= losses[row - window] }
      if sum <= level * Double(window) { return Double(steps[row]) }
    }
    return nil
  }

  /// The mean of the losses of the last `window` rows; nil without as many, or where one is no number.
  public func lastLoss(window: Int) -> Double? {
    guard window > 0, losses.count >= window else { return nil }
    let mean = losses.suffix(window).reduce(0, +) / Double(window)
    return mean.isFinite ? mean : nil
  }
}
