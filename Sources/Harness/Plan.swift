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
  }

  public let suite: Suite
  public let entries: [Entry]

  /// The entries of a group.
  public func entries(of group: String) -> [Entry] { entries.filter { $0.group == group } }
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
      func refuse(_ error: any Error) {
        let reason = "\(group.name): \(error)"
        if !reasons.contains(reason) { reasons.append(reason) }
      }
      func selected<T>(_ selections: [String], _ select: (String) throws -> [T]) -> [T] {
        selections.flatMap { selection -> [T] in
          do { return try select(selection) } catch {
            refuse(error)
            return []
          }
        }
      }
      let optimizers = selected(group.optimizers, catalogue.selectOptimizers)
      let problems = selected(group.problems, catalogue.selectProblems)
      for problem in problems {
        do {
          let starts = try catalogue.starts(for: problem.problem, group: group)
          for optimizer in optimizers {
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
                      timeLimit: group.timeLimit))
                }
              }
            } catch { refuse(error) }
          }
        } catch { refuse(error) }
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
