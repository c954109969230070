// What a training's loss curve looks like, told from the curve alone.

import OptimizerKit

/// Levels of a loss curve, and the class that follows from them.
///
/// Everything is measured as a share of the loss at the start, so that the scale of a loss does not
/// matter, and by medians of many rows, so that single minibatches do not. A loss must be above 0; its
/// floor is taken to be 0. Classes are asked for in this order, and the first that fits is the answer:
///
/// 1. **explodes**: a loss or gradient is not finite; the curve ends above its start; its last loss is
///    the highest of all and above 3 times the start; or it stood above 3 times the start, the lecture's
///    limit for giving up, and ended no lower than at nine tenths of it.
/// 2. **barely moves**: it ends less than a tenth below its start. If it was lower or higher in between
///    and came back, as where all rectifiers have died, that is a **high plateau**.
/// 3. **late fall**: a quarter of the fall comes after more than 15 % of the run, the level of the first
///    half of that time is less than a tenth of it below the start, and the next quarter of the fall takes
///    no more than a third of that time. A straight fall takes all of it for that, an exponential one more.
/// 4. On a plateau, where the last half of the run takes less than 15 % off the loss and brings less than
///    a quarter of the whole fall: **high plateau** if training stands above a fifth of the start and the
///    validation loss jumps, by 4 % and more from pass to pass. Between two passes over the same examples
///    nothing but the updates moves the validation loss: steps that are too long leave no rest, those of a
///    model that can do no better do.
/// 5. **overfits**: training has come below half of its start, and validation ends above it by at least
///    15 % of what it has gained, and by as much more than at the start.
/// 6. On a plateau where training and validation both stand above a quarter of the start: **underfits**.
///    Without validation, or with fewer than four passes in the last half, it is a **high plateau**.
/// 7. **good** otherwise.
///
/// Where the loss of a guess is known (ln C of softmax over C classes), a start above it counts as one
/// there in 4 to 6: that only the scale of the first weights was unlearned is no merit.
public struct LossCurveShape: Sendable {
  /// The level at the start, over the first few rows.
  public private(set) var start = Double.nan
  /// The level at the end, over the last tenth of the rows.
  public private(set) var end = Double.nan
  /// The class; nil of fewer than 20 rows that do not explode, or where the loss is not above 0.
  public private(set) var curve: LossCurve?

  /// Medians of up to 40 equal parts of the curve.
  private var levels: [Double] = []
  /// The level in the middle, over a tenth of the rows.
  private var middle = Double.nan
  /// By how much `start` may be off.
  private var doubt = 0.0

  /// The fewest rows that are judged.
  static let fewestRows = 20

  /// - Parameters:
  ///   - losses: the training loss at rows that follow one another evenly, of the minibatch or whole.
  ///   - gradientNorms: the norm of the gradient at each; empty where it is not known.
  ///   - validation: the validation loss now and then, evenly over the run, the first at its start;
  ///     empty for none.
  ///   - guess: the loss of equal odds for all classes; nil where it is not known.
  public init(
    losses: [Double], gradientNorms: [Double] = [], validation: [Double] = [], guess: Double? = nil
  ) {
    guard let first = losses.first else { return }
    guard losses.allSatisfy(\.isFinite), !Self.isRuined(gradientNorms) else {
      start = first
      end = losses.last ?? .nan
      curve = .explodes
      return
    }
    measure(losses)
    guard start > 0 else { return }
    if explodes(losses) {
      curve = .explodes
    } else if losses.count >= Self.fewestRows {
      curve = shape(losses, validation.filter(\.isFinite), guess)
    }
  }

  /// Whether gradients were finite and are not any more.
  private static func isRuined(_ norms: [Double]) -> Bool {
    guard let last = norms.last, !last.isFinite else { return false }
    return norms.contains(where: \.isFinite)
  }

