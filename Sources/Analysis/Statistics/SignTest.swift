// Whether one of two participants wins more often than a fair coin would.

import OptimizerKit

/// A two-sided test that wins and losses have equal chances, in runs that weigh 1/n each on a
/// problem of n runs. Ties say nothing and are left out.
public struct SignTest: Sendable, Equatable {
  /// How the p-value comes about.
  public enum Method: Sendable, Equatable {
    /// All runs weigh the same: the sign test, min(1, 2 P(Bin(w + l, ½) ≤ min(w, l))) for w wins
    /// and l losses (Dixon and Mood 1946, doi:10.1080/01621459.1946.10501898).
    case sign
    /// The share of all sign flips of the weighted runs whose sum is at least as far from 0 as that
    /// seen (Fisher's randomisation; Pitman 1937, doi:10.2307/2984124). Runs of the same weight are
    /// flipped as one binomial number, so that the flips can be enumerated.
    case flips
    /// (1 + c)/(1 + 20000), of c among 20,000 random flips, where they are too many to enumerate
    /// (Phipson and Smyth 2010, doi:10.2202/1544-6115.1585).
    case randomFlips
  }

  public let method: Method
  /// The probability of so uneven a result if chances are equal, 0 ≤ p ≤ 1.
  public let p: Double

  /// Runs of one weight.
  struct Group {
    var runs: Int
    var wins = 0
    var losses = 0
    /// Those that are not tied.
    var decided: Int { wins + losses }
    var weight: Double { 1 / Double(runs) }
  }

  /// - Parameter cells: for each problem how many runs it has, and how many were won and lost.
  init(_ cells: [Group]) {
    var groups: [Group] = []
    for cell in cells where cell.decided > 0 {
      if let i = groups.firstIndex(where: { $0.runs == cell.runs }) {
        groups[i].wins += cell.wins
        groups[i].losses += cell.losses
      } else {
        groups.append(cell)
      }
    }
    guard groups.count > 1 else {
      method = .sign
      p = groups.first.map { Self.sign(wins: $0.wins, losses: $0.losses) } ?? 1
      return
    }
    // The largest group has a closed form, the others are enumerated.
    groups.sort { ($0.decided, $0.runs) < ($1.decided, $1.runs) }
    let size = groups.dropLast().reduce(1.0) { $0 * Double($1.decided + 1) }
    method = size <= 65_536 ? .flips : .randomFlips
    p = size <= 65_536 ? Self.enumerated(groups) : Self.random(groups)
  }

  private static func sign(wins: Int, losses: Int) -> Double {
    min(1, 2 * Distributions.fairCoin(atMost: min(wins, losses), of: wins + losses))
  }

  /// What sums of flips must reach, but for rounding.
  private static func bound(_ groups: [Group]) -> Double {
    let sum = groups.reduce(0) { $0 + $1.weight * Double($1.wins - $1.losses) }
    return abs(sum) - 1e-9 * groups.reduce(0) { $0 + $1.weight * Double($1.decided) }
  }

  private static func enumerated(_ groups: [Group]) -> Double {
    let bound = bound(groups)
    guard bound > 0 else { return 1 }
    var outcomes = [(sum: 0.0, probability: 1.0)]
    for group in groups.dropLast() {
      let count = group.decided
      let chances = heads(of: count)
      outcomes = outcomes.flatMap { outcome in
        (0...count).map {
          (
            outcome.sum + group.weight * Double(2 * $0 - count),
            outcome.probability * chances[$0]
          )
        }
      }
    }
    let last = groups[groups.count - 1]
    let count = last.decided
    var atMost = heads(of: count)
    for i in 1...count { atMost[i] += atMost[i - 1] }
    // The distribution is symmetric, and P(heads ≥ k) = P(heads ≤ count − k).
    let upper = outcomes.reduce(0.0) { sum, outcome in
      let heads = (0.5 * ((bound - outcome.sum) / last.weight + Double(count))).rounded(.up)
      if heads > Double(count) { return sum }
      return sum + outcome.probability * (heads <= 0 ? 1 : atMost[count - Int(heads)])
    }
    return min(1, 2 * upper)
  }

  /// P(heads = k) of n tosses for k from 0 to n; from the middle outwards.
  private static func heads(of count: Int) -> [Double] {
    var chances = [Double](repeating: 0, count: count + 1)
    let middle = count / 2
    chances[middle] = 1
    for k in middle..<count { chances[k + 1] = chances[k] * Double(count - k) / Double(k + 1) }
    for k in (0..<middle).reversed() {
      chances[k] = chances[k + 1] * Double(k + 1) / Double(count - k)
    }
    let sum = chances.reduce(0, +)
    return chances.map { $0 / sum }
  }

  private static func random(_ groups: [Group]) -> Double {
    let bound = bound(groups)
    let flips = 20_000
    var random = RandomSource(seed: 1, purpose: .instance)
    var far = 0
    for _ in 0..<flips {
      var sum = 0.0
      for group in groups {
        var (heads, left) = (0, group.decided)
        while left > 0 {
          let bits = random.next() & (left < 64 ? (1 << UInt64(left)) - 1 : UInt64.max)
          heads += bits.nonzeroBitCount
          left -= 64
        }
        sum += group.weight * Double(2 * heads - group.decided)
      }
      if abs(sum) >= bound { far += 1 }
    }
    return Double(1 + far) / Double(1 + flips)
  }
}
