// Many trials with little, few with much.

import OptimizerKit

/// Successive halving (Jamieson and Talwalkar 2016, arXiv 1502.07943) with η = 3: many points with a part
/// of the budget, then the best third of them with three times as much, until the best have all of it. The
/// cost is at most that of as many whole trials as are asked for; the first rung is at 1/27 of the budget,
/// or higher where there are few trials.
struct SuccessiveHalving: SearchStrategy {
  func nextRound(
    in space: SearchSpace, trials: Int, seed: UInt64, after earlier: [SearchTrial]
  ) -> SearchRound {
    let rungs = Self.rungs(trials: trials)
    var before = 0
    for (index, rung) in rungs.enumerated() {
      guard earlier.count <= before else {
        before += rung.count
        continue
      }
      guard index > 0 else {
        let points = SobolSequence(dimensions: space.dimensions.count, seed: seed)
          .points(0..<rung.count)
        return SearchRound(points, budgetShare: rung.share)
      }
      let last = earlier.suffix(rungs[index - 1].count).enumerated()
      let best = last.sorted { ($0.element.score, $0.offset) < ($1.element.score, $1.offset) }
        .prefix(rung.count)
      return SearchRound(best.map(\.element.point), budgetShare: rung.share)
    }
    return SearchRound()
  }

  func count(of trials: Int) -> Int { Self.rungs(trials: trials).reduce(0) { $0 + $1.count } }

  /// How many trials have which share of the budget.
  static func rungs(trials: Int) -> [(count: Int, share: Double)] {
    var height = 0
    while height < 3, power(3.0, height + 1) <= Double(trials) { height += 1 }
    let count = trials * Int(power(3.0, height)) / (height + 1)
    return (0...height).map { rung in
      (max(1, count / Int(power(3.0, rung))), 1 / power(3.0, height - rung))
    }
  }
}
