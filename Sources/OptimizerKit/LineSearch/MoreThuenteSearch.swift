// The line search of MINPACK-2, which scipy uses as well.

/// A search for a length t that meets the strong Wolfe conditions
///
///     φ(t) ≤ φ(0) + c₁ t φ'(0)   and   |φ'(t)| ≤ −c₂ φ'(0)
///
/// for φ(t) = f(x + td). An interval is extended until it holds such a length, and then narrowed around
/// it by cubic and quadratic interpolation; as long as no trial has decreased enough, what is
/// interpolated is ψ(t) = φ(t) − φ(0) − c₁ t φ'(0), whose minimum meets the first condition. It finds
/// one in a finite number of trials where φ is smooth and bounded below.
///
/// Moré and Thuente 1994, doi:10.1145/192115.192132, with the constants of `dcsrch` in MINPACK-2.
public struct MoreThuenteSearch {
  /// A length with loss and slope, of φ or of ψ.
  private struct End {
    var t, loss, slope: Double

    /// The same of ψ, or of φ again with the opposite sign.
    func less(_ tilt: Double) -> End { End(t: t, loss: loss - t * tilt, slope: slope - tilt) }
  }

  /// How a search ended.
  public enum Outcome: Sendable { case found, failed }

  static let mostTrials = 100
  /// Intervals of less than this relative width are not narrowed further.
  static let narrowest = 1e-14

  /// The length to be tried next.
  public private(set) var length: Double
  private let limits: ClosedRange<Double>
  private let origin: End
  /// c₁ φ'(0) and −c₂ φ'(0).
  private let tilt, flat: Double
  /// The end with the lowest loss, and the other one.
  private var best, other: End
  private var isBracketed = false
  private var isTilted = true
  private var trials = 0
  private var width, widthBefore: Double
  private var least, most: Double

  /// A search from a start with a loss and a negative slope.
  ///
  /// - Parameters:
  ///   - first: the first length to be tried.
  ///   - decrease: c₁.
  ///   - flatness: c₂.
  public init(
    first: Double, loss: Double, slope: Double, decrease: Double, flatness: Double,
    limits: ClosedRange<Double> = 1e-100...1e100
  ) {
    length = first
    self.limits = limits
    origin = End(t: 0, loss: loss, slope: slope)
    (best, other) = (origin, origin)
    tilt = decrease * slope
    flat = flatness * -slope
    width = limits.upperBound - limits.lowerBound
    widthBefore = 2 * width
    least = 0
    most = 5 * first
  }

  /// Takes in the trial of `length`; nil where another one is needed.
  public mutating func take(loss: Double, slope: Double) -> Outcome? {
    trials += 1
    let trial = End(t: length, loss: loss, slope: slope)
    let bound = origin.loss + length * tilt
    if isTilted, loss <= bound, slope >= 0 { isTilted = false }
    if loss <= bound, slope.magnitude <= flat { return .found }
    let isNarrow = most - least <= Self.narrowest * most
    if isBracketed, length <= least || length >= most || isNarrow { return .failed }
    if length == limits.upperBound, loss <= bound, slope <= tilt { return .failed }
    if length == limits.lowerBound, loss > bound || slope >= tilt { return .failed }
    if trials >= Self.mostTrials { return .failed }

    if isTilted, loss <= best.loss, loss > bound {
      (best, other) = (best.less(tilt), other.less(tilt))
      length = step(to: trial.less(tilt))
      (best, other) = (best.less(-tilt), other.less(-tilt))
    } else {
      length = step(to: trial)
    }
    if isBracketed {
      let distance = (other.t - best.t).magnitude
      if distance >= 0.66 * widthBefore { length = best.t + 0.5 * (other.t - best.t) }
      (widthBefore, width) = (width, distance)
      (least, most) = (min(best.t, other.t), max(best.t, other.t))
    } else {
      let ahead = length - best.t
      (least, most) = (length + 1.1 * ahead, length + 4 * ahead)
    }
    length = min(max(length, limits.lowerBound), limits.upperBound)
    if isBracketed,
      length <= least || length >= most || most - least <= Self.narrowest * most
    {
      length = best.t
    }
    return length.isFinite ? nil : .failed
  }

