// What may be asked of a run, on the command line and in suites.

import OptimizerKit

/// The ranges of what runs are asked for, so that every message names the same ones.
public enum RunLimits {
  /// Updates or gradients of a run, and of how many steps one is kept.
  public static let steps = 1...1_000_000_000
  /// Validation passes of a run.
  public static let validations = 1...1_000_000
  /// Checkpoints of a run after the start's.
  public static let checkpoints = 1...1000
  /// Seconds that a run may take: nobody waits for more than thirty years.
  public static let seconds = Bounds(
    lower: 0, includesLower: false, upper: 1e9, includesUpper: true)
  /// Mebibytes of memory that a process may take.
  public static let memory = 64...1 << 30
  /// Trials of an optimizer on a problem.
  public static let trials = 10_000
  /// How often a search range is widened.
  public static let widenings = 0...10
  /// Parts of the training examples for cross-validation.
  public static let folds = 2...1000
  /// Of how many times the start's loss a trial ends.
  public static let lossLimit = Bounds(
    lower: 1, includesLower: false, upper: .infinity, includesUpper: false)
  /// Runs at once.
  public static let jobs = 1...1024
  /// The most seeds of a group.
  static let seeds = 100_000
  /// What is expected of seeds.
  public static let seedsExpectation =
    "whole numbers from 0 to \(UInt64.max) or ranges such as 1-5, at most \(seeds) in all"
}
