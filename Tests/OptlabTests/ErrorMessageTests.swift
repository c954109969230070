// What is said of words that cannot be meant: whole messages and exit codes.
//
// Snapshots/<case>.txt holds each; OPTLAB_RECORD=1 in the environment writes them anew.

import Foundation
import Testing

@Suite struct ErrorMessageTests {
  static let cases: [(name: String, arguments: [String])] = [
    ("subcommand", ["trce"]),
    ("problem", ["trace", "rosenbrok", "adam"]),
    ("optimizer", ["trace", "rosenbrock", "momentun"]),
    ("preset", ["trace", "rosenbrock", "adam@torhc"]),
    ("schedule", ["trace", "rosenbrock", "adam:cosin"]),
    ("suite", ["compare", "quik"]),
    ("suite-file-missing", ["compare", "nowhere.yaml"]),
    ("figure", ["compare", "--optimizers", "sgd", "--problems", "beale", "--figures", "zigzg"]),
    ("plugin", ["show", "momentun"]),
    ("status", ["runs", "--status", "diverge"]),
    ("hyperparameter", ["trace", "rosenbrock", "adam[beta3=1]"]),
    ("hyperparameter-range", ["trace", "rosenbrock", "adam[beta1=1]"]),
    ("hyperparameter-type", ["trace", "rosenbrock", "adam[lr=fast]"]),
    ("hyperparameter-infinite", ["trace", "rosenbrock", "adam[lr=1e400]"]),
    ("problem-hyperparameter", ["trace", "quadratic[dim=1e9]", "sgd"]),
    ("syntax", ["trace", "rosenbrock", "adam[lr=1"]),
    ("syntax-empty", ["trace", "rosenbrock", ""]),
    ("start-dimension", ["trace", "rosenbrock", "adam", "--start", "1"]),
    ("start-nan", ["trace", "rosenbrock", "adam", "--start", "nan,1"]),
    ("several", ["trace", "rosenbrock", "adam[lr=1,2]"]),
    ("steps-many", ["trace", "beale", "sgd", "--steps", "1000000000000"]),
    ("steps-no-number", ["trace", "beale", "sgd", "--steps", "1e12"]),
    ("seed", ["trace", "beale", "sgd", "--seed=-1"]),
    ("every", ["trace", "beale", "sgd", "--every", "0"]),
    ("time-limit", ["trace", "beale", "sgd", "--time-limit", "inf"]),
    ("jobs", ["trace", "beale", "sgd", "--jobs", "5000"]),
    ("memory-limit", ["check", "sgd", "--memory-limit", "1"]),
    (
      "validations",
      [
        "compare", "--optimizers", "sgd", "--problems", "beale", "--validations", "1000000000000",
      ]
    ),
    ("seeds", ["compare", "--optimizers", "sgd", "--problems", "beale", "--seeds", "1-1000000"]),
    ("hyperparameter-whole", ["trace", "mlp[batch=1e30]", "sgd"]),
    ("recording", ["trace", "rosenbrock", "sgd", "--steps", "100000000"]),
    ("layers-csv", ["trace", "mlp", "sgd", "--layers"]),
    ("dump-file", ["trace", "beale", "sgd", "--dump", "text.sqlite"]),
    ("dump-below-file", ["trace", "beale", "sgd", "--dump", "text.sqlite/deep"]),
    ("dump-too-long", ["trace", "mlp", "sgd", "--steps", "5000000", "--dump", "d"]),
    ("requirements", ["trace", "rosenbrock", "gradient-descent@exact"]),
    ("schedule-without-losses", ["trace", "rosenbrock", "spsa:plateau"]),
    (
      "schedule-without-losses-inside",
      ["trace", "rosenbrock", "lookahead(spsa:warmup+plateau)"]
    ),
    ("requirements-residuals", ["trace", "ackley", "levenberg-marquardt"]),
    ("type-name", ["new", "optimizer", "lion"]),
    ("store-none", ["runs", "--store", "none.sqlite"]),
    ("store-text", ["runs", "--store", "text.sqlite"]),
    ("suite-key", ["compare", "key.yaml"]),
    ("suite-selection", ["compare", "selection.yaml"]),
    ("suite-budget", ["compare", "budget.yaml"]),
    ("suite-record", ["compare", "record.yaml"]),
    (
      "budgets",
      [
        "compare", "--optimizers", "sgd", "--problems", "beale", "--steps", "1", "--gradients", "2",
      ]
    ),
    (
      "budget-schedule",
      ["compare", "--optimizers", "sgd:cosine", "--problems", "beale", "--seconds", "1"]
    ),
    (
      "record",
      ["compare", "--optimizers", "sgd", "--problems", "beale", "--record", "everything"]
    ),
    ("no-wrapper", ["trace", "rosenbrock", "adam(sgd)"]),
    ("wrapper-alone", ["trace", "rosenbrock", "sam"]),
    ("wrapper-empty", ["trace", "rosenbrock", "sam()"]),
    ("wrapper-hyperparameter", ["trace", "rosenbrock", "lookahead(sam[rh=0.1](adam))"]),
    ("wrapper-inner-hyperparameter", ["trace", "rosenbrock", "lookahead(sam(sgd[lrr=0.5]))"]),
    ("wrapper-inner-range", ["trace", "rosenbrock", "lookahead(sam(adam[beta1=1]))"]),
    ("wrapper-preset", ["trace", "rosenbrock", "sam@davda45(adam)"]),
    ("wrapper-requirements", ["trace", "rosenbrock", "lookahead(gradient-descent@exact)"]),
    ("wrapper-network", ["trace", "mlp", "lookahead(newton)"]),
    (
      "wrapper-deep",
      [
        "trace", "rosenbrock",
        String(repeating: "clip(", count: 17) + "sgd" + String(repeating: ")", count: 17),
      ]
    ),
    ("wrapper-scheduled-twice", ["trace", "rosenbrock", "sam(sgd:cosine):cosine"]),
    ("syntax-parenthesis", ["trace", "rosenbrock", "adam(sgd"]),
    ("merge-itself", ["merge", "a.sqlite", "b.sqlite", "./a.sqlite"]),
    ("merge-twice", ["merge", "a.sqlite", "b.sqlite", "b.sqlite"]),
    ("merge-missing", ["merge", "a.sqlite", "nowhere.sqlite"]),
    ("merge-earlier", ["merge", "a.sqlite", "earlier.sqlite"]),
    ("verify-sample", ["verify", "--sample", "0"]),
    ("verify-both", ["verify", "--sample", "3", "--all"]),
    ("store-earlier", ["runs", "--store", "earlier.sqlite"]),
    ("plugin-file", ["list", "schedules", "--plugin", "lower.swift"]),
    ("plugin-missing", ["list", "schedules", "--plugin", "Gone.swift"]),
  ]

