// Made-up runs, on which figures are tried without running anything of the lab.

import Analysis
import Glibc
import OptimizerKit

/// Synthetic runs of which every kind of figure can be drawn: plain descent on a bowl and on a
/// saddle under the names of several optimizers, with schedules, over learning rates, and training
/// curves over seeds.
public enum ExampleRuns {
  /// A bowl with the curvatures 1 and κ.
  struct Bowl: Surface {
    static let name = "bowl"
    static let summary = "a quadratic"
    @Hyperparameter("condition", in: .positive) var condition = 25.0
    init() {}
    var dimension: Int { 2 }
    var starts: [[Double]] { [[10, 1]] }
    var minima: [[Double]] { [[0, 0]] }
    var minimumLoss: Double? { 0 }
    var viewport: Viewport? { Viewport(x: -12...12, y: -3...3) }
    var isQuadratic: Bool { true }
    func loss<X: Coordinates>(at x: X) -> X.Value {
      0.5 * (x[0].squared + condition * x[1].squared)
    }
    func gradient<X: Coordinates>(at x: X, into g: inout X) {
      g[0] = x[0]
      g[1] = condition * x[1]
    }
  }

  /// x² − y².
  struct Pass: Surface {
    static let name = "pass"
    static let summary = "a saddle"
    init() {}
    var dimension: Int { 2 }
    var starts: [[Double]] { [[1, 0.01]] }
    var minima: [[Double]] { [] }
    var saddle: [Double]? { [0, 0] }
    var viewport: Viewport? { Viewport(x: -1.5...1.5, y: -1.5...1.5) }
    func loss<X: Coordinates>(at x: X) -> X.Value { x[0].squared - x[1].squared }
    func gradient<X: Coordinates>(at x: X, into g: inout X) {
      g[0] = 2.0 * x[0]
      g[1] = -2.0 * x[1]
    }
  }

  /// From the base to zero in a straight line.
  struct Line: Schedule {
    static let name = "line"
    static let summary = "linear"
    init() {}
    func value(base: Double, step: Int, steps: Int) -> Double {
      base * (1 - Double(step) / Double(steps))
    }
  }

  /// The surface of a specification; nil for any other than "bowl" and "pass".
  public static func surface(_ spec: PluginSpec) -> (any Surface)? {
    switch spec.name {
    case Bowl.name:
      var bowl = Bowl()
      if let value = spec["condition"].flatMap({ Double($0) }) { bowl.condition = value }
      return bowl
    case Pass.name: return Pass()
    default: return nil
    }
  }

  /// What a figure is drawn from: runs, a map called like the first of them, and the surfaces and
  /// schedules that they name.
  public static func input(_ runs: [TracedRun]) -> FigureInput {
    var input = FigureInput(
      runs: runs, ledger: FigureLedger(suite: "examples"), problem: surface,
      problemLabel: { spec in
        let settings = spec.settings.map { "\($0.name)=\($0.value)" }
        return spec.name + (settings.isEmpty ? "" : "[\(settings.joined(separator: ";"))]")
      },
      schedule: { $0.first?.name == Line.name ? ScheduleSequence([Line()]) : nil })
    input.maps = runs.first.map { [map($0.label)] } ?? []
    input.probe = { spec, _ in spec.name == "net" ? probe : nil }
    input.layout = { spec in
      guard spec.name == "net" else { return nil }
      var layout = ParameterLayout()
      layout.append("dense0.weight", shape: [4, 36], role: .weight, fanIn: 36)
      return layout
    }
    return input
  }

  /// A map of plain descent on the bowl over learning rates and condition numbers, in closed form.
  public static func map(_ label: String) -> OutcomeMap {
    let rates = (0..<24).map { pow(10, -3 + 3 * Double($0) / 23) }
    let conditions = (0..<16).map { pow(100, Double($0) / 15) }
    let spec = MapSpec(
      base: RunSpec(
        optimizer: OptimizerSpec(
          PluginSpec(name: "sgd", settings: [.init(name: "lr", value: "0.001")])),
        problem: PluginSpec(name: "bowl", settings: [.init(name: "condition", value: "1")]),
        start: [10, 1], budget: .steps(50)),
      x: MapAxis(
        place: .problem, name: "condition", values: conditions.map(shortest), isLogarithmic: true),
      y: MapAxis(
        place: .optimizer(level: 0), name: "lr", values: rates.map(shortest), isLogarithmic: true))
    var cells = MapCells(count: spec.count)
    for index in 0..<spec.count {
      let (lr, condition) = (rates[index / spec.width], conditions[index % spec.width])
      let (slow, steep) = (pow(1 - lr, 100), pow(1 - lr * condition, 100))
      var cell = MapCells.Cell()
      cell.status = steep > 1e6 ? .diverged : .completed
      (cell.steps, cell.gradients) = (50, 50)
      cell.finalLoss = 50 * slow + 0.5 * condition * steep
      cells[index] = cell
    }
    return OutcomeMap(key: "map", label: label, spec: spec, cells: cells)
  }

