// What networks of an experiment ended with.

import OptimizerKit

extension ExperimentRuns {
  /// The checkpoints of a run after its start, as vectors.
  ///
  /// - Throws: `Undecided` where none were kept.
  public func checkpoints(of record: RunRecord) throws(Undecided) -> [Vector<Float>] {
    let kept = try traced(record).trajectory.checkpoints.filter { $0.step > 0 }
    guard !kept.isEmpty else {
      throw Undecided("no parameters were kept of \(record.label) on \(record.spec.problem.name)")
    }
    return kept.map { Vector($0.parameters) }
  }

  /// The parameters that a run ended with.
  ///
  /// - Throws: `Undecided` where none were kept.
  public func lastParameters(of record: RunRecord) throws(Undecided) -> Vector<Float> {
    let kept = try checkpoints(of: record)
    return kept[kept.count - 1]
  }

  /// The metrics of a mean prediction on test examples.
  ///
  /// - Throws: `Undecided` where there are none.
  public func test(meanOf members: [Vector<Float>], in session: any TrainingSession)
    throws(Undecided) -> ValidationMetrics
  {
    let metrics: ValidationMetrics?
    do { metrics = try session.test(meanOf: members) } catch { throw Undecided("\(error)") }
    guard let metrics else { throw Undecided("predictions cannot be averaged") }
    return metrics
  }
}
