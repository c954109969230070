// What `make bench` measures.

import Figures
import Foundation
import Harness
import LinearAlgebra
import OptimizerKit

/// A named measurement.
struct Benchmark {
  let name: String
  let unit: String
  let measure: () throws -> Double

  static func all(_ catalogue: PluginCatalogue) throws -> [Benchmark] {
    var all: [Benchmark] = []
    let first = ["sgd", "momentum", "adam", "adagrad", "rmsprop"]
    // Those that can be stepped on a gradient alone.
    let others = try catalogue.optimizers.map(\.name).filter { name in
      let optimizer = try catalogue.optimizer(PluginSpec(name: name, settings: []))
      return optimizer.requirements.isEmpty && optimizer.usesGradient && !first.contains(name)
    }
    for name in first + others {
      for count in first.contains(name) ? [100_000, 1_000_000, 10_000_000] : [1_000_000] {
        all.append(
          Benchmark(name: "step/\(name)/\(count)", unit: "Mparam/s") {
            try step(catalogue.optimizer(PluginSpec(name: name, settings: [])), count)
          })
      }
    }
    for name in ["adam", "momentum"] {
      let rate = PluginSpec.Setting(name: "lr", value: name == "adam" ? "1e-3" : "1e-4")
      let spec = PluginSpec(name: name, settings: [rate])
      for (mode, measure) in [("single", single), ("recorded", recorded), ("lanes", lanes)] {
        all.append(
          Benchmark(name: "surface/\(name)/\(mode)", unit: "Msteps/s") {
            let problem = try catalogue.problem(PluginSpec(name: "rosenbrock", settings: []))
            guard let rule = try catalogue.optimizer(spec) as? any CoordinateRule,
              let surface = problem as? any Surface
            else { throw LabFailure("\(name) is no coordinate rule") }
            return measure(rule, surface)
          })
      }
    }
    for (name, hidden) in [
      ("muon", "128x64"), ("muon", "1000x500x100"), ("shampoo", "1000x500x100"),
      ("soap", "1000x500x100"), ("lamb", "1000x500x100"),
    ] where catalogue.entries(named: .optimizer).contains(where: { $0.name == name }) {
      let network = "784-\(hidden.split(separator: "x").joined(separator: "-"))-10"
      all.append(
        Benchmark(name: "step/\(name)/\(network)", unit: "steps/s") {
          try networkStep(name, catalogue, hidden)
        })
    }
    all.append(
      Benchmark(name: "surface/lbfgs/evaluations", unit: "kevaluations/s") { try lbfgs(catalogue) })
    let networks: [(name: String, problem: String, settings: [String: String], steps: Int)] = [
      ("mlp/784-128-64-10", "mlp", [:], 400),
      ("mlp/784-1000-500-100-10", "mlp", ["hidden": "1000x500x100"], 40),
      ("cnn/16-32", "cnn", [:], 30),
      ("cnn/2c2d", "2c2d", [:], 6),
    ]
    for (name, problem, settings, steps) in networks {
      let settings = settings.map { PluginSpec.Setting(name: $0.key, value: $0.value) }
      let spec = PluginSpec(name: problem, settings: settings)
      all.append(
        Benchmark(name: name, unit: "samples/s") {
          try network(catalogue.problem(spec), catalogue, steps: steps)
        })
    }
    all.append(Benchmark(name: "suite/mlp-sweep", unit: "s", measure: sweep))
    all.append(Benchmark(name: "map/momentum/1000000", unit: "s", measure: map))
    for count in [1_000_000, 10_000_000] {
      all.append(Benchmark(name: "peak/copy/\(count)", unit: "GB/s") { copy(count) })
    }
    all.append(Benchmark(name: "peak/sgemm", unit: "GFLOP/s") { product() })
    all.append(Benchmark(name: "figures/20", unit: "s") { try figures(catalogue) })
    all.append(Benchmark(name: "plugin/first-result", unit: "s", measure: firstResult))
    return all
  }

  /// How often a piece of work is repeated, unless said otherwise.
  private static let repetitions = 7

  /// The best of some repetitions of work: the one least disturbed by other processes. Returns
  /// seconds.
  private static func best(of repetitions: Int = repetitions, _ work: () throws -> Void) rethrows
    -> Double
  {
    var best = Double.infinity
    for _ in 0..<repetitions {
      let begin = monotonicSeconds()
      try work()
      best = min(best, monotonicSeconds() - begin)
    }
    return best
  }

