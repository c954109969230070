// How optimizers are tuned before they are judged.

/// The tuning of a group: equally many trials for each optimizer on each problem.
///
/// A trial is a run like all others. Its hyperparameters come from the search space of the optimizer,
/// its score is the mean over seeds and instances that the judged runs do not have, and the settings of
/// the best trial are judged beside the defaults.
public struct Tuning: Sendable, Hashable {
  /// How settings are chosen.
  public enum Method: String, Sendable, CaseIterable {
    /// A scrambled Sobol sequence: evenly spread, and reproducible.
    case sobol
    /// A scrambled Halton sequence.
    case halton
    /// Independent draws.
    case random
    /// A full grid, as far as the trials go.
    case grid
    /// Half of the trials everywhere, then two closer looks around the best ones.
    case coarseToFine = "coarse-to-fine"
    /// A tree-structured Parzen estimator: later trials go where earlier ones did well.
    case parzen
    /// Successive halving: many trials with a small budget, and the best third of them with three times as
    /// much.
    case halving
  }

  /// How many settings are tried for each optimizer on each problem; of successive halving, what as many
  /// whole runs cost.
  public var trials: Int
  public var method = Method.sobol
  /// The seeds of trials; nil for one that is not judged.
  public var seeds: [UInt64]?
  /// The instances of trials on surfaces; nil for ten that are not judged.
  public var instances: [Instance]?
  /// The hyperparameters that are searched; nil for all whose search range is declared, or those for which
  /// the selection has a range or a list.
  public var hyperparameters: [String]?
  /// A trial ends where its loss is so many times the start's.
  public var lossLimit: Double? = 3
  /// Whether a trial ends where it cannot be the best any more: it is run instance by instance (or seed by
  /// seed), and its mean would be above the best one's even if all that is left took no evaluation at all.
  public var dropsHopeless = false
  /// How often a range is widened whose outer tenth has the best trial; every time with as many trials
  /// again.
  public var widenings = 0
  /// Into how many parts the training examples of a network are cut, each of which every trial is validated
  /// on once (cross-validation); nil for the validation examples.
  public var folds: Int?
  /// Whether the defaults are judged too.
  public var judgesDefaults = true
  /// What random choices of the search are drawn from.
  public var searchSeed: UInt64 = 1

  public init(trials: Int) { self.trials = trials }
}
