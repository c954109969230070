import Analysis
import OptimizerKit

/// RMSProp neither stops as AdaGrad does, nor overshoots and comes back as momentum does.
///
/// The first is measured on the way to a far minimum, 1000 away, where nothing asks for shorter steps: the
/// exponent with which step lengths change over t, by octaves. That of AdaGrad tends to −½, for its sum of
/// squares grows like t. RMSProp has the lecture's decay of 0.9: its mean square starts at 0, so that its
/// first steps are too long and shrink until it is filled, over about 1/(1 − ρ) steps. With 0.99 that takes
/// hundreds of steps, and looks like AdaGrad meanwhile.
///
/// The second is measured with learning rates tuned alike, on a valley and on a surface with four minima,
/// from random starts: how far a path passes the minimum that it ends at, along the steep or the flat
/// direction, in per cent of the initial distance, whichever is more. At a constant rate RMSProp ends in a
/// cycle of about the size α around the minimum, which counts as passing it. What is below 10 % is seen in no
/// picture of a path.
///
/// Tieleman and Hinton 2012, Coursera lecture 6.5; Duchi, Hazan and Singer 2011, JMLR 12:2121.
public struct RMSPropKeepsGoing: Experiment {
  public static let name = "rmsprop-keeps-going"
  public static let summary = "RMSProp's steps against AdaGrad's, its overshoot against momentum's"
  public static let source =
    "CS231n, lecture on training neural networks; Tieleman and Hinton 2012, Coursera lecture 6.5"
  public static let claim =
    "RMSProp does not stop as AdaGrad does, and does not overshoot and come back as momentum does."
  public static let rule =
    "It does not stop if the exponent of its step length is surely above −0.1 (95 % interval of the "
    + "median over starts), and AdaGrad's surely below −0.4. It does not overshoot if, tuned alike, on "
    + "both surfaces its overshoot is surely less than momentum's from the same start, and surely below "
    + "10 %. It holds if both are so, holds only for the one that is, and does not hold otherwise."
  public static let chapter = ExperimentChapter.optimizers
  public static let place = 8.0
  public static let figures = ["trajectory"]

  public init() {}

  private static let surfaces = [
    (name: "valley", problem: "quadratic[condition=30]"),
    (name: "four minima", problem: "himmelblau"),
  ]
  private static let firstOctave = 32
  private static let octaves = 5
  private static let far = 1000.0

