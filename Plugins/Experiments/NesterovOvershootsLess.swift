import Analysis
import OptimizerKit

/// Nesterov's momentum overshoots less than plain momentum, and both of its forms are one method.
///
/// The textbook evaluates the gradient where the velocity is about to lead:
///
///     v ← μ v − α ∇f(θ + μ v),   θ ← θ + v
///
/// What is implemented keeps x = θ + μ v instead, so that the gradient is that at the point itself:
///
///     v ← μ v + ∇f(x),   x ← x − α (∇f(x) + μ v)
///
/// The first is computed here for itself, with the learning rate and the momentum that the runs were
/// given, and compared with their points; and its θ must overshoot less too.
///
/// Along a direction of curvature λ, the oscillation of plain momentum dies away like √μᵗ, that of
/// Nesterov's like √(μ(1 − αλ))ᵗ: it is damped the better, the steeper the direction. But it bears only
/// αλ < 2(1 + μ)/(1 + 2μ), 1.36 at μ = 0.9, and plain momentum αλ < 2(1 + μ) = 3.8. All rates up to there
/// are tried. Below αλ = 1 gradient descent itself would not pass the minimum: there at least the claim
/// must be true. At αλ = 1 the first step of x, α(1 + μ)λ, passes the minimum by μ of the way, as the
/// second one of plain momentum does; θ comes to the minimum exactly.
///
/// Nesterov 1983, Soviet Math. Dokl. 27; Sutskever et al. 2013, ICML 28; Bengio et al. 2012,
/// arXiv 1212.0901 (the second form).
public struct NesterovOvershootsLess: Experiment {
  public static let name = "nesterov-overshoots-less"
  public static let summary = "Nesterov's momentum against plain momentum, and its two forms"
  public static let source =
    "CS231n, lecture on training neural networks; Sutskever et al. 2013, ICML 28; Bengio et al. "
    + "2012, arXiv 1212.0901"
  public static let claim =
    "Nesterov's momentum overshoots less than plain momentum of the same μ and learning rate, and its "
    + "look-ahead and its rearranged form give the same iterates."
  public static let rule =
    "It holds if both forms give the same iterates to 1e-9 of the initial distance, if Nesterov's "
    + "surely overshoots less over random starts on both surfaces (95 % interval of the median paired "
    + "difference), and on the quadratic in both forms at all rates that plain momentum bears; it "
    + "holds only up to a rate if on the quadratic it is so up to there, at least at all rates below "
    + "αλ = 1; it does not hold otherwise."
  public static let chapter = ExperimentChapter.optimizers
  public static let place = 5.0
  public static let figures = ["overshoot"]

  public init() {}

  private static let momentum = 0.9
  private static let condition = 10.0
  /// αλ along the steep direction.
  private static let rates = [0.01, 0.03, 0.1, 0.3, 0.6, 0.9, 1, 1.3, 1.5, 2, 3, 3.5]
  private static let surfaces = ["zakharov", "himmelblau"]
  private static let surfaceRate = 0.0005
  private static let start = [condition, 1]

  private static func learningRate(_ rate: Double) -> Double { rate / condition }

  private static func name(_ rule: String, _ ground: String) -> String { "\(rule), \(ground)" }

  private static func ground(_ rate: Double) -> String { "αλ = \(rate)" }

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    func group(_ rule: String, _ ground: String, _ problem: String, _ learningRate: Double)
      -> Suite.Group
    {
      Suite.Group(
        name: Self.name(rule, ground),
        optimizers: ["\(rule)[lr=\(learningRate);momentum=\(Self.momentum)]"],
        problems: [problem])
    }
    return ["momentum", "nesterov"].flatMap { rule in
      Self.rates.map { rate in
        var group = group(
          rule, Self.ground(rate), "quadratic[condition=\(Int(Self.condition))]",
          Self.learningRate(rate))
        group.starts = [Self.start]
        group.budget = .steps(300)
        return group
      }
        + Self.surfaces.map { surface in
          var group = group(rule, surface, surface, Self.surfaceRate)
          group.instances = (1...size.choose(full: 300, quick: 150)).map {
            Instance($0, isMoved: false)
          }
          group.budget = .steps(500)
          return group
        }
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    let groups = groups(size)
    let grounds = Self.rates.map(Self.ground) + Self.surfaces
    return Opposite(
      "both exchanged",
      grounds.reduce(groups) {
        $0.exchanging(Self.name("momentum", $1), Self.name("nesterov", $1))
      })
  }

