// The selection grammar: what is selected, and what is said of what cannot be.

import OptimizerKit
import Testing

@testable import Harness

@Suite struct SelectionTests {
  @Test(arguments: [
    ("adam", ["adam"]),
    (" adam ", ["adam"]),
    ("adam[]", ["adam"]),
    ("adam@torch", ["adam@torch"]),
    ("adam[lr=1e-2]", ["adam[lr=1e-2]"]),
    ("adam[ lr = 1e-2 ; beta1=0.8]", ["adam[lr=1e-2;beta1=0.8]"]),
    ("adam@torch[lr=1]", ["adam@torch[lr=1]"]),
    (
      "sgd[lr=1,2;weightDecay=3,4]",
      [
        "sgd[lr=1;weightDecay=3]", "sgd[lr=1;weightDecay=4]", "sgd[lr=2;weightDecay=3]",
        "sgd[lr=2;weightDecay=4]",
      ]
    ),
    ("adam:cosine", ["adam:cosine"]),
    ("adam:warmup[steps=10]+cosine", ["adam:warmup[steps=10]+cosine"]),
    ("momentum:momentum=ramp", ["momentum:momentum=ramp"]),
    ("momentum:momentum=ramp:cosine", ["momentum:momentum=ramp:cosine"]),
    ("rmspro?", ["rmsprop"]),
    ("sgd*", ["sgd", "sgdp", "sgdw"]),
  ])
  func selects(_ text: String, _ labels: [String]) throws {
    #expect(try catalogue.selectOptimizers(text).map(\.label) == labels)
  }

  /// What is written comes after the preset, and what is not written stays the preset's.
  @Test(arguments: [
    ("yogi@pytorch-optimizer", "true", "0.01"),
    ("yogi@pytorch-optimizer[decoupled=false]", "false", "0.01"),
    ("yogi@pytorch-optimizer[lr=1]", "true", "1"), ("yogi", "false", "0.01"),
    ("yogi[lr=1;decoupled=true]", "true", "1"),
  ])
  func settingsComeAfterPresets(_ text: String, _ decoupled: String, _ lr: String) throws {
    let choice = try catalogue.selectOptimizers(text)[0]
    #expect(choice.label == text)
    #expect(choice.spec["decoupled"] == decoupled && choice.spec["lr"] == lr)
    let own = choice.instance.hyperparameters.first { $0.name == "decoupled" }
    #expect(own?.value == decoupled)
  }

  /// A range is even on the scale of its hyperparameter, both ends included.
  @Test(arguments: [
    ("adam[lr=1e-4..1:3]", "lr", ["0.0001", "0.01", "1"]),
    ("adam[lr=1e-3..2e-3:2]", "lr", ["0.001", "0.002"]),
    ("sgd[lr=1e-2..1e2:5]", "lr", ["0.01", "0.1", "1", "10", "100"]),
    ("momentum[momentum=0..0.8:5]", "momentum", ["0", "0.2", "0.4", "0.6", "0.8"]),
  ])
  func ranges(_ selection: String, _ hyperparameter: String, _ values: [String]) throws {
    let chosen = try catalogue.selectOptimizers(selection)
    #expect(chosen.map { $0.spec[hyperparameter] } == values)
  }

