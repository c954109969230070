// What a participant seems to win against itself.

import OptimizerKit

/// The A/A control: by how much a participant seems to differ from itself.
///
/// Within each problem, run i is set against run i + k of the same participant, around the cycle of n
/// runs, and the share of wins is taken as in `Pairwise`. Many such shares, each with a shift k at random for
/// every problem, and of all participants, have a central range; a share within it means nothing.
///
/// Each run is compared twice, with the run before it and with the one behind it, and the two results
/// have a correlation of −1/3: a run that beats one is likely to beat the other. So the shares vary
/// √3 less about ½ than those of two participants, whose runs are apart (the variance of the number
/// of descents in a random cycle is n/12, not n/4). The range is widened by this factor.
enum SelfComparison {
  /// How many shares are drawn, of all participants together.
  static let draws = 2000

  /// The central range of the shares; nil where no problem has three distinct runs, of which a cycle can be
  /// made. A problem with fewer adds nothing that varies.
  static func range(_ results: Results, confidence: Double) -> ClosedRange<Double>? {
    guard results.runs.contains(where: { $0 > 2 }) else { return nil }
    var random = RandomSource(seed: 1, purpose: .instance)
    // A shift and its opposite give shares that add up to 1, so that only the distance from ½ counts.
    var distances: [Double] = []
    let draws = (draws + results.participants.count - 1) / results.participants.count
    for scores in results.scores {
      let leads = scores.map(Self.leads)
      for _ in 0..<draws {
        distances.append(abs(leads.reduce(0.0) { $0 + $1[random.index(below: $1.count)] }))
      }
    }
    guard let distance = Statistics.quantile(confidence, of: distances) else { return nil }
    let width = min(0.5, 3.0.squareRoot() * distance / Double(results.problems.count))
    return (0.5 - width)...(0.5 + width)
  }

  /// By how much the share of wins of run i over run i + k is above ½, for each shift k. Half the cycle
  /// is left out: it compares the same pairs twice.
  private static func leads(_ runs: [Double]) -> [Double] {
    let count = runs.count
    guard count > 2 else { return [0] }
    return (1..<count).compactMap { shift in
      guard 2 * shift != count else { return nil }
      var lead = 0
      for i in 0..<count {
        let other = runs[i + shift < count ? i + shift : i + shift - count]
        lead += runs[i] < other ? 1 : runs[i] > other ? -1 : 0
      }
      return 0.5 * Double(lead) / Double(count)
    }
  }
}