  /// Updates of a Float32 parameter vector, millions of parameters a second: of a square matrix, where
  /// the optimizer may see that it is one.
  private static func step(_ optimizer: any Optimizer, _ count: Int) throws -> Double {
    var optimizer = optimizer
    var layout = ParameterLayout()
    let isCoordinateRule = optimizer is any CoordinateRule
    let side = Int(Double(count).squareRoot())
    layout.append(
      "w", shape: isCoordinateRule ? [count] : [side, count / side], role: .weight, fanIn: 1)
    var random = RandomSource(seed: 1, purpose: .initialization)
    let x = Vector((0..<count).map { _ in Float(random.normal()) })
    let state = optimizer.makeState(at: x, layout: layout)
    var context = StepContext(x: x, layout: layout, state: state, oracle: .none)
    context.gradient = Vector((0..<count).map { _ in Float(random.normal()) })
    context.loss = 1
    var t = 0
    func steps(_ number: Int) throws {
      for _ in 0..<number {
        t += 1
        context.begin(step: t, lr: 1e-3)
        try optimizer.advance(&context)
      }
    }
    // As many as the peers do; of those that see matrices, for some of which a step takes a second, no
    // more than take a tenth of it.
    var repetitions = max(1, 100_000_000 / count)
    if !isCoordinateRule {
      try steps(1)
      let first = try best(of: 1) { try steps(1) }
      repetitions = max(1, min(repetitions, Int(0.1 / first)))
    }
    let seconds = try best { try steps(repetitions) }
    return Double(count * repetitions) / seconds / 1e6
  }

  /// Steps of an optimizer, with what it wraps, on the parameters of an mlp: the mean of ten, since some
  /// of them do much of their work only every so many steps.
  private static func networkStep(_ name: String, _ catalogue: PluginCatalogue, _ hidden: String)
    throws -> Double
  {
    let setting = PluginSpec.Setting(name: "hidden", value: hidden)
    let spec = PluginSpec(name: "mlp", settings: [setting])
    guard let problem = try catalogue.problem(spec) as? any TrainingProblem else {
      throw LabFailure("mlp is no training problem")
    }
    let layout = try problem.makeSession(seed: 1).layout
    guard var optimizer = try catalogue.selectOptimizers(name).first?.instance else {
      throw LabFailure("there is no \(name)")
    }
    var random = RandomSource(seed: 1, purpose: .initialization)
    let x = Vector((0..<layout.count).map { _ in Float(random.normal()) })
    let state = optimizer.makeState(at: x, layout: layout)
    var context = StepContext(x: x, layout: layout, state: state, oracle: .none)
    context.gradient = Vector((0..<layout.count).map { _ in Float(random.normal()) })
    var t = 0
    let steps = 10
    let seconds = try best {
      for _ in 0..<steps {
        t += 1
        context.begin(step: t, rates: optimizer.declaredRates)
        try optimizer.advance(&context)
      }
    }
    return Double(steps) / seconds
  }

  /// Gradients, each with a loss, that two steps of L-BFGS ask for on Rosenbrock's valley.
  private static func lbfgs(_ catalogue: PluginCatalogue) throws -> Double {
    let problem = try catalogue.problem(PluginSpec(name: "rosenbrock", settings: []))
    guard let surface = problem as? any Surface else {
      throw LabFailure("rosenbrock is no surface")
    }
    let optimizer = try catalogue.optimizer(PluginSpec(name: "lbfgs", settings: []))
    let start = Vector(surface.starts[0])
    let layout = ParameterLayout(coordinates: start.count)
    let meter = EvaluationMeter()
    let runs = 1000
    let seconds = try best {
      for _ in 0..<runs {
        var optimizer = optimizer
        var context = StepContext(
          x: start, layout: layout, state: optimizer.makeState(at: start, layout: layout),
          oracle: Oracle(
            capabilities: surface.capabilities, meter: meter, loss: { surface.loss(at: $0) },
            gradient: { x, g in
              surface.gradient(
                at: UnsafeMutablePointer(mutating: x.pointer), into: g.mutablePointer(), seed: 1,
                step: 1)
            }))
        for step in 1...2 {
          surface.gradient(
            at: context.x.mutablePointer(), into: context.gradient.mutablePointer(), seed: 1,
            step: step)
          context.loss = surface.loss(at: context.x)
          meter.countHandedGradient()
          context.begin(step: step, rates: optimizer.declaredRates)
          try optimizer.advance(&context)
        }
      }
    }
    // Counted over all repetitions, which are alike.
    return Double(meter.counts.gradients) / Double(repetitions) / seconds / 1e3
  }

