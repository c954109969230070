// One hyperparameter of a search.

import OptimizerKit

/// What a search may choose for one hyperparameter.
public struct SearchDimension: Sendable, Equatable, CustomStringConvertible {
  /// The values that there are.
  public enum Domain: Sendable, Equatable {
    /// Real numbers, evenly spread on a scale.
    case interval(ClosedRange<Double>, Scale)
    /// Whole numbers, each with its share of the scale.
    case integers(ClosedRange<Int>, Scale)
    /// Values without an order, each with the same share.
    case choices([String])
  }

  /// The hyperparameter; "sam.rho" where several have the name.
  public let name: String
  public let domain: Domain
  /// What is valid: no widening leaves it.
  public let bounds: Bounds

  public init(_ name: String, _ domain: Domain, bounds: Bounds = .any) {
    self.name = name
    self.domain = domain
    self.bounds = bounds
  }

  /// The range in which its values are numbers, and whether it is on a logarithmic scale; nil for choices.
  /// Whole numbers take half a unit beyond each end.
  private var range: (ends: ClosedRange<Double>, isLogarithmic: Bool)? {
    switch domain {
    case .interval(let range, let scale): (range, scale == .log)
    case .integers(let range, let scale):
      (Double(range.lowerBound) - 0.5...Double(range.upperBound) + 0.5, scale == .log)
    case .choices: nil
    }
  }

  /// Why it cannot be searched; nil where it can.
  var fault: String? {
    switch domain {
    case .choices(let values):
      if values.isEmpty { return "\(name): there is nothing to choose from" }
      return Set(values).count < values.count ? "\(name): a value stands twice" : nil
    case .interval(let range, let scale):
      guard range.lowerBound.isFinite, range.upperBound.isFinite else {
        return "\(name): a range that is searched has ends"
      }
      guard range.lowerBound < range.upperBound else {
        return "\(name): the range \(self) is empty"
      }
      return scale == .log && range.lowerBound <= 0
        ? "\(name): \(name) is on a logarithmic scale, so the range \(self) must begin above 0"
        : nil
    case .integers(let range, let scale):
      return scale == .log && range.lowerBound < 1
        ? "\(name): \(name) is on a logarithmic scale, so the range \(self) must begin above 0"
        : nil
    }
  }

  /// The value at a coordinate in [0, 1): numbers with six significant digits.
  public func value(at coordinate: Double) -> String {
    let u = min(max(coordinate, 0), 1)
    switch domain {
    case .choices(let values): return values[min(Int(u * Double(values.count)), values.count - 1)]
    case .interval(let range, _):
      let value = rounded(number(at: u), digits: 6)
      return shortest(min(max(value, range.lowerBound), range.upperBound))
    case .integers(let range, _):
      let value = Int(number(at: u).rounded())
      return "\(min(max(value, range.lowerBound), range.upperBound))"
    }
  }

  private func number(at u: Double) -> Double {
    guard let (ends, isLogarithmic) = range else { return .nan }
    guard isLogarithmic else { return ends.lowerBound + u * (ends.upperBound - ends.lowerBound) }
    return Double.exp(
      (1 - u) * Double.log(ends.lowerBound) + u * Double.log(ends.upperBound))
  }

  /// The coordinate in [0, 1] of a value, the middle of its share where it has one; nil where it is none of
  /// this dimension.
  public func coordinate(of value: String) -> Double? {
    if case .choices(let values) = domain {
      return values.firstIndex(of: value).map { (Double($0) + 0.5) / Double(values.count) }
    }
    guard let number = Double(value), let (ends, isLogarithmic) = range, ends.contains(number)
    else {
      return nil
    }
    guard isLogarithmic else {
      return (number - ends.lowerBound) / (ends.upperBound - ends.lowerBound)
    }
    let (lower, upper) = (Double.log(ends.lowerBound), Double.log(ends.upperBound))
    return (Double.log(number) - lower) / (upper - lower)
  }

  /// At which end of its range a value lies: in the outer tenth, and not at the end of what is valid; nil
  /// for none.
  func edge(of value: String) -> SearchSpace.Side? {
    guard let u = coordinate(of: value), let (ends, _) = range else { return nil }
    if u < 0.1, !(bounds.includesLower && ends.lowerBound <= bounds.lower) { return .lower }
    if u > 0.9, !(bounds.includesUpper && ends.upperBound >= bounds.upper) { return .upper }
    return nil
  }

  /// The range twice as long on its scale, by as much beyond one end, within what is valid.
  func widened(_ side: SearchSpace.Side) -> SearchDimension {
    func wider(_ range: ClosedRange<Double>, _ isLogarithmic: Bool) -> ClosedRange<Double> {
      let (low, high) = (range.lowerBound, range.upperBound)
      switch side {
      case .lower:
        let end = rounded(isLogarithmic ? low * (low / high) : low - (high - low), digits: 6)
        return (bounds.contains(end) ? end : bounds.includesLower ? bounds.lower : low)...high
      case .upper:
        let end = rounded(isLogarithmic ? high * (high / low) : high + (high - low), digits: 6)
        return low...(bounds.contains(end) ? end : bounds.includesUpper ? bounds.upper : high)
      }
    }
    switch domain {
    case .choices: return self
    case .interval(let range, let scale):
      let end = wider(range, scale == .log)
      // On a logarithmic scale there is no 0.
      guard scale == .linear || end.lowerBound > 0 else { return self }
      return SearchDimension(name, .interval(end, scale), bounds: bounds)
    case .integers(let range, let scale):
      let end = wider(Double(range.lowerBound)...Double(range.upperBound), scale == .log)
      let lower = Int(max(end.lowerBound.rounded(), scale == .log ? 1 : -1e15))
      let upper = Int(min(end.upperBound.rounded(), 1e15))
      return SearchDimension(name, .integers(lower...upper, scale), bounds: bounds)
    }
  }

  /// "1e-05..1 (log)", "0, 0.5 or 0.9".
  public var description: String {
    switch domain {
    case .interval(let range, let scale):
      "\(shortest(range.lowerBound))..\(shortest(range.upperBound))"
        + (scale == .log ? " (log)" : "")
    case .integers(let range, let scale):
      "\(range.lowerBound)..\(range.upperBound)" + (scale == .log ? " (log)" : "")
    case .choices(let values):
      values.count < 2
        ? values.joined()
        : values.dropLast().joined(separator: ", ") + " or " + values[values.count - 1]
    }
  }
}
