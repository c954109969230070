// By what a run is judged.

import OptimizerKit

/// What of a run counts, as a number of which less is better. A run that diverged, crashed or ran out of
/// time has failed, whatever it reached before: its score is +∞, or that of a run that reaches no target.
public enum Criterion: Sendable, Hashable, CustomStringConvertible, HyperparameterValue {
  /// `anytime` on a surface whose minimum is known, `final` elsewhere.
  case standard
  /// How soon, over all of `RunMeasures.targets`: the mean of log₁₀ e, where e is what was evaluated before
  /// a target was reached. A target that is not reached counts as ten times the budget B, as in the penalised
  /// average runtime PAR10 (Hutter et al. 2009, doi:10.1613/jair.2861); the next one, of which a share p of
  /// its decade is done in the end, as 10^(1 − p) B, so that what comes nearer is better.
  case anytime
  /// How far in the end: f − f*, or the loss where f* is not known, or the loss by the validation examples.
  /// Distances within the rounding of f and f* are equal.
  case final
  /// What was evaluated before one target was reached: a share of f₀ − f* on surfaces, which must be one of
  /// `RunMeasures.targets`, and the problem's own where there is no number.
  case target(Double?)
  /// The share of validation examples that are classified wrongly in the end.
  case error
  /// The loss by the test examples.
  case test

