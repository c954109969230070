// The line search of optax.

/// A search for a length t that meets the strong Wolfe conditions
///
///     φ(t) ≤ φ(0) + c₁ t φ'(0)   and   |φ'(t)| ≤ c₂ |φ'(0)|,   c₁ = 10⁻⁴, c₂ = 0.9
///
/// for φ(t) = f(x + td): lengths are doubled until an interval holds one, and the interval is narrowed by
/// the cubic through its lower end and the last two others, a quadratic, or its middle, whichever is
/// first well within. Near a minimum, where differences of losses are lost to rounding, the first
/// condition may be met by slopes instead: φ'(t) ≤ (2c₁ − 1) φ'(0) where φ(t) ≤ φ(0) + 10⁻⁶ |φ(0)|
/// (Hager and Zhang 2006, doi:10.1145/1132973.1132979). Where no length is found in time, the one with the
/// lowest loss of those that meet the first condition is taken, and the last trial where none does.
///
/// Nocedal and Wright 2006, algorithms 3.5 and 3.6, doi:10.1007/978-0-387-40065-5, in the form of
/// optax.scale_by_zoom_linesearch with its defaults.
public struct ZoomSearch: Sendable {
  /// A length with loss and slope.
  struct End {
    var length, loss, slope: Double
  }

  /// What becomes of a trial.
  public enum Outcome: Sendable {
    /// It is taken, or another one is needed.
    case found, next
    /// The search is over; the best trial so far is taken.
    case failed
  }

  static let decrease = 1e-4
  static let flatness = 0.9
  static let approximation = 1e-6
  /// Intervals of less than this width are not narrowed further.
  static let narrowest = 1e-5

  /// The length to be tried next.
  public private(set) var length: Double
  /// Whether the last trial is the best one, to be taken where the search fails.
  public private(set) var isBest = false
  private let most: Int
  private let origin: End
  private var low, high: End
  /// The length and loss that the cubic goes through besides the ends.
  private var third: End
  private var previous: End
  /// The lowest loss of those that fell enough, and its length; 0 where none has.
  private var safe: End
  private var count = 0
  private var isBracketed = false

  /// A search from a start with a loss and a slope, of at most so many trials.
  public init(first: Double, loss: Double, slope: Double, most: Int) {
    length = first
    self.most = most
    origin = End(length: 0, loss: loss, slope: slope)
    (low, high, third, previous, safe) = (origin, origin, origin, origin, origin)
  }

  /// Takes in the trial of `length`.
  public mutating func take(loss: Double, slope: Double) -> Outcome {
    count += 1
    let trial = End(length: length, loss: loss, slope: slope)
    let excess = excess(trial)
    let isDone = excess <= 0 && steepness(trial) <= 0
    let wasBracketed = isBracketed
    let wasNarrow = wasBracketed && (high.length - low.length).magnitude <= Self.narrowest
    isBest = excess <= 0 && (!wasBracketed || loss < safe.loss)
    if isBest { safe = trial }
    if wasBracketed {
      narrow(trial, isHigh: excess > 0 || loss >= low.loss)
    } else {
      let isHigh = excess > 0 || (loss >= previous.loss && count > 1)
      let isLow = slope >= 0 && !isHigh
      (low, high) = isLow ? (trial, previous) : (previous, trial)
      third = low
      isBracketed = isHigh || isLow
    }
    previous = trial
    if isDone { return .found }
    if count >= most || (wasNarrow && safe.length > 0) {
      // What is no number is never taken, and without anything better any other trial is.
      if safe.length == 0, excess < .infinity { isBest = true }
      return .failed
    }
    length = isBracketed ? inside : 2 * length
    return .next
  }

  private mutating func narrow(_ trial: End, isHigh: Bool) {
    let (lowBefore, highBefore) = (low, high)
    if isHigh {
      high = trial
      third = highBefore
      return
    }
    let isBeyond = trial.slope * (high.length - low.length) >= 0
    if isBeyond { high = low }
    low = trial
    third = isBeyond ? highBefore : lowBefore
  }

  /// By how much a trial has not fallen enough; infinite where that is no number.
  private func excess(_ trial: End) -> Double {
    let exact = trial.loss - origin.loss - Self.decrease * trial.length * origin.slope
    let slopes = trial.slope - (2 * Self.decrease - 1) * origin.slope
    let losses = trial.loss - origin.loss - Self.approximation * origin.loss.magnitude
    if exact.isNaN || slopes.isNaN || losses.isNaN { return .infinity }
    return max(min(max(slopes, losses), exact), 0)
  }

  /// By how much the slope is too steep.
  private func steepness(_ trial: End) -> Double {
    let steepness = trial.slope.magnitude - Self.flatness * origin.slope.magnitude
    return steepness.isNaN ? .infinity : max(steepness, 0)
  }

  /// A length within the interval.
  private var inside: Double {
    let width = (high.length - low.length).magnitude
    let (left, right) = (min(low.length, high.length), max(low.length, high.length))
    let cubic = cubicMinimum
    if cubic > left + 0.2 * width, cubic < right - 0.2 * width { return cubic }
    let quadratic = quadraticMinimum
    if quadratic > left + 0.1 * width, quadratic < right - 0.1 * width { return quadratic }
    return (low.length + high.length) / 2
  }

  /// That of the cubic with the slope of `low`, through all three; NaN where there is none.
  private var cubicMinimum: Double {
    let db = high.length - low.length
    let dc = third.length - low.length
    let denominator = (db * dc) * (db * dc) * (db - dc)
    let fb = high.loss - low.loss - low.slope * db
    let fc = third.loss - low.loss - low.slope * dc
    let a = (dc * dc * fb - db * db * fc) / denominator
    let b = (db * db * db * fc - dc * dc * dc * fb) / denominator
    return low.length + (-b + (b * b - 3 * a * low.slope).squareRoot()) / (3 * a)
  }

  /// That of the quadratic with the slope of `low`, through both ends.
  private var quadraticMinimum: Double {
    let db = high.length - low.length
    let b = (high.loss - low.loss - low.slope * db) / (db * db)
    return low.length - low.slope / (2 * b)
  }
}

extension SearchLine {
  /// Looks for a length by `ZoomSearch`, of at most so many trials.
  @inlinable
  public mutating func zoomLength(first: Double, most: Int) throws -> Trial {
    var search = ZoomSearch(first: first, loss: begin.loss, slope: begin.slope, most: most)
    var best = begin
    while true {
      let trial = try trial(search.length)
      let outcome = search.take(loss: trial.loss, slope: trial.slope)
      if outcome == .found { return trial }
      if search.isBest { best = trial }
      if outcome == .failed { return best }
    }
  }
}
