// Selections of wrappers: what is inside what, whose a schedule is, and what cannot be read.

import OptimizerKit
import Testing

@testable import Harness

/// A wrapper that is its own default: nobody can write it out.
private struct Endless: Wrapper {
  static let name = "endless"
  static let summary = "around itself"
  static let defaultInner: String? = "endless"
  var inner: any Optimizer = GradientStep()
  init() {}
  mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {}
}

@Suite struct NestedSelectionTests {
  private let lab = catalogueWithWrappers

  private func labels(_ text: String) throws -> [String] {
    try lab.selectOptimizers(text).map(\.label)
  }

  @Test(arguments: [
    ("scaled(adam)", ["scaled(adam)"]),
    (" scaled ( adam )", ["scaled(adam)"]),
    ("scaled@half(adam@torch)", ["scaled@half(adam@torch)"]),
    ("scaled[factor=2](adam[lr=1e-2])", ["scaled[factor=2](adam[lr=1e-2])"]),
    ("scaled(asking(scaled[factor=2](adam)))", ["scaled(asking(scaled[factor=2](adam)))"]),
    ("ready", ["ready"]),
    ("ready(adam)", ["ready(adam)"]),
    ("scaled(ready)", ["scaled(ready)"]),
    // Lists multiply: alternatives within parentheses, values of every term, schedules.
    ("scaled(adam,sgd)", ["scaled(adam)", "scaled(sgd)"]),
    (
      "scaled[factor=1,2](adam,sgd[lr=1,2])",
      [
        "scaled[factor=1](adam)", "scaled[factor=1](sgd[lr=1])", "scaled[factor=1](sgd[lr=2])",
        "scaled[factor=2](adam)", "scaled[factor=2](sgd[lr=1])", "scaled[factor=2](sgd[lr=2])",
      ]
    ),
    (
      "scaled(asking(sgd[lr=1,2],adam),sgd):factor=ramp[to=1,2]",
      [
        "scaled(asking(sgd[lr=1])):factor=ramp[to=1]",
        "scaled(asking(sgd[lr=1])):factor=ramp[to=2]",
        "scaled(asking(sgd[lr=2])):factor=ramp[to=1]",
        "scaled(asking(sgd[lr=2])):factor=ramp[to=2]",
        "scaled(asking(adam)):factor=ramp[to=1]", "scaled(asking(adam)):factor=ramp[to=2]",
        "scaled(sgd):factor=ramp[to=1]", "scaled(sgd):factor=ramp[to=2]",
      ]
    ),
    ("scaled(sgd?)", ["scaled(sgdp)", "scaled(sgdw)"]),
    ("scaled(adam:cosine)", ["scaled(adam:cosine)"]),
    ("scaled(adam):cosine", ["scaled(adam):cosine"]),
    (
      "scaled(momentum:momentum=ramp:cosine):factor=ramp",
      ["scaled(momentum:momentum=ramp:cosine):factor=ramp"]
    ),
    // A wildcard stands for what can be written so: wrappers only where something is wrapped.
    ("?ca*(sgd)", ["scaled(sgd)"]),
    ("rea*", ["ready"]),
  ])
  func selects(_ text: String, _ expected: [String]) throws {
    #expect(try labels(text) == expected)
  }