  /// The loss of the example network: 0.3 and half the squared distance of its parameters from 1, which
  /// counts ten times along every second of them.
  public static var probe: LossProbe {
    func loss(_ x: [Float]) -> Double {
      0.3
        + x.enumerated().map { (1 + 9 * Double($0 % 2)) * (Double($1) - 1).squared }.reduce(0, +)
        / Double(2 * x.count)
    }
    return LossProbe(
      count: parameters, trainingLoss: loss, validationLoss: { x, _ in loss(x) + 0.05 },
      start: { [Float](repeating: 0, count: parameters) }, layers: layers)
  }

  /// What two layers of the example network are said to compute: numbers spread evenly, the narrower the
  /// farther the parameters are from 1.
  private static func layers(_ x: [Float]) -> [LayerValues] {
    let width = 1 / (1 + (x.first ?? 0) * (x.first ?? 0))
    return (1...2).map { layer in
      let outputs = (0..<64).map { width / Float(layer) * (Float($0) / 32 - 1) }
      return LayerValues(
        layer: "dense\(layer)", units: 8, outputs: outputs, gradients: outputs.map { 0.01 * $0 })
    }
  }

  /// How many parameters the example network has: a dense layer on 6 × 6 pixels.
  private static let parameters = 4 * 36

  /// Plain descent, labelled as asked. It ends as diverged where the loss exceeds 10¹².
  ///
  /// - Parameters:
  ///   - problem: "bowl" or "pass", with settings.
  ///   - surface: what it descends; that of the problem, or a bowl.
  public static func run(
    _ optimizer: String, on problem: PluginSpec = PluginSpec(name: "bowl", settings: []),
    surface: (any Surface)? = nil, lr: Double = 0.05, steps: Int = 60, seed: UInt64 = 1,
    label: String? = nil, isScheduled: Bool = false
  ) -> TracedRun {
    let surface = surface ?? Self.surface(problem) ?? Bowl()
    var x = surface.starts[0]
    var t = Trajectory()
    t.dimension = x.count
    var status = RunStatus.completed
    for step in 0...steps {
      let loss = surface.loss(at: x)
      t.steps.append(step)
      t.losses.append(loss)
      t.gradientNorms.append(1)
      t.learningRates.append(step == 0 ? 0 : lr)
      t.points += x
      if !(loss.magnitude < 1e12) {
        status = .diverged
        break
      }
      let g = surface.gradient(at: x)
      for i in x.indices { x[i] -= lr * g[i] }
    }
    return record(
      optimizer, problem: problem, surface: surface, label: label, lr: lr, seed: seed,
      status: status, t,
      isScheduled: isScheduled)
  }

  /// A run with a trajectory of one's own, measured.
  public static func record(
    _ optimizer: String, problem: PluginSpec, surface: (any Surface)? = nil, label: String? = nil,
    lr: Double = 0.1, seed: UInt64 = 1, status: RunStatus = .completed, _ trajectory: Trajectory,
    isScheduled: Bool = false
  ) -> TracedRun {
    var t = trajectory
    // One gradient a step.
    t.gradients = t.steps
    let last = t.steps.last ?? 0
    var counts = EvaluationCounts()
    counts.gradients = last
    let plugin = PluginSpec(name: optimizer, settings: [.init(name: "lr", value: shortest(lr))])
    let line = ScheduleSpec(
      hyperparameter: "lr", parts: [PluginSpec(name: Line.name, settings: [])])
    let spec = RunSpec(
      optimizer: OptimizerSpec(plugin, schedules: isScheduled ? [line] : []), problem: problem,
      start: t.dimension > 0 ? Array(t.points.prefix(2)) : nil, seed: seed,
      budget: .steps(max(last, 1)))
    // A path with points missing, as tests make them, has no measures.
    let isWhole = t.points.count == t.count * t.dimension
    let ruler = isWhole ? (surface ?? Self.surface(problem)).map(PathRuler.init) : nil
    let outcome = Outcome(
      status: status, reason: status == .diverged ? "loss above the cap" : "", steps: last,
      initialLoss: t.losses.first ?? .nan, finalLoss: t.losses.last { $0.isFinite } ?? .nan,
      bestLoss: t.losses.filter(\.isFinite).min() ?? .nan,
      validation: t.validation.last?.metrics, counts: counts,
      measures: ruler?.measures(of: t, by: nil) ?? RunMeasures())
    return TracedRun(
      RunRecord(
        key: "\(optimizer)-\(lr)-\(seed)-\(problem.name)-\(label ?? "")",
        label: label ?? optimizer, spec: spec, outcome: outcome), t)
  }

