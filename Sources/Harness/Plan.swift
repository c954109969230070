// From a suite to its runs; what cannot be done is refused here, before any work begins.

import OptimizerKit

/// The runs of a suite, in order.
public struct Plan: Sendable {
  /// One run to be done, or found in the store.
  public struct Entry: Sendable {
    public let key: String
    public let spec: RunSpec
    public let group: String
    public let timeLimit: Double
    /// The source files of the plugins that it uses.
    public let files: [String]
  }

  /// The most runs that a suite may have.
  static let mostRuns = 1_000_000
  /// The most numbers that one run may record: what a worker, the command and the store can hold.
  static let mostRecorded = 1 << 24

  public let suite: Suite
  public let entries: [Entry]
}

/// Everything that is wrong with a plan.
public struct PlanError: Error, CustomStringConvertible {
  public let reasons: [String]
  public var description: String { reasons.joined(separator: "\n") }
}

extension Plan {
  /// Plans a suite.
  ///
  /// - Throws: `PlanError` with every reason why it cannot be run as it stands.
  public init(_ suite: Suite, catalogue: PluginCatalogue) throws {
    var entries: [Entry] = []
    var reasons: [String] = []
    for group in suite.groups {
      /// Notes a reason, with the place in the suite's file where there is one.
      func refuse(_ error: any Error, at keys: String...) {
        let place = keys.lazy.compactMap { group.places[$0] }.first
        let reason = (place.map { $0 + ": " } ?? "") + "\(error)"
        if !reasons.contains(reason) { reasons.append(reason) }
      }
      func selected<T>(_ selections: [String], _ select: (String) throws -> [T])
        -> [(selection: String, choice: T)]
      {
        selections.flatMap { selection -> [(String, T)] in
          do { return try select(selection).map { (selection, $0) } } catch {
            refuse(error, at: selection)
            return []
          }
        }
      }
      let optimizers = selected(group.optimizers, catalogue.selectOptimizers)
      for (selection, problem) in selected(group.problems, catalogue.selectProblems) {
        let starts: [[Double]?]
        do {
          starts = try catalogue.starts(for: problem.problem, group: group)
          try catalogue.checkRecording(of: problem, group: group)
          try catalogue.checkTarget(of: problem, group: group)
        } catch {
          refuse(error, at: selection)
          continue
        }
        guard
          entries.count + optimizers.count * starts.count * group.seeds.count <= Self.mostRuns
        else {
          throw PlanError(reasons: ["more than \(Self.mostRuns) runs; ask for fewer of them"])
        }
        for (selection, optimizer) in optimizers {
          do {
            try catalogue.checkRequirements(of: optimizer, on: problem)
            for start in starts {
              for seed in group.seeds {
                let spec = RunSpec(
                  label: optimizer.label, optimizer: optimizer.optimizer,
                  schedules: optimizer.schedules, problem: problem.problem, start: start,
                  seed: seed, steps: group.steps, target: group.target,
                  recording: group.recording)
                entries.append(
                  Entry(
                    key: try catalogue.key(of: spec), spec: spec, group: group.name,
                    timeLimit: group.timeLimit, files: try catalogue.files(of: spec)))
              }
            }
          } catch { refuse(error, at: selection) }
        }
      }
    }
    guard reasons.isEmpty else { throw PlanError(reasons: reasons) }
    self.init(suite: suite, entries: entries)
  }
}

extension PluginCatalogue {
  /// The starts of a problem in a group, or one nil for a training problem.
  func starts(for spec: PluginSpec, group: Suite.Group) throws -> [[Double]?] {
    let problem = try problem(spec)
    if let training = problem as? any TrainingProblem {
      guard group.starts == nil else {
        throw SelectionError("\(spec.name) starts from its seed; it takes no starting point")
      }
      try training.checkAvailability()
      return [nil]
    }
    guard let surface = problem as? any Surface else {
      throw SelectionError("\(spec.name) is neither a surface nor a training problem")
    }
    let starts = group.starts ?? Array(surface.starts.prefix(1))
    guard !starts.isEmpty else { throw SelectionError("\(spec.name) has no start of its own") }
    for start in starts where start.count != surface.dimension {
      throw SelectionError(
        "\(spec.name) has \(surface.dimension) coordinates; the start has \(start.count)")
    }
    return starts
  }

  /// Refuses runs that would record more than can be kept.
  func checkRecording(of choice: ProblemChoice, group: Suite.Group) throws {
    let surface = try problem(choice.problem) as? any Surface
    let columns = 4 + (surface.map { recordedCoordinates(of: $0.dimension) } ?? 0)
    let rows = group.steps / group.recording.every + 2
    guard rows > Plan.mostRecorded / columns else { return }
    let every = (group.steps + Plan.mostRecorded / columns - 3) / (Plan.mostRecorded / columns - 2)
    throw SelectionError(
      "\(choice.label): \(rows) recorded rows of \(columns) numbers are too many for one run; "
        + "record every \(every) steps or more")
  }

  /// Refuses a target relative to the minimum where there is no minimum to know.
  func checkTarget(of choice: ProblemChoice, group: Suite.Group) throws {
    guard group.target != nil, let training = try problem(choice.problem) as? any TrainingProblem
    else { return }
    let own = training.target.map { "; its own target, \($0), is looked for in any case" } ?? ""
    throw SelectionError(
      "\(choice.label): a target is a share of f - f*, and the minimum f* of a network's loss is "
        + "not known; leave the target out" + own)
  }

  /// The source files of the plugins that a run uses.
  func files(of spec: RunSpec) throws -> [String] {
    [
      try entry(spec.optimizer.name, kind: .optimizer).file,
      try entry(spec.problem.name, kind: .problem).file,
    ]
      + (try spec.schedules.flatMap(\.parts).map { try entry($0.name, kind: .schedule).file })
  }

  /// Refuses an optimizer that asks for what the problem does not offer.
  func checkRequirements(of choice: OptimizerChoice, on problem: ProblemChoice) throws {
    let needed = try optimizer(choice.optimizer).requirements
    let missing = needed.subtracting(try self.problem(problem.problem).capabilities)
    guard missing.isEmpty else {
      throw SelectionError(
        "\(choice.label) needs \(missing), which \(problem.label) does not offer")
    }
  }
}

extension Problem {
  /// What an oracle of this problem can do.
  var capabilities: OracleCapabilities {
    guard let surface = self as? any Surface else { return [.loss, .gradient] }
    var offered: OracleCapabilities = [.loss, .gradient, .hessianVectorProduct, .hessian]
    if surface.isQuadratic { offered.insert(.quadratic) }
    return offered
  }
}

/// How many coordinates of a point are kept: all of them in low dimensions, the first few beyond.
func recordedCoordinates(of dimension: Int) -> Int { dimension <= 512 ? dimension : 16 }
