// What most subcommands start from: the catalogue, with run-time plugins, and the store.

import ArgumentParser
import Foundation
import Harness
import OptimizerKit
import Plugins

/// Options that bring in plugins.
struct PluginOptions: ParsableArguments {
  @Option(
    name: .customLong("plugin"),
    help: ArgumentHelp(
      "A plugin file to compile and load; may be given more than once.",
      discussion: "Also loaded: files in the folders of OPTLAB_PLUGIN_PATH, and files of Plugins/ "
        + "in this folder that differ from what was compiled in."))
  var plugins: [String] = []

  @Flag(help: .hidden) var noOffered = false

  /// The compiled-in plugins and those loaded now; failures are said at standard error.
  func catalogue(tryOut: Bool = true, quietly: Bool = false) -> PluginCatalogue {
    var catalogue = PluginCatalogue.builtIn()
    let loader = PluginLoader()
    let files = files(loader, builtIn: catalogue)
    loader.load(files, into: &catalogue, tryOut: tryOut)
    if !quietly {
      for failure in catalogue.failures {
        Terminal.warn("\(failure.file) is left out: \(failure.reason)")
      }
    }
    return catalogue
  }

  /// The files that are loaded: those that are offered, then those asked for.
  func files(_ loader: PluginLoader, builtIn: PluginCatalogue) -> [String] {
    var files = noOffered ? [] : loader.offeredFiles(builtIn: builtIn)
    for file in plugins where !files.contains(file) { files.append(file) }
    return files
  }

  /// The arguments that make a worker load the same plugins.
  var workerArguments: [String] {
    let loader = PluginLoader()
    return ["worker", "--no-offered"]
      + files(loader, builtIn: PluginCatalogue.builtIn()).flatMap { ["--plugin", $0] }
  }
}

/// Options that say how runs are done.
struct RunOptions: ParsableArguments {
  @Option(help: "How many runs at once.")
  var jobs = ProcessInfo.processInfo.activeProcessorCount

  @Option(help: "Memory of one run in MiB, beyond which it is stopped.")
  var memoryLimit = 4096

  func validate() throws {
    guard (1...1024).contains(jobs) else { throw ValidationError("--jobs: expected 1 to 1024") }
    guard (16...1 << 30).contains(memoryLimit) else {
      throw ValidationError("--memory-limit: expected at least 16 MiB")
    }
  }

  func pool(_ plugins: PluginOptions) -> WorkerPool {
    WorkerPool(
      WorkerOptions(
        executable: Self.executable, arguments: plugins.workerArguments, jobs: jobs,
        memoryLimit: memoryLimit << 20))
  }

  /// The running command.
  static var executable: String {
    URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
  }
}

/// Where the store is.
struct StoreOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The store of finished runs.", discussion: "OPTLAB_STORE changes the default."))
  var store =
    ProcessInfo.processInfo.environment["OPTLAB_STORE"] ?? "plots/runs.sqlite"
}