  public func isDrawn(_ run: RunRecord) -> Bool {
    run.spec.start == Self.start
      && run.spec.optimizer["lr"].flatMap(Double.init) == Self.learningRate(0.1)
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    var largestDifference = 0.0
    // By rate, in per cent.
    var plain: [Double] = []
    var nesterov: [Double] = []
    var theta: [Double] = []
    for rate in Self.rates {
      let ground = Self.ground(rate)
      func overshoot(_ rule: String) throws(Undecided) -> Double {
        try runs.values(Self.name(rule, ground), "overshoot") {
          $0.hasFailed ? .infinity : $0.measures.steepOvershoot
        }[0]
      }
      plain.append(try overshoot("momentum"))
      nesterov.append(try overshoot("nesterov"))
      let run = try runs.ended(Self.name("nesterov", ground))[0]
      let textbook = try lookAhead(run, Self.learningRate(rate), in: runs)
      // Where it diverges, rounding grows with everything else.
      if !run.hasFailed { largestDifference = max(largestDifference, textbook.difference) }
      theta.append(run.hasFailed ? .infinity : textbook.overshoot)
    }
    // What is equal but for rounding is not less.
    let isLess = zip(plain, zip(nesterov, theta)).map { max($1.0, $1.1) < $0 - 1e-6 }
    let edge = isLess.prefix { $0 }.count
    let mustBe = Self.rates.filter { $0 < 1 }.count

    var isSurelyLess = true
    var numbers: [Verdict.Number] = []
    var panels: [Chart.Panel] = []
    var texts: [String] = []
    for surface in Self.surfaces {
      func overshoots(_ rule: String) throws(Undecided) -> [Double] {
        try runs.values(Self.name(rule, surface), "overshoot", least: 20) {
          $0.measures.steepOvershoot
        }
      }
      let (plain, nesterov) = (try overshoots("momentum"), try overshoots("nesterov"))
      guard plain.count == nesterov.count,
        let less = Estimate.median(of: zip(nesterov, plain).map { $0 - $1 }),
        let most = Statistics.median(plain), let least = Statistics.median(nesterov)
      else { throw Undecided("the starts on \(surface) are not the same for both") }
      isSurelyLess = isSurelyLess && less.interval.map { $0.upperBound < 0 } ?? false
      numbers += [
        Verdict.Number("\(surface): Nesterov's overshoot less that of momentum", less, unit: "%")
      ]
      texts.append(
        "\(rounded(least, digits: 3)) in place of \(rounded(most, digits: 3)) % on \(surface)")
      // Two starts in a hundred lie almost level with the minimum they end at.
      let farthest = Statistics.quantile(0.98, of: plain) ?? 100
      panels.append(
        Chart.Panel(
          surface, x: Chart.Axis("overshoot of momentum, %", range: 0...max(farthest, 1)),
          y: Chart.Axis("overshoot of Nesterov's, %", range: 0...max(farthest, 1)),
          series: [
            Chart.Series(
              "a start",
              zip(plain, nesterov).filter { $0 <= farthest && $1 <= farthest }
                .map { Chart.Point($0, $1) }, style: .points, optimizer: "nesterov"),
            Chart.Series(
              "as far", [Chart.Point(0, 0), Chart.Point(farthest, farthest)], style: .dashed),
          ]))
      for run in try runs.ended(Self.name("nesterov", surface)).prefix(5) where !run.hasFailed {
        largestDifference = max(
          largestDifference, try lookAhead(run, Self.surfaceRate, in: runs).difference)
      }
    }
    let bearing = nesterov.firstIndex(of: .infinity) ?? Self.rates.count - 1
    let isSame = largestDifference <= 1e-9
    for (rate, values) in zip(Self.rates, zip(plain, zip(nesterov, theta))) {
      numbers += [
        ("momentum", values.0), ("Nesterov's", values.1.0), ("Nesterov's θ", values.1.1),
      ].map { Verdict.Number("αλ = \(rate): overshoot of \($0.0)", $0.1, unit: "%") }
    }
    numbers.append(
      Verdict.Number("largest difference of both forms, of the initial distance", largestDifference)
    )

    let isWhole = isSame && isSurelyLess && edge == Self.rates.count
    let isUpToEdge = isSame && isSurelyLess && edge >= mustBe
    let condition =
      isUpToEdge && !isWhole
      ? "αλ is at most \(Self.rates[edge - 1]): at \(Self.rates[edge]) its points x go "
        + "\(nesterov[edge] > plain[edge] + 1e-6 ? "farther than" : "as far as") those of plain momentum, "
        + "and from \(Self.rates[bearing]) on it diverges. Up to there, " : ""
    return Verdict(
      isWhole ? .holds : isUpToEdge ? .holdsOnlyWhen : .doesNotHold,
      condition
        + "Nesterov's overshoots by \(texts.joined(separator: " and by ")) (medians), and its "
        + "two forms differ by \(rounded(largestDifference, digits: 1)) of the initial distance",
      numbers: numbers,
      charts: [
        rateChart([("momentum", plain), ("nesterov", nesterov)]),
        Chart(
          name: "starts", title: "Start by start, Nesterov's momentum and plain momentum",
          panels: panels,
          notes: ["starts beyond the 98 % quantile of plain momentum are left out"]),
      ])
  }

