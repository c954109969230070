// Which learning rates work, for the verdict of `optlab check`.

import Analysis
import Harness
import OptimizerKit

/// An optimizer under many learning rates.
struct LearningRateSweep {
  /// The rates, evenly spaced in logarithm.
  let rates: [Double]
  /// What is left at the end of each run, as a share of the start's; infinite where it diverged.
  let shares: [Double]
  /// What the shares are of, "f − f*", and below which of them a rate is said to work.
  var measure = "f − f*"
  var goal = 0.01

  /// `count` rates from 1e-6 to 10, but for those that the optimizer does not take.
  private init(
    _ optimizer: any Optimizer, _ count: Int, _ shares: ([Double]) throws -> [Double]
  ) rethrows {
    let span = Double.log(10) - Double.log(1e-6)
    let bounds = optimizer.hyperparameters.first { $0.name == "lr" }?.bounds ?? .positive
    rates = (0..<count).map {
      Double.exp(Double.log(1e-6) + span * Double($0) / Double(count - 1))
    }.filter(bounds.contains)
    self.shares = try shares(rates).map { $0.isFinite ? $0 : .infinity }
  }

  /// A rule from the surface's first start, all rates side by side.
  init(_ rule: any CoordinateRule, on surface: any Surface, count: Int = 512, steps: Int = 1000) {
    let start = surface.starts[0]
    let minimum = surface.minimumLoss ?? 0
    let initial = surface.loss(at: start) - minimum
    self.init(rule, count) { rates in
      var descent = LaneDescent(rule, on: surface, from: start, rates: rates)
      descent.advance(steps: steps)
      return rates.indices.map { (surface.loss(at: descent.point($0)) - minimum) / initial }
    }
  }

  /// Any optimizer from the surface's first start, one rate after the other.
  init(
    _ optimizer: any Optimizer, on surface: any Surface, in catalogue: PluginCatalogue,
    count: Int = 43, steps: Int = 100
  ) throws {
    let start = surface.starts[0]
    let minimum = surface.minimumLoss ?? 0
    let initial = surface.loss(at: start) - minimum
    try self.init(optimizer, count) { rates in
      try rates.map { rate in
        let run = RunSpec(
          optimizer: try Self.spec(optimizer, rate), problem: PluginSpec(surface), start: start,
          budget: .steps(steps))
        let result = try catalogue.execute(
          run, recording: Recording(path: .outcomes, validations: 0),
          context: ExecutionContext(now: { 0 }))
        return result.outcome.status == .diverged
          ? .infinity : (result.outcome.finalLoss - minimum) / initial
      }
    }
  }

  /// An optimizer at a learning rate; a wrapper without one of its own is set around `sgd`.
  private static func spec(_ optimizer: any Optimizer, _ rate: Double) throws -> OptimizerSpec {
    var plugin = PluginSpec(optimizer)
    let own = plugin.settings.firstIndex { $0.name == "lr" }
    if let own {
      plugin.settings[own].value = "\(rate)"
      return OptimizerSpec(plugin)
    }
    let lr = PluginSpec.Setting(name: "lr", value: "\(rate)")
    return OptimizerSpec(plugin, wrapping: OptimizerSpec(PluginSpec(name: "sgd", settings: [lr])))
  }

  /// Any optimizer on a network, one rate after the other.
  init(
    _ optimizer: any Optimizer, training problem: any TrainingProblem, count: Int = 22,
    steps: Int = 60
  )
    throws
  {
    try self.init(optimizer, count) { rates in
      try rates.map {
        try OptimizerConformance.trainingShare(of: optimizer, on: problem, lr: $0, steps: steps)
      }
    }
    measure = "the training loss"
    goal = 0.5
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

  /// In one line: "best at 0.033, f − f* 1e-9 of the start's; below 1 % from 0.0023 to 0.039".
  var verdict: String {
    guard let first = rates.first, let last = rates.last else {
      return "its learning rates lie outside 1e-6 to 10, and none was tried"
    }
    guard let best, best.share < 1 else {
      return "no learning rate from \(brief(first)) to \(brief(last)) makes progress"
    }
    var text = "best at \(brief(best.rate)), \(measure) \(brief(best.share)) of the start's"
    if let range = working(below: goal) {
      text +=
        "; below \(brief(100 * goal)) % from \(brief(range.lowerBound)) to \(brief(range.upperBound))"
      if range.lowerBound == first || range.upperBound == last {
        text += " (the edge of what was tried)"
      }
    }
    return text
  }
}
