// Searches: spaces, sequences and strategies.

import Foundation
import OptimizerKit
import Testing

@testable import Analysis

private let ranges: [SearchDimension] = [
  SearchDimension("lr", .interval(1e-5...1, .log), bounds: (0.0...).bounds),
  SearchDimension("momentum", .interval(0.5...0.99, .linear), bounds: (0.0...1).bounds),
]

private func space(_ dimensions: [SearchDimension] = ranges) throws -> SearchSpace {
  try SearchSpace(dimensions)
}

/// A bowl in the unit cube, lowest at (0.3, 0.7, 0.3, ...).
private func bowl(_ point: [Double]) -> Double {
  point.enumerated().reduce(0) { sum, coordinate in
    let gap = coordinate.element - (coordinate.offset % 2 == 0 ? 0.3 : 0.7)
    return sum + gap * gap
  }
}

/// All trials of a search, and how many there were in each round.
private func search(
  _ method: Tuning.Method, _ space: SearchSpace, trials: Int, seed: UInt64 = 1,
  score: ([Double]) -> Double = bowl
) -> (trials: [SearchTrial], rounds: [Int]) {
  var made: [SearchTrial] = []
  var rounds: [Int] = []
  while true {
    let round = method.strategy.nextRound(in: space, trials: trials, seed: seed, after: made)
    if round.points.isEmpty { return (made, rounds) }
    rounds.append(round.points.count)
    made += round.points.map {
      SearchTrial(point: $0, score: score($0), budgetShare: round.budgetShare)
    }
    precondition(rounds.count < 1000, "a search without an end")
  }
}

@Suite struct SearchSpaceTests {
  /// The ends are values, and what is between them is spread evenly on the scale.
  @Test func valuesOfCoordinates() throws {
    let lr = ranges[0]
    #expect(lr.value(at: 0) == "1e-05" && lr.value(at: 1) == "1")
    #expect(lr.value(at: 0.6) == "0.01")
    #expect(ranges[1].value(at: 0.5) == "0.745")
    let batch = SearchDimension("batch", .integers(1...4, .linear))
    let eighths = (0..<8).map { (Double($0) + 0.5) / 8 }
    #expect(eighths.map(batch.value).joined() == "11223344")
    let form = SearchDimension("form", .choices(["a", "b", "c"]))
    let sixths = (0..<6).map { (Double($0) + 0.5) / 6 }
    #expect(sixths.map(form.value).joined() == "aabbcc")
    // Each its share of the logarithm: log 1.5 − log 0.5 of log 8.5 − log 0.5.
    let steps = SearchDimension("steps", .integers(1...8, .log))
    let ones = (0..<1000).count { steps.value(at: (Double($0) + 0.5) / 1000) == "1" }
    #expect(abs(Double(ones) - 1000 * log(3) / log(17)) <= 1)
  }

  @Test(arguments: [
    SearchDimension("a", .interval(1e-7...1e3, .log)), .init("b", .interval(-2...5, .linear)),
    .init("c", .integers(1...1000, .log)), .init("d", .integers(-3...3, .linear)),
    .init("e", .choices(["x", "y"])),
  ])
  func coordinatesOfValues(_ dimension: SearchDimension) throws {
    for i in 0...100 {
      let value = dimension.value(at: Double(i) / 100)
      let u = try #require(dimension.coordinate(of: value))
      #expect((0...1).contains(u))
      #expect(dimension.value(at: u) == value)
    }
    #expect(dimension.coordinate(of: "1e9") == nil)
  }

