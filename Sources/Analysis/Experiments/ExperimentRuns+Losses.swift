// What nets are trained to, for experiments on networks.

import OptimizerKit

extension ExperimentRuns {
  /// The paths of the runs of a group.
  ///
  /// - Throws: `Undecided` as `ended` and `traced` do.
  public func trajectories(_ group: String, least: Int = 1) throws(Undecided) -> [Trajectory] {
    var trajectories: [Trajectory] = []
    for run in try ended(group, least: least) { trajectories.append(try traced(run).trajectory) }
    return trajectories
  }

  /// The mean training loss of the last `window` minibatches of each run of a group; infinite for a run that
  /// diverged.
  ///
  /// - Throws: `Undecided` as `trajectories` does.
  public func lastLosses(_ group: String, least: Int = 1, window: Int) throws(Undecided) -> [Double]
  {
    var losses: [Double] = []
    for run in try ended(group, least: least) {
      let end = run.status == .diverged ? nil : try traced(run).trajectory.lastLoss(window: window)
      losses.append(end ?? .infinity)
    }
    return losses
  }
}

extension Chart.Series {
  /// The training loss of several runs: of the mean of each `window` minibatches the median and the quartiles,
  /// as far as all runs go.
  public init(_ name: String, lossesOf trajectories: [Trajectory], window: Int) {
    let rows = trajectories.map(\.count).min() ?? 0
    self.init(
      name,
      stride(from: window, through: rows, by: window).map { row in
        Chart.Point(
          Double(row - 1),
          medianOf: trajectories.map {
            $0.losses[(row - window)..<row].reduce(0, +) / Double(window)
          })
      })
  }
}
