// Plans: which runs a suite is, and what is refused before any work begins.

import OptimizerKit
import Testing

@testable import Harness

@Suite struct PlanTests {
  private func plan(_ yaml: String) throws -> Plan {
    try Plan(Suite(yaml: yaml, name: "x", file: "x.yaml"), catalogue: catalogue)
  }

  @Test func isTheProductOfItsLists() throws {
    let plan = try plan(
      """
      groups:
        - optimizers: ["sgd[lr=1,2]", adam]
          problems: [beale, booth]
          starts: [[0, 1], [1, 0]]
          seeds: 1-2
      """)
    #expect(plan.entries.count == 3 * 2 * 2 * 2)
    #expect(Set(plan.entries.map(\.key)).count == plan.entries.count)
  }

  @Test func everyReasonIsGivenWithItsPlace() {
    #expect(
      message {
        try plan(
          """
          groups:
            - optimizers:
                - adam
                - sgd[lr=-1]
              problems: [beale, bael]
              starts: [[1, 2, 3]]
          """)
      } == """
        x.yaml:4: sgd: lr = -1 is not valid; expected a number in [0, ∞)
        x.yaml:5: unknown problem 'bael'. Did you mean beale?
        The problems are: \(catalogue.problems.map(\.name).joined(separator: ", "))
        x.yaml:5: beale has 2 coordinates; the start has 3
        """)
  }

  @Test func whatIsAskedWithoutAFileHasNoPlace() {
    var group = Suite.Group(name: "trace", optimizers: ["sgd[lr=x]"], problems: ["beale"])
    group.budget = .steps(3)
    #expect(
      message { try Plan(Suite(name: "s", title: "", groups: [group]), catalogue: catalogue) }
        == "sgd: lr = x is not valid; expected a number in [0, ∞)")
  }

  @Test func aTrainingProblemTakesNoStart() throws {
    let training = try #require(
      catalogue.problems.first { entry in
        guard let training = entry.make() as? any TrainingProblem else { return false }
        return message { try training.checkAvailability() } == nil
      })
    #expect(
      message {
        try plan("groups: [{optimizers: sgd, problems: \(training.name), starts: [[1]]}]")
      } == "x.yaml:1: \(training.name) starts from its seed; it takes no starting point")
  }

  @Test func whatCannotBeKeptIsRefused() {
    #expect(
      message {
        try plan("groups: [{optimizers: sgd, problems: beale, steps: 100000000}]")
      } == """
        x.yaml:1: beale: 100000002 recorded rows of 6 numbers are too many for one run; record \
        every 36 steps or more
        """)
    #expect(
      message {
        try plan("groups: [{optimizers: sgd, problems: beale, steps: 100000000, every: 36}]")
      } == nil)
    #expect(
      message {
        try plan(
          "groups: [{optimizers: 'sgd[lr=1,2,3,4,5,6,7,8,9,10,11]', problems: beale, seeds: 1-100000}]"
        )
      } == "more than 1000000 runs; ask for fewer of them")
  }
}
