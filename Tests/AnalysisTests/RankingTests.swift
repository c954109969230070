import OptimizerKit
import Testing

@testable import Analysis

@Suite struct RankingTests {
  @Test func neighboursThatCannotBeToldApartAreJoined() {
    // 0 is told from 2 and 3, 1 from 3.
    let apart: Set<[Int]> = [[0, 2], [0, 3], [1, 3]]
    func isApart(_ a: Int, _ b: Int) -> Bool { apart.contains([min(a, b), max(a, b)]) }
    #expect(Ranking.cliques([0, 1, 2, 3], isApart) == [0...1, 1...2, 2...3])
    #expect(Ranking.cliques([0, 1, 2, 3]) { _, _ in false } == [0...3])
    #expect(Ranking.cliques([0, 1, 2, 3]) { _, _ in true } == [])
    // A pair within a longer row keeps it from being joined.
    #expect(Ranking.cliques([2, 0, 1], isApart) == [1...2])
  }

  private let golden = GoldenComparisons.shared

  @Test func adjustedValues() {
    for row in golden.holm {
      #expect(zip(Ranking.holm(row[0]), row[1]).allSatisfy { agree($0, $1) })
    }
  }

  /// scipy.stats.friedmanchisquare, f and studentized_range.
  @Test func friedman() throws {
    for golden in golden.friedman {
      let found = try #require(Friedman(golden.scores))
      #expect(zip(found.averageRanks, golden.averageRanks).allSatisfy { agree($0, $1) })
      #expect(agree(found.chiSquare, golden.chiSquare))
      #expect(agree(found.chiSquareP, golden.chiSquareP, to: 1e-9))
      #expect(agree(found.f, golden.f, to: 1e-10))
      #expect(agree(found.fP, golden.fP, to: 1e-9))
      #expect(agree(found.criticalDifference, golden.criticalDifference, to: 1e-8))
    }
    #expect(Friedman([[1, 2, 3, 4], [2, 3, 4, 5]]) == nil)
    // All agree, and all are equal.
    let agreed = try #require(Friedman([[1, 1, 1, 1, 1], [2, 2, 2, 2, 2], [3, 3, 3, 3, 3]]))
    #expect(agreed.f == .infinity)
    #expect(agree(agreed.fP, 1 / 1296))
    let equal = try #require(Friedman([[1, 1, 1, 1, .nan], [1, 1, 1, 1, .nan]]))
    #expect(equal.chiSquare == 0)
    #expect([equal.chiSquareP, equal.fP] == [1, 1])
  }

