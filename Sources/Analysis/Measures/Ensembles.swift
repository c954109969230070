// Models judged alone, together, and averaged.

import OptimizerKit

/// What the checkpoints of an optimizer's runs on one problem reach in four ways:
///
///     alone                each run's last parameters
///     together             the mean prediction of the last parameters of all runs
///     snapshots            the mean prediction of several checkpoints of each run
///     averaged weights     the prediction at the mean of the same checkpoints' parameters
///
/// Mean predictions are means of the classes' probabilities. Hansen and Salamon 1990, doi:10.1109/34.58871
/// (together); Huang et al. 2017, arXiv 1704.00109 (snapshots); Izmailov et al. 2018, arXiv 1803.05407
/// (averaged weights).
public struct Ensembles: Sendable {
  /// A way of judging, with what it gives: one for each run, or one for all of them.
  public struct Way: Sendable {
    public let name: String
    /// How many parameter vectors make one prediction.
    public let members: Int
    public let validation: [ValidationMetrics]
    /// Empty where it is not tested.
    public let test: [ValidationMetrics]
  }

  public let ways: [Way]

  /// - Parameters:
  ///   - runs: the runs that came to their end, one for each seed, with their checkpoints.
  ///   - last: how many of a run's checkpoints are its snapshots, the last ones; those after the start
  ///     where fewer are kept.
  ///   - validate: the metrics of a mean prediction on validation examples; nil where there are none.
  ///   - test: the same on test examples; nil for no test.
  /// - Returns: nil where predictions cannot be averaged, or a run has no checkpoint after its start.
  public init?(
    _ runs: [[Trajectory.Checkpoint]], last: Int = .max,
    validate: ([Vector<Float>]) throws -> ValidationMetrics?,
    test: (([Vector<Float>]) throws -> ValidationMetrics?)? = nil
  ) rethrows {
    let snapshots = runs.map { checkpoints in
      checkpoints.filter { $0.step > 0 }.suffix(last).map { Vector($0.parameters) }
    }
    guard let most = snapshots.map(\.count).max(), snapshots.allSatisfy({ !$0.isEmpty }) else {
      return nil
    }
    let ends = snapshots.compactMap(\.last)
    let predictions: [(name: String, members: Int, each: [[Vector<Float>]])] = [
      ("alone", 1, ends.map { [$0] }),
      ("together", ends.count, [ends]),
      ("snapshots", most, snapshots),
      ("averaged weights", most, snapshots.map { [Vector(meanOf: $0)] }),
    ]
    var ways: [Way] = []
    for prediction in predictions {
      let validation = try prediction.each.compactMap { try validate($0) }
      let tested = try prediction.each.compactMap { try test?($0) }
      guard validation.count == prediction.each.count,
        test == nil || tested.count == validation.count
      else { return nil }
      ways.append(
        Way(
          name: prediction.name, members: prediction.members, validation: validation, test: tested))
    }
    self.ways = ways
  }
}

extension Vector where R == Float {
  /// The mean of vectors of one length, one at least.
  public init(meanOf vectors: [Vector]) {
    self.init(repeating: 0, count: vectors[0].count)
    for vector in vectors { add(1 / Float(vectors.count), vector) }
  }
}
