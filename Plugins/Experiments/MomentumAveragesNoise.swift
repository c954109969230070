import Analysis
import OptimizerKit

/// Momentum averages the noise of gradients in its updates, and ends as far from the minimum.
///
/// With independent noise of variance σ² about a mean gradient g, the updates of momentum have the mean
/// α g/(1 − μ) and the variance α² σ²/(1 − μ²). Relative to the squared mean the noise is therefore
///
///     (1 − μ)/(1 + μ)
///
/// of that of plain gradient descent: 1/3 at μ = 0.5, 1/19 at 0.9. But the average is over time only:
/// noise that entered one update stays in the next ones, and what they add up to is the same. Around a
/// minimum of curvature λ, at the same effective rate a = α/(1 − μ), gradient descent and momentum
/// settle at the mean losses
///
///     a σ²/(2 (2 − aλ))   and   a σ² (1 + μ)/(2 (2 (1 + μ) − a (1 − μ) λ)),
///
/// which are equal for small aλ. Both are measured: on a round quadratic with Gaussian noise and on
/// logistic regression with minibatches; early, where the gradient hardly changes, and late.
///
/// Polyak 1964, doi:10.1016/0041-5553(64)90137-5; Kidambi et al. 2018, arXiv 1803.05591, and Wang et al.
/// 2024, arXiv 2307.15196 (momentum gains little where noise rules).
public struct MomentumAveragesNoise: Experiment {
  public static let name = "momentum-averages-noise"
  public static let summary = "noise in updates, and in where they lead, against momentum"
  public static let source =
    "CS231n, lecture on training neural networks; Wang et al. 2024, arXiv 2307.15196"
  public static let claim = "Gradients of minibatches are noisy, and momentum averages the noise."
  public static let rule =
    "At the same effective rate α/(1 − μ), on both problems: it holds if with every momentum the "
    + "noise in an update, relative to the update without noise, is surely (95 % intervals over "
    + "seeds) less than half that of gradient descent, and the loss that is settled at surely less "
    + "than 90 % of it; it holds only for updates if the loss is not; it does not hold otherwise."
  public static let chapter = ExperimentChapter.optimizers
  public static let place = 3.0

  public init() {}

  /// A problem with its effective learning rates: early, so low that the gradient hardly changes; late,
  /// so high that the path forgets its start.
  private struct Ground {
    let name: String
    let noisy: String
    let quiet: String
    let early: Double
    let late: Double
    /// Whether it is the quadratic of theory.
    let expectsLoss: Bool
  }

  private static let grounds = [
    Ground(
      name: "quadratic", noisy: "quadratic[condition=1;noise=1]", quiet: "quadratic[condition=1]",
      early: 0.002, late: 0.05, expectsLoss: true),
    Ground(
      name: "logistic regression", noisy: "logistic-regression[batch=4]",
      quiet: "logistic-regression", early: 0.005, late: 0.5, expectsLoss: false),
  ]

  private static let momenta = [0.5, 0.9, 0.95]
  /// With 0.95 the updates average over about 20 steps; by the third time of that their mean has come
  /// to within 5 %.
  private static let window = 60...100
  /// Of the steps of late runs, those before are not looked at.
  private static let settled = 0.5

  private static func name(_ phase: String, _ ground: Ground, _ momentum: Double) -> String {
    "\(ground.name), μ = \(momentum), \(phase)"
  }