  private static func descend(
    _ rule: any CoordinateRule, _ surface: any Surface, steps: Int,
    path: UnsafeMutablePointer<Planar<Double>>?
  ) {
    var rule = rule
    var state: OptimizerState<Double> = rule.state(count: 2)
    var point = Planar(surface.starts[0][0], surface.starts[0][1])
    let rates = [rule.baseLearningRate]
    rates.withUnsafeBufferPointer {
      rule.descend(
        surface.planarGradient(seed: 1), point: &point, state: &state, firstStep: 1, rates: $0,
        steps: steps, path: path)
    }
  }

  private static func single(_ rule: any CoordinateRule, _ surface: any Surface) -> Double {
    let steps = 5_000_000
    return Double(steps) / best { descend(rule, surface, steps: steps, path: nil) } / 1e6
  }

  private static func recorded(_ rule: any CoordinateRule, _ surface: any Surface) -> Double {
    let steps = 1_000_000
    let path = UnsafeMutablePointer<Planar<Double>>.allocate(capacity: steps)
    defer { path.deallocate() }
    return Double(steps) / best { descend(rule, surface, steps: steps, path: path) } / 1e6
  }

  private static func lanes(_ rule: any CoordinateRule, _ surface: any Surface) -> Double {
    let runs = 4096
    let steps = 10_000
    let base = rule.baseLearningRate
    let rates = (0..<runs).map { base * (0.5 + 0.5 * Double($0) / Double(runs)) }
    let seconds = best(of: 5) {
      var descent = LaneDescent(rule, on: surface, from: surface.starts[0], rates: rates)
      descent.advance(steps: steps)
    }
    return Double(runs * steps) / seconds / 1e6
  }

  /// Training by Adam in minibatches of 128: gathering, forward, backward and update.
  private static func network(_ problem: any Problem, _ catalogue: PluginCatalogue, steps: Int)
    throws -> Double
  {
    guard let training = problem as? any TrainingProblem else {
      throw LabFailure("\(type(of: problem).name) is no training problem")
    }
    let session = try training.makeSession(seed: 1)
    var optimizer = try catalogue.optimizer(PluginSpec(name: "adam", settings: []))
    let x = session.initialParameters()
    let state = optimizer.makeState(at: x, layout: session.layout)
    var context = StepContext(x: x, layout: session.layout, state: state, oracle: .none)
    var t = 0
    let seconds = try best {
      for _ in 0..<steps {
        t += 1
        _ = session.lossAndGradient(at: context.x, step: t, gradient: &context.gradient)
        context.begin(step: t, lr: 1e-3)
        try optimizer.advance(&context)
      }
    }
    return Double(steps * 128) / seconds
  }

  /// One epoch of the mlp by 8 optimizers at 5 learning rates from 3 seeds, none of which diverge: a
  /// comparison as a whole command, on all processors. Once: it is long enough to be steady.
  private static func sweep() throws -> Double {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("optlab-bench-\(getpid())-sweep")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let suite = folder.appendingPathComponent("sweep.yaml")
    let text = """
      title: A sweep
      groups:
        - name: sweep
          problems: mlp
          optimizers:
            - sgd[lr=1e-3..1e-1:5]
            - momentum[lr=1e-4..1e-2:5]
            - nesterov[lr=1e-4..1e-2:5]
            - adagrad[lr=1e-4..1e-2:5]
            - rmsprop[lr=1e-4..1e-2:5]
            - adam[lr=1e-4..1e-2:5]
            - adam[lr=1e-4..1e-2:5;amsgrad=true]
            - adamw[lr=1e-4..1e-2:5]
          seeds: 1-3
          steps: 390
          validations: 1
      """
    try text.write(to: suite, atomically: true, encoding: .utf8)
    let store = folder.appendingPathComponent("runs.sqlite").path
    let seconds = try best(of: 1) { try runCommand(["compare", suite.path, "--store", store]) }
    let completed = try RunStore.existing(path: store).records().count { $0.status == .completed }
    guard completed == 120 else { throw LabFailure("\(completed) of 120 runs were completed") }
    return seconds
  }

