import Testing

@testable import Analysis

@Suite struct ProfilesTests {
  @Test func stepFunctions() {
    let step = StepFunction(shareOf: [2, 1, 2, .infinity, .nan], count: 5)
    #expect(step.places == [1, 2])
    #expect(step.values == [0.2, 0.6])
    #expect([0.5, 1, 1.5, 2, 9].map { step($0) } == [0, 0.2, 0.2, 0.6, 0.6])
    #expect(agree(step.integral(over: 0...4), 0.2 + 2 * 0.6))
    #expect(agree(step.integral(over: 1.5...2.5), 0.1 + 0.3))
    #expect(step.integral(over: 0...1) == 0)
    #expect(StepFunction(shareOf: [], count: 0)(1) == 0)
  }

  private func profile() throws -> PerformanceProfile {
    try PerformanceProfile(
      participants: ["a", "b", "c"], problems: ["p", "q", "r", "s"],
      times: [[10, 30, .nan, .infinity], [20, 10, 5, .infinity], [15, 50, 10, .infinity]])
  }

  @Test func performanceProfileByHand() throws {
    let found = try profile()
    #expect(found.ratios[0] == [1, 3, .infinity, .infinity])
    #expect(found.ratios[1] == [2, 1, 1, .infinity])
    #expect(found.unsolved == ["s"])
    #expect(found.profiles[0].places == [1, 3])
    #expect(found.profiles[0].values == [0.25, 0.5])
    #expect(found.profiles[1](1) == 0.5)
    #expect(found.profiles[2](100) == 0.75)
    // (2 · ¼ + 1 · ½)/3, (1 · ½ + 2 · ¾)/3 and (½ · 0 + ½ · ¼ + 2 · ½)/3.
    let scores = found.scores()
    #expect(agree(scores[0], 1.0 / 3))
    #expect(agree(scores[1], 2.0 / 3))
    #expect(agree(scores[2], 1.125 / 3))
    #expect(found.scores(upTo: 1) == [0.25, 0.5, 0])
  }

  /// Who is fastest depends on who takes part.
  @Test func performanceProfileOfAPair() throws {
    let pair = try profile().subset(["c", "a"])
    #expect(pair.ratios[0] == [1.5, 50.0 / 30, 1, .infinity])
    #expect(pair.ratios[1] == [1, 1, .infinity, .infinity])
    #expect(throws: ResultsError("there is no participant d among a, b, c")) {
      try profile().subset(["d"])
    }
  }

  @Test func performanceProfileOfInstantSolutions() throws {
    let found = try PerformanceProfile(
      participants: ["a", "b"], problems: ["p"], times: [[0], [3]])
    #expect(found.ratios == [[1], [.infinity]])
    #expect(found.scores() == [1, 0])
    #expect(throws: ResultsError("p: the time of a is -1.0, which is below 0")) {
      try PerformanceProfile(participants: ["a"], problems: ["p"], times: [[-1]])
    }
    #expect(throws: ResultsError("a has times on 1 of 2 problems")) {
      try PerformanceProfile(participants: ["a"], problems: ["p", "q"], times: [[1]])
    }
  }

  @Test func performanceProfileInAnotherUnit() throws {
    let found = try profile()
    let scaled = try PerformanceProfile(
      participants: found.participants, problems: found.problems,
      times: found.times.map { $0.map { 1024 * $0 } })
    #expect(scaled.profiles == found.profiles)
  }

  @Test func dataProfile() {
    let found = DataProfile(evaluations: [6, 33, .nan, 9], dimensions: [2, 10, 4, 2])
    #expect(found.share.places == [2, 3])
    #expect(found.share(2) == 0.25)
    #expect(found.share(3) == 0.75)
    #expect(found.share(1e9) == 0.75)
  }

  @Test func targets() {
    let found = ECDF(evaluations: [[[1, 4], [2, .infinity]], [[1, .nan], [8, 9]]])
    #expect(found.share(1) == 0.25)
    #expect(found.share(4) == 0.5)
    #expect(found.share(100) == 0.75)
  }

  @Test func expectedRunningTime() throws {
    let found = ExpectedRunningTime(evaluations: [100, 40, 60], reached: [false, true, true])
    #expect(found.value == 100)
    #expect(found.successes == 2)
    let dispersion = try #require(found.dispersion)
    // The tenth part at either end: 40, a third of all, and 160 or more, two ninths.
    #expect(dispersion.lowerBound == 40)
    #expect((160...260).contains(dispersion.upperBound))
    let none = ExpectedRunningTime(evaluations: [100, 100], reached: [false, false])
    #expect(none.value == .infinity)
    #expect(none.dispersion == nil)
    #expect(ExpectedRunningTime(evaluations: [7], reached: [true]).dispersion == nil)
    #expect(ExpectedRunningTime(evaluations: [], reached: []).value == .infinity)
  }
}
