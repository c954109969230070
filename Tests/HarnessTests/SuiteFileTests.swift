// Suite files: what they say, and what is said of wrong ones, letter by letter.

import OptimizerKit
import Testing

@testable import Harness

@Suite struct SuiteFileTests {
  @Test func everyKeyIsRead() throws {
    let suite = try Suite(
      yaml: """
        title: All keys
        steps: 1e3
        seeds: 1-3
        groups:
          - name: first
            optimizers: adam, sgd[lr=1,2]
            problems: [beale]
            starts: [[0, 1], [2, -3]]
            target: 0.5
            record: outcomes
            every: 10
            validations: 3
            layers: true
            test: true
            time-limit: 2.5
            figures: trajectory
          - optimizers: [adam]
            problems: beale
            seeds: [5, 7-8]
            steps: 7
        """, name: "all", file: "all.yaml")
    #expect(suite.title == "All keys")
    let first = suite.groups[0]
    #expect(first.name == "first")
    #expect(first.optimizers == ["adam", "sgd[lr=1,2]"])
    #expect(first.problems == ["beale"])
    #expect(first.budget == .steps(1000))
    #expect(first.seeds == [1, 2, 3])
    #expect(first.starts == [[0, 1], [2, -3]])
    #expect(first.target == 0.5)
    #expect(
      first.recording
        == Recording(path: .outcomes, every: 10, validations: 3, layers: true, test: true))
    #expect(first.timeLimit == 2.5)
    #expect(first.figures == ["trajectory"])
    #expect(suite.groups[1].name == "group-2")
    #expect(suite.groups[1].seeds == [5, 7, 8])
    #expect(suite.groups[1].budget == .steps(7))
    #expect(suite.groups[1].target == nil)
    #expect(suite.groups[1].recording == Recording())
  }

  /// One budget of three kinds, for all groups or for one of them.
  @Test(arguments: [
    ("gradients: 1e4", "", Budget.gradients(10_000)), ("seconds: 0.5", "", .seconds(0.5)),
    ("steps: 3", "gradients: 7", .gradients(7)), ("gradients: 7", "steps: 3", .steps(3)),
    ("seconds: 2", "steps: 3", .steps(3)), ("steps: 3", "seconds: 2", .seconds(2)),
    ("title: x", "", .steps(1000)),
  ])
  func budgets(_ top: String, _ inGroup: String, _ expected: Budget) throws {
    let suite = try Suite(
      yaml: "\(top)\ngroups:\n  - {optimizers: a, problems: b, \(inGroup)}", name: "x",
      file: "x.yaml")
    #expect(suite.groups[0].budget == expected)
  }

  @Test(arguments: [
    ("", "x.yaml: the file is empty; expected 'groups:'"),
    ("- a", "x.yaml:1: expected the suite as 'key: value' lines"),
    ("steps: 3", "x.yaml:1: the key 'groups' is missing: a list of runs"),
    ("groups: []", "x.yaml:1: groups: expected a list with at least one group"),
    ("groups: 3", "x.yaml:1: groups: expected a list with at least one group"),
    (
      "step: 3",
      """
      x.yaml:1: the suite has no key 'step'. Did you mean steps? (keys: title, groups, steps, \
      gradients, seconds, seeds, starts, instances, random-starts, target, tuning, record, every, validations, layers, test, \
      sharpness, checkpoints, time-limit, figures)
      """
    ),
    (
      "groups:\n  - {name: a, problems: b}",
      "x.yaml:2: a: the key 'optimizers' is missing: a list of names"
    ),
    (
      "groups:\n  - {optimizers: a}",
      "x.yaml:2: group-1: the key 'problems' is missing: a list of names"
    ),
    (
      "groups:\n  - {name: a, optimizers: b, problems: c}\n  - {name: a, optimizers: b, problems: c}",
      "x.yaml:3: two groups are called 'a'"
    ),
    ("groups:\n  - {optimizers: [], problems: c}", "x.yaml:2: optimizers: the list is empty"),
    ("groups:\n  - {optimizers: [[a]], problems: c}", "x.yaml:2: optimizers: expected a text"),
    ("steps: 0", "x.yaml:1: steps: expected a whole number from 1 to 1000000000, found '0'"),
    ("steps: many", "x.yaml:1: steps: expected a whole number from 1 to 1000000000, found 'many'"),
    (
      "steps: 1e400", "x.yaml:1: steps: expected a whole number from 1 to 1000000000, found '1e400'"
    ),
    ("steps:", "x.yaml:1: steps: expected a whole number from 1 to 1000000000, found ''"),
    (
      "gradients: 0", "x.yaml:1: gradients: expected a whole number from 1 to 1000000000, found '0'"
    ),
    (
      "gradients: 2.5",
      "x.yaml:1: gradients: expected a whole number from 1 to 1000000000, found '2.5'"
    ),
    (
      "gradients: 2e9",
      "x.yaml:1: gradients: expected a whole number from 1 to 1000000000, found '2e9'"
    ),
    ("seconds: 0", "x.yaml:1: seconds: expected a number in (0, 1000000000], found '0'"),
    ("seconds: inf", "x.yaml:1: seconds: expected a number in (0, 1000000000], found 'inf'"),
    ("seconds: soon", "x.yaml:1: seconds: expected a number in (0, 1000000000], found 'soon'"),
    ("steps: 1\ngradients: 2", "x.yaml:2: a run has one budget: steps and gradients are given"),
    (
      "seconds: 1\nsteps: 2\ngradients: 3",
      "x.yaml:3: a run has one budget: steps and gradients and seconds are given"
    ),
    (
      "groups:\n  - optimizers: a\n    problems: b\n    seconds: 1\n    gradients: 2",
      "x.yaml:4: a run has one budget: gradients and seconds are given"
    ),
    (
      "record: everything",
      "x.yaml:1: record: expected trajectories or outcomes, found 'everything'"
    ),
    ("record: [outcomes]", "x.yaml:1: record: expected trajectories or outcomes, found ''"),
    ("every: -1", "x.yaml:1: every: expected a whole number from 1 to 1000000000, found '-1'"),
    ("target: 1", "x.yaml:1: target: expected a number in [0, 1), found '1'"),
    ("target: nan", "x.yaml:1: target: expected a number in [0, 1), found 'nan'"),
    ("layers: some", "x.yaml:1: layers: expected true or false, found 'some'"),
    ("time-limit: 0", "x.yaml:1: time-limit: expected a number in (0, 1000000000], found '0'"),
    (
      "steps: 1000000000000",
      "x.yaml:1: steps: expected a whole number from 1 to 1000000000, found '1000000000000'"
    ),
    (
      "every: 1e10", "x.yaml:1: every: expected a whole number from 1 to 1000000000, found '1e10'"
    ),
    (
      "validations: 0",
      "x.yaml:1: validations: expected a whole number from 1 to 1000000, found '0'"
    ),
    (
      "validations: 1000001",
      "x.yaml:1: validations: expected a whole number from 1 to 1000000, found '1000001'"
    ),
    (
      "time-limit: 1e10",
      "x.yaml:1: time-limit: expected a number in (0, 1000000000], found '1e10'"
    ),
    (
      "seeds: 1-99999999999",
      """
      x.yaml:1: seeds: expected whole numbers from 0 to 18446744073709551615 or ranges such as 1-5, \
      at most 100000 in all, found '1-99999999999'
      """
    ),
    (
      "seeds: [1, x]",
      """
      x.yaml:1: seeds: expected whole numbers from 0 to 18446744073709551615 or ranges such as 1-5, \
      at most 100000 in all, found '1, x'
      """
    ),
    ("starts: [1, 2]", "x.yaml:1: starts: expected points such as [-1.2, 1]"),
    ("starts: 3", "x.yaml:1: starts: expected a list of points such as [[-1.2, 1]]"),
    (
      "starts: [[1, inf]]", "x.yaml:1: starts: expected a number in (-∞, ∞), found 'inf'"
    ),
    ("steps: 1\nsteps: 2", "x.yaml:1: not valid YAML: 'steps' stands twice"),
    (
      "groups:\n\t- a",
      "x.yaml:2: not valid YAML: found character that cannot start any token"
    ),
    ("steps: [1", "x.yaml:2: not valid YAML: did not find expected ',' or ']'"),
    ("a: *b", "x.yaml:1: not valid YAML: found undefined alias"),
    ("\u{0}\u{1}", "x.yaml: not valid YAML: control characters are not allowed"),
  ])
  func refuses(_ yaml: String, _ expected: String) {
    #expect(message { try Suite(yaml: yaml, name: "x", file: "x.yaml") } == expected)
  }

  /// Aliases of aliases would be 10⁹ texts if they were written out.
  @Test func aliasesAreNotWrittenOut() {
    var yaml = "a: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1..<9 {
      let copies = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      yaml += "a\(level): &a\(level) [\(copies)]\n"
    }
    #expect(
      message { try Suite(yaml: yaml, name: "x", file: "x.yaml") }?.hasPrefix(
        "x.yaml:1: the suite has no key 'a'.") == true)
    #expect(
      message {
        try Suite(yaml: yaml.replacing("a0 [x", with: "a0 [y"), name: "x", file: "x.yaml")
      } != nil)
  }

  @Test(
    arguments: [
      ("3", [3]), ("1-3", [1, 2, 3]), ("1, 5-6", [1, 5, 6]), ("", nil), ("-1", nil), ("3-1", nil),
      ("1-2-3", nil), ("1,", nil), ("1-100001", nil), ("x", nil),
      ("18446744073709551615", [.max]),
    ] as [(String, [UInt64]?)])
  func seeds(_ text: String, _ expected: [UInt64]?) {
    #expect(parseSeeds(text) == expected)
  }
}
