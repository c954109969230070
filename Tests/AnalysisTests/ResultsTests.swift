import Testing

@testable import Analysis

@Suite struct ResultsTests {
  @Test func failuresAreEqual() throws {
    let found = try results([[[1, .nan, -.infinity]], [[2, .infinity, -0.0]]])
    #expect(found.scores == [[[1, .infinity, .infinity]], [[2, .infinity, 0]]])
    #expect(found.scores[1][0][2].sign == .plus)
  }

  @Test func repetitionsCountOnce() throws {
    // Nothing is random.
    let fixed = try results([[[1, 1, 1]], [[2, 2, 2]]])
    #expect(fixed.runs == [1])
    #expect(fixed.givenRuns == [3])
    // Three seeds on each of two instances.
    let instances = try results([[[1, 1, 1, 5, 5, 5]], [[2, 2, 2, 4, 4, 4]]])
    #expect(instances.scores == [[[1, 5]], [[2, 4]]])
    // Something is random, for one of them at least.
    #expect(try results([[[1, 1, 1]], [[2, 3, 4]]]).runs == [3])
    // Agreement by chance keeps its weight.
    #expect(try results([[[1, 1, 1, .nan]], [[2, 2, 3, .nan]]]).runs == [4])
    #expect(try results([[[.nan, .nan]], [[.nan, .nan]]]).runs == [1])
  }

  @Test func subsets() throws {
    let all = try results([[[1, 1]], [[2, 3]], [[4, 4]]])
    #expect(all.runs == [2])
    let some = try all.subset(["c", "a"])
    #expect(some.participants == ["c", "a"])
    #expect(some.scores == [[[4]], [[1]]])
    #expect(some.givenRuns == [2])
    #expect(throws: ResultsError("there is no participant d among a, b, c")) {
      try all.subset(["a", "d"])
    }
  }

  @Test func whatCannotBeCompared() {
    func message(_ make: () throws -> Results) -> String {
      do {
        _ = try make()
        return "no error"
      } catch { return "\(error)" }
    }
    #expect(
      message { try Results(participants: [], problems: ["p"], scores: []) }
        == "to compare takes two participants; there are none")
    #expect(
      message { try Results(participants: ["adam"], problems: ["p"], scores: [[[1]]]) }
        == "to compare takes two participants; there is only adam")
    #expect(
      message { try Results(participants: ["a", "a"], problems: ["p"], scores: [[[1]], [[1]]]) }
        == "two participants are called a")
    #expect(
      message { try Results(participants: ["a", "b"], problems: [], scores: [[], []]) }
        == "there is no problem to compare on")
    #expect(
      message { try Results(participants: ["a", "b"], problems: ["p"], scores: [[[1]]]) }
        == "there are scores of 1 participants, but names of 2")
    #expect(
      message { try Results(participants: ["a", "b"], problems: ["p"], scores: [[[1]], []]) }
        == "b has scores on 0 of 1 problems")
    #expect(
      message {
        try Results(participants: ["a", "b"], problems: ["p"], scores: [[[1, 2]], [[1]]])
      }
        == "p: a has 2 runs and b has 1; runs are compared in pairs")
    #expect(
      message { try Results(participants: ["a", "b"], problems: ["p"], scores: [[[]], [[]]]) }
        == "p: a has no run")
  }
}
