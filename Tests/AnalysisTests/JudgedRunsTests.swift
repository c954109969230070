// From runs to scores.

import OptimizerKit
import Testing

@testable import Analysis

/// A problem of training, for its target.
private struct Lesson: TrainingProblem {
  static let name = "lesson"
  static let summary = "training for tests"
  init() {}
  var target: TrainingTarget? { .validationAccuracy(atLeast: 0.9) }
  func makeSession(seed: UInt64) throws -> any TrainingSession { throw Unavailable() }
  struct Unavailable: Error {}
}

/// A surface that is unbounded below.
private let bottomless = Pass()

@Suite struct CriterionTests {
  private func outcome(
    _ status: RunStatus = .completed, initial: Double = 100, final: Double = 1,
    to targets: [Double?] = []
  ) -> Outcome {
    var outcome = Outcome(status: status, steps: 50, initialLoss: initial, finalLoss: final)
    for (place, evaluations) in targets.enumerated() {
      outcome.measures.evaluationsTo[place] = evaluations
    }
    outcome.counts.gradients = 100
    return outcome
  }

  @Test(arguments: ["standard", "anytime", "final", "target", "target=1e-4", "error", "test"])
  func isReadAsItIsWritten(_ text: String) throws {
    let criterion = try #require(Criterion(text))
    #expect(Criterion("\(criterion)") == criterion)
  }

  @Test(arguments: ["", "best", "target=", "target=1e-9", "target=2", "final=1", "Final"])
  func refuses(_ text: String) { #expect(Criterion(text) == nil) }

  /// The mean of log₁₀ e over eight targets; what is missed counts as ten times the budget, and the next
  /// one less by what of its decade is done.
  @Test func anytime() {
    let bowl = Bowl()
    func score(_ outcome: Outcome) -> Double {
      Criterion.anytime.score(of: outcome, budget: .gradients(1000), on: JudgedProblem(bowl))
    }
    let all = score(outcome(final: 0, to: [10, 10, 100, 100, 100, 1000, 1000, 1000]))
    #expect(abs(all - (2 * 1 + 3 * 2 + 3 * 3) / 8.0) < 1e-12)
    // Two targets at 10 and 100; six missed at 10⁴, of the next nothing is done.
    let some = score(outcome(final: 1, to: [10, 100]))
    #expect(abs(some - (1 + 2 + 6 * 4) / 8.0) < 1e-12)
    // Half of the next decade.
    let nearer = score(outcome(final: 1 / 10.0.squareRoot(), to: [10, 100]))
    #expect(abs(nearer - (1 + 2 + 6 * 4 - 0.5) / 8.0) < 1e-12)
    // Nothing reached, higher than the start, failed: each is worse than the one before.
    let none = score(outcome(final: 100)), higher = score(outcome(final: 500))
    let highest = score(outcome(final: 1e9)), failed = score(outcome(.diverged, to: [10, 100]))
    #expect(abs(none - 4) < 1e-12 && higher > none && highest > higher && failed >= highest)
    #expect(abs(failed - 33.0 / 8) < 1e-12)
    // At the start already: one evaluation, whose logarithm is 0.
    #expect(score(outcome(final: 0, to: Array(repeating: 0, count: 8))) == 0)
    // Above the minimum, not above 0.
    #expect(
      Criterion.standard.score(of: outcome(to: [1]), budget: .steps(10), on: JudgedProblem(bowl))
        == Criterion.anytime.score(
          of: outcome(to: [1]), budget: .steps(10), on: JudgedProblem(bowl)))
  }

