import Analysis
import ArgumentParser
import Foundation
import Harness
import OptimizerKit

struct RankCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rank",
    abstract: "Who is better, on what, by how much, and how sure that is.",
    discussion: """
      Ranks the optimizers of a suite that was compared, by its stored runs. What cannot be told apart \
      stands in one rank. Every pair is compared in runs that share start, seed and budget; chance is \
      kept at bay by a sign test over all of them, corrected for the number of pairs (Holm), and by an \
      A/A control.
      """)

  @Argument(
    help: "A suite that was compared, by its name or file; the last one if left out.",
    completion: .suites)
  var suite: String?
  @Option(
    help: ArgumentHelp(
      "What counts: \(Criterion.expectation).",
      discussion: """
        standard is anytime on surfaces whose minimum is known (how soon the run is at each of the \
        targets 1e-1 to 1e-8 of f0 - f*) and final elsewhere (the loss, in training by the validation \
        examples).
        """))
  var by = "standard"
  @Option(help: "Only this group of the suite.") var group: String?
  @Option(
    help: ArgumentHelp(
      "What the course of a run is measured in: \(CostAxis.choices.joined(separator: ", ")).",
      discussion: "evaluations if nothing is said: losses, gradients and products together."))
  var axis = CostAxis.evaluations
  @Option(help: "Only these participants (labels with wildcards, separated by commas).")
  var optimizers: String?
  @Option(help: "Only these problems (names with wildcards).", completion: .problems)
  var problems: String?
  @Option(help: "How sure what is said must be, in [0.5, 1).") var confidence = 0.95
  @Option(help: "The target of profiles, 1e-1 to 1e-8 of f0 - f*.") var target = 1e-4
  @Flag(help: "Print every pair.") var pairs = false
  @Flag(help: "Print the profiles too.") var profiles = false
  @Flag(help: "Print JSON: ranks, intervals, pairs, profiles, scores, ledger.") var json = false
  @OptionGroup var store: StoreOptions
  @OptionGroup var plugins: PluginOptions

  func validate() throws {
    try refuseEmpty(optimizers, "--optimizers")
    try refuseEmpty(problems, "--problems")
    try refuse(confidence, notIn: (0.5..<1.0).bounds, "--confidence")
    if Criterion(by) == nil {
      throw ValidationError("--by: expected \(Criterion.expectation), found '\(by)'")
    }
    if !RunMeasures.targets.contains(target) {
      let known = RunMeasures.targets.map { "\($0)" }.joined(separator: ", ")
      throw ValidationError("--target: expected one of \(known), found '\(shortest(target))'")
    }
  }

  func run() throws {
    let catalogue = plugins.catalogue()
    let store = try RunStore.existing(path: store.store)
    let name = try storedName(store)
    var all = try store.records(suite: name)
    if let group {
      let known = all.map(\.group).unique
      guard known.contains(group) else {
        throw UnknownPlugin(kind: "group of \(name)", plural: "groups", name: group, known: known)
      }
      all.removeAll { $0.group != group }
    }
    let records = try chosen(all.map(\.record), of: name)
    let progress = try store.progress(of: name)
    let report = try RankReport(
      records, suite: name, by: Criterion(by) ?? .standard, over: axis, confidence: confidence,
      level: target,
      ledger: try store.ledger(of: name), missing: progress.planned - progress.stored,
      hasProfiles: profiles || json,
      catalogue: catalogue)
    if json { try printJSON(report) } else { report.print(pairs: pairs, profiles: profiles) }
  }

  /// The suite's name in the store.
  private func storedName(_ store: RunStore) throws -> String {
    guard let suite else {
      guard let latest = try store.latestSuite() else {
        throw LabFailure(
          "no comparison is stored in \(store.path); 'optlab compare quick' makes one")
      }
      return latest
    }
    let url = URL(fileURLWithPath: suite)
    let isFile = ["yaml", "yml"].contains(url.pathExtension)
    let name = isFile ? url.deletingPathExtension().lastPathComponent : suite
    let known = try store.suites()
    guard known.contains(name) else {
      throw UnknownPlugin(
        kind: "suite in \(store.path)", plural: "suites there", name: name, known: known)
    }
    return name
  }

  /// The runs that the options admit.
  private func chosen(_ records: [RunRecord], of suite: String) throws -> [RunRecord] {
    func admitted(_ patterns: String?, _ kind: String, _ name: (RunRecord) -> [String]) throws
      -> Set<String>?
    {
      guard let patterns = patterns.map(splitSelections) else { return nil }
      let names = records.map(name)
      let known = names.compactMap(\.first).unique
      var found: Set<String> = []
      for pattern in patterns {
        let matching = names.filter { $0.contains { matches($0, pattern: pattern) } }
        if matching.isEmpty {
          throw UnknownPlugin(
            kind: "\(kind) of \(suite)", plural: "\(kind)s", name: pattern, known: known)
        }
        found.formUnion(matching.compactMap(\.first))
      }
      return found
    }
    guard optimizers != nil || problems != nil else { return records }
    let labels = try admitted(optimizers, "participant") { [$0.label, $0.spec.optimizer.name] }
    let named = try admitted(problems, "problem") { [$0.spec.problem.name] }
    return records.filter {
      labels?.contains($0.label) ?? true && named?.contains($0.spec.problem.name) ?? true
    }
  }
}

extension CostAxis: ExpressibleByArgument {}
