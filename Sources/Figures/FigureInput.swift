// What figures are drawn from.

import OptimizerKit

/// Stored runs, and the means to evaluate what they ran on.
public struct FigureInput: Sendable {
  /// The runs.
  public var runs: [TracedRun] {
    didSet { colors = OptimizerColors(runs, known: knownOptimizers) }
  }
  /// The names of the optimizers that the lab knows: each keeps its colour whoever takes part.
  public let knownOptimizers: [String]
  /// Makes the surface of a specification; nil where it is none, or not known any more.
  public var surface: @Sendable (PluginSpec) -> (any Surface)?
  /// Makes a sequence of schedules; nil where one is not known any more.
  public var schedule: @Sendable ([PluginSpec]) -> ScheduleSequence?
  /// The target of a training problem; nil where it has none, or is not known any more.
  public var target: @Sendable (PluginSpec) -> TrainingTarget?
  /// What the pictures carry in small print.
  public var ledger: FigureLedger
  /// The colours of all runs, the same in every figure drawn from this input.
  var colors: OptimizerColors

  public init(
    runs: [TracedRun], knownOptimizers: [String] = [], ledger: FigureLedger = .init(),
    surface: @escaping @Sendable (PluginSpec) -> (any Surface)?,
    schedule: @escaping @Sendable ([PluginSpec]) -> ScheduleSequence?,
    target: @escaping @Sendable (PluginSpec) -> TrainingTarget? = { _ in nil }
  ) {
    self.runs = runs
    self.ledger = ledger
    self.surface = surface
    self.schedule = schedule
    self.target = target
    self.knownOptimizers = knownOptimizers
    colors = OptimizerColors(runs, known: knownOptimizers)
  }
}

/// The small print of figures.
public struct FigureLedger: Sendable {
  /// The suite that the runs belong to.
  public var suite: String
  /// What the budget counts: "gradient evaluations".
  public var budgetUnit: String
  /// Versions of the lab and of what it uses.
  public var versions: [String]
  /// What a reader must know: an optimum at the edge of its range, timing under load.
  public var warnings: [String]
  /// Further entries: name and value.
  public var entries: [Entry]

  /// A named entry.
  public struct Entry: Sendable {
    public var name: String
    public var value: String
    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  public init(
    suite: String = "", budgetUnit: String = "gradient evaluations", versions: [String] = [],
    warnings: [String] = [], entries: [Entry] = []
  ) {
    self.suite = suite
    self.budgetUnit = budgetUnit
    self.versions = versions
    self.warnings = warnings
    self.entries = entries
  }
}

/// Runs on one problem from one start.
struct Contest {
  var problem: PluginSpec
  var start: [Double]?
  var runs: [TracedRun]
}

extension FigureInput {
  /// The runs by problem and, where `byStart`, start, in order of appearance.
  func contests(byStart: Bool = true) -> [Contest] {
    var contests: [Contest] = []
    for run in runs {
      if let i = contests.firstIndex(where: {
        $0.problem == run.spec.problem && (!byStart || $0.start == run.spec.start)
      }) {
        contests[i].runs.append(run)
      } else {
        contests.append(Contest(problem: run.spec.problem, start: run.spec.start, runs: [run]))
      }
    }
    return contests
  }

  /// A name for each contest's files: that of the problem, with a number where it is not alone.
  func fileNames(_ stem: String, _ contests: [Contest]) -> [String] {
    var seen: [String: Int] = [:]
    return contests.map { contest in
      let name = stem + "-" + fileSafe(contest.problem.name)
      seen[name, default: 0] += 1
      return seen[name]! > 1 ? "\(name)-\(seen[name]!)" : name
    }
  }

  /// What there is instead, for an error: "the 3 runs given are on rosenbrock".
  var found: String {
    if runs.isEmpty { return "no runs were given" }
    let names = Set(runs.map { oneLine($0.spec.problem.name) }).sorted()
    return "the \(runs.count) run\(runs.count == 1 ? "" : "s") given "
      + "\(runs.count == 1 ? "is" : "are") on \(enumeration(names))"
  }
}

/// A name that is safe as part of a file's.
func fileSafe(_ name: String) -> String {
  let safe = name.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") ? $0 : "-" }
  return safe.isEmpty ? "unnamed" : String(safe.prefix(60))
}

extension [TracedRun] {
  /// Runs by label, in order of appearance.
  var byLabel: [(label: String, runs: [TracedRun])] {
    var groups: [(label: String, runs: [TracedRun])] = []
    for run in self {
      if let i = groups.firstIndex(where: { $0.label == run.label }) {
        groups[i].runs.append(run)
      } else {
        groups.append((run.label, [run]))
      }
    }
    return groups
  }

  /// Of each label (and start), the run with the lowest seed.
  var firstSeeds: [TracedRun] {
    var chosen: [TracedRun] = []
    for run in self {
      if let i = chosen.firstIndex(where: {
        $0.label == run.label && $0.spec.start == run.spec.start
          && $0.spec.problem == run.spec.problem
      }) {
        if run.spec.seed < chosen[i].spec.seed { chosen[i] = run }
      } else {
        chosen.append(run)
      }
    }
    return chosen
  }
}

extension TracedRun {
  /// The label as it is drawn.
  var shownLabel: String { oneLine(abbreviated(label), limit: 36) }

  /// The rows before the first that is not finite.
  var finiteRows: Int {
    let t = trajectory
    var count = 0
    while count < t.steps.count, count < t.losses.count, t.losses[count].isFinite {
      if t.dimension > 0 {
        guard (count + 1) * t.dimension <= t.points.count,
          t.point(count).allSatisfy(\.isFinite)
        else { break }
      }
      count += 1
    }
    return count
  }

  var diverged: Bool { outcome.status == .diverged }

  /// The first step at which the loss is well below the saddle's.
  var escapeStep: Int? { outcome.measures.escapeStep.map { Int($0) } }

  /// A loss this near to the minimum, relative to the start, is called reaching it: what is left is
  /// rounding.
  static let reachedShare = 1e-12

  /// Whether the run ends at a minimum of the loss `floor`.
  func reaches(_ floor: Double) -> Bool {
    gradientsToReach(floor) != nil
  }

  /// The number of gradients after which the run is at the loss `floor` and stays there.
  func gradientsToReach(_ floor: Double) -> Int? {
    let limit = Self.reachedShare * max(outcome.initialLoss - floor, 0)
    let before = trajectory.losses.lastIndex { !($0 - floor <= limit) } ?? -1
    let row = before + 1
    guard row < trajectory.count, outcome.steps > 0 else { return nil }
    return trajectory.counts(row).gradients
  }
}
