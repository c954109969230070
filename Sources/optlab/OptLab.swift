// The command `optlab`.

import ArgumentParser
import Analysis
import Figures
import Foundation
import Harness
import LinearAlgebra
import OptimizerKit

@main
struct OptLab: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "optlab",
    abstract: "A lab that compares optimizers: runs them, draws their paths, measures them.",
    discussion: """
      Optimizers are selected as
        adam                          by name
        adam@cs231n                   with a preset
        adam[lr=1e-3,1e-2;beta1=0.8]  with hyperparameters; lists multiply
        adam[lr=1e-4..1:9]            with nine values over a range; for 'map', an axis
        adam:warmup[steps=10]+cosine  with schedules for the learning rate
        momentum:momentum=ramp        with a schedule for another hyperparameter
        adam*                         by wildcard
      """,
    version: "0.1.0",
    subcommands: [
      ListCommand.self, ShowCommand.self, NewCommand.self, CheckCommand.self, TraceCommand.self,
      CompareCommand.self, MapCommand.self, TuneCommand.self, RankCommand.self,
      EnsembleCommand.self, ExperimentCommand.self,
      PlotCommand.self, ReportCommand.self,
      RunsCommand.self,
      ExportCommand.self, MergeCommand.self, VerifyCommand.self,
      DoctorCommand.self, WorkerCommand.self, BenchCommand.self,
    ])

  /// Where OpenBLAS does not know the processor, starts the command once more and says which kernels to
  /// take: it asks when it is loaded, and never again.
  private static func useFittingKernels() {
    let variable = "OPENBLAS_CORETYPE"
    guard getenv(variable) == nil, let kernels = betterBLASKernels() else { return }
    setenv(variable, kernels, 1)
    let arguments = CommandLine.arguments.map { strdup($0) } + [nil]
    execv("/proc/self/exe", arguments)
    // Where that is refused, the command goes on as it is, and slower.
  }

  static func main() async {
    // A reader that stops reading (`| head`) ends the command, quietly.
    signal(SIGPIPE, SIG_DFL)
    useFittingKernels()
    setBLASThreads(1)
    do {
      var command = try parsed()
      try Supervisor.superviseIfPluginsAreLoaded()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      try finishOutput()
      Supervisor.reportEnd()
    } catch {
      exit(explaining: error)
    }
  }

  /// The command that the arguments ask for.
  private static func parsed() throws -> any ParsableCommand {
    try checkSubcommand(CommandLine.arguments.dropFirst().first)
    return try parseAsRoot()
  }

  /// Names what is near to a subcommand that is none.
  private static func checkSubcommand(_ name: String?) throws {
    let all = configuration.subcommands.map { $0.configuration }
    guard let name, !name.hasPrefix("-"), name != "help",
      !all.contains(where: { $0.commandName == name })
    else { return }
    let shown = all.filter { $0.shouldDisplay }.compactMap { $0.commandName }
    throw UnknownPlugin(kind: "subcommand", name: name, known: shown)
  }

  /// Prints what went wrong and leaves with 64 where the user's words were at fault, else 1.
  static func exit(explaining error: any Error) -> Never {
    Supervisor.reportEnd()
    switch error {
    case is UnknownPlugin, is HyperparameterError, is SelectionError, is SuiteFileError,
      is PlanError, is UsageError, is JudgingError, is SearchError:
      Terminal.complain("\(error)")
      Foundation.exit(64)
    case is RunStoreError, is PluginLoadError, is LabFailure, is FileError, is MapError:
      Terminal.complain("\(error)")
      Foundation.exit(1)
    case is FigureError, is MalformedData:
      Terminal.complain("\(error)")
      Foundation.exit(1)
    case is CancellationError:
      Foundation.exit(130)
    case let error as CocoaError:
      // Nobody above knew more of it than Foundation says.
      let path = error.filePath ?? error.url?.path
      Terminal.complain((path.map { "\($0): " } ?? "") + systemReason(error))
      Foundation.exit(1)
    case is POSIXError:
      Terminal.complain(systemReason(error))
      Foundation.exit(1)
    default:
      exit(withError: error)
    }
  }
}

/// Words on the command line that cannot be meant.
struct UsageError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// Something that did not work, said in a sentence.
struct LabFailure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