  /// Reads "anytime", "final", "target", "target=1e-4", "error", "test"; nil for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      .map(String.init)
    switch (parts.first, parts.count) {
    case ("standard", 1): self = .standard
    case ("anytime", 1): self = .anytime
    case ("final", 1): self = .final
    case ("target", 1): self = .target(nil)
    case ("target", 2):
      guard let level = Double(parts[1]), RunMeasures.targets.contains(level) else { return nil }
      self = .target(level)
    case ("error", 1): self = .error
    case ("test", 1): self = .test
    default: return nil
    }
  }

  /// What may be written.
  public static let expectation =
    "standard, anytime, final, target, target=1e-1 to target=1e-8, error or test"

  public init?(hyperparameter text: String) { self.init(text) }
  public var hyperparameterText: String { description }
  public var hyperparameterNumber: Double? { nil }

  public var description: String {
    switch self {
    case .standard: "standard"
    case .anytime: "anytime"
    case .final: "final"
    case .target(let level): "target" + (level.map { "=" + shortest($0) } ?? "")
    case .error: "error"
    case .test: "test"
    }
  }

  /// What it comes to on a problem, in words: "evaluations to the targets 1e-1 to 1e-8 of f₀ − f*"; nil
  /// where the problem has no such thing.
  ///
  /// - Parameter axis: what the course of a run is measured in.
  public func meaning(on problem: JudgedProblem, over axis: CostAxis = .evaluations) -> String? {
    let isTraining = problem.isTraining
    let hasMinimum = problem.minimumLoss != nil
    let unit = axis == .steps ? "steps" : axis.label
    let isKnown = axis != .passes || problem.stepsPerPass != nil
    switch self {
    case .standard: return Self.natural(for: problem).meaning(on: problem, over: axis)
    case .anytime:
      return hasMinimum && isKnown
        ? "\(unit) to the targets \(shortest(RunMeasures.targets[0])) to "
          + "\(shortest(RunMeasures.targets.last ?? 0)) of f₀ − f*, mean of the logarithms" : nil
    case .final: return isTraining ? "validation loss" : hasMinimum ? "f − f*" : "loss"
    case .target(let level?):
      return hasMinimum && isKnown ? "\(unit) to \(shortest(level)) of f₀ − f*" : nil
    case .target(nil): return isKnown ? problem.target.map { "\(unit) to \($0)" } : nil
    case .error: return !isTraining ? nil : "share of validation examples classified wrongly"
    case .test: return !isTraining ? nil : "test loss"
    }
  }

  /// Whether scores on a problem are logarithms to base 10.
  public func isLogarithm(on problem: JudgedProblem) -> Bool {
    switch self {
    case .standard: Self.natural(for: problem) == .anytime
    case .anytime: true
    case .final, .target, .error, .test: false
    }
  }

  /// A score as it is shown: where it is a logarithm, what it is the logarithm of, so that means of scores
  /// are shown as geometric means.
  public func shown(_ score: Double, on problem: JudgedProblem) -> Double {
    isLogarithm(on: problem) ? Double.exp(score * Double.log(10)) : score
  }

  /// What a shown score is, as it stands at an axis: "evaluations to 1e-1 … 1e-8 of f₀ − f* (geometric
  /// mean)"; nil where the problem has no such thing.
  public func shownMeaning(on problem: JudgedProblem, over axis: CostAxis = .evaluations)
    -> String?
  {
    guard isLogarithm(on: problem) else { return meaning(on: problem, over: axis) }
    let unit = axis == .steps ? "steps" : axis.label
    return meaning(on: problem, over: axis)
      .map { _ in "\(unit) to 1e-1 … 1e-\(RunMeasures.targets.count) of f₀ − f* (geometric mean)" }
  }

  /// What `standard` is on a problem.
  static func natural(for problem: JudgedProblem) -> Criterion {
    problem.minimumLoss == nil ? .final : .anytime
  }

  /// The score of a run; +∞ for one that failed or does not have what is asked for.
  ///
  /// - Parameter axis: what its course is measured in. Other units than evaluations are those of the whole run,
  ///   shared out evenly over its evaluations.
  public func score(
    of outcome: Outcome, budget: Budget, on problem: JudgedProblem,
    over axis: CostAxis = .evaluations
  ) -> Double {
    let hasFailed = outcome.hasFailed
    let score: Double
    switch self {
    case .standard:
      return Self.natural(for: problem).score(of: outcome, budget: budget, on: problem, over: axis)
    case .anytime:
      score = Self.anytime(
        outcome, hasFailed: hasFailed, within: budget,
        minimum: problem.minimumLoss ?? 0,
        unit: Self.unit(of: outcome, on: problem, over: axis))
    case _ where hasFailed: score = .infinity
    case .final: score = Self.final(outcome, on: problem)
    case .target(let level?):
      let place = RunMeasures.targets.firstIndex(of: level)
      let unit = Self.unit(of: outcome, on: problem, over: axis)
      score = place.flatMap { outcome.measures.evaluationsTo[$0] }.map { $0 * unit } ?? .infinity
    case .target(nil):
      // No network offers a Hessian.
      let evaluations = Double(outcome.counts.evaluations(dimension: 0))
      let unit = Self.unit(of: outcome, on: problem, over: axis)
      score =
        outcome.measures.stepsToTarget.map {
          $0 * evaluations * unit / Double(max(outcome.steps, 1))
        } ?? .infinity
    case .error: score = outcome.validation.map { 1 - $0.accuracy } ?? .infinity
    case .test: score = outcome.test?.loss ?? .infinity
    }
    return score.isNaN ? .infinity : score
  }

  private static func anytime(
    _ outcome: Outcome, hasFailed: Bool, within budget: Budget, minimum: Double, unit: Double
  ) -> Double {
    // All of it moves with the unit.
    let shift = log10(unit)
    let limit: Double =
      switch budget {
      case .steps(let count), .gradients(let count): log10(Double(count))
      // Nobody knows how many there might have been.
      case .seconds: 9
      }
    let evaluations = outcome.measures.evaluationsTo
    let count = Double(evaluations.count)
    // A run that has failed is behind one that has got ten times as high as it started.
    if hasFailed { return shift + limit + 1 + 1 / count }
    let reached = evaluations.compactMap { $0 }.map { min(log10(max($0, 1)), limit + 1) }
    let missed = count - Double(reached.count)
    guard missed > 0 else { return shift + reached.reduce(0, +) / count }
    let share = (outcome.finalLoss - minimum) / (outcome.initialLoss - minimum)
    let decades = share > 0 ? -log10(share) : Double(reached.count)
    let progress = min(max(decades - Double(reached.count), reached.isEmpty ? -1 : 0), 1)
    return shift + (reached.reduce(0, +) + missed * (limit + 1) - progress) / count
  }

  /// What one evaluation of a run costs on an axis: 1 for evaluations.
  private static func unit(of outcome: Outcome, on problem: JudgedProblem, over axis: CostAxis)
    -> Double
  {
    guard axis != .evaluations else { return 1 }
    let dimension = problem.dimension
    let all = outcome.counts.evaluations(dimension: dimension)
    let cost = axis.cost(
      counts: outcome.counts, steps: outcome.steps, seconds: outcome.seconds,
      dimension: dimension, stepsPerPass: problem.stepsPerPass)
    guard let cost, all > 0, cost > 0 else { return 1 }
    return cost / Double(all)
  }

  private static func log10(_ x: Double) -> Double { Double.log(x) / Double.log(10) }

  private static func final(_ outcome: Outcome, on problem: JudgedProblem) -> Double {
    if problem.isTraining { return outcome.validation?.loss ?? .infinity }
    guard let minimum = problem.minimumLoss else { return outcome.finalLoss }
    // Sums of a few terms of this size are off by so much.
    let rounding = 16 * max(abs(minimum).ulp, abs(outcome.finalLoss).ulp)
    let gap = outcome.finalLoss - minimum
    return gap <= rounding ? 0 : gap
  }
}
