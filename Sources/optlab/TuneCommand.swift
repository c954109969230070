import ArgumentParser
import Foundation
import Harness
import OptimizerKit

struct TuneCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tune",
    abstract: "Find the best settings of optimizers, with equally many trials.",
    discussion: """
      Each optimizer is searched on each problem where its hyperparameters declare it, or where ranges \
      and lists in its selection say: adam[lr=1e-4..1;beta1=0.8,0.9]. Trials are runs like all others, \
      on seeds and instances that are not judged; 'optlab compare' of the same suite judges what was \
      found.
      """)

  @OptionGroup var suiteOptions: SuiteOptions
  @Flag(help: "Try runs again that crashed or timed out.") var retry = false
  @Flag(help: "Print JSON instead of tables.") var json = false
  @OptionGroup var store: StoreOptions
  @OptionGroup var run: RunOptions
  @OptionGroup var plugins: PluginOptions

  /// Trials where nothing says how many.
  private static let usualTrials = 32

  func run() async throws {
    let catalogue = plugins.catalogue()
    var suite = try suiteOptions.suite(in: catalogue) { group in
      group.figures = []
      if suiteOptions.suite == nil, group.tuning == nil {
        group.tuning = Tuning(trials: Self.usualTrials)
        group.tuning?.method = suiteOptions.method ?? .sobol
      }
    }
    suite.groups.removeAll { $0.tuning == nil }
    guard !suite.groups.isEmpty else {
      throw UsageError(
        "\(suite.name) has no group with 'tuning'; --trials \(Self.usualTrials) tunes all of its groups"
      )
    }
    let store = try RunStore(path: store.store)
    let runner = run.runner(plugins)
    let tuned = try await performTuning(
      of: suite, catalogue: catalogue, store: store, runner: runner, retriesFailures: retry)
    await runner.close()
    let report = TuningReport(tuned, Ledger(suite, tuned: tuned, catalogue: catalogue))
    if json { try printJSON(report) } else { report.print() }
  }
}

extension Ledger {
  /// The ledger of a suite on this machine.
  init(_ suite: Suite, tuned: [TunedOptimizer], catalogue: PluginCatalogue) {
    self.init(
      suite, tuned: tuned, catalogue: catalogue,
      versions: ["OptimizerLab \(OptLab.configuration.version)"], machine: machineName())
  }
}

/// The processor, and how many of its cores there are: "Intel(R) Xeon(R), 2 cores".
private func machineName() -> String {
  let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
  let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
  let name = line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
  return "\(name ?? "unknown processor"), \(ProcessInfo.processInfo.activeProcessorCount) cores"
}
