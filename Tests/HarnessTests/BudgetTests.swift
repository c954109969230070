// Budgets: what a run may spend, and everything that goes along it.

import OptimizerKit
import Testing

@testable import Harness

@Suite struct BudgetTests {
  private func run(
    _ optimizer: String, on problem: String, _ budget: Budget, recording: Recording = .init(),
    now: @escaping () -> Double = { 0 }
  ) throws -> TracedRun {
    let lab = catalogueWithWrappers
    return try HarnessTests.run(
      specification(optimizer, on: problem, budget: budget, in: lab), recording: recording, in: lab,
      now: now)
  }

  @Test func inWords() {
    #expect(Budget.steps(300).description == "300 steps")
    #expect(Budget.gradients(300).description == "300 gradients")
    #expect(Budget.seconds(0.25).description == "0.25 s")
    #expect(Budget.seconds(0.25).total == 250_000)
    #expect(Budget.seconds(.infinity).total == 1_000_000_000_000_000)
  }

  // MARK: gradients

  /// A step that takes two gradients is two of the budget: on a surface and on a network, from the
  /// innermost term or from outside. The step in which the last gradient is spent is finished.
  @Test(arguments: [
    ("sgd[lr=1e-3]", 1), ("asking(sgd[lr=1e-3])", 2), ("scaled(asking(sgd[lr=1e-3]))", 2),
    ("asking(scaled(sgd[lr=1e-3]))", 2), ("asking(asking(sgd[lr=1e-3]))", 3),
  ])
  func aStepCostsItsGradients(_ optimizer: String, _ price: Int) throws {
    for problem in ["rosenbrock", "drill"] {
      for total in [1, 6, 7, 12] {
        let steps = (total + price - 1) / price
        let run = try run(optimizer, on: problem, .gradients(total))
        #expect(run.status == .completed)
        #expect(run.steps == steps)
        #expect(run.counts.gradients == price * steps)
        #expect(run.trajectory.gradients == (0...steps).map { price * $0 })
        #expect(run.trajectory.steps == Array(0...steps))
      }
      // A budget of steps is one of steps, whatever they cost.
      #expect(try run(optimizer, on: problem, .steps(7)).steps == 7)
    }
  }

  /// Where no gradients are used losses are spent, in what is wrapped as well: one for each step, and
  /// one for the start.
  @Test(arguments: ["random-search[sigma=1e-3]", "lookahead(random-search[sigma=1e-3])"])
  func lossesAreSpentWhereNoGradientsAre(_ optimizer: String) throws {
    for problem in ["rosenbrock", "drill"] {
      let run = try run(optimizer, on: problem, .gradients(5))
      #expect(run.status == .completed)
      #expect(run.steps == 4)
      #expect(run.counts.gradients == 0)
      #expect(run.counts.losses == 5)
      #expect(run.trajectory.losses.allSatisfy { $0.isFinite })
      #expect(run.trajectory.gradientNorms.allSatisfy { $0.isNaN == (problem == "drill") })
    }
  }

  /// The same steps are the same steps, however they are paid for.
  @Test(arguments: ["adam[lr=0.1]", "momentum[lr=1e-3]:momentum=ramp", "sgd[lr=1e-3]:cosine"])
  func whereAStepCostsOneTheUnitsAreTheSame(_ optimizer: String) throws {
    for problem in ["rosenbrock", "quadratic[dim=3;noise=1]", "drill"] {
      let steps = try run(optimizer, on: problem, .steps(20))
      let gradients = try run(optimizer, on: problem, .gradients(20))
      #expect(gradients.trajectory == steps.trajectory)
      #expect(gradients.outcome == steps.outcome)
    }
  }

  /// Where a schedule ends the budget ends: halfway through the one is halfway through the other.
  @Test(arguments: ["rosenbrock", "drill"])
  func schedulesGoAlongTheBudget(_ problem: String) throws {
    let line = "ramp[from=0.5;to=0]"
    func rates(_ optimizer: String, _ budget: Budget) throws -> [Double] {
      try run("\(optimizer):\(line)", on: problem, budget).trajectory.learningRates
    }
    let halves = [0, 0.5, 0.375, 0.25, 0.125]
    #expect(try rates("scaled[factor=0](sgd)", .steps(4)) == halves)
    #expect(try rates("scaled[factor=0](sgd)", .gradients(4)) == halves)
    #expect(try rates("asking(scaled[factor=0](sgd))", .steps(4)) == halves)
    #expect(try rates("asking(scaled[factor=0](sgd))", .gradients(8)) == halves)
    // A schedule of another hyperparameter too: the losses are those of the same steps.
    func losses(_ optimizer: String, _ budget: Budget) throws -> [Double] {
      try run(optimizer, on: "drill", budget).trajectory.losses
    }
    let scaled = "scaled(sgd[lr=0.5]):factor=\(line)"
    #expect(try losses("asking(\(scaled))", .gradients(8)) == losses(scaled, .steps(4)))
  }