  private static func rule(_ rate: Double, _ momentum: Double) -> String {
    momentum == 0
      ? "sgd[lr=\(rate)]"
      : "momentum[lr=\(rounded(rate * (1 - momentum), digits: 6));momentum=\(momentum)]"
  }

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    let seeds = (1...size.choose(full: 20, quick: 8)).map { UInt64($0) }
    return Self.grounds.flatMap { ground in
      ([0] + Self.momenta).flatMap { momentum in
        var noisy = Suite.Group(
          name: Self.name("early", ground, momentum),
          optimizers: [Self.rule(ground.early, momentum)], problems: [ground.noisy])
        noisy.budget = .steps(Self.window.upperBound)
        noisy.seeds = seeds
        var quiet = noisy
        quiet.name = Self.name("without noise", ground, momentum)
        quiet.problems = [ground.quiet]
        quiet.seeds = [1]
        var late = noisy
        late.name = Self.name("late", ground, momentum)
        late.optimizers = [Self.rule(ground.late, momentum)]
        late.budget = .steps(size.choose(full: 3000, quick: 1000))
        late.recording.every = 10
        return [noisy, quiet, late]
      }
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "gradient descent at the same effective rate in place of momentum",
      groups(size).map { group in
        var group = group
        for ground in Self.grounds {
          for momentum in Self.momenta {
            for rate in [ground.early, ground.late]
            where group.optimizers == [Self.rule(rate, momentum)] {
              group.optimizers = [Self.rule(rate, 0)]
              return group
            }
          }
        }
        return group
      })
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    var numbers: [Verdict.Number] = []
    var isQuieter = true
    var isLower = true
    var quieter: [Chart.Panel] = []
    var lower: [Chart.Series] = []
    var texts: [(noise: Double, loss: Double)] = []
    for ground in Self.grounds {
      let plain = (
        noise: try noise(ground, 0, in: runs), loss: try settledLoss(ground, 0, in: runs)
      )
      var noises = [Chart.Point(0, 1)]
      var losses = [Chart.Point(0, 1)]
      for momentum in Self.momenta {
        let noise = try ratio(noise(ground, momentum, in: runs), to: plain.noise)
        let loss = try ratio(settledLoss(ground, momentum, in: runs), to: plain.loss)
        isQuieter = isQuieter && noise.interval.map { $0.upperBound < 0.5 } ?? false
        isLower = isLower && loss.interval.map { $0.upperBound < 0.9 } ?? false
        let settled = Verdict.Number(
          "\(ground.name), μ = \(momentum): loss settled at, of that of sgd", loss)
        numbers += [
          Verdict.Number("\(ground.name), μ = \(momentum): noise in updates, of that of sgd", noise)
            .stated(Self.expected(momentum)),
          ground.expectsLoss
            ? settled.stated(Self.expectedLoss(ground.late, momentum)) : settled,
        ]
        noises.append(Chart.Point(momentum, noise.value, in: noise.interval))
        losses.append(Chart.Point(momentum, loss.value, in: loss.interval))
        if momentum == 0.9 { texts.append((noise.value, loss.value)) }
      }
      quieter.append(
        Chart.Panel(
          ground.name, x: Chart.Axis("momentum μ"),
          y: Chart.Axis("noise in updates, of that of sgd", isLog: true),
          series: [
            Chart.Series("measured", noises, style: .points),
            Chart.Series(
              "(1 − μ)/(1 + μ)",
              (0...95).map { Chart.Point(Double($0) / 100, Self.expected(Double($0) / 100)) },
              style: .dashed),
          ]))
      lower.append(Chart.Series(ground.name, losses))
    }
    func list(_ values: [Double]) -> String {
      values.map { "\(rounded($0, digits: 2))" }.joined(separator: " and ")
    }
    let sentence =
      "at the same effective rate and with μ = 0.9, the noise in updates is "
      + "\(list(texts.map(\.noise))) of that of gradient descent (theory: "
      + "\(rounded(Self.expected(0.9), digits: 2))), and the loss that is settled at "
      + "\(list(texts.map(\.loss))) of its (\(Self.grounds.map(\.name).joined(separator: " and ")))"
    return Verdict(
      isQuieter ? (isLower ? .holds : .holdsOnlyWhen) : .doesNotHold,
      (isQuieter && !isLower ? "updates are meant, and not where they lead: " : "") + sentence,
      numbers: numbers,
      charts: [
        try updatesChart(of: runs),
        Chart(
          name: "updates", title: "The larger the momentum, the less noise is in an update",
          panels: quieter,
          notes: ["means over seeds with 95 % intervals, at the same effective rate α/(1 − μ)"]),
        Chart(
          name: "settled", title: "The loss that momentum settles at, at the same effective rate",
          x: Chart.Axis("momentum μ"),
          y: Chart.Axis("loss settled at, of that of sgd", range: 0...1.3), series: lower,
          levels: [Chart.Level("gradient descent", at: 1)],
          notes: ["bands are 95 % intervals of the mean over seeds"]),
      ])
  }

  /// What theory says of the noise in updates.
  private static func expected(_ momentum: Double) -> Double { (1 - momentum) / (1 + momentum) }

  /// What theory says of the loss that is settled at, relative to gradient descent, on a quadratic of
  /// curvature 1.
  private static func expectedLoss(_ rate: Double, _ momentum: Double) -> Double {
    (2 - rate) * (1 + momentum) / (2 * (1 + momentum) - rate * (1 - momentum))
  }

  /// The ratio r of two means over the same seeds. Its interval is that of the mean of
  /// r + (yᵢ − r xᵢ)/x̄, to which it is equal in first order (Cochran 1977, "Sampling Techniques",
  /// section 2.11).
  private func ratio(_ values: [Double], to others: [Double]) throws(Undecided) -> Estimate {
    guard values.count == others.count, let value = Statistics.mean(values),
      let other = Statistics.mean(others), other > 0, other.isFinite,
      let estimate = Estimate.mean(
        of: zip(values, others).map { value / other + ($0 - value / other * $1) / other })
    else { throw Undecided("there is nothing to compare noise or losses with") }
    return estimate
  }

  /// The updates of a run within the window, coordinate by coordinate.
  private func updates(of run: RunRecord, in runs: ExperimentRuns) throws(Undecided) -> [[Double]] {
    let path = try runs.traced(run).trajectory
    guard path.steps.count == Self.window.upperBound + 1, path.dimension > 0 else {
      throw Undecided("\(run.label) has not all of its points")
    }
    return Self.window.map { zip(path.point($0), path.point($0 - 1)).map { $0 - $1 } }
  }

  /// The updates of gradient descent, or of momentum, with the first seed and without noise.
  private func examples(_ ground: Ground, _ momentum: Double, in runs: ExperimentRuns)
    throws(Undecided) -> (noisy: [RunRecord], quiet: [[Double]])
  {
    let quiet = try runs.ended(Self.name("without noise", ground, momentum))
    return (
      try runs.ended(Self.name("early", ground, momentum), least: 5),
      try updates(of: quiet[0], in: runs)
    )
  }

  /// Of each seed the squared distance of updates from those without noise, over the squared length of
  /// the latter; summed over the window.
  private func noise(_ ground: Ground, _ momentum: Double, in runs: ExperimentRuns)
    throws(Undecided) -> [Double]
  {
    let (noisy, quiet) = try examples(ground, momentum, in: runs)
    let expected = quiet.flatMap { $0 }
    let length = expected.reduce(0) { $0 + $1 * $1 }
    var noises: [Double] = []
    for run in noisy {
      let squares = zip(try updates(of: run, in: runs).flatMap { $0 }, expected).reduce(0) {
        $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
      }
      noises.append(squares / length)
    }
    return noises
  }

  /// Updates one after the other, of the first seed on the first problem.
  private func updatesChart(of runs: ExperimentRuns) throws(Undecided) -> Chart {
    var series: [Chart.Series] = []
    for (name, optimizer, momentum) in [("sgd", "sgd", 0.0), ("momentum 0.9", "momentum", 0.9)] {
      let (noisy, quiet) = try examples(Self.grounds[0], momentum, in: runs)
      let updates = try updates(of: noisy[0], in: runs)
      series.append(
        Chart.Series(
          name,
          zip(Self.window, zip(updates, quiet)).map { step, update in
            Chart.Point(Double(step), update.0[0] / update.1[0])
          }, optimizer: optimizer))
    }
    return Chart(
      name: "steps", title: "Momentum keeps its direction where gradient descent jitters",
      x: Chart.Axis("step"),
      y: Chart.Axis("update along x₀, of that without noise"), series: series,
      levels: [Chart.Level("without noise", at: 1)],
      notes: ["one seed, on the quadratic, at the same effective rate α/(1 − μ)"])
  }

  /// Of each seed the mean of f − f* over the later steps.
  private func settledLoss(_ ground: Ground, _ momentum: Double, in runs: ExperimentRuns)
    throws(Undecided) -> [Double]
  {
    var losses: [Double] = []
    for run in try runs.ended(Self.name("late", ground, momentum), least: 5) {
      guard let surface = try runs.problem(of: run) as? any Surface,
        let minimum = surface.minimumLoss
      else { throw Undecided("the minimum of \(ground.name) is not known") }
      let path = try runs.traced(run).trajectory
      let late = zip(path.steps, path.losses)
        .filter { Double($0.0) >= Self.settled * Double(run.steps) }.map { $0.1 - minimum }
      losses.append(Statistics.mean(late) ?? .nan)
    }
    return losses
  }
}
