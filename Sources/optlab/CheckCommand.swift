import Analysis
import ArgumentParser
import Figures
import Foundation
import Harness
import Networks
import OptimizerKit

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Try a plugin against everything that the contract asks of it.",
    discussion: "The check runs in a process of its own: a plugin that traps or hangs is a verdict."
  )

  @Argument(
    help: """
      A name, as 'optlab list' shows it, a type such as Lion, a file, or a problem with settings such as \
      cnn@batch-norm or 'mlp[l2=1e-3]'.
      """,
    completion: .plugins)
  var name: String
  @OptionGroup var plugins: PluginOptions
  @Option(
    help: "Seconds after which a check that does not end is a failure, in \(RunLimits.seconds).")
  var timeLimit = 60.0
  @Option(help: "Memory in MiB beyond which the plugin fails, \(RunLimits.memory.span).")
  var memoryLimit = 4096

  func validate() throws {
    try refuse(timeLimit, notIn: RunLimits.seconds, "--time-limit")
    try refuse(memoryLimit, notIn: RunLimits.memory, "--memory-limit", unit: " MiB")
    if name.isEmpty { throw ValidationError("expected the name of a plugin, found ''") }
  }

  func run() throws {
    if !Supervisor.isSupervised {
      try Supervisor.supervise(timeLimit: timeLimit, memoryLimit: memoryLimit << 20)
    }
    endWithParent()
    try check()
  }

  private func check() throws {
    var plugins = plugins
    // A file that is named is brought along.
    let isFile = PluginKind.allCases.contains { name.hasSuffix("." + $0.language.rawValue) }
    if isFile, !plugins.plugins.contains(name) { plugins.plugins.append(name) }
    // That of what is checked is the verdict.
    let catalogue = plugins.catalogue(sayingFailuresOf: { !isMeant("", $0) })
    var checked: [(entry: PluginEntry, findings: [ConformanceFinding])] = []
    for entry in catalogue.entries where isMeant(entry.name, entry.file) {
      Supervisor.report(trying: entry.name)
      checked.append((entry, try findings(for: entry, catalogue)))
    }
    guard !checked.isEmpty else {
      if name.contains(where: { "@[".contains($0) }) { return try checkProblems(catalogue) }
      for failure in catalogue.failures
      where isMeant("", failure.file)
        || stem(failure.file).lowercased() == name.lowercased().filter({ $0 != "-" })
      {
        throw LabFailure("\(failure.file): \(failure.reason)")
      }
      throw UnknownPlugin(kind: "plugin", name: name, known: catalogue.entries.map(\.name))
    }
    var failures = 0
    for (entry, findings) in checked {
      let faults = findings.filter { $0.severity == .failure }
      failures += faults.count
      print(
        "\(Terminal.bold(entry.name)) (\(entry.kind.rawValue)): "
          + (faults.isEmpty ? "passes" : "fails"))
      for finding in findings {
        print("  \(finding.severity == .failure ? "fault" : "note ")  \(finding)")
      }
    }
    for (entry, findings) in checked where entry.kind.nameSpace == .optimizer {
      let isSound = !findings.contains { $0.severity == .failure }
      if isSound { try describe(entry, catalogue) }
      if isSound || entry.type is any CoordinateRule.Type { try sweep(entry, catalogue) }
    }
    for (entry, findings) in checked
    where entry.kind == .problem && !findings.contains(where: { $0.severity == .failure }) {
      if let problem = entry.make() as? any NetworkProblem {
        Supervisor.report(trying: entry.name, on: "a network's checks")
        failures += try NetworkReport(of: problem, in: catalogue).print()
      }
    }
    if failures > 0 { throw ExitCode(1) }
  }

  /// Checks problems that are selected with settings.
  private func checkProblems(_ catalogue: PluginCatalogue) throws {
    var failures = 0
    for choice in try catalogue.selectProblems(name) {
      Supervisor.report(trying: choice.label)
      let problem = choice.instance
      let findings =
        (problem as? any Surface).map { SurfaceConformance.findings(for: $0) }
        ?? PluginConformance.findings(for: problem)
      failures += findings.count { $0.severity == .failure }
      print(
        "\(Terminal.bold(choice.label)) (problem): "
          + (findings.contains { $0.severity == .failure } ? "fails" : "passes"))
      for finding in findings {
        print("  \(finding.severity == .failure ? "fault" : "note ")  \(finding)")
      }
      if let network = problem as? any NetworkProblem {
        failures += try NetworkReport(of: network, in: catalogue).print()
      }
    }
    if failures > 0 { throw ExitCode(1) }
  }

  private func stem(_ file: String) -> String {
    URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
  }

  private func isMeant(_ entryName: String, _ file: String) -> Bool {
    func path(_ file: String) -> String {
      URL(fileURLWithPath: file).resolvingSymlinksInPath().path
    }
    return name == entryName || name == stem(file) || path(name) == path(file)
  }

  /// What the contract of its kind has to say of a plugin.
  private func findings(
    for entry: PluginEntry, _ catalogue: PluginCatalogue
  ) throws -> [ConformanceFinding] {
    let spec = PluginSpec(name: entry.name, settings: [])
    switch entry.kind {
    case .optimizer, .wrapper:
      // A wrapper by itself is one around plain gradient steps.
      let optimizer = try catalogue.optimizer(spec)
      let findings = OptimizerConformance.findings(for: optimizer, networks: TrialNetworks.all) {
        Supervisor.report(trying: entry.name, on: $0)
      }
      let isSound = !findings.contains { $0.severity == .failure }
      guard isSound, !optimizer.invariances.isEmpty else { return findings }
      Supervisor.report(trying: entry.name, on: "a course in other coordinates")
      let measured = OptimizerConformance.invariances(of: optimizer)
      return findings + OptimizerConformance.claimFindings(optimizer, measured)
    case .schedule:
      let schedule = try catalogue.schedule(spec)
      return ScheduleConformance.findings(for: schedule)
    case .problem:
      let problem = try catalogue.problem(spec)
      if let surface = problem as? any Surface {
        return SurfaceConformance.findings(for: surface)
      }
      return PluginConformance.findings(for: problem)
    case .figure:
      let folder = FileManager.default.temporaryDirectory
        .appendingPathComponent("optlab-check-\(UUID().uuidString)")
      defer { try? FileManager.default.removeItem(at: folder) }
      let figure = try catalogue.figure(spec)
      return FigureConformance.findings(for: figure, drawingInto: folder.path)
    case .suite:
      return suiteFindings(entry, catalogue)
    case .experiment:
      let experiment: any Experiment = try catalogue.plugin(spec, kind: .experiment)
      return try experimentFindings(experiment, catalogue)
    }
  }

  /// An experiment is planned, its figures looked up, and its rule tried on runs of which none went well;
  /// nothing is run.
  private func experimentFindings(
    _ experiment: any Experiment, _ catalogue: PluginCatalogue
  ) throws -> [ConformanceFinding] {
    var findings = ExperimentConformance.findings(for: experiment)
    do {
      _ = try catalogue.selectFigures(type(of: experiment).figures)
      let entries = try Plan(experiment.suite(.full), catalogue: catalogue).entries
      let crashed = entries.map {
        (group: $0.group, record: $0.job.record(Outcome(status: .crashed, reason: "not run")))
      }
      findings += ExperimentConformance.findings(for: experiment, withoutResult: crashed)
      var suites: [Suite] = [experiment.suite(.quick)]
      for size in ExperimentSize.allCases {
        var suite = experiment.suite(size)
        suite.groups = experiment.opposite(size).groups
        suites.append(suite)
      }
      for suite in suites { _ = try Plan(suite, catalogue: catalogue) }
      findings.append(
        ConformanceFinding("plan", "\(entries.count) runs", severity: .note))
    } catch let error as PlanError {
      findings += error.reasons.map { ConformanceFinding("plan", $0) }
    } catch let error as UnknownPlugin {
      findings.append(ConformanceFinding("figures", "\(error)"))
    }
    return findings
  }

  /// A suite is read and planned, and its figures looked up; nothing is run.
  private func suiteFindings(
    _ entry: PluginEntry, _ catalogue: PluginCatalogue
  ) -> [ConformanceFinding] {
    do {
      let suite = try catalogue.suite(entry.name)
      _ = try catalogue.selectFigures(suite.groups.flatMap(\.figures))
      let size = try SuiteSize(suite, catalogue: catalogue)
      return [
        ConformanceFinding(
          "plan",
          "\(size) in "
            + "\(suite.groups.count) group\(suite.groups.count == 1 ? "" : "s")", severity: .note)
      ]
    } catch let error as PlanError {
      return error.reasons.map { ConformanceFinding("plan", $0) }
    } catch {
      return [ConformanceFinding("suite", "\(error)")]
    }
  }

  /// Says of an optimizer without faults what it is like: what its path does not depend on, and which
  /// known one it is nearest to.
  private func describe(_ entry: PluginEntry, _ catalogue: PluginCatalogue) throws {
    let optimizer = try catalogue.optimizer(PluginSpec(name: entry.name, settings: []))
    Supervisor.report(trying: entry.name, on: "a course of every weather")
    print(InvarianceReport(OptimizerConformance.invariances(of: optimizer)).text)
    let known = catalogue.knownOptimizers(
      except: entry.name, wrappers: entry.kind == .wrapper)
    let dialects = Dialect.nearest(to: optimizer, among: known) {
      Supervisor.report(trying: entry.name, on: "the course on which it is compared with \($0)")
    }
    print(DialectReport(dialects).text)
  }

  /// Says which learning rates work.
  private func sweep(_ entry: PluginEntry, _ catalogue: PluginCatalogue) throws {
    let optimizer = try catalogue.optimizer(PluginSpec(name: entry.name, settings: []))
    for sweep in sweeps(optimizer, catalogue) {
      Supervisor.report(trying: entry.name, on: sweep.place)
      let isAround = entry.kind == .wrapper && optimizer.number("lr") == nil
      let name = entry.name + (isAround ? "(sgd)" : "")
      print("  rates  \(name) on \(sweep.place): \(try sweep.run().verdict)")
    }
  }

  /// Which learning rates are tried where, for an optimizer that has one.
  private func sweeps(_ optimizer: any Optimizer, _ catalogue: PluginCatalogue)
    -> [(place: String, run: () throws -> LearningRateSweep)]
  {
    guard optimizer.declaredRates.contains(where: { $0 != nil }) else { return [] }
    let surfaces: [(place: String, run: () throws -> LearningRateSweep)] =
      ["quadratic", "rosenbrock"].compactMap { name in
        let problem = try? catalogue.problem(PluginSpec(name: name, settings: []))
        guard let surface = problem as? any Surface,
          surface.capabilities.isSuperset(of: optimizer.requirements)
        else { return nil }
        if let rule = optimizer as? any CoordinateRule {
          return (
            "\(name), 512 learning rates, 1000 steps", { LearningRateSweep(rule, on: surface) }
          )
        }
        return (
          "\(name), 43 learning rates, 100 steps",
          { try LearningRateSweep(optimizer, on: surface, in: catalogue) }
        )
      }
    let networks = TrialNetworks.all.prefix(1).filter {
      $0.capabilities.isSuperset(of: optimizer.requirements)
    }
    return surfaces
      + networks.map { problem in
        (
          "\(type(of: problem).summary), 22 learning rates, 60 steps",
          { try LearningRateSweep(optimizer, training: problem) }
        )
      }
  }
}
