// What figures of profiles have in common: their target, and what they say of it.

import Analysis
import OptimizerKit

extension Figure {
  /// Refuses what is no target.
  public func checkTarget(_ level: Double) throws(HyperparameterError) {
    guard !RunMeasures.targets.contains(level) else { return }
    let known = RunMeasures.targets.map(shortest).joined(separator: ", ")
    throw .inconsistent(plugin: Self.name, reason: "target must be one of \(known)")
  }

  /// The profiles by a target.
  ///
  /// - Throws: `FigureError` where no problem has one.
  public func profiles(_ judgement: Judgement, at level: Double) throws(FigureError) -> Profiles {
    let reason: String
    do {
      if let profiles = try judgement.profiles(at: level) { return profiles }
      reason =
        "no problem of these runs has a target: a known minimum, or one of its own in training"
    } catch { reason = "\(error)" }
    throw .notComparable(figure: Self.name, reason: reason)
  }

  /// What has to be reached: "f − f* is 1e-4 of the start's".
  public func goal(_ judgement: Judgement, at level: Double) -> String {
    let problems = judgement.judged.problems
    let surfaces = problems.contains { !$0.isTraining && $0.minimumLoss != nil }
    let networks = problems.contains { $0.isTraining && $0.target != nil }
    let share =
      "f − f* is \(Text.powerOfTen(-(RunMeasures.targets.firstIndex(of: level) ?? 0) - 1)) of the start's"
    return surfaces ? share + (networks ? ", or the network's own target" : "") : "the target"
  }

  /// What a caption says of profiles; of all targets where there is no one level.
  public func profileNotes(_ judgement: Judgement, at level: Double?) -> [String] {
    let targets = Set(
      judgement.judged.problems.compactMap { problem in
        problem.target.map { "\(type(of: problem.problem).name): \($0)" }
      }
    ).sorted()
    let without = judgement.judged.problems.indices.filter { place in
      let problem = judgement.judged.problems[place]
      return problem.isTraining ? problem.target == nil : problem.minimumLoss == nil
    }.map { judgement.names[$0] }
    var notes = judgement.judged.remarks
    if level != nil {
      notes.append("a problem counts as solved where half of the runs get to the target")
    }
    if !targets.isEmpty {
      notes.append("targets in training: \(Text.enumeration(targets, most: 6))")
    }
    if !without.isEmpty {
      notes.append("without a target, and not counted: \(Text.enumeration(without, most: 9))")
    }
    notes.append("profiles have no intervals: who can be told from whom, the figure 'rank' says")
    return notes
  }
}
