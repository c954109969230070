// The linear rate of convergence of a sequence, fitted to its tail.

import OptimizerKit

/// A fitted linear rate: the factor by which a quantity shrinks from one step to the next.
///
/// log q is regressed on the step by least squares, over the second half of the rows that lie
/// before the quantity falls under its rounding floor (the first half still carries the faster
/// modes). Oscillation about the trend averages out; a rate above 1 is a divergence.
public struct LinearRate: Sendable, Equatable {
  /// What shrinks.
  public enum Quantity: String, Sendable {
    /// The distance from the minimum.
    case distance
    /// The loss above the minimum; on a quadratic its rate is that of the distance squared.
    case lossGap = "loss gap"
  }

  public let quantity: Quantity
  /// The factor per step.
  public let rate: Double
  /// The part of the run that the fit used.
  public let steps: ClosedRange<Int>
  /// The share of the variance of log q that the fit explains; near 1 where the rate is linear.
  public let determination: Double

  /// The rate of the distance, where the loss is quadratic near the minimum.
  public var distanceRate: Double { quantity == .distance ? rate : rate.squareRoot() }

  /// Fits `values` (one for each of `steps`); nil where fewer than `minimumRows` rows of the tail
  /// are above the floor.
  ///
  /// - Parameter floor: below it, a value is rounding and not convergence.
  public init?(
    _ values: [Double], at steps: [Int], quantity: Quantity, floor: Double, minimumRows: Int = 4
  ) {
    let floor = max(floor, 1e-290)  // subnormal numbers have lost their digits
    var usable = 0
    let rows = min(values.count, steps.count)
    while usable < rows, values[usable].isFinite, values[usable] > floor, values[usable] < 1e290 {
      usable += 1
    }
    let tail = usable / 2..<usable
    guard tail.count >= max(minimumRows, 2), steps[tail.upperBound - 1] > steps[tail.lowerBound]
    else { return nil }
    let count = Double(tail.count)
    let logs = tail.map { log(values[$0]) }
    var meanLog = 0.0
    var meanTime = 0.0
    for (i, row) in tail.enumerated() {
      meanLog += logs[i]
      meanTime += Double(steps[row])
    }
    meanLog /= count
    meanTime /= count
    var covariance = 0.0
    var timeVariance = 0.0
    var logVariance = 0.0
    for (i, row) in tail.enumerated() {
      let y = logs[i]
      let t = Double(steps[row])
      covariance += (t - meanTime) * (y - meanLog)
      timeVariance += (t - meanTime) * (t - meanTime)
      logVariance += (y - meanLog) * (y - meanLog)
    }
    self.quantity = quantity
    self.rate = exp(covariance / timeVariance)
    self.steps = steps[tail.lowerBound]...steps[tail.upperBound - 1]
    self.determination =
      logVariance > 0 ? covariance * covariance / (timeVariance * logVariance) : 1
  }
}