  @Test func final() {
    let bowl = Bowl()
    func score(_ outcome: Outcome, _ problem: any Problem) -> Double {
      Criterion.final.score(of: outcome, budget: .steps(1), on: JudgedProblem(problem))
    }
    #expect(score(outcome(final: 0.25), bowl) == 0.25)
    #expect(score(outcome(final: -7), bottomless) == -7)
    #expect(
      Criterion.standard.score(
        of: outcome(final: -7), budget: .steps(1), on: JudgedProblem(bottomless)) == -7)
    #expect(score(outcome(.crashed, final: 0), bowl) == .infinity)
    #expect(score(outcome(.timedOut, final: 0), bowl) == .infinity)
    #expect(score(outcome(final: .nan), bowl) == .infinity)
    var trained = outcome()
    #expect(score(trained, Lesson()) == .infinity)
    trained.validation = ValidationMetrics(loss: 0.5, accuracy: 0.75)
    #expect(score(trained, Lesson()) == 0.5)
    #expect(
      Criterion.error.score(of: trained, budget: .steps(1), on: JudgedProblem(Lesson())) == 0.25)
    trained.test = ValidationMetrics(loss: 0.6, accuracy: 0.7)
    #expect(
      Criterion.test.score(of: trained, budget: .steps(1), on: JudgedProblem(Lesson())) == 0.6)
  }

  /// What lies within the rounding of f and f* is equal.
  @Test func roundingHasNoOrder() {
    struct Raised: Surface {
      static let name = "raised"
      static let summary = "for tests"
      init() {}
      var dimension: Int { 1 }
      var starts: [[Double]] { [[1]] }
      var minima: [[Double]] { [[0]] }
      var minimumLoss: Double? { 1000 }
      func loss<X: Coordinates>(at x: X) -> X.Value { x[0].squared + 1000 }
      func gradient<X: Coordinates>(at x: X, into g: inout X) { g[0] = 2.0 * x[0] }
    }
    func score(_ final: Double) -> Double {
      Criterion.final.score(
        of: outcome(final: final), budget: .steps(1), on: JudgedProblem(Raised()))
    }
    #expect(score(1000) == 0 && score(1000.0.nextUp) == 0 && score(1000.0.nextDown) == 0)
    #expect(score(1000 + 1e-9) > 0)
  }

  @Test func targets() {
    var run = outcome(to: [10, 20, 30])
    let criterion = Criterion.target(1e-2)
    #expect(criterion.score(of: run, budget: .steps(50), on: JudgedProblem(Bowl())) == 20)
    #expect(
      Criterion.target(1e-4).score(of: run, budget: .steps(50), on: JudgedProblem(Bowl()))
        == .infinity)
    // Two gradients a step.
    run.measures.stepsToTarget = 30
    #expect(
      Criterion.target(nil).score(of: run, budget: .steps(50), on: JudgedProblem(Lesson())) == 60)
    #expect(Criterion.target(nil).meaning(on: JudgedProblem(Bowl())) == nil)
    #expect(
      Criterion.anytime.meaning(on: JudgedProblem(Lesson())) == nil
        && Criterion.anytime.meaning(on: JudgedProblem(Pass())) == nil
    )
  }
}

@Suite struct JudgedRunsTests {
  private func record(
    _ label: String, _ problem: String = "bowl", instance: UInt64? = nil, seed: UInt64 = 1,
    steps: Int = 100, final: Double, status: RunStatus = .completed
  ) -> RunRecord {
    RunRecord(
      key: "\(label) \(problem) \(instance ?? 0) \(seed)", label: label,
      spec: RunSpec(
        optimizer: OptimizerSpec(PluginSpec(name: "sgd", settings: [])),
        problem: PluginSpec(name: problem, settings: []), start: [1, 1],
        instance: instance.map { Instance($0) }, seed: seed, budget: .steps(steps)),
      recording: Recording(),
      outcome: Outcome(status: status, steps: steps, initialLoss: 100, finalLoss: final))
  }

  private func judged(_ records: [RunRecord], _ criterion: Criterion = .final) throws -> JudgedRuns
  {
    try JudgedRuns(
      records, by: criterion,
      problem: { $0.name == "bowl" ? Bowl() : $0.name == "pass" ? Pass() : nil },
      name: { "the " + $0.name })
  }

  private func reason(_ records: [RunRecord], _ criterion: Criterion = .final) -> String? {
    do {
      _ = try judged(records, criterion)
      return nil
    } catch { return "\(error)" }
  }

  /// Runs meet where problem, start, budget, instance and seed are the same, whatever the order.
  @Test func runsArePaired() throws {
    let runs = [
      record("a", instance: 1, final: 1), record("a", instance: 2, final: 2),
      record("b", instance: 2, final: 4), record("b", instance: 1, final: 3),
      record("a", "pass", seed: 7, final: -1), record("b", "pass", seed: 7, final: -2),
    ]
    let result = try judged(runs)
    #expect(result.participants == ["a", "b"] && result.runs == 3)
    #expect(result.scores == [[[1, 2], [-1]], [[3, 4], [-2]]])
    #expect(result.contests.map(\.problem.name) == ["bowl", "pass"])
    #expect(result.contests.map(\.hasInstances) == [true, false])
    #expect(Array(result.outcomes(1, 0).map(\.finalLoss)) == [3, 4])
    #expect(result.remarks.isEmpty && result.failures == [0, 0])
  }

