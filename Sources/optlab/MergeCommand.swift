import ArgumentParser
import Foundation
import Harness
import OptimizerKit

struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge", abstract: "Bring the runs of several stores together.",
    discussion: """
      Takes runs, suites, figures and ledgers from the sources into the target, which is made where \
      there is none. Sources are only read. A run that both have must have the same numbers, to the \
      last bit: where it has not, the target keeps its own, the difference is shown, and the exit code \
      is 1.
        optlab merge all.sqlite here.sqlite there.sqlite
      """)

  @Argument(help: "The store that takes the runs.", completion: .file()) var target: String
  @Argument(help: "The stores that they are taken from.", completion: .file()) var sources: [String]
  @Flag(help: "Say what would come, and change nothing.") var dryRun = false
  @Flag(help: "Print JSON.") var json = false

  func validate() throws {
    for path in [target] + sources where path.isEmpty || path == ":memory:" {
      throw ValidationError("expected the path of a store, found '\(path)'")
    }
    for (i, source) in sources.enumerated() {
      if RunStore.isSame(source, target) {
        throw ValidationError("\(source) is the target and a source; name another of the two")
      }
      if let twice = sources.prefix(i).first(where: { RunStore.isSame($0, source) }) {
        throw ValidationError(
          twice == source
            ? "\(source) is named twice; once is enough"
            : "\(twice) and \(source) are the same store; once is enough")
      }
    }
  }

  func run() throws {
    // What is no store is refused before anything is taken, and before a target is made.
    let stores = try sources.map { try RunStore(reading: $0) }
    let reports: [MergeReport]
    if dryRun, !FileManager.default.fileExists(atPath: target) {
      let folder = FileManager.default.temporaryDirectory
        .appendingPathComponent("optlab-merge-\(UUID().uuidString)")
      defer { try? FileManager.default.removeItem(at: folder) }
      let nothing = try RunStore(path: folder.appendingPathComponent("runs.sqlite").path)
      reports = try nothing.merge(stores, isTrial: true)
    } else {
      reports = try RunStore(path: target).merge(stores, isTrial: dryRun)
    }
    let lines = zip(sources, reports).map { MergeLine(source: $0, $1) }
    if json {
      try printJSON(lines)
    } else {
      for line in lines { print(line.text(target: target, isTrial: dryRun)) }
      printDifferences(reports)
    }
    for (source, report) in zip(sources, reports) {
      for suite in report.otherLedgers.sorted() {
        Terminal.note("\(suite): \(source) has another ledger; \(target) keeps its own")
      }
      if !report.damaged.isEmpty {
        Terminal.warn(
          "\(source): \(count(report.damaged.count, "run")) not what was written, and not taken: "
            + report.damaged.prefix(10).map { String($0.prefix(8)) }.joined(separator: ", ")
            + (report.damaged.count > 10 ? ", ..." : ""))
      }
    }
    let differing = reports.reduce(0) { $0 + $1.differences.count }
    if differing > 0 {
      Terminal.warn(
        "\(count(differing, "run")) with other numbers there than in \(target), which keeps its own"
      )
    }
    if !reports.allSatisfy(\.isClean) { throw ExitCode(1) }
  }

  private func printDifferences(_ reports: [MergeReport]) {
    var table = Table(["key", "run", "number", "step", target, "source", "there"], numeric: [3])
    for (source, report) in zip(sources, reports) {
      for run in report.differences {
        table.rows += run.numbers.map {
          [
            String(run.key.prefix(8)), run.run, $0.what, $0.step.map(String.init) ?? "", $0.ours,
            source, $0.theirs,
          ]
        }
      }
    }
    if !table.rows.isEmpty { table.print() }
  }
}

/// "1 run", "2 runs".
func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

/// What came of one store.
private struct MergeLine: Encodable {
  struct Number: Encodable {
    let key, run, number: String
    let step: Int?
    let target, source: String
  }
  let source: String
  let added, replaced, same, kept: Int
  let damaged: [String]
  let differences: [Number]
  let suites: [String: Int]
  let otherLedgers: [String]

  init(source: String, _ report: MergeReport) {
    self.source = source
    added = report.added
    replaced = report.replaced
    same = report.same
    kept = report.kept
    damaged = report.damaged
    differences = report.differences.flatMap { run in
      run.numbers.map {
        Number(
          key: run.key, run: run.run, number: $0.what, step: $0.step, target: $0.ours,
          source: $0.theirs)
      }
    }
    suites = report.suites
    otherLedgers = report.otherLedgers
  }

  /// "b.sqlite: 30 runs added to a.sqlite, 2 replaced, 10 the same; quick: 30 entries".
  func text(target: String, isTrial: Bool) -> String {
    var parts = ["\(count(added, "run")) \(isTrial ? "would be " : "")added to \(target)"]
    for (number, what) in [
      (replaced, "in place of what kept less, failed or was damaged"), (same, "the same"),
      (kept, "left as they are there"), (Set(differences.map(\.key)).count, "with other numbers"),
    ] where number > 0 {
      parts.append("\(number) \(what)")
    }
    let entries = suites.sorted { $0.key < $1.key }
      .map { "; \($0.key): \($0.value == 1 ? "1 entry" : "\($0.value) entries")" }
    return "\(source): " + parts.joined(separator: ", ") + entries.joined()
  }
}
