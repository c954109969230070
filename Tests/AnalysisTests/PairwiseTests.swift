import OptimizerKit
import Testing

@testable import Analysis

@Suite struct PairwiseTests {
  private let golden = GoldenComparisons.shared

  /// rliable's probability_of_improvement.
  @Test func probabilityOfImprovement() throws {
    for golden in golden.probabilities {
      func filled(_ scores: [[Double?]]) -> [[Double]] { scores.map { $0.map { $0 ?? .nan } } }
      let found = Pairwise(try results([filled(golden.a), filled(golden.b)]), 0, 1)
      #expect(agree(found.probability, golden.probability))
    }
  }

  /// scipy.stats.binomtest.
  @Test func intervalsOfProportions() {
    for row in golden.wilson {
      let found = Estimate.wilson(row[0] / row[1], of: row[1], confidence: row[2])
      #expect(abs(found.lowerBound - row[3]) < 1e-12)
      #expect(abs(found.upperBound - row[4]) < 1e-12)
    }
  }

  /// scipy.stats.binomtest and permutation_test.
  @Test func tests() {
    for row in golden.signTests {
      let cell = SignTest.Group(runs: 9, wins: Int(row[0]), losses: Int(row[1]))
      let found = SignTest([cell])
      #expect(found.method == .sign)
      #expect(agree(found.p, row[2], to: 1e-10), "\(row), not \(found.p)")
    }
    for golden in golden.flipTests {
      let cells = golden.groups.map { SignTest.Group(runs: $0[0], wins: $0[1], losses: $0[2]) }
      let found = SignTest(cells)
      #expect(found.method == .flips)
      #expect(agree(found.p, golden.p), "\(golden), not \(found.p)")
    }
  }

  /// Too many different numbers of runs to enumerate: random flips agree with the normal
  /// approximation, to a few standard deviations of 20,000 flips.
  @Test func randomFlips() {
    let cells = (10..<30).map { SignTest.Group(runs: $0, wins: $0 - $0 / 3, losses: $0 / 3) }
    let found = SignTest(cells.map { SignTest.Group(runs: $0.runs, wins: 6, losses: 4) })
    #expect(found.method == .randomFlips)
    let sum = cells.reduce(0) { $0 + 2 * $1.weight }
    let variance = cells.reduce(0) { $0 + 10 * $1.weight.squared }
    let expected = 2 * Distributions.normal(below: -sum / variance.squareRoot())
    #expect(abs(found.p - expected) < 0.004)
    #expect(SignTest(cells).p == 1.0 / 20_001)
    #expect(SignTest(cells.map { SignTest.Group(runs: $0.runs, wins: 1, losses: 1) }).p == 1)
  }

  @Test func byHand() throws {
    let found = Pairwise(
      try results([[[1, 2, 3, 4], [1, 1]], [[2, 2, 1, 8], [3, .nan]]]), 0, 1)
    #expect([found.wins, found.losses, found.ties] == [4, 1, 1])
    // (2 + ½)/4 and 2/2.
    #expect(found.share.value == 0.5 * (0.625 + 1))
    // 2²/(¼ + ½) runs.
    #expect(
      found.share.interval == Estimate.wilson(0.8125, of: 16.0 / 3, confidence: 0.95))
    // −4, −1, 0, 2 weigh an eighth each, −∞ and −2 a quarter.
    #expect(found.difference.value == -2)
    // −∞ and −ln 3 are half of the weight, −ln 2 comes next.
    #expect(agree(try #require(found.logRatio).value, -0.5 * Double.log(6)))
    #expect(found.test.method == .flips)
    let other = Pairwise(
      try results([[[2, 2, 1, 8], [3, .nan]], [[1, 2, 3, 4], [1, 1]]]), 0, 1)
    let reversed = found.reversed
    #expect([reversed.first, reversed.second] == ["b", "a"])
    #expect([reversed.wins, reversed.losses, reversed.ties] == [1, 4, 1])
    #expect(agree(reversed.share.value, other.share.value))
    #expect(agree(reversed.probability, other.probability))
    #expect(reversed.difference == other.difference)
    #expect(reversed.p == other.p)
  }

  @Test func intervalsOfDifferences() throws {
    for golden in golden.medianIntervals {
      let zeros = golden.values.map { _ in 0.0 }
      let found = Pairwise(
        try results([[golden.values], [zeros]]), 0, 1, confidence: golden.confidence)
      #expect(found.difference.value == golden.median)
      #expect(found.difference.interval == golden.interval[0]...golden.interval[1])
      #expect(found.logRatio == nil)
    }
  }

  @Test func neverDegenerate() throws {
    let won = Pairwise(try simulated(shifts: [0, 100], problems: 2, runs: 3, seed: 1), 0, 1)
    #expect(won.share.value == 1)
    #expect(won.share.interval?.upperBound == 1)
    #expect(try #require(won.share.interval).lowerBound < 0.65)
    #expect(won.p == 2.0 / 64)
    // Equal, failing, and of one run: numbers all the same.
    let scores: [[[Double]]] = [[[1, 1]], [[.nan, .nan]], [[.infinity, 3]], [[0]], [[-1e308]]]
    for a in scores {
      for b in scores where a[0].count == b[0].count {
        let found = Pairwise(try results([a, b]), 0, 1)
        let estimates = [found.share, found.difference, found.logRatio].compactMap { $0 }
        for value in estimates.map(\.value) + [found.p, found.probability] {
          #expect(!value.isNaN)
        }
        #expect((0...1).contains(found.p))
      }
    }
  }

  /// Where nothing is random for two of three, their equal runs count once.
  @Test func repetitionsOfAPair() throws {
    let three = try results([[[1, 1, 1, 1]], [[2, 2, 2, 2]], [[1, 2, 3, 4]]])
    let found = Pairwise(three, 0, 1)
    #expect(found.runs == [1])
    #expect(found.wins == 1)
    #expect(found.p == 1)
    #expect(Pairwise(three, 0, 2).runs == [4])
  }

  /// The interval of the share of wins covers it, in 1,000 studies; so does that of the median
  /// difference.
  @Test func coverage() throws {
    // P(x < y) where y is moved by 0.5: Φ(0.5/√2).
    let share = Distributions.normal(below: 0.5 / 2.0.squareRoot())
    var hits = [0.0, 0.0]
    let studies = 1000
    for seed in 0..<studies {
      let study = try simulated(shifts: [0, 0.5], problems: 3, runs: 5, seed: UInt64(seed))
      let found = Pairwise(study, 0, 1)
      if try #require(found.share.interval).contains(share) { hits[0] += 1 }
      if try #require(found.difference.interval).contains(-0.5) { hits[1] += 1 }
    }
    let deviation = (0.95 * 0.05 / Double(studies)).squareRoot()
    for hit in hits {
      #expect(abs(hit / Double(studies) - 0.955) < 0.015 + 3 * deviation, "\(hit)")
    }
  }
}