  /// Another budget is another contest, and a run that somebody has not is nobody's.
  @Test func onlyWhatAllHaveCounts() throws {
    let runs = [
      record("a", final: 1), record("a", steps: 200, final: 2), record("b", final: 3),
      record("a", seed: 2, final: 5), record("a", "pass", final: 6),
    ]
    let result = try judged(runs)
    #expect(result.scores == [[[1]], [[3]]])
    #expect(
      result.remarks == [
        "the bowl: only runs that all have are counted; some are missing of b",
        "the pass: only runs that all have are counted; some are missing of b",
      ])
  }

  /// Two settings under one name cannot both be meant.
  @Test func oneNameForSeveralIsSaid() throws {
    var other = record("a", final: 7)
    other.key = "another"
    let twice = [record("a", final: 1), other, record("b", final: 3)]
    let result = try judged(twice)
    #expect(result.scores == [[[7]], [[3]]])
    #expect(
      result.remarks == [
        "several settings have one name, and the last ones are counted: a on the bowl; judge one group at a time "
          + "(--group)"
      ])
    // The same run once more is the same run.
    #expect(
      try judged([record("a", final: 1)] + twice.dropFirst(2) + [record("a", final: 1)]).remarks
        .isEmpty)
  }

  @Test func failuresAreCounted() throws {
    let runs = [
      record("a", final: 1, status: .diverged), record("b", final: 3),
      record("a", seed: 2, final: 1), record("b", seed: 2, final: 3, status: .crashed),
    ]
    let result = try judged(runs)
    #expect(result.scores == [[[.infinity, 1]], [[3, .infinity]]] && result.failures == [1, 1])
  }

  /// Profiles rest on what was evaluated until the level on surfaces, and until the problem's own target in
  /// training; what is not reached costs all that was evaluated.
  @Test func profilesOfRuns() throws {
    func run(_ label: String, _ problem: String, _ seed: UInt64, _ reached: Int?) -> RunRecord {
      var record = record(label, problem, seed: seed, final: 1)
      record.outcome.counts.gradients = 100
      if problem == "lesson" {
        record.outcome.measures.stepsToTarget = reached.map(Double.init)
      } else {
        // The first two targets at once, the third one later, no other.
        for (place, factor) in [1, 1, 2].enumerated() {
          record.outcome.measures.evaluationsTo[place] = reached.map { Double($0 * factor) }
        }
      }
      return record
    }
    let runs = [
      run("a", "bowl", 1, 10), run("a", "bowl", 2, 20), run("a", "bowl", 3, nil),
      run("b", "bowl", 1, 40), run("b", "bowl", 2, nil), run("b", "bowl", 3, nil),
      run("a", "lesson", 1, 30), run("b", "lesson", 1, 15), run("a", "pass", 1, nil),
      run("b", "pass", 1, nil),
    ]
    let judged = try JudgedRuns(
      runs, by: .standard,
      problem: { spec -> (any Problem)? in
        let known: [String: any Problem] = ["bowl": Bowl(), "pass": Pass(), "lesson": Lesson()]
        return known[spec.name]
      },
      name: { $0.name })
    let profiles = try #require(
      try Profiles(judged, named: ["the bowl", "the lesson", "the pass"], level: 1e-2))
    #expect(profiles.participants == ["a", "b"] && profiles.contests == [0, 1])
    #expect(profiles.performance.problems == ["the bowl", "the lesson"])
    #expect(profiles.performance.times == [[20, 30], [.infinity, 15]])
    #expect(profiles.performance.ratios == [[1, 2], [.infinity, 1]])
    // (1/3)(∫ of half of the problems from 1, and of the other half from 2 on), and half of all.
    let scores = profiles.performance.scores()
    #expect(abs(scores[0] - (3 * 0.5 + 2 * 0.5) / 3) < 1e-12 && abs(scores[1] - 0.5) < 1e-12)
    let times = profiles.running.map { $0.map(\.value) }
    #expect(times == [[65, 30], [240, 15]])  // (10 + 20 + 100) / 2 and 40 + 100 + 100
    // 24 targets of three runs on the bowl and one in the lesson: two runs reach three, one reaches none.
    #expect(profiles.reached[0].share.values.last.map { abs($0 - 7.0 / 25) < 1e-12 } == true)
    #expect(profiles.reached[1].share.values.last.map { abs($0 - 4.0 / 25) < 1e-12 } == true)
    #expect(profiles.data[0].share(20.0 / 3) == 0.5 && profiles.data[0].share(6) == 0)
  }

  @Test func whatCannotBeCompared() {
    #expect(reason([]) == "there are no runs to rank")
    #expect(
      reason([record("a", final: 1)])
        == "to rank takes two participants; these runs are all of a")
    #expect(
      reason([record("a", final: 1), record("b", "pass", final: 1)])
        == "nothing can be ranked: there is no problem that all of 2 participants have runs on with the "
        + "same start, seed and budget; choose some with --optimizers, or a group with --group")
    #expect(
      reason([record("a", final: 1), record("b", final: 1)], .error)
        == "nothing can be ranked: 'error' says nothing of the bowl")
    #expect(
      reason([record("a", "gone", final: 1), record("b", "gone", final: 1)])
        == "nothing can be ranked: 'final' says nothing of the gone")
    #expect(
      reason([
        record("a", final: 1, status: .diverged), record("b", final: 1, status: .timedOut),
      ])
        == "nothing can be ranked: all 2 runs have failed; 'optlab runs' says how")
  }
}