  /// Passes lie evenly over the budget, at the first step that comes that far.
  @Test(arguments: [
    // Spent: 0, 2, 4, 6, 8, 10.
    ("asking(sgd)", 10, 5, [0, 1, 2, 3, 4, 5]),
    // Marks 0, 3, 6, 9; spent 0, 2, 4, 6, 8, 10.
    ("asking(sgd)", 9, 3, [0, 2, 3, 5]),
    // Two marks behind one step are one pass.
    ("asking(sgd)", 4, 4, [0, 1, 2]),
    // Marks 0, 5, 10; spent 0, 3, 6, 9, 12.
    ("asking(asking(sgd))", 10, 2, [0, 2, 4]),
    ("sgd", 10, 5, [0, 2, 4, 6, 8, 10]),
  ])
  func passesLieEvenlyOverTheBudget(
    _ optimizer: String, _ total: Int, _ validations: Int, _ expected: [Int]
  ) throws {
    let run = try run(
      optimizer, on: "drill", .gradients(total), recording: Recording(validations: validations))
    #expect(run.trajectory.validation.map(\.step) == expected)
    // What an update did is known at every pass but the first.
    #expect(run.trajectory.diagnostics.map(\.step) == Array(expected.dropFirst()))
    #expect(
      run.trajectory.diagnostics.allSatisfy { pass in
        pass.updates.first { $0.role == .weight }.map { $0.ratio > 0 } == true
      })
    #expect(run.validation == run.trajectory.validation.last?.metrics)
  }

  // MARK: seconds

  /// A clock that ticks once a step ends the run after as many steps as there are ticks.
  @Test(arguments: [("newton", "quadratic"), ("asking(sgd[lr=1e-3])", "rosenbrock")])
  func secondsAreThoseOfTheUpdates(_ optimizer: String, _ problem: String) throws {
    let tick = 0x1p-10
    let run = try run(optimizer, on: problem, .seconds(10 * tick), now: ticking(tick))
    #expect(run.status == .completed)
    #expect(run.steps == 10)
    #expect(run.outcome.seconds == 10 * tick)
    #expect(run.trajectory.nanoseconds == (0...10).map { Int(Double($0) * tick * 1e9) })
  }

  /// In the plane steps are made in chunks, each longer than the last while they are fast, and the
  /// time of a chunk is spread over its rows.
  @Test func secondsInThePlane() throws {
    let tick = 0x1p-10
    let run = try run("sgd[lr=1e-3]", on: "rosenbrock", .seconds(4 * tick), now: ticking(tick))
    #expect(run.steps == 1 + 2 + 4 + 8)
    #expect(run.outcome.seconds == 4 * tick)
    let nanoseconds = run.trajectory.nanoseconds
    #expect(
      [0, 1, 3, 7, 15].map { nanoseconds[$0] } == (0...4).map { Int(Double($0) * tick * 1e9) })
    #expect(zip(nanoseconds, nanoseconds.dropFirst()).allSatisfy { $0 < $1 })
    // Each the same steps as without a clock.
    let steps = try self.run("sgd[lr=1e-3]", on: "rosenbrock", .steps(15))
    #expect(run.trajectory.points == steps.trajectory.points)
  }

  /// Of a network two spans are timed a step, evaluation and update; passes go along the clock.
  @Test func secondsOfANetwork() throws {
    let tick = 0x1p-10
    let run = try run(
      "sgd[lr=0.5]", on: "drill", .seconds(20 * tick), recording: Recording(validations: 5),
      now: ticking(tick))
    #expect(run.steps == 10)
    #expect(run.outcome.seconds == 20 * tick)
    #expect(run.trajectory.validation.map(\.step) == [0, 2, 4, 6, 8, 10])
    #expect(run.trajectory.diagnostics.map(\.step) == [2, 4, 6, 8, 10])
  }

  /// Nobody knows how many steps there will be.
  @Test(arguments: ["sgd:cosine", "scaled(sgd:cosine)", "scaled(sgd):factor=ramp"])
  func schedulesNeedABudgetThatCanBeCounted(_ optimizer: String) {
    func refusal(_ budget: String) -> String? {
      message {
        try Plan(
          Suite(
            yaml: "groups: [{optimizers: '\(optimizer)', problems: beale, \(budget)}]", name: "x",
            file: "x.yaml"), catalogue: catalogueWithWrappers)
      }
    }
    #expect(
      refusal("seconds: 1")
        == "x.yaml:1: \(optimizer): a schedule runs along the budget, and with one in seconds nobody "
        + "knows how many steps there will be; give a budget in steps or gradients")
    #expect(refusal("gradients: 100") == nil)
  }
}
