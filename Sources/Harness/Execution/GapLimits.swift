// When a run on its way down is over: it has diverged, or reached its target.

import OptimizerKit

/// Between which distances of the loss from the minimum, f − f*, a run goes on. Where the minimum is not
/// known, f* = 0, and there is no target.
struct GapLimits {
  /// f*
  let floor: Double
  /// Above it, the run has diverged.
  let highest: Double
  /// At or below it, the target is reached; −∞ where there is none.
  let goal: Double

  /// The most that a loss on a surface may exceed the start by before the run counts as diverged,
  /// relative to the start's distance from the minimum.
  static let divergenceFactor = 1e8

  init(
    _ spec: RunSpec, minimumLoss: Double?, initialLoss: Double,
    divergenceFactor: Double = GapLimits.divergenceFactor
  ) {
    floor = minimumLoss ?? 0
    let gap = initialLoss - floor
    if let limit = spec.lossLimit, abs(gap) > 0 {
      highest = limit * abs(gap)
    } else {
      highest = divergenceFactor * max(abs(gap), 1)
    }
    goal = spec.target.flatMap { minimumLoss == nil ? nil : $0 * gap } ?? -.infinity
  }
}