  private func rateChart(_ overshoots: [(optimizer: String, values: [Double])]) -> Chart {
    let edge = 2 * (1 + Self.momentum) / (1 + 2 * Self.momentum)
    return Chart(
      name: "rates", title: "Nesterov's overshoots less, up to the rate that it bears",
      x: Chart.Axis("αλ along the steep direction", isLog: true),
      y: Chart.Axis("overshoot, % of the initial distance", range: 0...320),
      series: overshoots.map { optimizer, values in
        Chart.Series(
          optimizer,
          zip(Self.rates, values).filter { $1.isFinite }.map { Chart.Point($0, $1) },
          optimizer: optimizer)
      }, levels: [Chart.Level("Nesterov's edge", at: edge, .vertical)],
      notes: [
        "momentum \(Self.momentum) on a quadratic; Nesterov's diverges beyond its edge, "
          + "2(1 + μ)/(1 + 2μ), and is not drawn there"
      ])
  }

  /// The textbook form from the start of a run: how far θ + μ v comes from the points of the run, of the
  /// initial distance from the origin; and the passage of θ beyond the minimum along the last axis, in
  /// per cent, where the minimum is the origin.
  private func lookAhead(_ run: RunRecord, _ learningRate: Double, in runs: ExperimentRuns)
    throws(Undecided) -> (difference: Double, overshoot: Double)
  {
    let path = try runs.traced(run).trajectory
    guard let surface = try runs.problem(of: run) as? any Surface, path.count > 0,
      path.dimension == surface.dimension
    else { throw Undecided("\(run.label) has no points") }
    let start = Array(path.point(0))
    let size = start.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let last = start.count - 1
    var theta = start
    var velocity = [Double](repeating: 0, count: start.count)
    var difference = 0.0
    var passage = 0.0
    for row in 1..<max(path.count, 1) {
      let gradient = surface.gradient(at: zip(theta, velocity).map { $0 + Self.momentum * $1 })
      for i in theta.indices {
        velocity[i] = Self.momentum * velocity[i] - learningRate * gradient[i]
        theta[i] += velocity[i]
      }
      let squares = path.point(row).enumerated().reduce(0) { sum, x in
        let apart = x.element - theta[x.offset] - Self.momentum * velocity[x.offset]
        return sum + apart * apart
      }
      difference = max(difference, squares.squareRoot() / size)
      passage = max(passage, -theta[last] / start[last])
    }
    return (difference, 100 * passage)
  }
}
