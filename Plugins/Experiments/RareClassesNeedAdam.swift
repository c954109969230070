import Analysis
import Networks
import OptimizerKit

/// Gradient descent leaves rare classes behind, methods that do not see the gradient's size do not.
///
/// On softmax regression over classes with frequencies as 1/k, with all examples in every gradient, the
/// gradient of a class and its curvature are in proportion to its frequency. A rate that is safe for the
/// frequent classes is then too small for the rare ones, whatever it is; a step along the sign, or one
/// divided by its own size as Adam's, is alike for all. It is no matter of minibatch noise: there is none.
///
/// Every group of classes has as many examples as any other, and the loss ln c at the start. After 30 steps
/// at the rate that gives the least training loss (equal trials, seeds that are not judged) the rarest
/// classes are left behind if they still have three quarters of it, where the more frequent half of the
/// groups has less (the median over them: at its best rate a descent may be swinging along the most
/// frequent class). They are not if they have less than half of it. The horizon decides about momentum: in a
/// hundred steps it brings the rarest classes along too.
///
/// Kunstner, Yadav, Milligan, Schmidt and Bietti 2024, arXiv 2402.19449.
public struct RareClassesNeedAdam: Experiment {
  public static let name = "rare-classes-need-adam"
  public static let summary = "gradient descent leaves rare classes behind, Adam does not"
  public static let source = "Kunstner et al. 2024, arXiv 2402.19449"
  public static let claim =
    "Where the frequency of classes falls as 1/k, gradient descent, with momentum or without, leaves the "
    + "rare classes behind, and sign descent and Adam do not."
  public static let rule =
    "It holds if, by 95 % intervals of means over seeds, the loss of the rarest classes is above three "
    + "quarters of ln c with both descents, which have brought the more frequent half of the groups below "
    + "that, and below half of ln c with sign descent and Adam; it does not hold otherwise."
  public static let chapter = ExperimentChapter.published
  public static let place = 23.0

  public init() {}

  private struct Method {
    let name: String
    let title: String
    let optimizer: String
    let isDescent: Bool
  }

  private static let methods = [
    Method(
      name: "sgd", title: "gradient descent", optimizer: "sgd[lr=1e-2..10]", isDescent: true),
    Method(
      name: "momentum", title: "momentum", optimizer: "momentum[lr=1e-3..1]", isDescent: true),
    Method(
      name: "signsgd", title: "sign descent", optimizer: "signsgd[lr=1e-5..1e-1]",
      isDescent: false),
    Method(name: "adam", title: "Adam", optimizer: "adam[lr=1e-4..1]", isDescent: false),
  ]
  private static let checkpoints = 10

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    Self.methods.map { method in
      var group = Suite.Group(
        name: method.name, optimizers: [method.optimizer],
        problems: ["heavy-tailed-classes[groups=7]"])
      group.seeds = Array(1...size.choose(full: 8, quick: 3))
      group.budget = .steps(30)
      group.recording = Recording(validations: 1, checkpoints: Self.checkpoints)
      var tuning = Tuning(trials: size.choose(full: 16, quick: 6))
      tuning.seeds = [101, 102, 103]
      tuning.judgesDefaults = false
      group.tuning = tuning
      return group
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "classes that are all alike frequent",
      groups(size).replacing("[groups=", by: "[balanced=true;groups="))
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    var numbers: [Verdict.Number] = []
    var panels: [Chart.Panel] = []
    var words: [String] = []
    var fails: [String] = []
    var start = 0.0
    for method in Self.methods {
      var courses: [Course] = []
      for run in try runs.ended(method.name, least: 3) {
        courses.append(try Self.course(of: run, runs))
      }
      guard let rare = Estimate.mean(of: courses.map(\.rare)),
        let frequent = Estimate.mean(of: courses.map(\.frequent)), let first = courses.first
      else { throw Undecided("there are no runs") }
      start = first.start
      func low(_ estimate: Estimate) -> Double { estimate.interval?.lowerBound ?? estimate.value }
      func high(_ estimate: Estimate) -> Double { estimate.interval?.upperBound ?? estimate.value }
      let agrees =
        method.isDescent
        ? low(rare) > 0.75 * start && high(frequent) < 0.75 * start : high(rare) < 0.5 * start
      if !agrees { fails.append(method.title) }
      numbers.append(Verdict.Number("rarest classes, \(method.title)", rare))
      numbers.append(Verdict.Number("frequent half, \(method.title)", frequent))
      words.append(
        "\(Self.text(rare.value)) with \(method.title) (\(Self.text(frequent.value)))")
      panels.append(Self.panel(method, courses))
    }
    return Verdict(
      fails.isEmpty ? .holds : .doesNotHold,
      "from \(Self.text(start)), ln c, 30 steps bring the loss of the rarest classes (of the more "
        + "frequent half) to " + words.joined(separator: ", ")
        + (fails.isEmpty ? "" : "; against the claim: \(fails.joined(separator: ", "))"),
      numbers: numbers,
      charts: [
        Chart(
          name: "groups",
          title: "Training loss of frequent and of rare classes, each method at its best rate",
          panels: panels,
          notes: [
            "medians over seeds; every line stands for equally many examples, of one class or of many"
          ])
      ])
  }

  /// The losses of one run, group by group.
  private struct Course {
    let start: Double
    let steps: [Int]
    /// By checkpoint, one for each group.
    let losses: [[Double]]
    var last: [Double] { losses.last ?? [] }
    var rare: Double { last.last ?? .nan }
    var frequent: Double { Statistics.median(last.prefix(last.count / 2)) ?? .nan }
  }

  private static func course(of run: RunRecord, _ runs: ExperimentRuns) throws(Undecided)
    -> Course
  {
    let problem = try runs.problem(of: run)
    guard let problem = problem as? HeavyTailedClasses,
      let session = try runs.session(of: run) as? NetworkSession
    else { throw Undecided("\(run.spec.problem.name) has no groups of classes") }
    let checkpoints = try runs.traced(run).trajectory.checkpoints
    guard checkpoints.count > 1 else { throw Undecided("no parameters were kept") }
    var losses = [[Double]](repeating: [], count: checkpoints.count)
    do {
      for group in 0..<problem.groups {
        let examples = try problem.examples(seed: run.spec.seed, group: group)
        for (place, point) in checkpoints.enumerated() {
          losses[place].append(session.metrics(Vector(point.parameters), on: examples).loss)
        }
      }
    } catch { throw Undecided("\(error)") }
    return Course(start: run.initialLoss, steps: checkpoints.map(\.step), losses: losses)
  }

  private static func panel(_ method: Method, _ courses: [Course]) -> Chart.Panel {
    let groups = courses.first?.last.count ?? 0
    let points = courses.map(\.steps.count).min() ?? 0
    return Chart.Panel(
      method.title, x: Chart.Axis("step"), y: Chart.Axis("mean loss", range: 0...8),
      series: (0..<groups).map { group in
        let isRarest = group == groups - 1
        return Chart.Series(
          group == 0
            ? "most frequent class" : isRarest ? "\(1 << group) rarest classes" : "between",
          (0..<points).map { place in
            Chart.Point(
              Double(courses[0].steps[place]),
              Statistics.median(courses.map { $0.losses[place][group] }) ?? .nan)
          })
      })
  }

  private static func text(_ value: Double) -> String { shortest(rounded(value, digits: 3)) }
}