  private mutating func measure(_ losses: [Double]) {
    let count = losses.count
    func median(_ rows: Range<Int>) -> Double { Statistics.median(losses[rows]) ?? .nan }
    end = median(count - max(1, count / 10)..<count)
    start = losses[0]
    guard count >= Self.fewestRows else { return }
    let parts = min(40, count / 5)
    func rows(_ part: Int) -> Range<Int> { part * count / parts..<(part + 1) * count / parts }
    levels = (0..<parts).map { median(rows($0)) }
    middle = median(9 * count / 20..<max(9 * count / 20 + 1, 11 * count / 20))
    let noises = (0..<parts).map { part -> Double in
      let part = losses[rows(part)]
      let changes = zip(part, part.dropFirst()).map { abs($1 - $0) }
      // Of normal noise σ, changes are normal with √2 σ, and half of them below 0.6745 of that.
      return (Statistics.median(changes) ?? 0) / (0.6745 * 2.0.squareRoot())
    }
    let noise = Statistics.median(noises) ?? 0
    doubt = 3 * noise
    // Where the first row does not stand out from the first part, that is the better estimate. (The
    // median of n normal numbers varies by 1.25 σ / √n.)
    if abs(start - levels[0]) < doubt {
      start = levels[0]
      doubt *= 1.25 / Double(rows(0).count).squareRoot()
    }
  }

  private func explodes(_ losses: [Double]) -> Bool {
    let last = losses[losses.count - 1]
    return end > 1.1 * start + doubt
      || last > 3 * start && losses.allSatisfy { $0 <= last }
      || height(losses) > 3 * start + doubt && end > 0.9 * start
  }

  /// The highest level that three rows in a row reach.
  private func height(_ losses: [Double]) -> Double {
    zip(losses, zip(losses.dropFirst(), losses.dropFirst(2)))
      .map { min($0, $1.0, $1.1) }.max() ?? end
  }

  private func shape(_ losses: [Double], _ validation: [Double], _ guess: Double?) -> LossCurve {
    let least = max(0.1 * start, doubt)
    guard start - end >= least else {
      let lowest = levels.min() ?? end
      let wasLower = lowest < start - least && lowest < end - least
      let wasHigher =
        height(losses) > 1.2 * start + doubt || losses.contains { $0 > 3 * (start + doubt) }
      return wasLower || wasHigher ? .highPlateau : .barelyMoves
    }
    if fallsLate { return .lateFall }
    let reference = min(start, guess ?? start)
    let gained = reference - end
    let gap = validation.last.map { $0 - end } ?? 0
    let before = validation.first.map { $0 - start } ?? 0
    let isPlateau = middle - end < min(0.15 * middle, 0.25 * (start - end))
    let jump = Self.jump(validation)
    if isPlateau, let jump, jump >= 0.04, end > 0.2 * reference { return .highPlateau }
    if end < 0.5 * reference, min(gap, gap - before) >= 0.15 * gained { return .overfits }
    guard isPlateau, end > 0.25 * reference else { return .good }
    guard let last = validation.last, jump != nil else { return .highPlateau }
    return last > 0.25 * reference ? .underfits : .good
  }

  private var fallsLate: Bool {
    // Running medians keep what is sudden.
    let smooth = levels.indices.map { index in
      Statistics.median(levels[max(0, index - 2)..<min(levels.count, index + 3)]) ?? levels[index]
    }
    func place(_ share: Double) -> Int {
      let level = start - share * (start - end)
      return smooth.firstIndex { $0 < level } ?? smooth.count
    }
    let quarter = place(0.25)
    guard Double(quarter) > 0.15 * Double(levels.count) else { return false }
    let waiting = Statistics.median(levels[..<max(1, quarter / 2)]) ?? start
    return start - waiting < 0.1 * (start - end) && 3 * (place(0.5) - quarter) <= quarter
  }

  /// How far the validation loss jumps from pass to pass in the last half of the run, beside its trend, as
  /// a share of its median; nil of fewer than four passes there.
  private static func jump(_ validation: [Double]) -> Double? {
    let late = Array(validation[(validation.count / 2)...])
    guard late.count >= 4, let level = Statistics.median(late), level > 0 else { return nil }
    let changes = zip(late, late.dropFirst()).map { $1 - $0 }
    let trend = (late[late.count - 1] - late[0]) / Double(changes.count)
    return Statistics.mean(changes.map { abs($0 - trend) }).map { $0 / level }
  }
}
