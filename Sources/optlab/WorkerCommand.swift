import ArgumentParser
import Harness
import OptimizerKit

struct WorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "Do runs for another process: jobs in, records out.",
    shouldDisplay: false)

  @Option(help: "A compiled plugin.") var library: [String] = []
  @Option(help: "The file that it was compiled from; as often as --library.")
  var source: [String] = []
  @Option(help: "The folder that runs are written to.") var dump: String?
  @Flag(help: "Load the plugins, go through what they declare, and leave.") var tryOut = false

  private var plugins: [LoadedPlugin] {
    zip(source, library).map { LoadedPlugin(file: $0, library: $1) }
  }

  func run() throws {
    if tryOut {
      endWithParent()
      limitTryOut()
      var catalogue = PluginCatalogue()
      try PluginLoader().load(plugins, into: &catalogue)
      if let failure = catalogue.failures.first { throw LabFailure(failure.reason) }
      try catalogue.tryOut()
      return
    }
    let worker = try Worker(dump: dump.map(RunDump.init(folder:))) {
      var catalogue = PluginCatalogue.builtIn()
      try PluginLoader().load(plugins, into: &catalogue)
      return catalogue
    }
    try worker.run()
  }
}
