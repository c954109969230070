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

  /// An instance has a start that all optimizers share, another one for each number and surface, where the
  /// surface is of interest; and is a run of its own, with rotation and shift or without.
  @Test(arguments: ["instances", "random-starts"])
  func instancesHaveStarts(_ key: String) throws {
    let plan = try plan(
      """
      groups:
        - optimizers: [sgd, adam]
          problems: [beale, "quadratic[dim=3]", bounded-saddle]
          \(key): 1-20
      """)
    #expect(plan.entries.count == 2 * 3 * 20)
    #expect(Set(plan.entries.map(\.key)).count == plan.entries.count)
    let byProblem = Dictionary(grouping: plan.entries.map(\.spec), by: \.problem)
    for (problem, specs) in byProblem {
      let surface = try #require(try catalogue.problem(problem) as? any Surface)
      let starts = Dictionary(grouping: specs) { $0.instance }
      #expect(starts.keys.compactMap { $0?.number }.sorted() == Array(1...20))
      #expect(starts.keys.allSatisfy { $0?.isMoved == (key == "instances") })
      #expect(Set(starts.values.map { $0[0].start }).count == 20)
      for (instance, specs) in starts {
        let start = surface.start(ofInstance: try #require(instance).number)
        #expect(specs.count == 2 && specs.allSatisfy { $0.start == start })
        if let viewport = surface.viewport {
          #expect(viewport.x.contains(start[0]) && viewport.y.contains(start[1]))
        } else {
          // As far from the minimum as the canonical start, along each axis.
          #expect(start.allSatisfy { $0.magnitude <= surface.starts[0].map(\.magnitude).max()! })
        }
        // The start alone, named, is another run: it belongs to no instance.
        var named = specs[0]
        named.instance = nil
        var keys = RunKeys(catalogue)
        #expect(try keys.key(of: named) != keys.key(of: specs[0]))
        named.instance = Instance(instance!.number, isMoved: !instance!.isMoved)
        #expect(try keys.key(of: named) != keys.key(of: specs[0]))
        #expect(try RunSpec(bytes: specs[0].bytes) == specs[0])
      }
    }
    #expect(
      message {
        try self.plan(
          """
          groups:
            - {optimizers: sgd, problems: beale, starts: [[0, 1]], instances: 1-3}
          """)
      } == "x.yaml:2: beale: a start and instances are two ways to say one thing")
    #expect(
      message {
        try self.plan(
          """
          groups:
            - {optimizers: sgd, problems: beale, random-starts: 1, instances: 1-3}
          """)
      } == "x.yaml:2: random-starts and instances are two ways to say one thing")
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
      } == "1100000 runs and more are too many for one suite; at most 250000")
  }

  /// A schedule keeps to the range of its hyperparameter at every step; a learning rate may end at 0.
  @Test(arguments: [
    (
      "adam:beta1=ramp[to=1.5]", 100,
      "the schedule makes beta1 1 at step 51 of 100; expected a number in [0, 1)"
    ),
    (
      "momentum:momentum=ramp[from=-0.1;to=0.9]", 10,
      "the schedule makes momentum -0.1 at step 1 of 10; "
    ),
    ("momentum:momentum=ramp[from=0.5;to=2]", 3, "the schedule makes momentum "),
    ("lookahead[k=5](adam:beta2=ramp[to=2])", 50, "the schedule makes beta2 "),
    (
      "clip(sgd):norm=plateau", 10,
      "the schedule may make norm 0 at step 1 of 10; expected a number in (0, ∞)"
    ),
    ("clip(sgd):norm=plateau[minimum=0.1]", 10, nil), ("adam:beta1=plateau", 100, nil),
    ("adam:warmup+plateau[minimumShare=0.1]", 1000, nil),
    ("adam:beta1=ramp[to=0.99]", 100, nil), ("adam:cosine", 100, nil),
    ("adam:warmup[steps=10;start=0]+cosine", 100, nil),
  ])
  func schedulesKeepToTheirRange(_ optimizer: String, _ steps: Int, _ reason: String?) {
    let refusal = message {
      try plan("groups: [{optimizers: '\(optimizer)', problems: beale, steps: \(steps)}]")
    }
    if let reason {
      #expect(refusal?.contains(reason) == true, "\(refusal ?? "nothing")")
    } else {
      #expect(refusal == nil)
    }
  }
}
