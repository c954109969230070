import Analysis
import OptimizerKit

/// Muon trains a multi-layer perceptron to a lower loss than AdamW, both tuned.
///
/// Muon moves the weight matrices by their orthogonalised momentum and leaves biases to AdamW. Both are
/// searched over two hyperparameters, AdamW's learning rate and weight decay, Muon's learning rate and
/// that of the AdamW within, with equally many trials on seeds that are not judged, and both follow a
/// cosine to the end of the budget, which counts steps: Muon's are dearer. The ratio of two validation
/// losses of the same seed is taken, and its mean logarithm by Student's interval.
///
/// arXiv 2604.15297, where Muon beats AdamW on multi-layer perceptrons; the method: Jordan et al. 2024,
/// kellerjordan.github.io/posts/muon.
public struct MuonBeatsAdamW: Experiment {
  public static let name = "muon-beats-adamw"
  public static let summary = "Muon against AdamW on a multi-layer perceptron, both tuned"
  public static let source =
    "arXiv 2604.15297; Jordan et al. 2024, kellerjordan.github.io/posts/muon"
  public static let claim =
    "On a multi-layer perceptron Muon reaches a lower validation loss than AdamW in as many steps, both "
    + "tuned alike."
  public static let rule =
    "It holds if the 95 % interval of the mean ratio of their validation losses over paired seeds lies "
    + "below 1; it does not hold otherwise."
  public static let chapter = ExperimentChapter.published
  public static let place = 24.0
  public static let figures = ["loss-curves"]

  public init() {}

  private static let methods = [
    ("muon", "muon@moonlight[lr=1e-4..0.1;weightDecay=0](adamw[lr=1e-4..0.1]:cosine):cosine"),
    ("adamw", "adamw[lr=1e-4..0.1;weightDecay=1e-4..1]:cosine"),
  ]

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    Self.methods.map { name, optimizer in
      let hidden = size.choose(full: "64x64", quick: "32x32")
      let examples = size.choose(full: 20_000, quick: 5000)
      var group = Suite.Group(
        name: name, optimizers: [optimizer],
        problems: ["mlp[hidden=\(hidden);trainSize=\(examples)]"])
      group.seeds = Array(1...size.choose(full: 12, quick: 4))
      group.budget = .steps(size.choose(full: 300, quick: 60))
      group.recording = Recording(validations: size.choose(full: 10, quick: 2))
      var tuning = Tuning(trials: size.choose(full: 24, quick: 8))
      tuning.judgesDefaults = false
      group.tuning = tuning
      return group
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite("Muon and AdamW exchanged", groups(size).exchanging("muon", "adamw"))
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    func losses(_ group: String) throws(Undecided) -> [Double] {
      try runs.values(group, "validation loss", least: 3) {
        $0.hasFailed ? .infinity : $0.validation?.loss
      }
    }
    let muon = try losses("muon")
    let adamw = try losses("adamw")
    guard muon.count == adamw.count, adamw.allSatisfy({ $0.isFinite && $0 > 0 }) else {
      throw Undecided("there are no pairs of finite losses")
    }
    let logs = zip(muon, adamw).map { Double.log($0 / $1) }
    guard let mean = Estimate.mean(of: logs), let muonLoss = Estimate.mean(of: muon),
      let adamwLoss = Estimate.mean(of: adamw)
    else { throw Undecided("there are no runs") }
    let ratio = Estimate(
      exp(mean.value), mean.interval.map { exp($0.lowerBound)...exp($0.upperBound) })
    let upper = ratio.interval?.upperBound ?? .infinity
    let text = { (value: Double) in shortest(rounded(value, digits: 3)) }
    func points(_ group: String, _ x: Double) throws(Undecided) -> [Chart.Point] {
      try losses(group).enumerated().map { seed, loss in
        Chart.Point(x + 0.02 * Double(seed), loss)
      }
    }
    return Verdict(
      upper < 1 ? .holds : .doesNotHold,
      "the validation loss with Muon is \(text(ratio.value)) times that with AdamW "
        + "(\(text(muonLoss.value)) and \(text(adamwLoss.value)), means over \(muon.count) seeds)",
      numbers: [
        Verdict.Number("loss with Muon over that with AdamW", ratio),
        Verdict.Number("validation loss with Muon", muonLoss),
        Verdict.Number("validation loss with AdamW", adamwLoss),
      ],
      charts: [
        Chart(
          name: "losses",
          title: "Validation losses of a perceptron with Muon and AdamW, both tuned",
          x: Chart.Axis("", categories: ["Muon", "AdamW"]), y: Chart.Axis("validation loss"),
          series: [
            Chart.Series("Muon", try points("muon", 0.9), style: .points, optimizer: "muon"),
            Chart.Series("AdamW", try points("adamw", 1.9), style: .points, optimizer: "adamw"),
          ], notes: ["one point for each of \(muon.count) seeds"])
      ])
  }
}
