import Testing

@testable import Analysis

@Suite struct PublishedMeanTests {
  /// t of 9 degrees at 95 % is 2.262157; of one run more and of as many.
  @Test(arguments: [(1, 1.1), (10, 0.2), (5, 0.3)])
  func rangeOfAMean(_ count: Int, _ variance: Double) {
    let range = PublishedMean(50, spread: 2, runs: 10).range(ofMeanOf: count, confidence: 0.95)
    let width = 2.262157 * 2 * variance.squareRoot()
    #expect(abs(range.lowerBound - (50 - width)) < 1e-5)
    #expect(abs(range.upperBound - (50 + width)) < 1e-5)
  }
}
