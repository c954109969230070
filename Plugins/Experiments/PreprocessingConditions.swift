import Analysis
import Figures
import OptimizerKit

/// What preparing the data does to the condition of a problem, and to training.
///
/// Softmax regression at zero weights has the Hessian ((1/C)(I − 11ᵀ/C)) ⊗ E[x xᵀ]: what is uneven in the second
/// moments of the features is uneven in the curvature. Measured by products of the lab's own gradients: the
/// steepest curvature (twenty power iterations on Hessian–vector products over 10,000 examples) over the mean one
/// (Hutchinson's estimate, the steepest direction taken out first). It is 1 where all directions are alike, and
/// at most their number.
///
/// Each preparation is compared with the one before it: centred (the mean image subtracted) with none,
/// normalised and decorrelated (PCA) with centred, whitened with decorrelated. A rotation changes neither
/// curvatures nor gradient descent.
///
/// Training: minibatch gradient descent at the best of six rates, tried on a seed of its own; steps until the mean loss of
/// 10 minibatches is 0.77, a third of that of a guess, ln 10.
///
/// Within a pass every minibatch is new, and its loss says what carries over to new examples. Whitening makes
/// directions in which there is hardly anything but noise as large as all others.
///
/// A condition counts as improved where it falls by a tenth at least, several times what the estimate of the mean
/// curvature errs by; training, where the 95 % interval of the ratio of steps lies below 1.
///
/// LeCun, Bottou, Orr and Müller 1998, doi:10.1007/3-540-49430-8_2; Hutchinson 1989,
/// doi:10.1080/03610918908812806.
public struct PreprocessingConditions: Experiment {
  public static let name = "preprocessing-conditions"
  public static let summary =
    "what centring, normalising, decorrelating and whitening do to training"
  public static let source =
    "CS231n, lecture on training neural networks; LeCun et al. 1998, doi:10.1007/3-540-49430-8_2"
  public static let claim =
    "Zero-centring, normalising, decorrelating and whitening the data each improve the condition of the "
    + "problem, and training needs fewer steps."
  public static let rule =
    "A preparation helps if, beside the one that it builds on, it lowers the ratio of the steepest curvature to "
    + "the mean one by a tenth or more and the 95 % interval of the ratio of steps lies below 1. The claim "
    + "holds if all four help, does not hold if none does, and else holds only when one of those is meant "
    + "that do."
  public static let chapter = ExperimentChapter.data
  public static let place = 16.0

  public init() {}

  private static let level = 0.77

  private static let ways = [
    (name: "none", value: "none", base: 0),
    (name: "centred", value: "mean-image", base: 0),
    (name: "normalised", value: "standardize", base: 1),
    (name: "decorrelated", value: "pca", base: 1),
    (name: "whitened", value: "whiten", base: 3),
  ]