  private static func way(_ rule: String) -> String { "\(rule) on its way" }
  private static func name(_ rule: String, _ surface: String) -> String { "\(rule), \(surface)" }

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    let ways = [("rmsprop", "rmsprop[lr=0.1;decay=0.9]"), ("adagrad", "adagrad[lr=0.1]")].map {
      rule, selection in
      var group = Suite.Group(
        name: Self.way(rule), optimizers: [selection],
        problems: ["quadratic[condition=30]"])
      group.starts = (1...7).map { place in
        let angle = 0.5 * Double.pi * Double(place) / 8
        return [Self.far * cos(angle), Self.far * sin(angle)]
      }
      group.budget = .steps(Self.firstOctave << Self.octaves)
      return group
    }
    let tuned = [
      ("rmsprop", "rmsprop[lr=1e-5..1;decay=0.9]"), ("momentum", "momentum[lr=1e-5..1]"),
    ].flatMap { rule, selection in
      Self.surfaces.map { surface in
        var group = Suite.Group(
          name: Self.name(rule, surface.name), optimizers: [selection],
          problems: [surface.problem])
        group.instances = (1...size.choose(full: 100, quick: 30)).map {
          Instance($0, isMoved: false)
        }
        group.budget = .steps(500)
        var tuning = Tuning(trials: size.choose(full: 32, quick: 16))
        tuning.instances = (1001...1010).map { Instance($0, isMoved: false) }
        tuning.judgesDefaults = false
        group.tuning = tuning
        return group
      }
    }
    return ways + tuned
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "momentum in place of RMSProp",
      groups(size).replacing("rmsprop[", by: "momentum[").replacing(";decay=0.9", by: ""))
  }

  public func isDrawn(_ run: RunRecord) -> Bool { run.spec.instance?.number == 2 }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    var numbers: [Verdict.Number] = []
    var exponents: [Estimate] = []
    var lengths: [Chart.Series] = []
    for rule in ["rmsprop", "adagrad"] {
      var octaves: [StepOctaves] = []
      for run in try runs.ended(Self.way(rule), least: 5) {
        let path = try runs.traced(run).trajectory
        guard let own = StepOctaves(path, from: Self.firstOctave, count: Self.octaves) else {
          throw Undecided("\(run.label) has not all of its points")
        }
        octaves.append(own)
      }
      guard let exponent = Estimate.median(of: octaves.map(\.exponent)) else {
        throw Undecided("there are no steps")
      }
      exponents.append(exponent)
      numbers.append(Verdict.Number("exponent of the step length of \(rule)", exponent))
      lengths.append(
        Chart.Series(
          rule,
          (0..<Self.octaves).map { place in
            Chart.Point(
              1.5 * Double(Self.firstOctave << place),
              medianOf: octaves.map { $0.lengths[place] })
          }, optimizer: rule))
    }
    // Where all starts give the same there is no interval.
    func low(_ estimate: Estimate) -> Double { estimate.interval?.lowerBound ?? estimate.value }
    func high(_ estimate: Estimate) -> Double { estimate.interval?.upperBound ?? estimate.value }
    let goesOn = low(exponents[0]) > -0.1 && high(exponents[1]) < -0.4

    var isStraight = true
    var texts: [String] = []
    var panels: [Chart.Panel] = []
    for surface in Self.surfaces {
      func overshoots(_ rule: String) throws(Undecided) -> [Double] {
        try runs.values(Self.name(rule, surface.name), "overshoot", least: 20) { run in
          run.measures.steepOvershoot.flatMap { steep in
            run.measures.flatOvershoot.map { max(steep, $0) }
          }
        }
      }
      let (own, other) = (try overshoots("rmsprop"), try overshoots("momentum"))
      guard own.count == other.count, let overshoot = Estimate.median(of: own),
        let rival = Estimate.median(of: other),
        let less = Estimate.median(of: zip(own, other).map { $0 - $1 })
      else { throw Undecided("the starts in \(surface.name) are not the same for both") }
      isStraight = isStraight && high(less) < 0 && high(overshoot) < 10
      numbers += [
        Verdict.Number("\(surface.name): overshoot of rmsprop", overshoot, unit: "%"),
        Verdict.Number("\(surface.name): overshoot of momentum", rival, unit: "%"),
        Verdict.Number("\(surface.name): difference from the same start", less, unit: "%"),
      ]
      texts.append(
        "\(rounded(overshoot.value, digits: 2)) % against \(rounded(rival.value, digits: 2)) % "
          + "(\(surface.name))")
      panels.append(Self.distribution(surface.name, ["rmsprop": own, "momentum": other]))
    }
    let condition =
      goesOn && !isStraight
      ? "going on is meant, and not overshooting: "
      : !goesOn && isStraight ? "overshooting is meant, and not going on: " : ""
    return Verdict(
      goesOn && isStraight ? .holds : goesOn || isStraight ? .holdsOnlyWhen : .doesNotHold,
      condition + "on the way to a far minimum its steps change like t to the power "
        + "\(rounded(exponents[0].value, digits: 2)), AdaGrad's to the power "
        + "\(rounded(exponents[1].value, digits: 2)); tuned alike, RMSProp overshoots by "
        + "\(texts.joined(separator: " and ")) of momentum, medians over starts",
      numbers: numbers,
      charts: [
        Chart(
          name: "steps", title: "On the way to a far minimum, RMSProp keeps its steps",
          x: Chart.Axis("step t", isLog: true), y: Chart.Axis("length of a step", isLog: true),
          series: lengths,
          notes: ["root mean square by octaves of t; medians over starts with quartiles"]),
        Chart(
          name: "overshoots", title: "How far paths pass the minimum, learning rates tuned alike",
          panels: panels, notes: ["starts with more than 100 % are counted, and not drawn"]),
      ])
  }

  /// The share of starts from which the minimum is passed by no more than so much.
  private static func distribution(_ name: String, _ overshoots: [String: [Double]]) -> Chart.Panel
  {
    Chart.Panel(
      name, x: Chart.Axis("overshoot, % of the initial distance", range: 0...100),
      y: Chart.Axis("share of starts with no more, %", range: 0...102),
      series: overshoots.sorted { $0.key < $1.key }.map { rule, values in
        Chart.Series(
          rule,
          values.filter { $0 <= 100 }.sorted().enumerated().map {
            Chart.Point($1, 100 * Double($0 + 1) / Double(values.count))
          }, optimizer: rule)
      })
  }
}
