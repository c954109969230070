// A schedule keeps to the range that its hyperparameter declares.

import OptimizerKit

extension OptimizerChoice {
  /// The most steps that are looked at; of more, so many evenly spread, the first and the last included.
  private static let mostChecked = 100_000

  /// Refuses schedules that leave the range of their hyperparameter, or give no number, at some step.
  /// A learning rate may come down to 0.
  ///
  /// - Parameter steps: the most steps of a run.
  func checkScheduleRanges(steps: Int, in catalogue: PluginCatalogue) throws {
    let levels = instance.levels
    for schedule in try catalogue.schedules(of: spec) where schedule.depth < levels.count {
      let name = schedule.hyperparameter
      let known = levels[schedule.depth].hyperparameters.first { $0.name == name }
      guard let hyperparameter = known, let base = hyperparameter.number else { continue }
      let readsLoss = schedule.sequence.readsLoss
      let count = min(steps, Self.mostChecked)
      for i in 0..<count {
        // In parts, so that a billion steps do not overflow.
        let step = count == steps ? i : Int(Double(i) / Double(count - 1) * Double(steps - 1))
        // What reads the loss may give all that lies between two values.
        let range =
          readsLoss ? schedule.sequence.range(base: base, step: step, steps: steps) : nil
        let value = schedule.sequence.value(base: base, step: step, steps: steps)
        func isValid(_ value: Double) -> Bool {
          hyperparameter.bounds.contains(value) || (name == "lr" && value == 0)
        }
        let (low, high) = (range?.lowerBound ?? value, range?.upperBound ?? value)
        guard !isValid(low) || !isValid(high) else { continue }
        throw SelectionError(
          "\(label): the schedule \(range == nil ? "makes" : "may make") \(name) "
            + "\(shortest(isValid(low) ? high : low)) at step \(step + 1) of \(steps); "
            + "expected \(hyperparameter.validity)")
      }
    }
  }
}
