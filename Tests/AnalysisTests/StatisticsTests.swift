import OptimizerKit
import Testing

@testable import Analysis

@Suite struct StatisticsTests {
  @Test func quantilesByHand() {
    #expect(Statistics.median([3, 1, 2]) == 2)
    #expect(Statistics.median([4, 1, 2, 3]) == 2.5)
    #expect(Statistics.quantile(0.25, of: [1, 2, 3, 4]) == 1.75)  // numpy.quantile
    #expect(Statistics.quantile(0, of: [1, 2]) == 1)
    #expect(Statistics.quantile(1, of: [1, 2]) == 2)
    #expect(Statistics.median([Double]()) == nil)
  }

  @Test func divergedRunsRankLast() {
    #expect(Statistics.median([1, .nan, 2]) == 2)
    #expect(Statistics.median([1, .infinity, .nan]) == .infinity)
    #expect(Statistics.median([.infinity, .infinity]) == .infinity)
    #expect(Statistics.interquartileMean([1, 2, 3, .nan]) == 2.5)
  }

  @Test func interquartileMeanByHand() {
    // scipy.stats.trim_mean([…], 0.25)
    #expect(Statistics.interquartileMean([100, 1, 2, 3, 4, 5, 6, -100]) == 3.5)
    #expect(Statistics.interquartileMean([7]) == 7)
  }

  @Test func bootstrapInterval() throws {
    var random = RandomSource(seed: 1, purpose: .instance)
    let values = (0..<100).map { _ in random.normal() }
    var first = RandomSource(seed: 2, purpose: .instance)
    var second = first
    let a = Statistics.bootstrapInterval(of: values, random: &first) { Statistics.mean($0) }
    let b = Statistics.bootstrapInterval(of: values, random: &second) { Statistics.mean($0) }
    #expect(a == b)
    let interval = try #require(a)
    #expect(interval.contains(Statistics.mean(values)!))
    // Two standard errors to either side: a width of about 0.4.
    #expect((0.3...0.5).contains(interval.upperBound - interval.lowerBound))
    let constant = Statistics.bootstrapInterval(of: [2, 2], random: &first) {
      Statistics.median($0)
    }
    #expect(constant == 2...2)
    #expect(Statistics.bootstrapInterval(of: [], random: &first) { $0.first } == nil)
  }

  @Test func probabilityByHand() {
    #expect(Statistics.probability([1, 2], below: [3, 4]) == 1)
    #expect(Statistics.probability([1, 3], below: [2, 3]) == 0.625)
    #expect(Statistics.probability([.nan], below: [1]) == 0)
    #expect(Statistics.probability([], below: [1]) == nil)
  }
}
