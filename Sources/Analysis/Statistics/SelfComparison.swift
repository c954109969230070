// What a participant seems to win against itself.

import OptimizerKit

/// The A/A control: by how much a participant seems to differ from itself.
///
/// Within each problem, the runs of a participant are put around a circle, in random order, run i
/// is set against run i + 1, and the share of wins is taken as in `Pairwise`. Many such shares, of
/// all participants, have a central range; a share within it means nothing.
///
/// Of the pairs around the circle every other one is taken, so that no run is compared twice. All
/// of them would vary far less than the pairs of two participants do, whose runs are apart: a run
/// that beats the next is likely to lose to the one before. Their variance is a third (that of the
/// descents of a random circle, n/12 and not n/4), and nothing where runs have one of two scores.
/// So there are m = ⌊n/2⌋ pairs for n, and the distance of a problem's share from ½ is multiplied
/// by √(m/n).
enum SelfComparison {
  /// How many orders of the runs are drawn on each problem: 2⁶.
  private static let orders = 64
  /// How many shares are put together from them, of all participants.
  private static let draws = 2000

  /// The central range of the shares; nil where no problem has two distinct runs. A problem with a
  /// single one adds nothing that varies: a participant is equal to itself there.
  static func range(_ results: Results, confidence: Double) -> ClosedRange<Double>? {
    guard results.runs.contains(where: { $0 > 1 }) else { return nil }
    // Who wins a pair is as good as random, so that only the distance from ½ counts. The draws are
    // the same for everybody: the order of the participants does not matter.
    var distances: [Double] = []
    let draws = (draws + results.participants.count - 1) / results.participants.count
    for scores in results.scores {
      let leads = scores.enumerated().map { Self.leads($1, problem: $0) }
      var random = RandomSource(seed: 1, purpose: .noise)
      for _ in 0..<draws {
        var sum = 0.0
        for own in leads {
          // Six bits for the order, one for who is the first of each pair.
          let bits = random.next()
          let lead = own[Int(bits >> 58)]
          sum += bits & 1 == 0 ? lead : -lead
        }
        distances.append(abs(sum))
      }
    }
    guard let distance = Statistics.quantile(confidence, of: distances) else { return nil }
    let width = min(0.5, distance / Double(results.problems.count))
    return (0.5 - width)...(0.5 + width)
  }

  /// By how much the share of wins is above ½ in random orders, as if there were n pairs.
  private static func leads(_ runs: [Double], problem: Int) -> [Double] {
    guard runs.count > 1 else { return Array(repeating: 0, count: orders) }
    var random = RandomSource(seed: 1, purpose: .instance, step: problem)
    var circle = runs
    let pairs = runs.count / 2
    let scale = 0.5 / (Double(pairs) * Double(runs.count)).squareRoot()
    return (0..<orders).map { _ in
      var lead = 0
      for i in 0..<runs.count {
        circle.swapAt(i, i + random.index(below: runs.count - i))
        guard i % 2 == 1 else { continue }
        lead += circle[i - 1] < circle[i] ? 1 : circle[i - 1] > circle[i] ? -1 : 0
      }
      return scale * Double(lead)
    }
  }
}
