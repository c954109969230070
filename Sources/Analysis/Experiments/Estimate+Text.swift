// Estimates as sentences have them.

import OptimizerKit

extension Estimate {
  /// "0.35 (0.21 to 0.47)"; the value alone where there is no interval.
  ///
  /// - Parameter digits: how many stand after the point at most.
  public func text(_ digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    func rounded(_ value: Double) -> String { shortest((scale * value).rounded() / scale) }
    guard let interval else { return rounded(value) }
    return "\(rounded(value)) (\(rounded(interval.lowerBound)) to \(rounded(interval.upperBound)))"
  }
}