  /// A wildcard without parentheses leaves out the wrappers that need them.
  @Test func wildcardsStandForWhatCanBeRun() throws {
    let all = try labels("*")
    #expect(
      all
        == lab.entries(named: .optimizer).map(\.name).filter { name in
          guard let entry = lab.wrappers.first(where: { $0.name == name }) else { return true }
          return (entry.type as? any Wrapper.Type)?.defaultInner != nil
        })
    #expect(all.contains("ready") && all.contains("adam") && !all.contains("scaled"))
    let around = try labels("*(sgd)")
    #expect(around == lab.wrappers.map { "\($0.name)(sgd)" })
  }

  /// What is selected is a tree: the terms from the outside inwards, each with its own settings and
  /// schedules, and an instance to match.
  @Test func theTreeIsAsWritten() throws {
    let choice = try lab.selectOptimizers(
      "scaled[factor=2](asking(momentum[lr=0.5]:momentum=ramp)):factor=cosine:cosine")[0]
    let terms = choice.spec.terms
    #expect(terms.map(\.name) == ["scaled", "asking", "momentum"])
    #expect(terms.map { $0.wrapped.count } == [1, 1, 0])
    #expect(terms[0]["factor"] == "2" && terms[2]["lr"] == "0.5")
    #expect(
      terms.map { $0.schedules.map(\.hyperparameter) } == [["factor"], [], ["momentum", "lr"]])
    #expect(
      terms.map { $0.schedules.map { $0.parts.map(\.name) } }
        == [[["cosine"]], [], [["ramp"], ["cosine"]]])
    let levels = choice.instance.levels
    #expect(levels.map { type(of: $0).name } == ["scaled", "asking", "momentum"])
    #expect(choice.instance.declaredRates == [nil, nil, 0.5])
    #expect(choice.instance.requirements == [.gradient])
    #expect((levels[0] as? Scaled)?.factor == 2)
    // Every file that decides its numbers.
    func file(_ name: String, _ kind: PluginKind) throws -> String {
      try lab.entry(name, kind: kind).file
    }
    #expect(
      Set(choice.files)
        == Set([
          "Scaled.swift", "Asking.swift", try file("momentum", .optimizer),
          try file("ramp", .schedule), try file("cosine", .schedule),
        ]))
    #expect(try lab.selectOptimizers("ready")[0].spec.inner?["lr"] == "0.5")
  }

  /// The learning rate of a wrapper without one is that of what it wraps, however deep; one of its
  /// own is its own.
  @Test(arguments: [
    ("scaled(sgd):cosine", [[], ["lr"]]),
    ("scaled(asking(sgd)):cosine", [[], [], ["lr"]]),
    ("paced(sgd):cosine", [["lr"], []]),
    ("paced(sgd:step):cosine", [["lr"], ["lr"]]),
    ("scaled(paced(sgd)):cosine", [[], ["lr"], []]),
    ("scaled(paced(sgd)):factor=ramp:cosine", [["factor"], ["lr"], []]),
  ])
  func schedulesBelongToTheirTerm(_ text: String, _ expected: [[String]]) throws {
    let spec = try lab.selectOptimizers(text)[0].spec
    #expect(spec.terms.map { $0.schedules.map(\.hyperparameter) } == expected)
  }

  /// What they do: the rate that is recorded and the step that is made are those of the term.
  @Test func schedulesActOnTheirTerm() throws {
    func rates(_ text: String) throws -> [Double] {
      let spec = try specification(text, on: "drill", steps: 4, in: lab)
      return try run(spec, in: lab).trajectory.learningRates
    }
    func ends(_ text: String) throws -> Double {
      try run(specification(text, on: "drill", steps: 4, in: lab), in: lab).finalLoss
    }
    let halves = [0, 0.5, 0.375, 0.25, 0.125]
    #expect(try rates("sgd[lr=7]:ramp[from=0.5;to=0]") == halves)
    #expect(try rates("scaled(sgd[lr=7]):ramp[from=0.5;to=0]") == halves)
    #expect(try rates("paced[lr=7](sgd[lr=1]):ramp[from=0.5;to=0]") == halves)
    // That of what is wrapped stays as it is.
    #expect(try rates("paced[lr=0](sgd[lr=0.5]:cosine)") == [0, 0, 0, 0, 0])
    #expect(
      try ends("paced[lr=0](sgd[lr=7]:ramp[from=0.5;to=0])")
        == ends("sgd[lr=7]:ramp[from=0.5;to=0]"))
    // Half of the gradient at twice the rate is the gradient at the rate: exact in binary.
    #expect(try ends("scaled[factor=0.5](sgd[lr=1])") == ends("sgd[lr=0.5]"))
    #expect(
      try ends("scaled(sgd[lr=1]):factor=ramp[from=0.5;to=0]")
        == ends("sgd:ramp[from=0.5;to=0]"))
    #expect(try ends("scaled[factor=0.5](sgd[lr=1])") != ends("sgd[lr=1]"))
  }

  @Test(arguments: [
    ("adam(sgd)", "adam is no wrapper: nothing can stand in parentheses behind it"),
    ("scaled(adam(sgd))", "adam is no wrapper: nothing can stand in parentheses behind it"),
    ("scaled", "scaled is a wrapper: write what it wraps, as in scaled(adam)"),
    ("asking(scaled)", "scaled is a wrapper: write what it wraps, as in scaled(adam)"),
    ("scaled:cosine", "scaled is a wrapper: write what it wraps, as in scaled(adam)"),
    ("scaled(sgd:cosine):step", "lr of sgd follows a schedule already"),
    (
      "scaled(sgd):rho=cosine",
      "scaled has no hyperparameter 'rho'. (it has factor, other)"
    ),
    (
      "scaled(newton):cosine",
      "newton has no hyperparameter 'lr'. (it has \(hyperparameters(of: "newton")))"
    ),
    (
      "scaled[facto=2](sgd)",
      "scaled has no hyperparameter 'facto'. Did you mean factor? (it has factor, other)"
    ),
    (
      "scaled(asking(sgd[lrr=1]))",
      "sgd has no hyperparameter 'lrr'. Did you mean lr? (it has lr, weightDecay)"
    ),
    ("scaled[factor=-1](sgd)", "scaled: factor = -1 is not valid; expected a number in [0, ∞)"),
    ("scaled(sgd[lr=-1])", "sgd: lr = -1 is not valid; expected a number in [0, ∞)"),
    (
      "scaled(momentun)",
      """
      unknown optimizer 'momentun'. Did you mean momentum?
      The optimizers are: \(catalogueWithWrappers.entries(named: .optimizer).map(\.name)
        .joined(separator: ", "))
      """
    ),
    (
      "scaled@double(sgd)",
      """
      unknown preset of scaled 'double'.
      The presets of scaled are: half
      """
    ),
    (
      "scaled(adam",
      """
      cannot read the selection: expected ')' or ','
        scaled(adam
                   ^
      """
    ),
    (
      "scaled(adam,",
      """
      cannot read the selection: expected a name
        scaled(adam,
                    ^
      """
    ),
    (
      "scaled()",
      """
      cannot read the selection: expected a name
        scaled()
               ^
      """
    ),
    (
      "scaled(adam))",
      """
      cannot read the selection: expected '@', '[', '(', ':' or the end
        scaled(adam))
                    ^
      """
    ),
    (
      "scaled(adam)(sgd)",
      """
      cannot read the selection: expected '@', '[', '(', ':' or the end
        scaled(adam)(sgd)
                    ^
      """
    ),
    (
      "scaled(adam)[factor=2]",
      """
      cannot read the selection: expected '@', '[', '(', ':' or the end
        scaled(adam)[factor=2]
                    ^
      """
    ),
    (
      "(adam)",
      """
      cannot read the selection: expected a name
        (adam)
        ^
      """
    ),
    (
      "scaled(adam:cosine(sgd))",
      """
      cannot read the selection: expected ')' or ','
        scaled(adam:cosine(sgd))
                          ^
      """
    ),
    ("adam:scaled", unknownSchedule("scaled")),
  ])
  func refuses(_ text: String, _ expected: String) {
    #expect(message { try lab.selectOptimizers(text) } == expected)
  }

  /// Sixteen around one another are as many as there may be.
  @Test func depthIsBounded() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "scaled(", count: depth) + "sgd" + String(repeating: ")", count: depth)
    }
    #expect(try lab.selectOptimizers(nested(16))[0].spec.terms.count == 17)
    #expect(
      message { try lab.selectOptimizers(nested(17)) }?
        .hasPrefix("cannot read the selection: more than 16 wrappers around one another\n") == true)
    // Not a matter of how many characters there are.
    #expect(
      message { try lab.selectOptimizers(String(repeating: "scaled(", count: 100_000)) }?
        .hasPrefix("cannot read the selection: more than 16 wrappers around one another\n") == true)
    var endless = lab
    endless.register(Endless.self, file: "Endless.swift", sourceHash: "")
    #expect(
      message { try endless.selectOptimizers("endless") }
        == "endless: more than 16 wrappers around one another")
  }

  /// What multiplies is counted before it is made: no more than there may be runs.
  @Test(arguments: [
    "sgd[lr=0.1..1:1000;weightDecay=0.1..1:1001]",
    "scaled[factor=0.1..1:1000](sgd[lr=0.1..1:1001])",
    "sgd[lr=0.1..1:1000]:ramp[to=0.1..1:1001]",
    "sgd:warmup[start=0.1..1:1000]+ramp[to=0.1..1:1001]",
    "momentum:ramp[to=0.1..1:1000]:momentum=ramp[to=0.1..1:1001]",
  ])
  func combinationsAreBounded(_ text: String) {
    #expect(
      message { try lab.selectOptimizers(text) }
        == "1000 × 1001 = 1001000 combinations are too many for one suite; at most 250000")
  }

  @Test func problemsWrapNothing() {
    #expect(
      message { try lab.selectProblems("beale(booth)") }
        == "a problem wraps nothing: 'beale(booth)'")
    #expect(
      message { try lab.selectPlugins("scaled(sgd)") }
        == "what a wrapper wraps is shown under its own name: 'scaled(sgd)' has '('")
  }

  @Test func listsAreSplitOutsideParentheses() {
    #expect(
      splitSelections("scaled(a,b[x=1,2]):f=g, b ,,scaled(scaled(c,d))")
        == ["scaled(a,b[x=1,2]):f=g", "b", "scaled(scaled(c,d))"])
  }

  /// What a problem does not offer is refused through any number of wrappers.
  @Test func requirementsAreThoseOfAllTerms() {
    #expect(
      message {
        try Plan(
          Suite(
            yaml: "groups: [{optimizers: 'scaled(gradient-descent@exact)', problems: rosenbrock}]",
            name: "x", file: "x.yaml"), catalogue: lab)
      }
        == "x.yaml:1: scaled(gradient-descent@exact) needs a quadratic loss, which rosenbrock does not "
        + "offer")
  }

  private static func hyperparameters(of optimizer: String) -> String {
    (catalogue.optimizers.first { $0.name == optimizer }?.make()?.hyperparameters.map(\.name) ?? [])
      .joined(separator: ", ")
  }

  private static func unknownSchedule(_ name: String) -> String {
    """
    unknown schedule '\(name)'.
    The schedules are: \(catalogue.schedules.map(\.name).joined(separator: ", "))
    """
  }
}