  @Test func whatCannotBeSearched() {
    func reason(_ dimensions: [SearchDimension]) -> String? {
      do {
        _ = try SearchSpace(dimensions)
        return nil
      } catch { return "\(error)" }
    }
    #expect(reason([]) == "there is nothing to search")
    #expect(
      reason([.init("lr", .interval(0...1, .log))])
        == "lr: lr is on a logarithmic scale, so the range 0..1 (log) must begin above 0")
    #expect(reason([.init("lr", .interval(1...1, .log))]) == "lr: the range 1..1 (log) is empty")
    #expect(
      reason([.init("x", .interval(0...(.infinity), .linear))])
        == "x: a range that is searched has ends")
    #expect(reason([.init("x", .choices([]))]) == "x: there is nothing to choose from")
    #expect(reason([.init("x", .choices(["1", "1"]))]) == "x: a value stands twice")
    #expect(reason([ranges[0], ranges[0]]) == "lr stands twice among what is searched")
  }

  @Test func edges() throws {
    let space = try space()
    #expect(space.edges(of: ["0.01", "0.7"]) == [])
    #expect(
      space.edges(of: ["0.5", "0.51"]) == [
        .init(dimension: 0, side: .upper), .init(dimension: 1, side: .lower),
      ])
    // A tenth of five decades from the end, and no more.
    #expect(space.edges(of: ["3.1e-5", "0.7"]).count == 1)
    #expect(space.edges(of: ["3.2e-5", "0.7"]).isEmpty)
    // Where the end is the last valid value there is nothing beyond.
    let closed = try SearchSpace([
      SearchDimension("momentum", .interval(0...0.9, .linear), bounds: (0.0..<1).bounds)
    ])
    #expect(closed.edges(of: ["0"]).isEmpty && closed.edges(of: ["0.85"]).count == 1)
    let choices = try SearchSpace([SearchDimension("form", .choices(["a", "b"]))])
    #expect(choices.edges(of: ["b"]).isEmpty)
  }

  @Test func widening() throws {
    let space = try space()
    let wider = space.widened(at: space.edges(of: ["0.5", "0.98"]))
    #expect(wider.dimensions[0].domain == .interval(1e-5...1e5, .log))
    #expect(wider.dimensions[1].domain == .interval(0.5...1, .linear))
    let lower = space.widened(at: space.edges(of: ["1.1e-5", "0.7"]))
    #expect(lower.dimensions[0].domain == .interval(1e-10...1, .log))
    #expect(lower.dimensions[1] == space.dimensions[1])
  }
}

@Suite struct SearchStrategyTests {
  private struct Golden: Decodable {
    let sobol: [[Double]]
    let halton: [[Double]]
  }

