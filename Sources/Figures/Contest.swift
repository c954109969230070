// The runs that are compared with one another in a picture.

import OptimizerKit

/// Runs on one problem from one start, or on its instances.
public struct Contest: Sendable {
  public var problem: PluginSpec
  /// What the problem is called in titles: its name, with the settings in which it differs from others
  /// of that name in the same comparison.
  public var name: String
  /// Nil where runs start from their seeds, or from several points; of instances pooled, the first one's.
  public var start: [Double]?
  public var runs: [TracedRun]

  public init(problem: PluginSpec, name: String? = nil, start: [Double]?, runs: [TracedRun]) {
    self.problem = problem
    self.name = name ?? Text.oneLine(problem.name)
    self.start = start
    self.runs = runs
  }
}

extension FigureInput {
  /// The runs by problem and, where `byStart`, start, in order of appearance.
  ///
  /// - Parameter poolsInstances: whether the instances of a problem are one contest, as for curves, which
  ///   are medians, and not for paths.
  public func contests(byStart: Bool = true, poolsInstances: Bool = false) -> [Contest] {
    var contests: [Contest] = []
    for run in runs {
      if let i = contests.firstIndex(where: {
        $0.problem == run.spec.problem
          && (!byStart || $0.start == run.spec.start
            || poolsInstances && run.spec.instance != nil && $0.runs[0].spec.instance != nil)
      }) {
        contests[i].runs.append(run)
      } else {
        contests.append(Contest(problem: run.spec.problem, start: run.spec.start, runs: [run]))
      }
    }
    for i in contests.indices { contests[i].name = name(of: contests[i].problem) }
    return contests
  }

  /// "quadratic", or "quadratic[condition=20]" where others of that name take part.
  private func name(of problem: PluginSpec) -> String {
    let namesakes = runs.map(\.spec.problem).filter { $0.name == problem.name }.unique
    let settings = problem.settings.filter { setting in
      namesakes.contains { $0[setting.name] != setting.value }
    }.map { "\($0.name)=\($0.value)" }
    return Text.oneLine(
      problem.name + (settings.isEmpty ? "" : "[\(settings.joined(separator: ";"))]"), limit: 60)
  }

  /// A name for each contest's files: that of the problem, with the settings in which it differs from
  /// others, and a number where that is not enough.
  public func fileNames(_ stem: String, _ contests: [Contest]) -> [String] {
    fileNames(stem, of: contests.map(\.name))
  }

  /// A name for the files of each of several things, with a number where words are not enough.
  public func fileNames(_ stem: String, of names: [String]) -> [String] {
    var seen: [String: Int] = [:]
    return names.map { name in
      let words = name.split {
        !$0.isASCII || !($0.isLetter || $0.isNumber || $0 == "." || $0 == "-")
      }
      // So short that a number behind it is not cut off.
      let name = String(Text.fileSafe(stem + "-" + words.joined(separator: "-")).prefix(72))
      seen[name, default: 0] += 1
      return seen[name]! > 1 ? "\(name)-\(seen[name]!)" : name
    }
  }

  /// What there is instead, for an error: "the 3 runs given are on rosenbrock".
  public var found: String {
    let count = records.count
    if count == 0 { return "no runs were given" }
    let names = Set(records.map { Text.oneLine($0.spec.problem.name) }).sorted()
    return "the \(count) run\(count == 1 ? "" : "s") given "
      + "\(count == 1 ? "is" : "are") on \(Text.enumeration(names))"
  }
}
