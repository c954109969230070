import Analysis
import OptimizerKit

/// Momentum overshoots the minimum, the farther the larger it is.
///
/// Along a direction of curvature λ the heavy ball is a damped oscillator, which comes to the minimum
/// without passing it where μ ≤ (1 − √(αλ))², and otherwise swings beyond it. On a quadratic the share of
/// the way that it passes the minimum by is the same from every start. Therefore distributions are
/// measured on surfaces that are none, from random starts: `zakharov`, a bowl with a steep rise far out,
/// and `himmelblau`, with four minima. What is measured is the farthest passage beyond the minimum that
/// the path ends at, along the steepest direction of the Hessian there, in per cent of the initial
/// distance along it.
///
/// Polyak 1964, doi:10.1016/0041-5553(64)90137-5; Sutskever et al. 2013, ICML 28.
public struct MomentumOvershoots: Experiment {
  public static let name = "momentum-overshoots"
  public static let summary = "how far beyond the minimum momentum goes, over random starts"
  public static let source =
    "CS231n, lecture on training neural networks; Polyak 1964, "
    + "doi:10.1016/0041-5553(64)90137-5"
  public static let claim =
    "Momentum overshoots the minimum: the farther, the larger the momentum from 0.5 to 0.99."
  public static let rule =
    "It holds if, on both surfaces, gradient descent passes the minimum by a hundredth of the way from "
    + "surely less than half of the starts, and momentum 0.9 from surely more than half, and if each "
    + "larger momentum surely goes farther from the same start (95 % interval of the median "
    + "difference); it does not hold otherwise."
  public static let chapter = ExperimentChapter.optimizers
  public static let place = 4.5
  public static let figures = ["overshoot"]

  public init() {}

  private static let surfaces = ["zakharov", "himmelblau"]
  private static let momenta = [0.5, 0.9, 0.95, 0.99]
  /// Low enough for all of them from all starts.
  private static let learningRate = 0.0005

  private static func name(_ surface: String, _ momentum: Double) -> String {
    "\(surface), μ = \(momentum)"
  }

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    Self.surfaces.flatMap { surface in
      ([0] + Self.momenta).map { momentum in
        var group = Suite.Group(
          name: Self.name(surface, momentum),
          optimizers: ["momentum[lr=\(Self.learningRate);momentum=\(momentum)]"],
          problems: [surface])
        group.instances = (1...size.choose(full: 300, quick: 120)).map {
          Instance($0, isMoved: false)
        }
        // What swings longest, 0.99, has come to 1 % in the full size: 0.99^(t/2). It goes farthest at once.
        group.budget = .steps(size.choose(full: 1000, quick: 400))
        group.recording.every = 5
        return group
      }
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "momentum 0, which is gradient descent, in place of momentum",
      groups(size).map { group in
        var group = group
        group.optimizers = ["momentum[lr=\(Self.learningRate);momentum=0]"]
        return group
      })
  }

  /// One start on the bowl.
  public func isDrawn(_ run: RunRecord) -> Bool {
    run.spec.problem.name == Self.surfaces[0] && run.spec.instance?.number == 1
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    var holds = true
    var numbers: [Verdict.Number] = []
    var charts: [Chart] = []
    var texts: [String] = []
    for surface in Self.surfaces {
      func overshoots(_ momentum: Double) throws(Undecided) -> [Double] {
        try runs.values(Self.name(surface, momentum), "overshoot", least: 20) {
          $0.measures.steepOvershoot
        }
      }
      func passing(_ values: [Double]) -> Estimate? {
        Estimate.share(values.filter { $0 > 1 }.count, of: values.count)
      }
      let plain = try overshoots(0)
      holds = holds && passing(plain)?.interval.map { $0.upperBound < 0.5 } ?? false
      numbers += [
        Estimate.median(of: plain).map {
          Verdict.Number("\(surface), gradient descent: overshoot", $0, unit: "%")
        }
      ].compactMap { $0 }
      var found: [[Double]] = []
      for momentum in Self.momenta {
        let values = try overshoots(momentum)
        if momentum == 0.9 {
          holds = holds && passing(values)?.interval.map { $0.lowerBound > 0.5 } ?? false
        }
        if let before = found.last {
          let more = zip(values, before).map { $0 - $1 }
          let interval = more.count == before.count ? Estimate.median(of: more)?.interval : nil
          holds = holds && interval.map { $0.lowerBound > 0 } ?? false
        }
        found.append(values)
        numbers += [
          Estimate.median(of: values).map {
            Verdict.Number("\(surface), μ = \(momentum): overshoot", $0, unit: "%")
          }
        ].compactMap { $0 }
      }
      let medians = found.map { "\(Int((Statistics.median($0) ?? .infinity).rounded()))" }
      texts.append("\(medians.joined(separator: ", ")) % on \(surface)")
      charts.append(Self.histograms(surface, found))
    }
    let momenta = Self.momenta.map { "\($0)" }.joined(separator: ", ")
    return Verdict(
      holds ? .holds : .doesNotHold,
      "with momentum \(momenta) the median overshoot along the steep direction is "
        + texts.joined(separator: " and ") + " of the initial distance",
      numbers: numbers, charts: charts)
  }

  private static let binWidth = 10.0
  /// What goes farther is counted in the last bin.
  private static let farthest = 150.0

  private static func histograms(_ surface: String, _ found: [[Double]]) -> Chart {
    let bins = Int(farthest / binWidth)
    let shares = found.map { values in
      var counts = [Int](repeating: 0, count: bins)
      for value in values { counts[Int(min(max(value, 0), farthest - 1) / binWidth)] += 1 }
      return counts.map { 100 * Double($0) / Double(values.count) }
    }
    let highest = shares.flatMap { $0 }.max() ?? 100
    return Chart(
      name: "distribution-\(surface)",
      title: "The larger the momentum, the farther beyond the minimum (\(surface))",
      panels: zip(momenta, zip(found, shares)).map { momentum, found in
        Chart.Panel(
          "μ = \(momentum)",
          x: Chart.Axis("overshoot, %", range: 0...farthest),
          y: Chart.Axis("share of starts, %", range: 0...(1.05 * highest)),
          series: [
            Chart.Series(
              "",
              found.1.enumerated().map { Chart.Point((Double($0) + 0.5) * binWidth, $1) },
              style: .steps)
          ],
          levels: [
            Chart.Level("median", at: Statistics.median(found.0) ?? 0, .vertical)
          ])
      },
      notes: [
        "\(found[0].count) random starts; in per cent of the initial distance along the steepest direction; "
          + "the last bar counts all beyond \(Int(farthest - binWidth)) %"
      ])
  }
}
