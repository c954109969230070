import OptimizerKit
import Testing

@testable import Analysis

@Suite struct AggregatesTests {
  /// rliable's aggregate_iqm, and numpy's median.
  @Test func agreeWithReferences() throws {
    for golden in GoldenComparisons.shared.interquartileMeans {
      let other = golden.scores.map { $0.map { $0 + 1 } }
      let found = Aggregates(
        of: try results([golden.scores, other]), normalization: .identity, resamples: 8
      ).overall[0]
      #expect(agree(found.interquartileMean.value, golden.interquartileMean))
      #expect(agree(found.median.value, golden.median))
    }
    for golden in GoldenComparisons.shared.medianIntervals {
      let found = Aggregates(
        of: try results([[golden.values], [golden.values]]), confidence: golden.confidence,
        resamples: 8
      ).problems[0][0].median
      #expect(agree(found.value, golden.median))
      #expect(found.interval == golden.interval[0]...golden.interval[1])
    }
  }

  @Test func problemsWeighTheSame() throws {
    // A run of 0 on one problem weighs as much as four on the other, a quarter each at the ends:
    // the middle half has half of 0 and the runs 1 and 2.
    let uneven = try results([[[0], [1, 2, 3, 4]], [[0], [1, 2, 3, 5]]])
    let found = Aggregates(of: uneven, normalization: .identity, resamples: 8).overall[0]
    #expect(agree(found.interquartileMean.value, 0.5 * 0 + 0.25 * 1 + 0.25 * 2))
    // Half of the weight is the 0: the median is between it and 1.
    #expect(agree(found.median.value, 0.5))
  }

  @Test func failures() throws {
    let failing = try results([[[1, 2, 3, 4, .nan, .nan, .nan]], [[1, 2, 3, 4, 5, 6, .nan]]])
    let found = Aggregates(of: failing, normalization: .identity)
    #expect(found.overall[0].interquartileMean.value == .infinity)
    #expect(found.overall[0].median.value == 4)
    #expect(found.overall[0].median.interval?.upperBound == .infinity)
    #expect(found.overall[1].interquartileMean.value == 4)
    #expect(found.overall[1].interquartileMean.interval?.lowerBound.isFinite == true)
    let lost = Aggregates(of: try results([[[.nan, .nan]], [[1, 2]]]))
    #expect(lost.problems[0][0].median == Estimate(.infinity, nil))
    #expect(agree(lost.overall[0].interquartileMean.value, 2.5 / 3))
    #expect(lost.overall[0].interquartileMean.interval == nil)
  }

  @Test func whatFewRunsCannotGive() throws {
    let one = Aggregates(of: try results([[[1], [2]], [[2], [3]]]))
    #expect(one.overall.allSatisfy { $0.interquartileMean.interval == nil })
    #expect(one.problems.joined().allSatisfy { $0.median.interval == nil })
    let four = Aggregates(of: try results([[[1, 2, 3, 4]], [[2, 3, 4, 5]]]))
    #expect(four.overall[0].median.interval == nil)
    let five = Aggregates(of: try results([[[1, 2, 3, 4, 5]], [[2, 3, 4, 5, 6]]]))
    #expect(five.problems[0][0].median == Estimate(3, 1...5))
    #expect(five.overall[0].median.interval != nil)
    // Over several problems: two runs on each, six degrees of freedom, eight.
    for (problems, runs, isEnough) in [(20, 2, false), (3, 3, false), (4, 3, true)] {
      let base = try simulated(shifts: [0, 0], problems: problems, runs: runs, seed: 1)
      let found = Aggregates(of: base, resamples: 80).overall[0]
      #expect((found.median.interval != nil) == isEnough)
      #expect((found.interquartileMean.interval != nil) == isEnough)
    }
    // Those who always reach the same have no spread that could be resampled.
    let equal = Aggregates(of: try results([[[0, 0, 0, 0, 0, 0]], [[2, 3, 4, 5, 6, 7]]]))
    #expect(equal.problems[0][0].interquartileMean == Estimate(0, nil))
    #expect(equal.problems[0][0].median == Estimate(0, nil))
  }

  @Test func normalizations() {
    let scores = [[1.0, 3], [3, .infinity]]
    #expect(Normalization.identity(scores) == scores)
    #expect(Normalization.places(scores) == [[0, 0.5], [0.5, 1]])
    #expect(Normalization.range(scores) == [[0, 1], [1, .infinity]])
    #expect(Normalization.range([[2, 2], [2, .infinity]]) == [[0, 0], [0, .infinity]])
    #expect(Normalization.range([[-1e308], [1e308], [0]]) == [[0], [1], [0.5]])
    #expect(Normalization.places([[7]]) == [[0]])
  }

  /// The same runs are drawn for everybody: equal participants have equal intervals, in any order.
  @Test func resamplesArePaired() throws {
    let base = try simulated(shifts: [0, 1], problems: 3, runs: 6, seed: 5)
    let (a, b) = (base.scores[0], base.scores[1])
    let found = Aggregates(of: try results([a, b, a]), resamples: 200).overall
    #expect(found[0] == found[2])
    let turned = Aggregates(of: try results([b, a, a]), resamples: 200).overall
    #expect(turned[0] == found[1])
    #expect(turned[1] == found[0])
  }

  /// Intervals of 95 % cover what they estimate in 95 % of 250 studies of two participants, but for
  /// three standard deviations of the binomial distribution, and but for the percent that five runs
  /// cannot give.
  @Test(arguments: [(1, 5), (1, 10), (4, 6)], Scores.allCases)
  func coverage(_ size: (problems: Int, runs: Int), _ scores: Scores) throws {
    let studies = 250
    var hits = [0.0, 0.0, 0.0]
    for seed in 0..<studies {
      let study = try simulated(
        shifts: [0, 0], problems: size.problems, runs: size.runs, seed: UInt64(seed), scores.draw)
      let found = Aggregates(of: study, normalization: .identity, resamples: 160)
      for i in 0...1 {
        let intervals = [
          found.overall[i].interquartileMean.interval, found.overall[i].median.interval,
          found.problems[i][0].median.interval,
        ]
        for (j, interval) in intervals.enumerated() {
          let interval = try #require(interval)
          if interval.contains(j == 0 ? scores.interquartileMean : scores.median) { hits[j] += 1 }
        }
      }
    }
    let count = Double(2 * studies)
    let deviation = (0.95 * 0.05 / count).squareRoot()
    for hit in hits {
      #expect(hit / count > 0.9375 - 3 * deviation, "\(hit / count)")
      #expect(hit / count < 1)
    }
  }

  /// Distributions of known median and inter-quartile mean.
  enum Scores: CaseIterable {
    case normal, lognormal, heavy

    var draw: (inout RandomSource) -> Double {
      switch self {
      case .normal: { $0.normal() }
      case .lognormal: { Double.exp($0.normal()) }
      // Student's t with two degrees of freedom, by its quantiles.
      case .heavy:
        {
          let u = 0.5 * Double(2 * ($0.next() >> 12) + 1) * 0x1p-52
          return (2 * u - 1) / (2 * u * (1 - u)).squareRoot()
        }
      }
    }
    var median: Double { self == .lognormal ? 1 : 0 }
    var interquartileMean: Double {
      // 2 ∫ exp over the middle half: 2 √e (Φ(z − 1) − Φ(−z − 1)) with z the upper quartile.
      guard self == .lognormal else { return 0 }
      let z = Distributions.normalQuantile(0.75)
      return 2 * Double.exp(0.5)
        * (Distributions.normal(below: z - 1) - Distributions.normal(below: -z - 1))
    }
  }
}