  /// Whitening is left out of a quick look, for the covariance of all features takes seconds.
  private static func ways(_ size: ExperimentSize) -> [(name: String, value: String, base: Int)] {
    size == .full ? ways : ways.dropLast()
  }

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    Self.ways(size).flatMap { way -> [Suite.Group] in
      var training = Suite.Group(
        name: way.name, optimizers: ["sgd[lr=0.001,0.003,0.01,0.03,0.1,0.3]"],
        problems: ["softmax-regression[preprocessing=\(way.value);fold=1/50]"])
      training.seeds = Array(1...size.choose(full: 10, quick: 5))
      training.budget = .steps(size.choose(full: 400, quick: 150))
      training.tuneOnGrid(trials: 6)
      training.recording = Recording(validations: 1)
      var curvature = Suite.Group(
        name: "\(way.name), curvature", optimizers: ["sgd[lr=0.01]"],
        problems: [
          "softmax-regression[preprocessing=\(way.value);fold=1/50;"
            + "batch=\(size.choose(full: 10_000, quick: 2000))]"
        ])
      curvature.budget = .steps(1)
      curvature.recording = Recording(path: .outcomes, validations: 1)
      return [training, curvature]
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "data that are not prepared at all, under every name",
      groups(size).map { group in
        var group = group
        group.problems = group.problems.map { problem in
          Self.ways.reduce(problem) {
            $0.replacing("preprocessing=\($1.value);", with: "preprocessing=none;")
          }
        }
        return group
      })
  }

  /// The steepest curvature over the mean one of all directions in which there is any.
  private func unevenness(_ session: any TrainingSession) throws(Undecided) -> Double {
    let x = session.initialParameters()
    let count = session.layout.count
    func product(_ v: Vector<Float>) throws(Undecided) -> Vector<Float> {
      guard let product = session.hessianVectorProduct(at: x, step: 1, v) else {
        throw Undecided("the problem has no Hessian-vector products")
      }
      return product
    }
    func normalized(_ v: Vector<Float>) throws(Undecided) -> Vector<Float> {
      guard v.norm > 0, v.norm.isFinite else { throw Undecided("there is no curvature") }
      return 1 / v.norm * v
    }
    var random = RandomSource(seed: 1, purpose: .noise)
    var top = try normalized(Vector((0..<count).map { _ in Float(random.normal()) }))
    for _ in 0..<20 { top = try normalized(try product(top)) }
    let steepest = top.dot(try product(top))
    // The rest: a random sign along every direction, without its part along the steepest one.
    let probes = 8
    var rest = 0.0
    for _ in 0..<probes {
      var v = Vector((0..<count).map { _ in Float(random.uniform() < 0.5 ? -1 : 1) })
      v.add(Float(-v.dot(top)), top)
      rest += v.dot(try product(v)) / Double(probes)
    }
    // Adding the same to the scores of all classes changes nothing: a tenth of all directions is flat.
    let classes = session.layout.tensors.first?.rows ?? 1
    return steepest * Double(count - count / max(classes, 1)) / (steepest + rest)
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    let ways = Self.ways(runs.size)
    var conditions: [Double] = []
    var steps: [[Double]] = []
    var curves: [Chart.Series] = []
    for way in ways {
      let run = try runs.ended("\(way.name), curvature")[0]
      conditions.append(try unevenness(try runs.session(of: run)))
      let trajectories = try runs.trajectories(way.name, least: 5)
      steps.append(trajectories.map { $0.steps(toLoss: Self.level, window: 10) ?? .infinity })
      curves.append(Chart.Series(way.name, lossesOf: trajectories, window: 10))
    }
    var numbers: [Verdict.Number] = []
    var remarks: [String] = []
    var helping: [String] = []
    for (place, way) in ways.enumerated() {
      numbers.append(Verdict.Number("steepest over mean curvature, \(way.name)", conditions[place]))
      guard place > 0 else { continue }
      // Where neither reaches the loss, neither is faster.
      let ratios = zip(steps[place], steps[way.base]).map { $0 == $1 ? 1 : $0 / $1 }
      guard let ratio = Estimate.median(of: ratios) else { throw Undecided("there are no runs") }
      let name = "steps, \(way.name) over \(ways[way.base].name)"
      numbers.append(Verdict.Number(name, ratio))
      let isBetter = conditions[place] <= 0.9 * conditions[way.base]
      let isFaster = (ratio.interval ?? ratio.value...ratio.value).upperBound < 1
      if isBetter && isFaster { helping.append(way.name) }
      remarks.append(
        "\(way.name) \(Text.compact(conditions[place])), with \(Text.readable(ratio.value)) times the "
          + "steps of \(ways[way.base].name)")
    }
    let judgement: Verdict.Judgement =
      helping.count == ways.count - 1 ? .holds : helping.isEmpty ? .doesNotHold : .holdsOnlyWhen
    return Verdict(
      judgement,
      (judgement == .holdsOnlyWhen ? "only \(Text.enumeration(helping)) data help: " : "")
        + "the steepest curvature over the mean one is \(Text.compact(conditions[0])) without "
        + "preparation, " + remarks.joined(separator: ", ")
        + " (medians over \(steps[0].count) seeds)",
      numbers: numbers,
      charts: [
        Chart(
          name: "condition", title: "How uneven the curvature is, by how the data are prepared",
          x: Chart.Axis("", categories: ways.map(\.name)),
          y: Chart.Axis("steepest curvature over mean one", isLog: true),
          series: [
            Chart.Series(
              "", conditions.enumerated().map { Chart.Point(Double($0 + 1), $1) }, style: .points)
          ], levels: [Chart.Level("all directions alike", at: 1)]),
        Chart(
          name: "loss", title: "Training by gradient descent, each at its best learning rate",
          x: Chart.Axis("step"),
          y: Chart.Axis("training loss, mean of 10 minibatches", isLog: true),
          series: curves,
          levels: [Chart.Level("to be reached", at: Self.level)],
          notes: ["medians over seeds, with quartiles"]
        ),
      ])
  }
}
