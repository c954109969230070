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

  /// The compiled-in plugins and those loaded now; failures are said at standard error.
  ///
  /// - Parameter isSaid: whether a failure of this file is said here.
  func catalogue(sayingFailuresOf isSaid: (String) -> Bool = { _ in true }) -> PluginCatalogue {
    var catalogue = PluginCatalogue.builtIn()
    let compiledIn = catalogue.sourceHashes
    let loader = PluginLoader()
    // Those that are offered, then those asked for, each once whatever it is called.
    var known: Set<String> = []
    let files = (loader.offeredFiles(builtIn: catalogue) + plugins).filter {
      known.insert(URL(fileURLWithPath: $0).resolvingSymlinksInPath().path).inserted
    }
    loader.load(files, into: &catalogue)
    for failure in catalogue.failures where isSaid(failure.file) {
      let instead = compiledIn[failure.file] == nil ? "" : "; as it was compiled in, it stands"
      Terminal.warn("\(failure.file) is left out\(instead): \(failure.reason)")
    }
    return catalogue
  }
}

/// Options that say how runs are done.
struct RunOptions: ParsableArguments {
  @Option(help: "How many runs at once, \(RunLimits.jobs.span).")
  var jobs = ProcessInfo.processInfo.activeProcessorCount

  @Option(
    help: """
      Memory of one run in MiB, \(RunLimits.memory.span), beyond which it is stopped; 4096, or each \
      run's share of the machine's if that is less.
      """)
  var memoryLimit: Int?

  func validate() throws {
    try refuse(jobs, notIn: RunLimits.jobs, "--jobs")
    try refuse(memoryLimit, notIn: RunLimits.memory, "--memory-limit", unit: " MiB")
  }

  /// Workers with the plugins that this process has loaded.
  ///
  /// - Parameter dump: where they write their runs for other programs.
  func runner(_ plugins: PluginOptions, dump: RunDump? = nil) -> LocalRunner {
    LocalRunner(workers(dump: dump))
  }

  /// How workers with the plugins that this process has loaded are started.
  func workers(dump: RunDump? = nil) -> WorkerOptions {
    let loaded = PluginLoader.loaded
    let share = Int(ProcessInfo.processInfo.physicalMemory) / (jobs + 1)
    return WorkerOptions(
      executable: Self.executable,
      arguments: ["worker"] + (dump.map { ["--dump", $0.folder.path] } ?? [])
        + loaded.flatMap { ["--library", $0.library, "--source", $0.file] },
      jobs: jobs,
      memoryLimit: memoryLimit.map { $0 << 20 } ?? min(4 << 30, max(share, 64 << 20)),
      loadedPlugins: Set(loaded.map(\.file)))
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
  var store = Self.environment ?? "plots/runs.sqlite"

  /// What the environment names; an empty value names nothing.
  private static var environment: String? {
    ProcessInfo.processInfo.environment["OPTLAB_STORE"].flatMap { $0.isEmpty ? nil : $0 }
  }

  func validate() throws {
    // SQLite takes both for a database in memory, which is lost with the process.
    if store.isEmpty || store == ":memory:" {
      throw ValidationError("--store: expected the path of a file, found '\(store)'")
    }
  }
}

extension ClosedRange<Int> {
  /// "from 1 to 10".
  var span: String { "from \(lowerBound) to \(upperBound)" }
}

/// Refuses a whole number out of range.
func refuse(_ value: Int?, notIn range: ClosedRange<Int>, _ option: String, unit: String = "")
  throws
{
  guard let value, !range.contains(value) else { return }
  throw ValidationError(
    "\(option): expected a whole number \(range.span)\(unit), found \(value)")
}

/// Refuses a number out of range.
func refuse(_ value: Double?, notIn bounds: Bounds, _ option: String) throws {
  guard let value, !bounds.contains(value) else { return }
  throw ValidationError(
    "\(option): expected a number in \(bounds), found \(shortest(value))")
}

/// Refuses a list that names nothing.
func refuseEmpty(_ list: String?, _ option: String, _ hint: String = "") throws {
  guard let list, splitSelections(list).isEmpty else { return }
  throw ValidationError("\(option): expected at least one, found '\(list)'\(hint)")
}
