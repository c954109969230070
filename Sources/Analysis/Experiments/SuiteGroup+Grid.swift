// Settings that are tried before those of an experiment's runs are chosen.

import OptimizerKit

extension Suite.Group {
  /// Tries every setting of the lists in its selections on seeds that no run is judged on, and has the best
  /// one of each judged, the defaults not.
  ///
  /// - Parameters:
  ///   - trials: how many settings there are; of all groups that are compared the same.
  ///   - seeds: those of the trials.
  public mutating func tuneOnGrid(trials: Int, seeds: [UInt64] = [101]) {
    var tuning = Tuning(trials: trials)
    tuning.method = .grid
    tuning.seeds = seeds
    tuning.judgesDefaults = false
    self.tuning = tuning
  }
}
