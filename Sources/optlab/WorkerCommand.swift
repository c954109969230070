import ArgumentParser
import Harness
import OptimizerKit

struct WorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "Do runs for another process: jobs in, records out.",
    shouldDisplay: false)

  @OptionGroup var plugins: PluginOptions
  @Flag(help: "Load the plugins, go through what they declare, and leave.") var tryOut = false

  func run() throws {
    if tryOut {
      var catalogue = PluginCatalogue()
      PluginLoader().load(plugins.plugins, into: &catalogue, tryOut: false)
      if let failure = catalogue.failures.first { throw LabFailure(failure.reason) }
      try catalogue.tryOut()
      return
    }
    try Worker(catalogue: { plugins.catalogue(tryOut: false, quietly: true) }).run()
  }
}