  /// Takes a trial for one of the ends and gives the next length.
  private mutating func step(to trial: End) -> Double {
    let (a, p) = (best, trial)
    let isOpposite = p.slope.sign != a.slope.sign && p.slope != 0 && a.slope != 0
    let next: Double
    if p.loss > a.loss {
      // Higher: there is a minimum between. The cubic's, if it is the nearer one to the better end,
      // else between that and the quadratic's.
      let theta = 3 * (a.loss - p.loss) / (p.t - a.t) + a.slope + p.slope
      let gamma = Self.root(theta, a.slope, p.slope) * (p.t < a.t ? -1 : 1)
      let share = (gamma - a.slope + theta) / (gamma - a.slope + gamma + p.slope)
      let cubic = a.t + share * (p.t - a.t)
      let chord = (a.loss - p.loss) / (p.t - a.t) + a.slope
      let quadratic = a.t + a.slope / chord / 2 * (p.t - a.t)
      let isCubic = (cubic - a.t).magnitude <= (quadratic - a.t).magnitude
      next = isCubic ? cubic : cubic + (quadratic - cubic) / 2
      isBracketed = true
    } else if isOpposite {
      // Lower, beyond a minimum: the cubic's or the secant's, whichever is farther from the trial.
      let theta = 3 * (a.loss - p.loss) / (p.t - a.t) + a.slope + p.slope
      let gamma = Self.root(theta, a.slope, p.slope) * (p.t > a.t ? -1 : 1)
      let share = (gamma - p.slope + theta) / (gamma - p.slope + gamma + a.slope)
      let cubic = p.t + share * (a.t - p.t)
      let secant = p.t + p.slope / (p.slope - a.slope) * (a.t - p.t)
      next = (cubic - p.t).magnitude > (secant - p.t).magnitude ? cubic : secant
      isBracketed = true
    } else if p.slope.magnitude < a.slope.magnitude {
      // Lower and flatter. The cubic counts only where it has a minimum beyond the trial.
      let theta = 3 * (a.loss - p.loss) / (p.t - a.t) + a.slope + p.slope
      let gamma = Self.root(theta, a.slope, p.slope) * (p.t > a.t ? -1 : 1)
      let share = (gamma - p.slope + theta) / (gamma + (a.slope - p.slope) + gamma)
      let cubic =
        share < 0 && gamma != 0
        ? p.t + share * (a.t - p.t) : (p.t > a.t ? most : least)
      let secant = p.t + p.slope / (p.slope - a.slope) * (a.t - p.t)
      let isCubicNearer = (cubic - p.t).magnitude < (secant - p.t).magnitude
      if isBracketed {
        let nearer = isCubicNearer ? cubic : secant
        let limit = p.t + 0.66 * (other.t - p.t)
        next = p.t > a.t ? min(limit, nearer) : max(limit, nearer)
      } else {
        let isCubicFarther = (cubic - p.t).magnitude > (secant - p.t).magnitude
        next = min(max(isCubicFarther ? cubic : secant, least), most)
      }
    } else if isBracketed {
      // Lower and no flatter: the cubic through the trial and the other end.
      let b = other
      let theta = 3 * (p.loss - b.loss) / (b.t - p.t) + b.slope + p.slope
      let gamma = Self.root(theta, b.slope, p.slope) * (p.t > b.t ? -1 : 1)
      let share = (gamma - p.slope + theta) / (gamma - p.slope + gamma + b.slope)
      next = p.t + share * (b.t - p.t)
    } else {
      next = p.t > a.t ? most : least
    }
    if p.loss > a.loss {
      other = p
    } else {
      if isOpposite { other = a }
      best = p
    }
    return next
  }

  /// √(θ² − d e), 0 where that is the root of a negative number, scaled against overflow.
  private static func root(_ theta: Double, _ d: Double, _ e: Double) -> Double {
    let scale = max(theta.magnitude, d.magnitude, e.magnitude)
    let square = (theta / scale) * (theta / scale) - (d / scale) * (e / scale)
    return scale * max(0, square).squareRoot()
  }
}

extension SearchLine {
  /// Looks for a length by `MoreThuenteSearch`.
  ///
  /// - Parameter change: by how much the loss changed in the last step, from which the first length
  ///   follows: that at which a quadratic of the present slope would fall as much, 1 at most.
  /// - Returns: nil where the line does not fall or no length was found.
  @inlinable
  public mutating func wolfeLength(change: Double, decrease: Double, flatness: Double) throws
    -> Trial?
  {
    guard begin.slope < 0, begin.loss.isFinite else { return nil }
    let like = min(1, 1.01 * 2 * change / begin.slope)
    var search = MoreThuenteSearch(
      first: like > 0 ? like : 1, loss: begin.loss, slope: begin.slope, decrease: decrease,
      flatness: flatness)
    while true {
      let trial = try trial(search.length)
      if let outcome = search.take(loss: trial.loss, slope: trial.slope) {
        return outcome == .found ? trial : nil
      }
    }
  }
}
