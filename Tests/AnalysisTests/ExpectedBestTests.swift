import Testing

@testable import Analysis

@Suite struct ExpectedBestTests {
  /// All draws of k trials, tried one by one.
  @Test func agreesWithAllDraws() {
    for golden in GoldenComparisons.shared.expectedBest {
      let found = ExpectedBest(golden.scores)
      #expect(agree(found.mean(after: golden.trials)!, golden.mean))
      #expect(agree(found.mean(after: golden.trials, .withReplacement)!, golden.meanAgain))
      #expect(agree(found.median(after: golden.trials)!, golden.median))
      #expect(agree(found.median(after: golden.trials, .withReplacement)!, golden.medianAgain))
    }
  }

  @Test func failedTrials() {
    let found = ExpectedBest([.nan, 3, .infinity, 1])
    #expect(found.mean(after: 1) == .infinity)
    #expect(found.mean(after: 2) == .infinity)
    // Of three trials one at least has not failed: the best is 1 in three of four draws.
    #expect(found.mean(after: 3) == 1.5)
    #expect(found.mean(after: 4) == 1)
    #expect(found.median(after: 2) == 2)
    #expect(found.median(after: 1) == .infinity)
    #expect(found.quantile(0.25, after: 1) == 2)
    #expect(found.mean(after: 1, .withReplacement) == .infinity)
  }

  @Test func outOfRange() {
    #expect(ExpectedBest([1, 2]).mean(after: 0) == nil)
    #expect(ExpectedBest([1, 2]).mean(after: 3) == nil)
    #expect(ExpectedBest([1, 2]).mean(after: 3, .withReplacement) == 1.125)
    #expect(ExpectedBest([]).median(after: 1) == nil)
  }

  @Test func fallsWithTrials() {
    let found = ExpectedBest((1...200).map { Double($0 * 7919 % 1009) })
    let means = (1...200).map { found.mean(after: $0)! }
    #expect(zip(means, means.dropFirst()).allSatisfy { $0 >= $1 })
    #expect(means[199] == found.scores[0])
    // What is drawn again may be the same: there are fewer to choose the best from.
    for (i, mean) in means.enumerated() {
      #expect(found.mean(after: i + 1, .withReplacement)! >= mean * (1 - 1e-12))
    }
  }
}
