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
  @Option(help: "Write tables for a document: latex, markdown or csv.") var format: TableFormat?
  @OptionGroup var store: StoreOptions
  @OptionGroup var plugins: PluginOptions

  func validate() throws {
    try refuseEmpty(optimizers, "--optimizers")
    try refuseEmpty(problems, "--problems")
    try refuse(confidence, notIn: (0.5..<1.0).bounds, "--confidence")
    if format != nil, json || pairs || profiles {
      throw ValidationError(
        "--format writes tables, and stands without --json, --pairs and --profiles")
    }
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
    let suite = try StoredSuite(suite, in: store)
    let name = suite.name
    let records = try suite.chosen(
      try suite.records(group: group), optimizers: optimizers, problems: problems)
    let progress = try store.progress(of: name)
    let report = try RankReport(
      records, suite: name, by: Criterion(by) ?? .standard, over: axis, confidence: confidence,
      level: target,
      ledger: try store.ledger(of: name), missing: progress.planned - progress.stored,
      hasProfiles: profiles || json,
      catalogue: catalogue)
    if let format {
      Swift.print(try RankTables(report).text(format, suite: name), terminator: "")
    } else if json {
      try printJSON(report)
    } else {
      report.print(pairs: pairs, profiles: profiles)
    }
  }
}

extension CostAxis: ExpressibleByArgument {}
