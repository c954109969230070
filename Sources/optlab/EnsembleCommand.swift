import Analysis
import ArgumentParser
import Foundation
import Harness
import OptimizerKit

struct EnsembleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ensemble",
    abstract: "What the networks of a suite reach together, and averaged.",
    discussion: """
      Judges the stored checkpoints of a suite that was compared: the last one of each run alone, those \
      of all seeds together (the classes' probabilities averaged), the checkpoints of each run together \
      (snapshots), and the mean of their weights. 'optlab compare SUITE --checkpoints 6' keeps six of \
      each run; with a cyclic learning rate, as many as there are cycles are one at the end of each.
      """)

  @Argument(
    help: "A suite that was compared, by its name or file; the last one if left out.",
    completion: .suites)
  var suite: String?
  @Option(help: "Only this group of the suite.") var group: String?
  @Option(help: "Only these participants (labels with wildcards, separated by commas).")
  var optimizers: String?
  @Option(help: "Only these problems (names with wildcards).", completion: .problems)
  var problems: String?
  @Option(
    help: "How many checkpoints of each run are its snapshots, the last ones; all if left out.")
  var last: Int?
  @Flag(help: "Judge by the test examples too.") var test = false
  @Flag(help: "Print JSON.") var json = false
  @OptionGroup var store: StoreOptions
  @OptionGroup var plugins: PluginOptions

  func validate() throws {
    try refuseEmpty(optimizers, "--optimizers")
    try refuseEmpty(problems, "--problems")
    try refuse(last, notIn: RunLimits.checkpoints, "--last")
  }

  func run() throws {
    let catalogue = plugins.catalogue()
    let store = try RunStore.existing(path: store.store)
    let suite = try StoredSuite(suite, in: store)
    let records = try suite.chosen(
      try suite.records(group: group), optimizers: optimizers, problems: problems)
    let report = try EnsembleReport(
      records, suite: suite.name, last: last ?? .max, isTested: test, in: store,
      catalogue: catalogue)
    if json { try printJSON(report) } else { report.print() }
  }
}
