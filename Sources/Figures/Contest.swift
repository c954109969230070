// The runs that are compared with one another in a picture.

import OptimizerKit

/// Runs on one problem from one start.
public struct Contest: Sendable {
  public var problem: PluginSpec
  /// Nil where runs start from their seeds, or from several points.
  public var start: [Double]?
  public var runs: [TracedRun]

  public init(problem: PluginSpec, start: [Double]?, runs: [TracedRun]) {
    self.problem = problem
    self.start = start
    self.runs = runs
  }
}

extension FigureInput {
  /// The runs by problem and, where `byStart`, start, in order of appearance.
  public func contests(byStart: Bool = true) -> [Contest] {
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
  public func fileNames(_ stem: String, _ contests: [Contest]) -> [String] {
    var seen: [String: Int] = [:]
    return contests.map { contest in
      let name = stem + "-" + Text.fileSafe(contest.problem.name)
      seen[name, default: 0] += 1
      return seen[name]! > 1 ? "\(name)-\(seen[name]!)" : name
    }
  }

  /// What there is instead, for an error: "the 3 runs given are on rosenbrock".
  public var found: String {
    if runs.isEmpty { return "no runs were given" }
    let names = Set(runs.map { Text.oneLine($0.spec.problem.name) }).sorted()
    return "the \(runs.count) run\(runs.count == 1 ? "" : "s") given "
      + "\(runs.count == 1 ? "is" : "are") on \(Text.enumeration(names))"
  }
}
