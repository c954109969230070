import ArgumentParser
import Foundation
import Harness
import OptimizerKit

struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Do stored runs again and compare every bit.",
    discussion: """
      Picks some of the stored runs, does them once more, and compares what is measured and every \
      recorded row with what is stored, to the last bit; times are left aside, and nothing is stored. \
      Where a number differs, it is shown, and the exit code is 1.
      """)

  private static let sizes = 1...1_000_000

  @Argument(
    help: "A suite that was compared, by its name or file; the whole store if left out.",
    completion: .suites)
  var suite: String?
  @Option(help: "How many runs, \(Self.sizes.span); 20 if nothing is said.") var sample: Int?
  @Flag(help: "All of them.") var all = false
  @Option(help: "Which ones are picked, from 0 to \(UInt64.max).") var seed: UInt64 = 1
  @Option(help: "Seconds after which a run is stopped, in \(RunLimits.seconds).")
  var timeLimit = 600.0
  @Flag(help: "Print JSON.") var json = false
  @OptionGroup var store: StoreOptions
  @OptionGroup var run: RunOptions
  @OptionGroup var plugins: PluginOptions

  func validate() throws {
    try refuse(sample, notIn: Self.sizes, "--sample")
    try refuse(timeLimit, notIn: RunLimits.seconds, "--time-limit")
    if all, sample != nil {
      throw ValidationError("--all and --sample are two ways to say how many; give one")
    }
  }

  func run() async throws {
    let catalogue = plugins.catalogue()
    let store = try RunStore.existing(path: store.store)
    var records = try store.records()
    if let suite {
      let keys = Set(try StoredSuite(suite, in: store).records().map(\.key))
      records.removeAll { !keys.contains($0.key) }
    }
    let verification = Verification(records, catalogue: catalogue)
    let chosen = verification.sample(all ? .max : sample ?? 20, seed: seed)
    sayWhatCannotBe(verification)
    guard !chosen.isEmpty else {
      throw LabFailure("none of the \(count(records.count, "run")) there can be verified")
    }
    let bar = ProgressBar(
      chosen.map { RunJob(key: $0.key, label: $0.label, spec: $0.spec, recording: $0.recording) })
    let begin = monotonicSeconds()
    let runner = run.runner(plugins)
    let differences = try await Verification.repeated(
      chosen, of: store, by: runner, timeLimit: timeLimit
    ) { bar.show($0) }
    await runner.close()
    bar.clear()
    if json {
      try printJSON(VerifyReport(verification, chosen.count, differences))
    } else if !differences.isEmpty {
      var table = Table(
        ["key", "optimizer", "problem", "seed", "number", "step", "stored", "now"],
        numeric: [3, 5])
      for run in differences {
        table.rows += run.numbers.map {
          [
            String(run.record.key.prefix(8)), run.record.label, run.record.spec.problem.name,
            String(run.record.spec.seed), $0.what, $0.step.map(String.init) ?? "", $0.ours,
            $0.theirs,
          ]
        }
      }
      table.print()
    }
    let text =
      "\(chosen.count) of \(verification.runs.count) runs done again in "
      + "\(duration(monotonicSeconds() - begin)): "
      + (differences.isEmpty ? "the same to the last bit" : "\(differences.count) differ")
    Terminal.note(text)
    if !differences.isEmpty { throw ExitCode(1) }
  }

  private func sayWhatCannotBe(_ verification: Verification) {
    func say(_ number: Int, _ why: String) {
      if number > 0 { Terminal.note("\(count(number, "run")) cannot be verified: \(why)") }
    }
    say(verification.changed, "a plugin or the engine is not the one that did them")
    say(verification.timed, "a budget in seconds ends where the machine has come to")
    say(verification.unfinished, "crashed, timed out or interrupted")
  }
}

/// What came of a verification.
private struct VerifyReport: Encodable {
  struct Number: Encodable {
    let key, optimizer, problem: String
    let seed: UInt64
    let number: String
    let step: Int?
    let stored, now: String
  }
  let verified, verifiable, changed, timed, unfinished: Int
  let differences: [Number]

  init(_ verification: Verification, _ verified: Int, _ differences: [Verification.Difference]) {
    self.verified = verified
    verifiable = verification.runs.count
    changed = verification.changed
    timed = verification.timed
    unfinished = verification.unfinished
    self.differences = differences.flatMap { run in
      run.numbers.map {
        Number(
          key: run.record.key, optimizer: run.record.label, problem: run.record.spec.problem.name,
          seed: run.record.spec.seed, number: $0.what, step: $0.step, stored: $0.ours,
          now: $0.theirs)
      }
    }
  }
}
