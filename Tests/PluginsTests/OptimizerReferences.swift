// Golden data and what is run against it.

import Foundation
import OptimizerKit
import Plugins
import Testing

/// A plugin and its settings as the golden files have them.
struct GoldenPlugin: Decodable, Sendable {
  /// The hyperparameter that a schedule sets; nil in schedules.json.
  var hyperparameter: String?
  /// The name, with a preset after an `@`.
  var name: String
  var settings: [String: String]
}

/// One reference run: optimizer, settings, schedules, problem, and the points after some steps.
struct GoldenCase: Decodable, Sendable, CustomTestStringConvertible {
  var optimizer: String
  var settings: [String: String]
  var schedules: [GoldenPlugin]
  var reference: String
  var problem: String
  var start: [Double]
  var amplification: Double
  var points: [[Double]]

  var testDescription: String { "\(optimizer) as \(reference) on \(problem)" }
}

/// Optimizer references: `optimizers.json`, made by `generate.py`.
struct GoldenOptimizers: Decodable, Sendable {
  var samples: [Int]
  var cases: [GoldenCase]
  static let shared: GoldenOptimizers = try! read("optimizers.json")
}

/// Tests/References.
let referencesFolder = URL(filePath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().appending(path: "References")

/// Reads a file of Tests/References.
func read<T: Decodable>(_ file: String) throws -> T {
  let data = try Data(contentsOf: referencesFolder.appending(path: file))
  return try JSONDecoder().decode(T.self, from: data)
}

let catalogue = PluginCatalogue.builtIn()

/// An optimizer by name and preset ("adam@optax") with settings.
func optimizer(_ name: String, _ settings: [String: String] = [:]) throws -> any Optimizer {
  let parts = name.split(separator: "@").map(String.init)
  let entry = try catalogue.entry(parts[0], kind: .optimizer)
  let optimizer = try #require(entry.make() as? any Optimizer)
  return try configured(optimizer, entry.presets, parts.dropFirst().first, settings)
}

/// A schedule by name and preset with settings.
func schedule(_ name: String, _ settings: [String: String] = [:]) throws -> any Schedule {
  let parts = name.split(separator: "@").map(String.init)
  let entry = try catalogue.entry(parts[0], kind: .schedule)
  let schedule = try #require(entry.make() as? any Schedule)
  return try configured(schedule, entry.presets, parts.dropFirst().first, settings)
}

private func configured<P>(
  _ plugin: P, _ presets: [Preset], _ preset: String?, _ settings: [String: String]
) throws -> P {
  var open = plugin as! any Plugin
  if let preset {
    let preset = try #require(presets.first { $0.name == preset })
    for setting in preset.settings { try open.set(setting.name, to: setting.value) }
  }
  for (name, value) in settings { try open.set(name, to: value) }
  try open.validate()
  open.resolve()
  return open as! P
}

/// An oracle over a surface.
func oracle<R: Scalar>(
  of surface: any Surface, meter: EvaluationMeter = EvaluationMeter(), as _: R.Type = R.self
) -> Oracle<R> {
  Oracle<R>(
    capabilities: surface.capabilities, meter: meter,
    loss: { surface.loss(at: $0.array.map(\.double)) },
    gradient: { $1 = Vector(surface.gradient(at: $0.array.map(\.double)).map { R($0) }) },
    hessianVectorProduct: {
      let product = surface.hessianVectorProduct(
        at: $0.array.map(\.double), $1.array.map(\.double))
      return Vector(product.map { R($0) })
    },
    residuals: {
      let (values, jacobian) = surface.residualsAndJacobian(at: $0.array.map(\.double))
      return Residuals(
        values: Vector(values.map { R($0) }),
        jacobian: Matrix(
          Vector(jacobian.map { R($0) }), rows: values.count, columns: surface.dimension))
    })
}

/// A run that can be stepped, copied and continued.
struct Run<O: Optimizer, R: Scalar> {
  var optimizer: O
  let surface: any Surface
  var x: Vector<R>
  var state: OptimizerState<R>
  var step = 0
  /// What was asked of the oracle.
  var counts = EvaluationCounts()

  init(_ optimizer: O, on surface: any Surface, from start: [Double]? = nil, in _: R.Type) {
    self.optimizer = optimizer
    self.surface = surface
    x = Vector((start ?? surface.starts[0]).map { R($0) })
    state = optimizer.makeState(at: x, layout: ParameterLayout(coordinates: x.count))
  }

  /// One update with the given learning rate, or the optimizer's own.
  mutating func advance(lr: Double? = nil) throws {
    try advance(rates: lr.map { [$0] })
  }

  /// One update with the given learning rate for each level, or those that are declared.
  mutating func advance(rates: [Double?]?) throws {
    step += 1
    let meter = EvaluationMeter()
    var context = StepContext(
      x: x, layout: ParameterLayout(coordinates: x.count), state: state,
      oracle: PluginsTests.oracle(of: surface, meter: meter))
    context.begin(step: step, rates: rates ?? optimizer.declaredRates)
    let point = x.array.map(\.double)
    if optimizer.usesGradient {
      context.gradient = Vector(surface.gradient(at: point).map { R($0) })
      context.loss = surface.loss(at: point)
    } else {
      context.gradient.fill(R(.nan))
    }
    defer {
      x = context.x
      state = context.state
      counts.losses += meter.counts.losses
      counts.gradients += meter.counts.gradients
      counts.hessianVectorProducts += meter.counts.hessianVectorProducts
      counts.hessians += meter.counts.hessians
    }
    try optimizer.advance(&context)
  }
}

extension Run where R == Double {
  init(_ optimizer: O, on surface: any Surface, from start: [Double]? = nil) {
    self.init(optimizer, on: surface, from: start, in: Double.self)
  }
}

/// The points after each of `steps` updates.
func path<O: Optimizer>(
  of optimizer: O, on surface: any Surface, from start: [Double]? = nil, steps: Int,
  schedules: [(hyperparameter: String, sequence: ScheduleSequence)] = []
) throws -> [[Double]] {
  var run = Run(optimizer, on: surface, from: start)
  var points: [[Double]] = []
  var scheduled: [(ScheduledHyperparameter, base: Double, ScheduleSequence)] = []
  for (name, sequence) in schedules {
    let base = optimizer.hyperparameters.first { $0.name == name }?.number ?? 1
    scheduled.append((try optimizer.scheduledHyperparameter(name), base, sequence))
  }
  for t in 0..<steps {
    var lr = optimizer.baseLearningRate
    for (place, base, sequence) in scheduled {
      let value = sequence.value(base: base, step: t, steps: steps)
      run.optimizer.set(place, to: value)
      if place.name == "lr" { lr = value }
    }
    try run.advance(lr: lr)
    points.append(run.x.array)
  }
  return points
}

/// The largest relative error of an optimizer against a golden case, in the maximum norm of the
/// point: no coordinate is held to more digits than the point as a whole has.
func largestError(of optimizer: some Optimizer, against golden: GoldenCase) throws -> Double {
  let samples = GoldenOptimizers.shared.samples
  let schedules = try golden.schedules.map {
    (
      hyperparameter: try #require($0.hyperparameter),
      sequence: ScheduleSequence([try schedule($0.name, $0.settings)])
    )
  }
  let points = try path(
    of: optimizer, on: surfaces[golden.problem]!, from: golden.start, steps: samples.last!,
    schedules: schedules)
  var largest = 0.0
  for (sample, reference) in zip(samples, golden.points) {
    let size = reference.map(\.magnitude).max()!
    for (ours, theirs) in zip(points[sample - 1], reference) {
      let error = (ours - theirs).magnitude / size
      if error.isNaN { return error }
      largest = max(largest, error)
    }
  }
  return largest
}

/// The bits of a point, since −0 = 0 and NaN ≠ NaN; IEEE 754 leaves sign and payload of a NaN open.
func bits(_ point: [Double]) -> [UInt64] {
  point.map { $0.isNaN ? Double.nan.bitPattern : $0.bitPattern }
}
