import ArgumentParser
import Harness
import OptimizerKit

/// Options that choose among stored runs.
struct RunFilter: ParsableArguments {
  @Option(
    help: "Only runs of these optimizers (names with wildcards, separated by commas).",
    completion: .optimizers)
  var optimizers: String?
  @Option(help: "Only runs on these problems (names with wildcards).", completion: .problems)
  var problems: String?
  @Flag(help: "Trials of tunings, in place of what is judged.") var trials = false
  @Option(help: "Only runs that ended so: completed, diverged, crashed, ...") var status: String?

  func validate() throws {
    try refuseEmpty(optimizers, "--optimizers")
    try refuseEmpty(problems, "--problems")
    if let status, RunStatus(rawValue: status) == nil {
      let known = RunStatus.allCases.map(\.rawValue)
      let unknown = UnknownPlugin(kind: "status", plural: "statuses", name: status, known: known)
      throw ValidationError("\(unknown)")
    }
  }

  /// Whether a stored map is meant.
  func takes(_ map: OutcomeMap) -> Bool {
    func fits(_ patterns: String?, _ name: String) -> Bool {
      patterns.map { splitSelections($0).contains { matches(name, pattern: $0) } } ?? true
    }
    return fits(optimizers, map.spec.base.optimizer.name)
      && fits(problems, map.spec.base.problem.name)
  }

  /// The stored runs that are meant.
  var query: RunQuery {
    RunQuery(
      optimizers: optimizers.map(splitSelections), problems: problems.map(splitSelections),
      status: status.flatMap(RunStatus.init(rawValue:)), isTrial: trials)
  }
}

struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", abstract: "The stored runs.")

  @OptionGroup var filter: RunFilter
  @OptionGroup var store: StoreOptions
  @Flag(help: "Print JSON.") var json = false

  func run() throws {
    let store = try RunStore.existing(path: store.store)
    if json {
      try printJSON(try store.records(filter.query).map { RunJSON($0) })
      return
    }
    var table = Table(
      [
        "key", "optimizer", "problem", "seed", "steps", "status", "loss", "best", "seconds",
        "reason",
      ],
      numeric: [3, 4, 6, 7, 8])
    table.expendable = ["reason", "seed", "best", "steps", "seconds"]
    table.rows = try store.lines(filter.query).map {
      [
        String($0.key.prefix(8)), $0.label, $0.problem, String($0.seed), String($0.steps),
        $0.status.rawValue, brief($0.finalLoss), brief($0.bestLoss), brief($0.seconds), $0.reason,
      ]
    }
    table.print()
  }
}
