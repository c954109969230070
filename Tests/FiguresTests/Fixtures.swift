// Synthetic runs: figures are tested on made-up numbers, without the lab's optimizers.

import Glibc
import OptimizerKit

@testable import Figures

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

/// NaN and infinities wherever one looks.
struct Hole: Surface {
  static let name = "hole"
  static let summary = "not finite"
  init() {}
  var dimension: Int { 2 }
  var starts: [[Double]] { [[1, 1]] }
  var minima: [[Double]] { [[.nan, 0]] }
  var minimumLoss: Double? { 0 }
  var viewport: Viewport? { nil }
  func loss<X: Coordinates>(at x: X) -> X.Value { (x[0] - x[0]) / (x[0] - x[0]) }
  func gradient<X: Coordinates>(at x: X, into g: inout X) {
    g[0] = (x[0] - x[0]) / (x[0] - x[0])
    g[1] = g[0]
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

enum Make {
  static func surface(_ spec: PluginSpec) -> (any Surface)? {
    switch spec.name {
    case "bowl":
      var bowl = Bowl()
      if let value = spec["condition"].flatMap({ Double($0) }) { bowl.condition = value }
      return bowl
    case "pass": return Pass()
    case "hole": return Hole()
    default: return nil
    }
  }

  static func input(_ runs: [RunRecord]) -> FigureInput {
    FigureInput(
      runs: runs,
      ledger: FigureLedger(
        suite: "test", versions: ["lab 1"], warnings: ["the optimum lies at the edge"]),
      surface: surface, schedule: { $0.first?.name == "line" ? ScheduleSequence([Line()]) : nil })
  }

  /// Plain descent, its steps scaled by `lr`, labelled as asked.
  static func run(
    _ optimizer: String, on problem: String = "bowl", lr: Double = 0.05, steps: Int = 60,
    seed: UInt64 = 1, label: String? = nil, settings: [PluginSpec.Setting] = [],
    schedule: Bool = false
  ) -> RunRecord {
    let spec = PluginSpec(name: problem, settings: settings)
    let surface = surface(spec) ?? Bowl()
    var x = surface.starts[0]
    var t = Trajectory()
    t.dimension = 2
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
      optimizer, problem: spec, label: label, lr: lr, seed: seed, status: status, t,
      schedule: schedule)
  }

  static func record(
    _ optimizer: String, problem: PluginSpec, label: String? = nil, lr: Double = 0.1,
    seed: UInt64 = 1, status: RunStatus = .completed, _ t: Trajectory, schedule: Bool = false
  ) -> RunRecord {
    let last = t.steps.last ?? 0
    var counts = EvaluationCounts()
    counts.gradients = last
    return RunRecord(
      key: "\(optimizer)-\(lr)-\(seed)-\(problem.name)-\(label ?? "")",
      spec: RunSpec(
        label: label ?? optimizer,
        optimizer: PluginSpec(
          name: optimizer, settings: [.init(name: "lr", value: shortest(lr))]),
        schedules: schedule
          ? [
            ScheduleSpec(
              hyperparameter: "lr", parts: [PluginSpec(name: "line", settings: [])])
          ] : [],
        problem: problem, start: t.dimension > 0 ? Array(t.points.prefix(2)) : nil, seed: seed,
        steps: max(last, 1)),
      status: status, reason: status == .diverged ? "loss above the cap" : "", steps: last,
      initialLoss: t.losses.first ?? .nan,
      finalLoss: t.losses.last { $0.isFinite } ?? .nan,
      bestLoss: t.losses.filter(\.isFinite).min() ?? .nan, counts: counts, trajectory: t)
  }

  /// A training run.
  static func training(_ optimizer: String, seed: UInt64, diverged: Bool = false) -> RunRecord {
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
    }
    return record(
      optimizer, problem: PluginSpec(name: "net", settings: []), seed: seed,
      status: diverged ? .diverged : .completed, t)
  }

  /// Runs from which every figure can be drawn.
  static let everything: [RunRecord] =
    [5.0, 25, 100].flatMap { condition in
      ["sgd", "momentum", "adam"].enumerated().map { i, name in
        run(
          name, lr: (1.9 - 0.4 * Double(i)) / condition,
          settings: [.init(name: "condition", value: shortest(condition))], schedule: true)
      }
    } + [run("sgd", on: "pass"), run("adam", on: "pass", lr: 0.1)]
    + [0.001, 0.01, 0.05, 0.1, 1].map { run("sgd", lr: $0, label: "sgd[lr=\($0)]") }
    + (1...3).flatMap { [training("adam", seed: $0), training("sgd", seed: $0)] }
}