  private static let golden: Golden = {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "References/search.json")
    return try! JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
  }()

  /// Without scrambling, the sequences are those of scipy.
  @Test func sequencesAreThoseOfSciPy() {
    let sobol = Self.golden.sobol
    #expect(
      SobolSequence(dimensions: sobol[0].count, seed: nil).points(0..<sobol.count) == sobol)
    let halton = Self.golden.halton
    let points = HaltonSequence(dimensions: halton[0].count, seed: nil).points(0..<halton.count)
    for (a, b) in zip(points.joined(), halton.joined()) { #expect(abs(a - b) < 1e-15) }
  }

  /// Scrambled or not: of the first 2ᵏ points each of 2ᵏ equal intervals has one, in each dimension.
  @Test(arguments: [UInt64(1), 2, 99])
  func sobolIsANet(_ seed: UInt64) {
    let points = SobolSequence(dimensions: 21, seed: seed).points(0..<128)
    for d in 0..<21 {
      #expect(Set(points.map { Int($0[d] * 128) }).count == 128, "dimension \(d)")
    }
    // And in the first two, each of the rectangles 2⁻ᵏ by 2ᵏ⁻⁷.
    for k in 0...7 {
      let cells = points.map { Int($0[0] * Double(1 << k)) << 8 | Int($0[1] * Double(128 >> k)) }
      #expect(Set(cells).count == 128, "rectangles \(k)")
    }
  }

  @Test func haltonIsEven() {
    let points = HaltonSequence(dimensions: 3, seed: 5).points(0..<3 * 5 * 8)
    for (d, base) in [8, 27, 25].enumerated() {
      let counts = Dictionary(grouping: points) { Int($0[d] * Double(base)) }.values.map(\.count)
      #expect(counts.max()! - counts.min()! <= 1 && counts.count == base, "dimension \(d)")
    }
  }

  /// Beyond the table of direction numbers points are still in the cube, and vary.
  @Test func sobolInManyDimensions() {
    let points = SobolSequence(dimensions: 40, seed: 1).points(0..<64)
    #expect(points.allSatisfy { $0.count == 40 && $0.allSatisfy { (0..<1).contains($0) } })
    for d in 0..<40 { #expect(Set(points.map { $0[d] }).count == 64) }
  }

  /// Every method makes as many trials as it is asked for, in the cube, the same ones for the same seed.
  @Test(arguments: Tuning.Method.allCases, [1, 2, 7, 32, 100])
  func asManyTrialsAsAskedFor(_ method: Tuning.Method, _ trials: Int) throws {
    let space = try space(ranges + [SearchDimension("form", .choices(["a", "b", "c"]))])
    let (made, _) = search(method, space, trials: trials)
    #expect(made.allSatisfy { $0.point.count == 3 && $0.point.allSatisfy { (0...1).contains($0) } })
    if method == .halving {
      let cost = made.reduce(0) { $0 + $1.budgetShare }
      #expect(cost <= Double(trials) * (1 + 1e-9) && cost > 0.6 * Double(trials))
      #expect(made.last?.budgetShare == 1)
    } else {
      #expect(made.count == trials && made.allSatisfy { $0.budgetShare == 1 })
    }
    #expect(search(method, space, trials: trials).trials == made)
    let isGridAlone =
      method == .grid
      && made.count
        == GridSearch.levels(space, trials: trials)
        .reduce(1, *)
    #expect((search(method, space, trials: trials, seed: 2).trials == made) == isGridAlone)
  }

  /// Failures everywhere stop nothing.
  @Test(arguments: Tuning.Method.allCases)
  func failuresAreTrials(_ method: Tuning.Method) throws {
    let all = search(method, try space(), trials: 32) { _ in .nan }
    let some = search(method, try space(), trials: 32) { $0[0] > 0.2 ? .infinity : bowl($0) }
    #expect(all.trials.count == search(method, try space(), trials: 32).trials.count)
    #expect(some.trials.count == all.trials.count)
    #expect(all.trials.allSatisfy { $0.score == .infinity })
  }

  @Test func gridHasEveryCombination() throws {
    let space = try space([
      ranges[0], SearchDimension("form", .choices(["a", "b"])), ranges[1],
    ])
    #expect(GridSearch.levels(space, trials: 32) == [4, 2, 4])
    #expect(GridSearch.levels(space, trials: 1) == [1, 1, 1])
    let made = search(.grid, space, trials: 34).trials.map { space.values(at: $0.point) }
    let grid = made.prefix(32)
    #expect(Set(grid).count == 32)
    // Evenly over five decades, the ends included.
    let rates = Set(grid.map { $0[0] })
    #expect(rates == ["1e-05", "0.000464159", "0.0215443", "1"])
    #expect(Set(grid.map { $0[1] }) == ["a", "b"])
  }

  /// Each stage lies in its box around the best of those before.
  @Test func coarseToFineCloses() throws {
    let (made, rounds) = search(.coarseToFine, try space(), trials: 64)
    #expect(rounds == [32, 16, 16])
    for (begin, width) in [(32, 0.25), (48, 0.0625)] {
      let best = made[..<begin].min { $0.score < $1.score }!.point
      let stage = made[begin..<begin + 16].map(\.point)
      for d in 0..<2 {
        let (low, high) = (stage.map { $0[d] }.min()!, stage.map { $0[d] }.max()!)
        #expect(high - low <= width && high - low > 0.8 * width)
        #expect(low <= best[d] + 1e-12 && high >= best[d] - width && abs(best[d] - low) <= width)
      }
    }
  }

  /// The best third of each rung goes on, and the order of equal ones is that of their numbers.
  @Test func halvingKeepsTheBest() throws {
    let rungs = SuccessiveHalving.rungs(trials: 32)
    #expect(rungs.map(\.count) == [216, 72, 24, 8])
    let shares: [Double] = [27, 9, 3, 1].map { 1 / $0 }
    #expect(rungs.map(\.share) == shares)
    let (made, rounds) = search(.halving, try space(), trials: 32)
    #expect(rounds == rungs.map(\.count))
    let first = made.prefix(216).map(\.point).sorted { bowl($0) < bowl($1) }
    #expect(made.suffix(8).map(\.point) == Array(first.prefix(8)))
    let alike = search(.halving, try space(), trials: 32) { _ in 1 }.trials
    #expect(alike.suffix(8).map(\.point) == alike.prefix(8).map(\.point))
  }

  /// What learns from earlier trials ends nearer than what does not: the median over seeds, in the plane
  /// and where one of three choices is right.
  @Test(arguments: [Tuning.Method.parzen, .coarseToFine, .halving])
  func whatLearnsIsNearer(_ method: Tuning.Method) throws {
    func median(_ method: Tuning.Method, _ space: SearchSpace, _ score: ([Double]) -> Double)
      -> Double
    {
      let best = (1...31).map { seed in
        search(method, space, trials: 64, seed: UInt64(seed), score: score).trials.map(\.score)
          .min()!
      }
      return best.sorted()[15]
    }
    let plane = try space()
    #expect(median(method, plane, bowl) < 0.7 * median(.random, plane, bowl))
    let mixed = try space(ranges + [SearchDimension("form", .choices(["a", "b", "c"]))])
    func score(_ point: [Double]) -> Double {
      bowl(Array(point.prefix(2))) + (Int(point[2] * 3) == 1 ? 0 : 1)
    }
    #expect(median(method, mixed, score) < 0.8 * median(.random, mixed, score))
  }
}
