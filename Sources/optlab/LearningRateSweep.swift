// Which learning rates work: hundreds of runs side by side, for the verdict of `optlab check`.

import OptimizerKit

/// A rule on a surface under many learning rates.
struct LearningRateSweep {
  /// The rates, evenly spaced in logarithm.
  let rates: [Double]
  /// f − f* at the end of each run, as a share of the start's; infinite where it diverged.
  let shares: [Double]

  /// Runs `count` rates from 1e-6 to 10 for `steps` updates, from the surface's first start.
  init(_ rule: any CoordinateRule, on surface: any Surface, count: Int = 512, steps: Int = 1000) {
    let span = Double.log(10) - Double.log(1e-6)
    rates = (0..<count).map {
      Double.exp(Double.log(1e-6) + span * Double($0) / Double(count - 1))
    }
    let start = surface.starts[0]
    let minimum = surface.minimumLoss ?? 0
    var descent = LaneDescent(rule, on: surface, from: start, rates: rates)
    descent.advance(steps: steps)
    let initial = surface.loss(at: start) - minimum
    shares = (0..<count).map { run in
      let share = (surface.loss(at: descent.point(run)) - minimum) / initial
      return share.isFinite ? share : .infinity
    }
  }

  /// The rate that ends lowest, and its share.
  var best: (rate: Double, share: Double)? {
    zip(rates, shares).min { $0.1 < $1.1 }.map { ($0.0, $0.1) }
  }

  /// The longest unbroken range of rates that end below `share` of the start.
  func working(below share: Double) -> ClosedRange<Double>? {
    var longest: Range<Int> = 0..<0
    var begin = 0
    for i in 0...shares.count where i == shares.count || shares[i] > share {
      if i - begin > longest.count { longest = begin..<i }
      begin = i + 1
    }
    return longest.isEmpty ? nil : rates[longest.lowerBound]...rates[longest.upperBound - 1]
  }

  /// In one line: "best at 0.033; from 0.0023 to 0.039 f − f* falls below 1 % of the start's".
  var verdict: String {
    guard let best, best.share < 1 else { return "no learning rate from 1e-6 to 10 makes progress" }
    var text = "best at \(brief(best.rate)), f − f* \(brief(best.share)) of the start's"
    if let range = working(below: 0.01) {
      text += "; below 1 % from \(brief(range.lowerBound)) to \(brief(range.upperBound))"
      let ends = [rates.first, rates.last]
      if ends.contains(range.lowerBound) || ends.contains(range.upperBound) {
        text += " (the edge of what was tried)"
      }
    }
    return text
  }
}