  /// Groups by hand: chains, circles and plain orders.
  @Test func groups() {
    func groups(_ count: Int, _ beaten: [(Int, Int)]) -> [[Int]] {
      var isBeaten = [[Bool]](repeating: Array(repeating: false, count: count), count: count)
      for (winner, loser) in beaten { isBeaten[loser][winner] = true }
      return Ranking.groups(isBeaten)
    }
    #expect(groups(3, []) == [[0, 1, 2]])
    #expect(groups(3, [(2, 1), (2, 0), (1, 0)]) == [[2], [1], [0]])
    #expect(groups(3, [(0, 2)]) == [[0, 1, 2]])
    #expect(groups(3, [(0, 2), (1, 2)]) == [[0, 1], [2]])
    #expect(groups(3, [(0, 1), (1, 2), (2, 0)]) == [[0, 1, 2]])
    #expect(
      groups(5, [(4, 0), (4, 1), (4, 2), (4, 3), (0, 2), (0, 3), (1, 2), (1, 3)])
        == [[4], [0, 1], [2, 3]])
  }

  @Test func anOrder() throws {
    let ranking = Ranking(
      try simulated(shifts: [3, 0, 0, 6], problems: 6, runs: 8, seed: 3))
    #expect(ranking.ranks.map { $0.sorted() } == [["b", "c"], ["a"], ["d"]])
    #expect(agree(ranking.averageRanks.reduce(0, +), 10))
    #expect(ranking.friedman != nil)
    #expect(ranking.pair("d", "b")?.winner == "b")
    #expect(ranking.pair("d", "b")?.comparison.share.value == 0)
    #expect(ranking.pair("b", "c")?.winner == nil)
    #expect(ranking.pair("a", "e") == nil)
  }

  /// To turn the participants around turns the results around.
  @Test func permutations() throws {
    let base = try simulated(shifts: [0, 0.3, 0.6, 0.9, 0.2], problems: 5, runs: 6, seed: 11)
    let ranking = Ranking(base)
    let names = ["d", "a", "e", "c", "b"]
    let turned = Ranking(try base.subset(names))
    #expect(turned.ranks == ranking.ranks)
    #expect(turned.selfRange == ranking.selfRange)
    for (i, name) in names.enumerated() {
      let place = base.participants.firstIndex(of: name)!
      #expect(agree(turned.averageRanks[i], ranking.averageRanks[place]))
      #expect(turned.friedman?.averageRanks[i] == ranking.friedman?.averageRanks[place])
      for other in names where other != name {
        let (a, b) = (turned.pair(name, other), ranking.pair(name, other))
        #expect(a?.adjustedP == b?.adjustedP)
        #expect(a?.winner == b?.winner)
        #expect(agree(a!.comparison.share.value, b!.comparison.share.value))
      }
    }
  }

  /// Another unit on each problem, or another order of problems, changes no rank.
  @Test func units() throws {
    let base = try simulated(shifts: [0, 0.4, 0.8], problems: 5, runs: 6, seed: 12) {
      Double.exp($0.normal())
    }
    let scaled = try results(
      base.scores.map { own in
        own.enumerated().map { problem, runs in
          runs.map { $0 * [1e-9, 2, 1, 1e12, 0.3][problem] }
        }
      })
    let (a, b) = (Ranking(base), Ranking(scaled))
    #expect(a.ranks == b.ranks)
    #expect(a.averageRanks == b.averageRanks)
    #expect(a.friedman == b.friedman)
    #expect(a.selfRange == b.selfRange)
    #expect(a.pairs.map(\.adjustedP) == b.pairs.map(\.adjustedP))
    for (pair, other) in zip(a.pairs, b.pairs) {
      let (ratio, scaled) = (pair.comparison.logRatio, other.comparison.logRatio)
      #expect(agree(try #require(ratio).value, try #require(scaled).value, to: 1e-9))
    }
    let aggregates = Aggregates(of: base, resamples: 80).overall
    #expect(Aggregates(of: scaled, resamples: 80).overall == aggregates)
  }

  @Test func equalParticipantsAreNeverToldApart() throws {
    for runs in [1, 2, 3, 10] {
      let base = try simulated(shifts: [0, 5], problems: 6, runs: runs, seed: 4)
      let ranking = Ranking(try results([base.scores[0], base.scores[0], base.scores[1]]))
      #expect(ranking.pair("a", "b")?.isApart == false)
      #expect(ranking.pair("a", "b")?.adjustedP == 1)
      #expect((ranking.selfRange == nil) == (runs < 2))
    }
    let failing = Ranking(try results([[[.nan, .nan, .nan]], [[.nan, .nan, .nan]]]))
    #expect(failing.ranks == [["a", "b"]])
  }

  /// Of 1,000 pairs of equal optimizers at most 5 % are told apart, but for three standard
  /// deviations of the binomial distribution; the A/A range holds 95 % of their shares of wins.
  @Test func equalPairs() throws {
    let studies = 1000
    var apart = 0.0
    var within = 0.0
    for seed in 0..<studies {
      let ranking = Ranking(
        try simulated(shifts: [0, 0], problems: 10, runs: 10, seed: UInt64(seed)))
      if ranking.pairs[0].isApart { apart += 1 }
      if try #require(ranking.selfRange).contains(ranking.pairs[0].comparison.share.value) {
        within += 1
      }
    }
    let deviation = (0.05 * 0.95 * Double(studies)).squareRoot()
    #expect(apart < 0.05 * Double(studies) + 3 * deviation, "\(apart)")
    // A share of 100 runs comes in steps, of which one has a probability of 1 to 2 % there.
    let slack = 0.02 * Double(studies) + 3 * deviation
    #expect(abs(within - 0.95 * Double(studies)) < slack, "\(within)")
  }

  /// The A/A range by hand: two runs make one pair, whose share is 0 or 1, of a half as many pairs.
  @Test func selfRange() throws {
    let two = try #require(Ranking(try results([[[1, 2]], [[3, 4]]])).selfRange)
    #expect(agree(two.upperBound, 0.5 + 0.5 * 0.5.squareRoot()))
    #expect(agree(two.lowerBound, 0.5 - 0.5 * 0.5.squareRoot()))
    // Where nothing is random, a participant is equal to itself.
    let mixed = try #require(Ranking(try results([[[1, 2], [1]], [[3, 4], [2]]])).selfRange)
    #expect(agree(mixed.upperBound, 0.5 + 0.25 * 0.5.squareRoot()))
    #expect(Ranking(try results([[[1], [1]], [[3], [2]]])).selfRange == nil)
    // Of scores that are 0 or 1, 10/19 of the pairs are not tied:
    // 1.96 √(10/19)/(2 √400) to either side, in steps of 0.0035.
    let coins = try simulated(shifts: [0, 0], problems: 20, runs: 20, seed: 6) {
      $0.uniform() < 0.5 ? 0 : 1
    }
    let range = try #require(Ranking(coins).selfRange)
    #expect(abs(range.upperBound - 0.5355) < 0.005)
  }

  /// Where the A/A control cannot be measured, p alone decides: to win five problems of five is not
  /// enough, six of six is.
  @Test func singleRuns() throws {
    for (problems, isApart) in [(5, false), (6, true)] {
      let scores = [1.0, 2].map { score in (1...problems).map { [score * Double($0)] } }
      let ranking = Ranking(try results(scores))
      #expect(ranking.selfRange == nil)
      #expect(ranking.pairs[0].isApart == isApart)
    }
  }

  /// Of 60 groups of six equal optimizers at most 5 % have a pair that is told apart, but for three
  /// standard deviations: the p-values are adjusted for the 15 pairs.
  @Test func equalGroups() throws {
    var apart = 0
    for seed in 0..<60 {
      let study = try simulated(
        shifts: [0, 0, 0, 0, 0, 0], problems: 4, runs: 8, seed: UInt64(seed))
      if Ranking(study).pairs.contains(where: \.isApart) { apart += 1 }
    }
    #expect(apart <= 3 + 5, "\(apart)")
  }

  /// A shift of one standard deviation is seen in 10 × 10 runs.
  @Test func shiftedPairs() throws {
    for seed in 0..<100 {
      let ranking = Ranking(
        try simulated(shifts: [1, 0], problems: 10, runs: 10, seed: UInt64(seed)))
      #expect(ranking.ranks == [["b"], ["a"]])
    }
  }
}

@Suite struct RunsToTellTests {
  /// With so many runs, all won, participants are told apart, and with one less nobody can be.
  @Test(arguments: [(2, 6), (3, 7), (14, 12)])
  func runsToTell(_ participants: Int, _ count: Int) throws {
    func ranking(_ runs: Int) throws -> Ranking {
      Ranking(
        try results(
          (0..<participants).map { place in
            [(0..<runs).map { Double(place) + 0.01 * Double($0) }]
          }))
    }
    #expect(try ranking(3).runsToTell == count)
    #expect(try ranking(count).ranks.count == participants)
    #expect(try ranking(count - 1).ranks.count == 1)
  }
}
