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
    let usable = zip(values, steps).prefix { $0.0.isFinite && $0.0 > floor && $0.0 < 1e290 }
    let tail = Array(usable.dropFirst(usable.count / 2))
    guard tail.count >= max(minimumRows, 2), tail.last!.1 > tail.first!.1 else { return nil }
    let count = Double(tail.count)
    let logs = tail.map { log($0.0) }
    let times = tail.map { Double($0.1) }
    let meanLog = logs.reduce(0, +) / count
    let meanTime = times.reduce(0, +) / count
    var covariance = 0.0
    var timeVariance = 0.0
    var logVariance = 0.0
    for (y, t) in zip(logs, times) {
      covariance += (t - meanTime) * (y - meanLog)
      timeVariance += (t - meanTime) * (t - meanTime)
      logVariance += (y - meanLog) * (y - meanLog)
    }
    self.quantity = quantity
    self.rate = exp(covariance / timeVariance)
    self.steps = tail.first!.1...tail.last!.1
    self.determination =
      logVariance > 0 ? covariance * covariance / (timeVariance * logVariance) : 1
  }
}