  /// A map of a million cells of 500 steps, made by as many workers as there are cores and drawn.
  private static func map() throws -> Double {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("optlab-bench-\(getpid())-map").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try best(of: 3) {
      try? FileManager.default.removeItem(atPath: folder)
      try runCommand([
        "map", "quadratic", "momentum[lr=1e-4..0.1:1000;momentum=0..0.999:1000]", "--steps", "500",
        "--store", folder + "/runs.sqlite", "--output", folder, "--format", "png",
      ])
    }
  }

  /// A plain copy of a Float32 vector: what its reading and its writing move, billions of bytes a
  /// second. An update cannot be faster than its own traffic at this pace.
  private static func copy(_ count: Int) -> Double {
    let x = Vector(repeating: Float(1), count: count)
    var y = Vector(repeating: Float(0), count: count)
    let target = y.mutablePointer()
    let repetitions = max(1, 100_000_000 / count)
    let seconds = withExtendedLifetime((x, y)) {
      best {
        for _ in 0..<repetitions { memcpy(target, x.pointer, count * MemoryLayout<Float>.stride) }
      }
    }
    return Double(2 * count * repetitions * MemoryLayout<Float>.stride) / seconds / 1e9
  }

  /// A product of matrices of 2048 × 2048 in single precision, billions of operations a second.
  private static func product() -> Double {
    let n = 2048
    var random = RandomSource(seed: 1, purpose: .instance)
    let a = Vector((0..<n * n).map { _ in Float(random.normal()) })
    let b = Vector((0..<n * n).map { _ in Float(random.normal()) })
    var c = Vector(repeating: Float(0), count: n * n)
    let target = c.mutablePointer()
    let seconds = withExtendedLifetime((a, b, c)) {
      best { Float.multiply(a.pointer, b.pointer, into: target, rows: n, columns: n, inner: n) }
    }
    return 2 * Double(n * n * n) / seconds / 1e9
  }

  /// Twenty contour-and-path pictures of 800 × 600.
  private static func figures(_ catalogue: PluginCatalogue) throws -> Double {
    let names = ["rosenbrock", "beale", "himmelblau", "rastrigin"]
    let optimizers = ["momentum", "nesterov", "rmsprop", "adam", "adagrad"]
    var inputs: [FigureInput] = []
    for problem in names {
      for optimizer in optimizers {
        let spec = RunSpec(
          optimizer: OptimizerSpec(
            PluginSpec(try catalogue.optimizer(PluginSpec(name: optimizer, settings: [])))),
          problem: PluginSpec(try catalogue.problem(PluginSpec(name: problem, settings: []))),
          budget: .steps(500))
        let result = try catalogue.execute(
          spec, context: ExecutionContext(now: monotonicSeconds))
        let run = RunJob(key: "", label: optimizer, spec: spec).traced(result)
        inputs.append(FigureInput(runs: [run], catalogue: catalogue))
      }
    }
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("optlab-bench-\(getpid())")
    defer { try? FileManager.default.removeItem(at: folder) }
    let figure = try catalogue.figure(PluginSpec(name: "trajectory", settings: []))
    return try best(of: 3) {
      var pictures: [Picture] = []
      for (index, input) in inputs.enumerated() {
        for var picture in try figure.draw(input) {
          picture.name += "-\(index)"
          picture.width = 800
          picture.height = 600
          pictures.append(picture)
        }
      }
      let options = FigureRenderer.Options(
        formats: [.png], script: false, caption: false,
        processes: ProcessInfo.processInfo.activeProcessorCount)
      _ = try FigureRenderer().draw(pictures, into: folder.path, options: options)
    }
  }

  /// From an edited plugin file to its first trace, as whole commands.
  private static func firstResult() throws -> Double {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("optlab-bench-\(getpid())-plugin")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("Edited.swift")
    let text = PluginTemplate.text(of: .optimizer).replacingOccurrences(of: "TYPE", with: "Edited")
      .replacingOccurrences(of: "NAME", with: "edited")
    return try best(of: 3) {
      try (text + "// \(UInt64.random(in: 0...UInt64.max))\n")
        .write(to: file, atomically: true, encoding: .utf8)
      try runCommand(["trace", "rosenbrock", "edited", "--steps", "100", "--plugin", file.path])
    }
  }

  /// Runs this command with other arguments.
  ///
  /// - Throws: `LabFailure` where it fails.
  private static func runCommand(_ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: RunOptions.executable)
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw LabFailure("'optlab \(arguments[0])' failed")
    }
  }
}
