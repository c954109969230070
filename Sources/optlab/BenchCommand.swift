import ArgumentParser
import Figures
import Foundation
import Harness
import OptimizerKit

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Time the lab itself: one JSON line a benchmark. Refuses a debug build.",
    shouldDisplay: false)

  @Argument(help: "Only benchmarks whose name contains one of these.") var filter: [String] = []

  func run() throws {
    guard !isDebugBuild else {
      throw LabFailure("benchmarks are of release builds only: use 'make bench'")
    }
    let catalogue = PluginCatalogue.builtIn()
    for benchmark in try Benchmark.all(catalogue)
    where filter.isEmpty || filter.contains(where: { benchmark.name.contains($0) }) {
      let value = try benchmark.measure()
      print(
        #"{"name":"\#(benchmark.name)","value":\#(formatted("%.5g", value)),"#
          + #""unit":"\#(benchmark.unit)"}"#)
      fflush(nil)
    }
  }

  private var isDebugBuild: Bool {
    var debug = false
    assert(
      {
        debug = true; return true
      }())
    return debug
  }
}