  @Test(arguments: cases.map(\.name))
  func messages(_ name: String) async throws {
    let workspace = try Workspace()
    try workspace.write("text.sqlite", "hello")
    try workspace.write("lower.swift", "")
    try workspace.write("key.yaml", "groups:\n  - optimzers: adam\n")
    try workspace.write(
      "selection.yaml",
      "groups:\n  - optimizers:\n      - sgd\n      - adam[lr=-1]\n    problems: [bealle]\n")
    try workspace.write(
      "budget.yaml", "steps: 10\ngradients: 20\ngroups: [{optimizers: sgd, problems: beale}]\n")
    try workspace.write(
      "record.yaml", "groups:\n  - optimizers: sgd\n    problems: beale\n    record: paths\n")
    try Self.earlierStore.write(to: URL(fileURLWithPath: workspace.path("earlier.sqlite")))
    let arguments = try #require(Self.cases.first { $0.name == name }).arguments
    let outcome = try await workspace.run(arguments)
    let text = """
      $ optlab \(arguments.map { $0.isEmpty ? "''" : $0 }.joined(separator: " "))
      \(lastingText(outcome.errors))[\(outcome.status)]

      """
    let file = Workspace.sources.appendingPathComponent("Snapshots/\(name).txt")
    if ProcessInfo.processInfo.environment["OPTLAB_RECORD"] != nil {
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    #expect(text == (try? String(contentsOf: file, encoding: .utf8)))
  }

  /// The first hundred bytes of a store of version 2: all that is looked at.
  private static let earlierStore: Data = {
    var header = Data("SQLite format 3\0".utf8) + Data(count: 84)
    header.replaceSubrange(60..<64, with: [0, 0, 0, 2])
    header.replaceSubrange(68..<72, with: Data("OLAB".utf8))
    return header
  }()

  /// Without what changes with every new plugin or option: the lists of names, the usage lines.
  private func lastingText(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).filter {
      !$0.hasPrefix("Usage: ")
    }.map { line in
      guard line.hasPrefix("The "), let colon = line.range(of: " are: "),
        !line.hasPrefix("The presets"), !line.hasPrefix("The statuses")
      else { return String(line) }
      return line[..<colon.upperBound] + "..."
    }.joined(separator: "\n")
  }
}
