// The line search of torch.optim.LBFGS.

/// A search for a length t that meets the strong Wolfe conditions
///
///     φ(t) ≤ φ(0) + c₁ t φ'(0)   and   |φ'(t)| ≤ −c₂ φ'(0),   c₁ = 10⁻⁴, c₂ = 0.9
///
/// for φ(t) = f(x + td): the lengths are bracketed, and the bracket narrowed, by the minimum of the cubic
/// through its two ends. Unlike `MoreThuenteSearch` it may end with a length that meets only the first
/// of them: where its trials are spent or the bracket is small enough, it takes the best that it has.
///
/// Nocedal and Wright 2006, algorithms 3.5 and 3.6, doi:10.1007/978-0-387-40065-5, in the form of
/// torch.optim.LBFGS.
extension SearchLine {
  /// The best length that was found, after at most one trial more than `most`.
  ///
  /// - Parameters:
  ///   - first: the first length to be tried.
  ///   - smallest: brackets narrower than this are not narrowed further.
  @inlinable
  public mutating func cubicWolfeLength(first: Double, most: Int, smallest: Double) throws
    -> Trial
  {
    var previous = begin
    var current = try trial(first)
    var tried = 0
    var bracket: (Trial, Trial)?
    while tried < most, bracket == nil {
      if rises(current) || (tried > 1 && current.loss >= previous.loss) {
        bracket = (previous, current)
      } else if isFlat(current) {
        return current
      } else if current.slope >= 0 {
        bracket = (previous, current)
      } else {
        let length = interpolated(
          previous, current,
          in: current.length + 0.01 * (current.length - previous.length), 10 * current.length)
        previous = current
        current = try trial(length)
        tried += 1
      }
    }
    let ends = bracket ?? (begin, current)
    return tried < most
      ? try narrowed(ends.0, ends.1, tried, most, smallest: smallest)
      : (ends.0.loss <= ends.1.loss ? ends.0 : ends.1)
  }

  @usableFromInline static var decrease: Double { 1e-4 }
  @usableFromInline static var flatness: Double { 0.9 }

  @inlinable
  func rises(_ trial: Trial) -> Bool {
    trial.loss > begin.loss + Self.decrease * trial.length * begin.slope
  }

  @inlinable
  func isFlat(_ trial: Trial) -> Bool {
    trial.slope.magnitude <= -Self.flatness * begin.slope
  }

  @inlinable
  mutating func narrowed(
    _ a: Trial, _ b: Trial, _ tried: Int, _ most: Int, smallest: Double
  ) throws -> Trial {
    var tried = tried
    // In the order in which they came; `low` is the one with the lower loss.
    var ends = [a, b]
    var low = a.loss <= b.loss ? 0 : 1
    var wasClose = false
    while tried < most, !((ends[1].length - ends[0].length).magnitude < smallest) {
      let bottom = min(ends[0].length, ends[1].length)
      let top = max(ends[0].length, ends[1].length)
      var length = interpolated(ends[0], ends[1], in: bottom, top)
      // Too close to an end twice running, or at it: a tenth of the bracket away from it.
      let margin = 0.1 * (top - bottom)
      if min(top - length, length - bottom) < margin {
        if wasClose || length >= top || length <= bottom {
          let isNearTop = (length - top).magnitude < (length - bottom).magnitude
          length = isNearTop ? top - margin : bottom + margin
          wasClose = false
        } else {
          wasClose = true
        }
      } else {
        wasClose = false
      }
      let current = try trial(length)
      tried += 1
      if rises(current) || current.loss >= ends[low].loss {
        ends[1 - low] = current
        low = ends[0].loss <= ends[1].loss ? 0 : 1
      } else {
        let isDone = isFlat(current)
        if !isDone, current.slope * (ends[1 - low].length - ends[low].length) >= 0 {
          ends[1 - low] = ends[low]
        }
        ends[low] = current
        if isDone { break }
      }
    }
    return ends[low]
  }

  /// The minimum of the cubic through two trials, kept within bounds; their middle where it has none.
  @inlinable
  func interpolated(_ a: Trial, _ b: Trial, in lower: Double, _ upper: Double) -> Double {
    let d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.length - b.length)
    let square = d1 * d1 - a.slope * b.slope
    guard square >= 0 else { return (lower + upper) / 2 }
    let d2 = square.squareRoot()
    let (near, far) = a.length <= b.length ? (a, b) : (b, a)
    let share = (far.slope + d2 - d1) / (far.slope - near.slope + 2 * d2)
    return min(max(far.length - (far.length - near.length) * share, lower), upper)
  }
}
