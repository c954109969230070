import Analysis
import Networks
import OptimizerKit

/// The gradient that a run followed, against centred differences.
///
/// One step of plain gradient descent, x₁ = x₀ − α g, gives back the gradient that it was handed, g = (x₀ −
/// x₁) / α: what is checked is what trains, from the layers' backward passes in single precision to the
/// optimizer. It is held against centred differences of the same minibatch's loss in double precision
/// (`Networks.GradientCheck`), with the dropout masks and the regularizer of that step, tensor by tensor:
///
///     error = ‖g − d‖ / (‖g‖ + ‖d‖)
///
/// α = 100 makes the rounding of x₁ small beside α g. The perceptron is checked in its second step: from zero
/// weights its loss starts on a kink.
///
/// CS231n takes 10⁻⁴ for right where there are kinks, and 10⁻² for wrong. Single precision leaves 10⁻⁵ and
/// less here, so that 10⁻⁴ has room and a forgotten term none. Layers that no problem has, PReLU, maxout and
/// average pooling in windows, are checked by the tests.
///
/// CS231n, "Neural Networks Part 3: gradient checks".
public struct GradientsAgree: Experiment {
  public static let name = "gradient-check"
  public static let summary = "analytic gradients against centred differences, layer by layer"
  public static let source = "CS231n, \"Neural Networks Part 3: gradient checks\""
  public static let claim =
    "For every layer and loss the analytic gradient agrees with centred differences."
  public static let rule =
    "It holds if, for every network and seed, the gradient that the run's step followed differs from centred "
    + "differences by a relative error of at most 1e-4 in each tensor, with at most half of a tensor's elements left "
    + "out at kinks; it does not hold otherwise."
  public static let chapter = ExperimentChapter.watching
  public static let place = 26.0

  public init() {}

