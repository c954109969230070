// The page that says what each optimizer was held against, Plugins/REFERENCES.md.

import Foundation
import OptimizerKit
import Plugins
import Testing

/// The table of references, from the golden files.
struct ReferencesPage {
  /// One optimizer against one program.
  private struct Row {
    var names: Set<String> = []
    var cases = 0
    var steps = 0
    /// The fewest steps after which a case ends, since its path is chaotic from there on.
    var fewest = Int.max
    var tolerance = 0.0
  }

  /// What was held to no program, and to what instead.
  let byHand: [String: String]

  private static let programs = [
    "torch": "torch 2.15.0", "optax": "optax 0.2.8", "pytorch_optimizer": "pytorch_optimizer 4.1.0",
    "pytorch-optimizer": "pytorch_optimizer 4.1.0", "scipy": "scipy 1.17.1",
  ]

  /// The program that a reference ran in: the one that it names, or that of the preset; what was written
  /// out in the script after a paper or an author's file says so.
  private static func program(_ reference: String, preset: Substring?) -> String {
    if let named = reference.firstMatch(of: /pytorch_optimizer|optax|torch|scipy/) {
      let end = reference.hasSuffix(", its end") ? ", where it ends" : ""
      return programs[String(named.output)]! + end
    }
    if let program = preset.flatMap({ programs[String($0)] }) { return program }
    if reference.starts(with: /chain\(|MultiSteps|mechanize|masked/) { return programs["optax"]! }
    if reference.starts(with: /gradfilter/) { return programs["pytorch_optimizer"]! }
    if reference.starts(with: /SGD\(|Adam\(|AdamW\(|LBFGS\(|clip_grad_|AveragedModel/) {
      return programs["torch"]!
    }
    let source = reference.prefix { $0 != "(" && $0 != "," }
    return source.replacing("||", with: "‖") + ", written out"
  }

  private var rows: [String: [String: Row]] {
    var rows: [String: [String: Row]] = [:]
    func add(_ name: String, _ program: String, _ steps: Int, _ tolerance: Double) {
      let plain = String(name.split(separator: "@")[0])
      var row = rows[plain, default: [:]][program, default: Row()]
      if name != plain { row.names.insert(String(name.dropFirst(plain.count))) }
      row.cases += 1
      row.steps = max(row.steps, steps)
      row.fewest = min(row.fewest, steps)
      row.tolerance = max(row.tolerance, tolerance)
      rows[plain, default: [:]][program] = row
    }
    func program(_ term: GoldenTerm, _ reference: String) -> String {
      Self.program(reference, preset: term.name.split(separator: "@").dropFirst().first)
    }
    let samples = GoldenOptimizers.shared.samples
    for golden in GoldenOptimizers.shared.cases {
      let isLibrary = golden.reference.contains(/torch|optax/)
      let program =
        isLibrary ? Self.program(golden.reference, preset: nil) : "the cs231n lecture, written out"
      add(golden.optimizer, program, samples.last!, referenceTolerance)
    }
    for golden in GoldenFile.all.cases {
      add(
        golden.optimizer.name, program(golden.optimizer, golden.reference), golden.samples.last!,
        golden.tolerance ?? referenceTolerance)
    }
    for golden in GoldenFile.all.matrices {
      add(
        golden.optimizer.name, program(golden.optimizer, golden.reference), golden.samples.last!,
        golden.tolerance ?? tensorTolerance)
    }
    return rows
  }

  /// The optimizers and wrappers that neither a golden file nor `byHand` knows.
  var missing: [String] {
    let rows = rows
    return catalogue.entries(named: .optimizer).map(\.name)
      .filter { rows[$0] == nil && byHand[$0] == nil }
  }

  var text: String {
    let rows = rows
    var lines = [
      "# What the optimizers were held against", "",
      "Every row is a test: the lab's path in double precision and that of the program, step by step,",
      "are no farther apart than the last column says, relative to the largest coordinate. Where a path is",
      "chaotic, so that a rounding grows two thousandfold, or has arrived, so that nothing but roundings is",
      "left of it, the comparison ends at the step that is said.",
      "`Tests/References` has the scripts that made the data; what is written out there, after a paper or",
      "an author's file, is said so.", "",
      "| optimizer | held against | presets | cases | steps | at most apart |",
      "|---|---|---|---|---|---|",
    ]
    for entry in catalogue.entries(named: .optimizer).sorted(by: { $0.name < $1.name }) {
      for (program, row) in (rows[entry.name] ?? [:]).sorted(by: { $0.key < $1.key }) {
        let steps =
          row.fewest < row.steps ? "\(row.steps), chaotic from \(row.fewest)" : "\(row.steps)"
        let presets = row.names.sorted().map { "`\($0)`" }.joined(separator: " ")
        lines.append(
          "| `\(entry.name)` | \(program) | \(presets) | \(row.cases) | \(steps) | \(row.tolerance) |"
        )
      }
      if let reason = byHand[entry.name] {
        lines.append("| `\(entry.name)` | \(reason) | | | | |")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

@Suite struct ReferencesPageTests {
  /// Those that no program is a reference for.
  static let byHand = [
    "gradient-descent": "hand-derived steps (OptimizerSecondOrderTests)",
    "newton": "hand-derived steps (OptimizerSecondOrderTests)",
    "noisy": "the distribution of its numbers (WrapperClaimTests)",
    "gradient-dropout": "the distribution of its numbers (WrapperClaimTests)",
  ]

  private let page = ReferencesPage(byHand: byHand)

  @Test func everyOptimizerIsHeldAgainstSomething() {
    #expect(page.missing == [])
    for name in Self.byHand.keys {
      #expect(catalogue.entries(named: .optimizer).contains { $0.name == name }, "\(name)")
    }
  }

  /// With OPTLAB_RECORD set, it is written anew.
  @Test func thePageIsTrue() throws {
    let file = referencesFolder.deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Plugins/REFERENCES.md")
    if ProcessInfo.processInfo.environment["OPTLAB_RECORD"] != nil {
      try page.text.write(to: file, atomically: true, encoding: .utf8)
    }
    #expect(try String(contentsOf: file, encoding: .utf8) == page.text, "make catalogue")
  }
}
