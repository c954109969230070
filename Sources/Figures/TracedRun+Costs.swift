// What a run has cost along its path.

import OptimizerKit

extension TracedRun {
  /// What the run had cost at a row of its path, in the unit of an axis; NaN where that is not known.
  public func cost(_ row: Int, on axis: CostAxis, _ input: FigureInput) -> Double {
    let trajectory = trajectory
    let nanoseconds = trajectory.nanoseconds
    return axis.cost(
      counts: trajectory.counts(row), steps: trajectory.steps[row],
      seconds: row < nanoseconds.count ? Double(nanoseconds[row]) * 1e-9 : .nan,
      dimension: input.surface(spec.problem)?.dimension ?? 0,
      stepsPerPass: axis == .passes ? input.stepsPerPass(spec.problem) : nil) ?? .nan
  }

  /// The same after so many updates: at the last row that is not later.
  public func cost(atStep step: Int, on axis: CostAxis, _ input: FigureInput) -> Double {
    if axis == .steps { return Double(step) }
    var (low, high) = (0, trajectory.steps.count)
    while low < high {
      let middle = (low + high) / 2
      if trajectory.steps[middle] <= step { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? .nan : cost(low - 1, on: axis, input)
  }

  /// Whether the costs of the run are known in the unit of an axis.
  public func hasCosts(on axis: CostAxis, _ input: FigureInput) -> Bool {
    trajectory.count > 0 && cost(0, on: axis, input).isFinite
  }
}

extension [TracedRun] {
  /// What a reader must know of an axis: that its seconds were taken under load.
  public func notes(on axis: CostAxis) -> [String] {
    guard axis == .seconds, let most = map(\.outcome.concurrency).max(), most > 1 else { return [] }
    return ["timed with \(most) runs at a time; 'compare --jobs 1' times one alone"]
  }
}
