import ArgumentParser
import Figures
import Foundation
import Harness
import LinearAlgebra
import OptimizerKit

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "What is installed, what is missing, and how to get it.")

  @OptionGroup var plugins: PluginOptions
  @OptionGroup var store: StoreOptions

  func run() throws {
    var healthy = true
    func report(_ what: String, _ found: String?, remedy: String) {
      if let found {
        print("  ok       \(what): \(found)")
      } else {
        healthy = false
        print("  missing  \(what): \(remedy)")
      }
    }
    report(
      "gnuplot", firstLine(of: "gnuplot", ["--version"]),
      remedy: FigureError.remedy)
    let compiler = try? PluginLoader().compilerPath()
    report(
      "Swift compiler, for plugins loaded at run time",
      compiler.flatMap { path in firstLine(of: path, ["--version"]).map { "\($0) (\(path))" } },
      remedy: "install Swift 6.3 from https://swift.org/install and put swiftc on the PATH")
    let catalogue = plugins.catalogue(sayingFailuresOf: { _ in false })
    for entry in catalogue.problems {
      guard let training = entry.make() as? any TrainingProblem else { continue }
      do {
        try training.checkAvailability()
        report("data of \(entry.name)", "found", remedy: "")
      } catch {
        report("data of \(entry.name)", nil, remedy: "\(error)")
      }
    }
    if FileManager.default.fileExists(atPath: store.store) {
      do {
        let health = try RunStore(reading: store.store).health()
        if health.isWhole {
          report("store", "\(store.store), \(health.runs) runs", remedy: "")
        } else {
          healthy = false
          print("  damaged  store: \(store.store), \(health.runs) runs")
          for fault in health.faults { print("           \(fault)") }
          if !health.damaged.isEmpty {
            let keys = health.damaged.prefix(10).map { $0.prefix(8) }.joined(separator: ", ")
            print(
              "           \(count(health.damaged.count, "run")) not what was written: \(keys)"
                + (health.damaged.count > 10 ? ", ..." : "")
                + "; 'optlab compare' of their suites does them again")
          }
        }
      } catch {
        report("store", nil, remedy: "\(error)")
      }
    } else {
      print("  none yet store: \(store.store); 'optlab compare quick' makes it")
    }
    let counts = PluginKind.allCases.map { ($0, catalogue.entries($0).count) }
    print(
      "  ok       plugins: "
        + counts.filter { $0.1 > 0 }.map { "\($0.1) \($0.1 == 1 ? $0.0.rawValue : $0.0.plural)" }
        .joined(separator: ", "))
    for failure in catalogue.failures {
      report("plugin \(failure.file)", nil, remedy: failure.reason)
    }
    print("  ok       OpenBLAS kernels: \(blasKernels())")
    print("  cores    \(ProcessInfo.processInfo.activeProcessorCount)")
    if !healthy { throw ExitCode(1) }
  }

  /// The first line that a program prints; nil where it cannot be run.
  private func firstLine(of program: String, _ arguments: [String]) -> String? {
    let child = try? ChildProcess(
      running: "/usr/bin/env", [program] + arguments,
      environment: ProcessInfo.processInfo.environment, errors: false, timeout: 30)
    guard let child, child.status == 0, !child.isTimedOut else { return nil }
    return child.output.split(separator: "\n").first.map(String.init)
  }
}
