// What a reader must know of a comparison to trust it.

import Analysis
import OptimizerKit

/// The fairness ledger of a suite: how its runs were made and its optimizers chosen.
public struct Ledger: Codable, Sendable, Equatable {
  /// What the runs of a group have in common.
  public struct Group: Codable, Sendable, Equatable {
    public var name: String
    public var budget: String
    /// What the budget counts: "gradients".
    public var budgetUnit: String
    public var seeds: String
    /// "1-20, with rotation and shift"; nil where starts are named, or networks are trained.
    public var instances: String?
    public var optimizers: [String]
    public var problems: [String]
    /// Where a run may stop before its budget.
    public var target: Double?
  }

  /// How an optimizer came by its settings on a problem.
  public struct Tuned: Codable, Sendable, Equatable {
    public var group: String
    public var problem: String
    public var optimizer: String
    public var settings: String
    /// Hyperparameter by hyperparameter what was searched: "lr in 1e-05..1 (log)".
    public var space: [String]
    public var method: String
    public var trials: Int
    public var failures: Int
    public var seeds: String
    public var instances: String?
    /// What lies at an end of its range: "lr at the upper end".
    public var edges: [String]
    /// Whether all trials failed, so that the defaults stand in.
    public var hasOnlyFailures: Bool
    /// What was tried; nil in ledgers of earlier versions.
    public var history: SearchHistory?
  }

  public var suite: String
  public var title: String
  public var groups: [Group]
  public var tuning: [Tuned]
  /// Versions of the lab and of what it uses.
  public var versions: [String]
  /// The processor and how many cores there were.
  public var machine: String

  /// The ledger of a suite as it is planned.
  public init(
    _ suite: Suite, tuned: [TunedOptimizer] = [], catalogue: PluginCatalogue, versions: [String],
    machine: String
  ) {
    self.suite = suite.name
    title = suite.title
    self.versions = versions
    self.machine = machine
    groups = suite.groups.map { group in
      Group(
        name: group.name, budget: "\(group.budget)", budgetUnit: group.budget.unit,
        seeds: spans(group.seeds), instances: group.instances.map(text),
        optimizers: group.optimizers, problems: group.problems, target: group.target)
    }
    let byName = Dictionary(suite.groups.map { ($0.name, $0) }) { first, _ in first }
    tuning = tuned.map { tuned in
      let group = byName[tuned.group]
      let trials = group.flatMap { group in
        (try? catalogue.selectProblems(tuned.problemLabel))?.first.flatMap {
          try? group.tuning?.group(of: group, on: $0)
        }
      }
      return Tuned(
        group: tuned.group, problem: tuned.problemLabel, optimizer: tuned.defaultLabel,
        settings: tuned.settings, space: tuned.values.map { "\($0.name) in \($0.searched)" },
        method: group?.tuning?.method.rawValue ?? "", trials: tuned.trials,
        failures: tuned.failures, seeds: spans(trials?.seeds ?? []),
        instances: trials?.instances.map(text), edges: tuned.edgeNames,
        hasOnlyFailures: tuned.score == .infinity, history: tuned.history)
    }
  }

  /// What a reader is warned of, a line each.
  ///
  /// - Parameter group: the group that is meant; nil for all.
  public func warnings(of group: String? = nil) -> [String] {
    let tuning = tuning.filter { group == nil || $0.group == group }
    var lines: [String] = []
    var order: [[String]] = []
    var problems: [[String]: [String]] = [:]
    for tuned in tuning {
      for edge in tuned.edges {
        let key = [tuned.group, tuned.optimizer, edge]
        if problems[key] == nil { order.append(key) }
        problems[key, default: []].append(tuned.problem)
      }
      if tuned.hasOnlyFailures {
        lines.append(
          "\(tuned.optimizer) on \(tuned.problem): all trials have failed, and its defaults are judged"
        )
      }
    }
    for key in order {
      let own = problems[key] ?? []
      let all = tuning.count { $0.group == key[0] && $0.optimizer == key[1] }
      let place =
        own.count == all && all > 1
        ? "all \(all) problems"
        : own.count > 2 ? "\(own.count) of \(all) problems" : own.joined(separator: " and ")
      lines.append("\(key[1]): its best trial has \(key[2]) of the range, on \(place)")
    }
    for (group, members) in Dictionary(grouping: tuning, by: \.group).sorted(by: { $0.key < $1.key }
    ) {
      let counts = Set(members.map(\.trials)).sorted()
      if let least = counts.first, let most = counts.last, least < most {
        lines.append("\(group): optimizers had between \(least) and \(most) trials")
      }
    }
    return lines
  }
}

/// Instances in words.
private func text(_ instances: [Instance]) -> String {
  spans(instances.map(\.number))
    + (instances.contains(where: \.isMoved) ? ", with rotation and shift" : ", starts only")
}

/// Numbers as ranges: "1-5, 7".
func spans(_ numbers: [UInt64]) -> String {
  var parts: [(first: UInt64, last: UInt64)] = []
  for number in numbers.sorted() {
    if let last = parts.last?.last, last < .max, number == last + 1 {
      parts[parts.count - 1].last = number
    } else {
      parts.append((number, number))
    }
  }
  return parts.map { $0.first == $0.last ? "\($0.first)" : "\($0.first)-\($0.last)" }
    .joined(separator: ", ")
}

extension Budget {
  /// What it counts.
  public var unit: String {
    switch self {
    case .steps: "steps"
    case .gradients: "gradients"
    case .seconds: "seconds"
    }
  }
}