  @Test(arguments: [
    ("", "the selection is empty: expected a name"),
    (
      "adam[lr",
      """
      cannot read the selection: expected 'hyperparameter=value'
        adam[lr
               ^
      """
    ),
    (
      "adam[lr=]",
      """
      cannot read the selection: expected a value for lr
        adam[lr=]
                ^
      """
    ),
    (
      "adam[lr=1",
      """
      cannot read the selection: expected ']'
        adam[lr=1
                 ^
      """
    ),
    (
      "adam]",
      """
      cannot read the selection: expected '@', '[', '(', ':' or the end
        adam]
            ^
      """
    ),
    (
      "adam@",
      """
      cannot read the selection: expected a preset's name after '@'
        adam@
             ^
      """
    ),
    (
      "adam@torch@optax",
      """
      cannot read the selection: there is a preset already
        adam@torch@optax
                   ^
      """
    ),
    (
      "adam[lr=1;lr=2]",
      """
      cannot read the selection: lr stands twice; a list of values is written lr=1,2
        adam[lr=1;lr=2]
                     ^
      """
    ),
    (
      "adam:cosine:step",
      """
      cannot read the selection: lr has a schedule already; one after the other is a+b
        adam:cosine:step
                        ^
      """
    ),
    ("adam:cosine+step", "the schedule 'cosine' has no end, so nothing can follow it with '+'"),
    (
      "momentun",
      """
      unknown optimizer 'momentun'. Did you mean momentum?
      The optimizers are: \(catalogue.entries(named: .optimizer).map(\.name)
        .joined(separator: ", "))
      """
    ),
    (
      "adam@torhc",
      """
      unknown preset of adam 'torhc'. Did you mean torch?
      The presets of adam are: torch, optax, cs231n, cs231n-uncorrected
      """
    ),
    (
      "adam:cosin",
      """
      unknown schedule 'cosin'. Did you mean cosine or cosine-restarts?
      The schedules are: \(catalogue.schedules.map(\.name).joined(separator: ", "))
      """
    ),
    (
      "sgd[rl=1]",
      "sgd has no hyperparameter 'rl'. Did you mean lr? (it has lr, weightDecay)"
    ),
    ("adam[lr=nan]", "adam: lr = nan is not valid; expected a number in [0, ∞)"),
    ("adam[lr=inf]", "adam: lr = inf is not valid; expected a number in [0, ∞)"),
    ("adam[lr=1e400]", "adam: lr = 1e400 is not valid; expected a number in [0, ∞)"),
    ("adam[lr=-1]", "adam: lr = -1 is not valid; expected a number in [0, ∞)"),
    ("adam[lr=fast]", "adam: lr = fast is not valid; expected a number in [0, ∞)"),
    ("adam[beta1=1]", "adam: beta1 = 1 is not valid; expected a number in [0, 1)"),
    ("adam[amsgrad=maybe]", "adam: amsgrad = maybe is not valid; expected true or false"),
    ("adam:amsgrad=cosine", "adam: amsgrad is not a real number: no schedule"),
  ])
  func refuses(_ text: String, _ expected: String) {
    #expect(message { try catalogue.selectOptimizers(text) } == expected)
  }

  @Test func problemsHaveNoSchedules() {
    #expect(
      message { try catalogue.selectProblems("beale:cosine") }
        == "a problem has no schedule: 'beale:cosine'")
    #expect(
      message { try catalogue.selectProblems("quadratic[dim=1e7]") }
        == "quadratic: dim = 1e7 is not valid; expected a whole number in [2, 1000000]")
  }

  @Test func aPathIsNoRange() {
    #expect(
      message { try catalogue.selectProblems("mlp[data=csv:../no/such..file:9]") }
        == "mlp: ../no/such..file:9: cannot be read: No such file or directory")
  }

  @Test func aLongSelectionIsShownAroundTheFault() {
    let text = String(repeating: "a", count: 200) + "]" + String(repeating: "b", count: 200)
    #expect(
      message { try SelectionSyntax(text) } == """
        cannot read the selection: expected '@', '[', '(', ':' or the end
          …\(String(repeating: "a", count: 50))]\(String(repeating: "b", count: 24))…
          \(String(repeating: " ", count: 51))^
        """)
  }

  @Test func combinationsAreBounded() {
    let values = (1...1000).map(String.init).joined(separator: ",")
    let text = "adam[lr=\(values);beta1=\(values)]"
    #expect(
      message { try SelectionSyntax(text) }?.contains(
        "cannot read the selection: 1000000 combinations; at most 100000\n") == true)
  }

  @Test func listsAreSplitOutsideBrackets() {
    #expect(splitSelections("a[x=1,2;y=3], b ,,c") == ["a[x=1,2;y=3]", "b", "c"])
  }

  @Test(arguments: [
    ("adam", "adam", true), ("adam", "ada", false), ("adam", "*", true), ("adam", "a*m", true),
    ("adam", "a?am", true), ("adam", "?", false), ("", "*", true), ("adam", "*z*", false),
  ])
  func wildcards(_ name: String, _ pattern: String, _ matching: Bool) {
    #expect(matches(name, pattern: pattern) == matching)
  }
}
