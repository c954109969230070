import Analysis
import ArgumentParser
import Figures
import Foundation
import Harness
import OptimizerKit
import Report

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "One HTML file that answers what a suite was run for.",
    discussion: """
      Ranks, profiles, tables that sort and filter, every figure of the suite, a player for problems of \
      two coordinates, the fairness ledger and the commands behind all of it. The file needs nothing else \
      and asks for nothing. It can be written while the suite still runs, and says what is missing.
      """)

  @Argument(
    help: "A suite that was compared, by its name or file; the last one if left out.",
    completion: .suites)
  var suite: String?
  @Option(help: "The file to write; plots/SUITE/report.html if left out.") var output: String?
  @Option(help: "What counts: \(Criterion.expectation).") var by = "standard"
  @Option(help: "How sure what is said must be, in [0.5, 1).") var confidence = 0.95
  @OptionGroup var store: StoreOptions
  @OptionGroup var plugins: PluginOptions

  func validate() throws {
    if output == "" { throw ValidationError("--output: expected the path of a file") }
    try refuse(confidence, notIn: (0.5..<1.0).bounds, "--confidence")
    if Criterion(by) == nil {
      throw ValidationError("--by: expected \(Criterion.expectation), found '\(by)'")
    }
  }

  func run() throws {
    let catalogue = plugins.catalogue()
    let stored = try StoredSuite(suite, in: try RunStore.existing(path: store.store))
    let path = output ?? "plots/\(stored.name)/report.html"
    let report = try SuiteReport(
      stored, by: Criterion(by) ?? .standard, confidence: confidence, catalogue: catalogue
    ).report
    try publish(text: report.html, as: path)
    print("wrote \(path): \(report.answer.first ?? report.title)")
  }
}
