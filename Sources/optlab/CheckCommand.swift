import Analysis
import ArgumentParser
import Foundation
import Harness
import OptimizerKit

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Try a plugin against everything that the contract asks of it.",
    discussion: "The check runs in a process of its own: a plugin that traps or hangs is a verdict."
  )

  @Argument(help: "A name, as 'optlab list' shows it, or a type or file such as Lion.")
  var name: String
  @OptionGroup var plugins: PluginOptions
  @Option(help: "Seconds after which a check that does not end is a failure.") var timeLimit = 60.0

  func validate() throws {
    guard timeLimit > 0 else { throw ValidationError("--time-limit: expected more than 0") }
  }

  func run() throws {
    if !Supervisor.isSupervised { try Supervisor.supervise(timeLimit: timeLimit) }
    endWithParent()
    try check()
  }

  private func check() throws {
    let catalogue = plugins.catalogue()
    func isMeant(_ entryName: String, _ file: String) -> Bool {
      let type = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
      return name == entryName || name == type || name == file
    }
    var checked: [(name: String, kind: String, findings: [ConformanceFinding])] = []
    for entry in catalogue.optimizers where isMeant(entry.name, entry.file) {
      let optimizer = try catalogue.optimizer(PluginSpec(name: entry.name, settings: []))
      checked.append(
        (entry.name, "optimizer", OptimizerConformance.findings(for: optimizer)))
    }
    for entry in catalogue.schedules where isMeant(entry.name, entry.file) {
      let schedule = try catalogue.schedule(PluginSpec(name: entry.name, settings: []))
      checked.append((entry.name, "schedule", ScheduleConformance.findings(for: schedule)))
    }
    for entry in catalogue.problems where isMeant(entry.name, entry.file) {
      let problem = try catalogue.problem(PluginSpec(name: entry.name, settings: []))
      if let surface = problem as? any Surface {
        checked.append((entry.name, "problem", SurfaceConformance.findings(for: surface)))
      } else {
        checked.append((entry.name, "problem", PluginConformance.findings(for: problem)))
      }
    }
    guard !checked.isEmpty else {
      for failure in catalogue.failures
      where isMeant("", failure.file)
        || URL(fileURLWithPath: failure.file).deletingPathExtension().lastPathComponent
          .lowercased() == name.lowercased().filter({ $0 != "-" })
      {
        throw LabFailure("\(failure.file): \(failure.reason)")
      }
      let names =
        catalogue.optimizers.map(\.name) + catalogue.schedules.map(\.name)
        + catalogue.problems.map(\.name)
      throw UnknownPlugin(kind: "plugin", name: name, known: names)
    }
    var failures = 0
    for (name, kind, findings) in checked {
      let faults = findings.filter { $0.severity == .failure }
      failures += faults.count
      print("\(Terminal.bold(name)) (\(kind)): \(faults.isEmpty ? "passes" : "fails")")
      for finding in findings {
        print("  \(finding.severity == .failure ? "fault" : "note ")  \(finding)")
      }
    }
    for (name, kind, _) in checked where kind == "optimizer" {
      try sweep(name, catalogue)
    }
    if failures > 0 { throw ExitCode(1) }
  }

  /// Says which learning rates work on the two surfaces that optimizers are judged by first.
  private func sweep(_ name: String, _ catalogue: PluginCatalogue) throws {
    let optimizer = try catalogue.optimizer(PluginSpec(name: name, settings: []))
    guard let rule = optimizer as? any CoordinateRule,
      rule.hyperparameters.contains(where: { $0.name == "lr" })
    else { return }
    for problem in ["quadratic", "rosenbrock"] {
      let spec = PluginSpec(name: problem, settings: [])
      guard let surface = try? catalogue.problem(spec) as? any Surface else { continue }
      let sweep = LearningRateSweep(rule, on: surface)
      print("  rates  \(name) on \(problem), 512 learning rates, 1000 steps: \(sweep.verdict)")
    }
  }
}
