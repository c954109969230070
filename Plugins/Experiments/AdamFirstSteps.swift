import Analysis
import OptimizerKit

/// Adam without bias correction takes gigantic first steps.
///
/// Its moments start at 0. After one step m = (1 − β₁) g and v = (1 − β₂) g², so that the first step is
///
///     with correction      α
///     without              α (1 − β₁)/√(1 − β₂) = 3.16 α     at β₁ = 0.9, β₂ = 0.999
///
/// Since m reaches its level within 10 steps and v within 1,000, steps then grow before they shrink: under
/// a constant gradient the t-th is α (1 − β₁ᵗ)/√(1 − β₂ᵗ), at most 6.6 α, where it is α throughout with the
/// correction. Measured is the root mean square over the parameters of a step, in units of α.
///
/// The lecture does not say what is gigantic. Here it is twice what the learning rate asks for: then a
/// rate tuned to within a factor of two of where training fails no longer holds. With the correction,
/// |m̂| ≤ √v̂ but for the difference of their weights over the first steps, so that 1.1 α leaves room for no
/// more than that. The network is small: what is claimed depends on no size.
///
/// CS231n, lecture on training neural networks; Kingma and Ba 2015, arXiv 1412.6980, section 3.
public struct AdamFirstSteps: Experiment {
  public static let name = "adam-first-steps"
  public static let summary = "Adam's first steps, with and without bias correction"
  public static let source =
    "CS231n, lecture on training neural networks; Kingma and Ba 2015, arXiv 1412.6980, section 3"
  public static let claim =
    "Without bias correction Adam takes gigantic first steps, and with it it does not."
  public static let rule =
    "It holds if, from every seed, the longest of the first 20 steps is above 2 α without correction and "
    + "at most 1.1 α with it (root mean squares over the parameters); it does not hold otherwise."
  public static let chapter = ExperimentChapter.optimizers
  public static let place = 9.0

  public init() {}

  private static let rate = 1e-3
  private static let (beta1, beta2) = (0.9, 0.999)
  private static let judged = 20
  private static let forms = [
    (name: "corrected", title: "with correction"),
    (name: "uncorrected", title: "without correction"),
  ]

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    Self.forms.map { form in
      var group = Suite.Group(
        name: form.name,
        optimizers: [
          "adam[lr=\(Self.rate);beta1=\(Self.beta1);beta2=\(Self.beta2);"
            + "biasCorrection=\(form.name == "corrected")]"
        ],
        problems: [
          size.choose(full: "mlp[hidden=32;trainSize=5000]", quick: "mlp[hidden=8;trainSize=500]")
        ])
      group.seeds = Array(1...size.choose(full: 10, quick: 3))
      let steps = size.choose(full: 60, quick: Self.judged)
      group.budget = .steps(steps)
      group.recording = Recording(validations: 1, checkpoints: steps)
      return group
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "the correction in both", groups(size).replacing("Correction=false", by: "Correction=true"))
  }

  /// The root mean square of the change of a parameter, step by step, in units of the learning rate.
  private func steps(_ path: Trajectory) -> [Double] {
    zip(path.checkpoints, path.checkpoints.dropFirst()).map { before, after in
      var squares = 0.0
      for (old, new) in zip(before.parameters, after.parameters) {
        let change = Double(new) - Double(old)
        squares += change * change
      }
      return (squares / Double(max(before.parameters.count, 1))).squareRoot() / Self.rate
    }
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    var numbers: [Verdict.Number] = []
    var series: [Chart.Series] = []
    var longest: [[Double]] = []
    for form in Self.forms {
      var paths: [[Double]] = []
      for run in try runs.ended(form.name, least: 3) {
        let steps = steps(try runs.traced(run).trajectory)
        guard steps.count >= Self.judged else {
          throw Undecided("a run \(form.title) has \(steps.count) steps with checkpoints")
        }
        paths.append(steps)
      }
      longest.append(paths.map { $0.prefix(Self.judged).max() ?? 0 })
      if let first = Verdict.Number(
        "first step \(form.title)", medianOf: paths.map { $0[0] }, unit: "α"),
        let most = Verdict.Number(
          "longest step \(form.title)", medianOf: longest[longest.count - 1], unit: "α")
      {
        let stated = form.name == "corrected" ? 1 : (1 - Self.beta1) / (1 - Self.beta2).squareRoot()
        numbers += [first.stated(stated), most]
      }
      let count = paths.map(\.count).min() ?? 0
      series.append(
        Chart.Series(
          form.title,
          (0..<count).map { step in
            Chart.Point(Double(step + 1), medianOf: paths.map { $0[step] })
          }))
    }
    let count = series.map(\.points.count).max() ?? 0
    series.append(
      Chart.Series(
        "if g were constant",
        (1...max(count, 1)).map { step in
          let (first, second) = (1 - power(Self.beta1, step), 1 - power(Self.beta2, step))
          return Chart.Point(Double(step), first / second.squareRoot())
        }, style: .dashed))
    let most = longest[0].max() ?? .infinity
    let least = longest[1].min() ?? 0
    let holds = least > 2 && most <= 1.1
    return Verdict(
      holds ? .holds : .doesNotHold,
      "the longest of the first \(Self.judged) steps is \(shortest(rounded(least, digits: 3))) α or more "
        + "without correction, and \(shortest(rounded(most, digits: 3))) α or less with it, over "
        + "\(longest[0].count) seeds",
      numbers: numbers,
      charts: [
        Chart(
          name: "steps", title: "Adam's first steps are several times too long without correction",
          x: Chart.Axis("step"), y: Chart.Axis("length of the step, in units of α"), series: series,
          levels: [Chart.Level("what α asks for", at: 1)],
          notes: [
            "lengths: root mean squares over the parameters; medians and quartiles over seeds"
          ])
      ])
  }
}