  /// The training of a network, with validation passes.
  public static func training(
    _ optimizer: String, seed: UInt64, diverged: Bool = false
  ) -> TracedRun {
    var t = Trajectory()
    for step in 0...200 {
      t.steps.append(step)
      t.losses.append(
        diverged && step > 100
          ? .nan : 0.3 + 2 * exp(-Double(step) / 40) + 0.02 * Double(seed % 3))
      t.gradientNorms.append(1)
      t.learningRates.append(0.1)
    }
    for step in stride(from: 0, through: diverged ? 100 : 200, by: 50) {
      let loss = 0.35 + 2 * exp(-Double(step) / 40)
      t.validation.append(.init(step: step, metrics: .init(loss: loss, accuracy: 1 - loss / 3)))
      t.diagnostics.append(diagnostics(step: step, loss: loss))
      t.checkpoints.append(
        checkpoint(step: step, speed: optimizer == "adam" ? 30 : 90, seed: seed))
    }
    return record(
      optimizer, problem: PluginSpec(name: "net", settings: []), seed: seed,
      status: diverged ? .diverged : .completed, t)
  }

  /// What a network of three layers looks like from within.
  private static func diagnostics(step: Int, loss: Double) -> Trajectory.Diagnostics {
    let updates = [2e-3, 5e-4].enumerated().map { place, ratio in
      TensorUpdate(
        tensor: "dense\(place).weight", role: .weight, ratio: ratio * exp(-Double(step) / 200))
    }
    let layers = (0..<3).map { place -> LayerStatistics in
      let depth = Double(place)
      return LayerStatistics(
        layer: "dense\(place)", activationMean: 0.1 * depth,
        activationDeviation: 1 + loss / (depth + 1), gradientMean: 0,
        gradientDeviation: 1e-3 * loss * pow(3, depth), dead: place == 2 ? 0 : 0.1)
    }
    return Trajectory.Diagnostics(
      step: step, updates: step == 0 ? [] : updates, layers: layers,
      sharpness: Sharpness(plain: 2 / (0.01 + loss)))
  }

  /// Parameters on their way to 1 from where the seed puts them, those of even places first.
  private static func checkpoint(step: Int, speed: Double, seed: UInt64) -> Trajectory.Checkpoint {
    Trajectory.Checkpoint(
      step: step,
      parameters: (0..<parameters).map { place in
        let start = sin(Double(place) * 0.7 + Double(seed))
        let pace = place % 2 == 0 ? speed : 2 * speed
        return Float(1 + (start - 1) * exp(-Double(step) / pace))
      })
  }

  /// A run that left no rows.
  public static func empty(on problem: String = "bowl") -> TracedRun {
    var t = Trajectory()
    t.dimension = 2
    return record("sgd", problem: PluginSpec(name: problem, settings: []), status: .crashed, t)
  }

  /// Runs of which every figure can be drawn.
  public static let everything: [TracedRun] = {
    var runs: [TracedRun] = []
    for condition in [5.0, 25, 100] {
      let bowl = PluginSpec(
        name: "bowl", settings: [.init(name: "condition", value: shortest(condition))])
      for (i, name) in ["sgd", "momentum", "adam"].enumerated() {
        runs.append(run(name, on: bowl, lr: (1.9 - 0.4 * Double(i)) / condition, isScheduled: true))
      }
    }
    let pass = PluginSpec(name: "pass", settings: [])
    runs += [run("sgd", on: pass), run("adam", on: pass, lr: 0.1)]
    runs += [0.001, 0.01, 0.05, 0.1, 1].map { run("sgd", lr: $0, label: "sgd[lr=\($0)]") }
    for seed in 1...3 as ClosedRange<UInt64> {
      runs += [training("adam", seed: seed), training("sgd", seed: seed)]
    }
    return runs
  }()
}