  /// What is checked, by the name of its group: the problem, and how many steps are made.
  private static func networks(_ size: ExperimentSize) -> [(
    name: String, problem: String, steps: Int
  )] {
    func dense(_ settings: String) -> String { "mlp[data=spirals;batch=8;hidden=16x8;\(settings)]" }
    let all = [
      ("tanh", dense("activation=tanh"), 1), ("relu", dense("activation=relu;biasInit=0.1"), 1),
      ("sigmoid", dense("activation=sigmoid"), 1),
      ("leaky-relu", dense("activation=leaky-relu;biasInit=0.1"), 1),
      ("elu", dense("activation=elu"), 1), ("selu", dense("activation=selu"), 1),
      ("dropout", dense("activation=tanh;keep=0.5"), 1),
      ("batch-norm", dense("activation=tanh;normalization=batch"), 1),
      ("elastic-net", dense("activation=tanh;l1=1e-2;l2=1e-2"), 1),
      ("squared-error", "deep-linear[batch=8;depth=2;width=16]", 1),
      ("auto-encoder", "auto-encoder[batch=8;encoder=16x8]", 1),
      ("perceptron", "perceptron[batch=8]", 2),
      ("convolution", "cnn[batch=4;filters=4x4]", 1),
      ("convolution-batch-norm", "cnn@batch-norm[batch=4;filters=4x4]", 1),
      ("residual", "resnet[batch=4;filters=4x4]", 1),
    ]
    let few = ["tanh", "relu", "dropout", "batch-norm", "elastic-net", "perceptron"]
    return size == .full ? all : all.filter { few.contains($0.0) }
  }

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    Self.networks(size).map { name, problem, steps in
      var group = Suite.Group(
        name: name, optimizers: [steps == 1 ? "sgd[lr=100]" : "sgd[lr=1]"], problems: [problem])
      group.seeds = Array(1...size.choose(full: 3, quick: 2))
      group.budget = .steps(steps)
      group.recording.validations = 1
      group.recording.checkpoints = steps
      return group
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "a tenth of the gradient's elements left out",
      groups(size).map {
        var group = $0
        group.optimizers = group.optimizers.map { "gradient-dropout[rate=0.1](\($0))" }
        return group
      })
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    let networks = Self.networks(runs.size)
    var errors: [[GradientCheck.TensorError]] = []
    for (name, _, steps) in networks {
      var all: [GradientCheck.TensorError] = []
      for run in try runs.ended(name, least: 2) { all += try tensorErrors(of: run, steps, runs) }
      errors.append(all)
    }
    let tensors = errors.flatMap { $0 }
    let wrong = tensors.filter { !($0.error <= 1e-4) || $0.kinks > $0.elements }
    guard !tensors.isEmpty else { throw Undecided("there is nothing to compare") }
    let worst = tensors.map { $0.error.isNaN ? .infinity : $0.error }.max() ?? .infinity
    let kinks = tensors.reduce(0) { $0 + $1.kinks }
    let compared = tensors.reduce(0) { $0 + $1.elements }
    let middle = Statistics.median(tensors.map(\.error)) ?? .nan
    func power(_ value: Double) -> String {
      guard value > 0, value.isFinite else { return "\(value)" }
      let exponent = (Double.log(value) / Double.log(10)).rounded(.down)
      let front = (10 * value / Double.exp(exponent * Double.log(10))).rounded() / 10
      return "\(front) · 10^\(Int(exponent))"
    }
    return Verdict(
      wrong.isEmpty ? .holds : .doesNotHold,
      "over \(networks.count) networks and \(tensors.count) tensors the relative error is \(power(middle)) in "
        + "the middle and \(power(worst)) at most"
        + (wrong.isEmpty ? "" : "; \(wrong.count) tensors are wrong, \(wrong[0].tensor) the first")
        + " (\(compared) elements, \(kinks) more at kinks)",
      numbers: [
        Verdict.Number("largest relative error", worst),
        Verdict.Number("median relative error", middle),
        Verdict.Number("elements compared", Double(compared)),
        Verdict.Number("elements at kinks", Double(kinks)),
      ],
      charts: [chart(networks.map(\.name), errors)])
  }

  /// What stands side by side, with what each group is called there.
  private static let panels: [(title: String, names: [(group: String, label: String)])] = [
    (
      "activations",
      [
        ("tanh", "tanh"), ("relu", "ReLU"), ("sigmoid", "sigmoid"), ("leaky-relu", "leaky"),
        ("elu", "ELU"), ("selu", "SELU"),
      ]
    ),
    (
      "within dense layers",
      [("dropout", "dropout"), ("batch-norm", "batch norm"), ("elastic-net", "L1 + L2")]
    ),
    (
      "losses",
      [("squared-error", "squared"), ("auto-encoder", "own input"), ("perceptron", "perceptron")]
    ),
    (
      "images",
      [
        ("convolution", "conv"), ("convolution-batch-norm", "batch norm"),
        ("residual", "residual"),
      ]
    ),
  ]

  private func chart(_ groups: [String], _ errors: [[GradientCheck.TensorError]]) -> Chart {
    let floor = 1e-9
    let panels = Self.panels.compactMap { title, names -> Chart.Panel? in
      let present = names.filter { groups.contains($0.group) }
      guard !present.isEmpty else { return nil }
      let points = present.enumerated().flatMap { place, name in
        zip(groups, errors).filter { $0.0 == name.group }.flatMap(\.1).map {
          Chart.Point(Double(place + 1), max($0.error, floor))
        }
      }
      return Chart.Panel(
        title, x: Chart.Axis("", categories: present.map(\.label)),
        y: Chart.Axis("relative error of a tensor", isLog: true, range: floor...10),
        series: [Chart.Series("", points, style: .points)],
        levels: [Chart.Level("right below", at: 1e-4), Chart.Level("wrong above", at: 1e-2)])
    }
    return Chart(
      name: "errors", title: "Gradients that runs followed, against centred differences",
      panels: panels,
      notes: ["each point a tensor of a run; errors below 1e-9 stand at the floor"])
  }

  /// The errors of the gradient that the last of so many steps of a run followed.
  private func tensorErrors(of run: RunRecord, _ steps: Int, _ runs: ExperimentRuns)
    throws(Undecided) -> [GradientCheck.TensorError]
  {
    let trajectory = try runs.traced(run).trajectory
    let points = trajectory.checkpoints
    guard let before = points.first(where: { $0.step == steps - 1 })?.parameters,
      let after = points.first(where: { $0.step == steps })?.parameters,
      trajectory.learningRates.count > steps, trajectory.learningRates[steps] > 0
    else { throw Undecided("the parameters around a step were not kept") }
    guard let problem = try runs.problem(of: run) as? any NetworkProblem else {
      throw Undecided("\(run.spec.problem.name) has no layers")
    }
    let rate = trajectory.learningRates[steps]
    let gradient = zip(before, after).map { (Double($0) - Double($1)) / rate }
    do {
      let check = try GradientCheck(problem, seed: run.spec.seed, step: steps)
      return check.errors(of: gradient, at: before.map(Double.init), elements: 8)
    } catch { throw Undecided("\(error)") }
  }
}
