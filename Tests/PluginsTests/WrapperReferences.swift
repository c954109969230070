// Golden data of optimizers and wrappers, made by the scripts that use `golden.py`.

import Foundation
import OptimizerKit
import Plugins
import Testing

/// An optimizer as the golden file has it: a name with a preset, settings, and what it wraps.
final class GoldenTerm: Decodable, Sendable, CustomStringConvertible {
  let name: String
  let settings: [String: String]
  /// The schedules of its hyperparameters; none where this is nil.
  let schedules: [GoldenPlugin]?
  let inner: GoldenTerm?

  /// The names of this term and of those inside it, with their presets.
  var names: [String] { [name] + (inner?.names ?? []) }

  var description: String {
    let list = settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    let own = list.isEmpty ? name : "\(name)[\(list.joined(separator: ";"))]"
    let whole = inner.map { "\(own)(\($0))" } ?? own
    return whole + (schedules ?? []).map { ":\($0.hyperparameter ?? "lr")=\($0.name)" }.joined()
  }

  /// The optimizer, ready to run.
  func make() throws -> any Optimizer {
    guard let inner else { return try optimizer(name, settings) }
    return try wrapper(name, settings, inner.make())
  }
}

/// A scheduled hyperparameter of a level of wrapping.
struct GoldenSequence {
  let depth: Int
  let hyperparameter: String
  let base: Double
  let sequence: ScheduleSequence
}

extension GoldenTerm {
  /// The schedules of this term and of those inside it, as they act on `optimizer`.
  func sequences(on optimizer: any Optimizer, depth: Int = 0) throws -> [GoldenSequence] {
    let own = try (schedules ?? []).map { golden in
      let name = try #require(golden.hyperparameter)
      return GoldenSequence(
        depth: depth, hyperparameter: name,
        base: try #require(optimizer.levels[depth].number(name)),
        sequence: ScheduleSequence([try schedule(golden.name, golden.settings)]))
    }
    return try own + (inner?.sequences(on: optimizer, depth: depth + 1) ?? [])
  }
}

extension Run {
  /// One update of `steps`, with scheduled hyperparameters.
  mutating func advance(_ scheduled: [GoldenSequence], steps: Int) throws {
    var rates = optimizer.declaredRates
    for one in scheduled {
      let value = one.sequence.value(base: one.base, step: step, steps: steps)
      if one.hyperparameter == "lr" {
        rates[one.depth] = value
      } else {
        let place = try optimizer.levels[one.depth].scheduledHyperparameter(one.hyperparameter)
        optimizer.set(place, at: one.depth, to: value)
      }
    }
    try advance(rates: rates)
  }
}

/// The names of the wrappers that come with the lab.
let wrapperNames = catalogue.wrappers.map(\.name)

/// A wrapper with a preset and settings, around plain gradient steps or `inner`.
func wrapper(
  _ name: String, _ settings: [String: String] = [:], _ inner: (any Optimizer)? = nil
) throws -> any Wrapper {
  var wrapper = try #require(try optimizer(name, settings) as? any Wrapper)
  if let inner { wrapper.inner = inner }
  return wrapper
}

/// How close a reference is met.
protocol GoldenPath: Decodable, Sendable, CustomTestStringConvertible {
  var optimizer: GoldenTerm { get }
  /// What is asked for in place of `referenceTolerance`, of a reference with fewer digits.
  var tolerance: Double? { get }
}

/// One reference run on a surface.
struct GoldenWrapperCase: GoldenPath {
  let optimizer: GoldenTerm
  let reference: String
  let problem: String
  let start: [Double]
  let samples: [Int]
  let points: [[Double]]
  let tolerance: Double?
  /// Where the loss is reported, if that is elsewhere.
  let judged: [[Double]]?
  /// The gradients that each step takes, the one that it is handed included.
  let evaluations: [Int]?
  /// The losses alone that each step takes.
  let losses: [Int]?
  /// The Hessian–vector products that each step takes.
  let products: [Int]?

  var testDescription: String { "\(optimizer) as \(reference) on \(problem)" }
}

/// One reference run on ½‖X − T‖² + ¼ (Σ X)² from X = 1/8, over one or more tensors.
struct GoldenMatrixCase: GoldenPath {
  let optimizer: GoldenTerm
  let reference: String
  let shapes: [[Int]]
  let target: [Double]
  let samples: [Int]
  let points: [[Double]]
  let tolerance: Double?

  /// Weights where there are two and more dimensions, else biases.
  var layout: ParameterLayout {
    var layout = ParameterLayout()
    for (index, shape) in shapes.enumerated() {
      let isWeight = shape.count > 1
      layout.append(
        "tensor\(index)", shape: shape, role: isWeight ? .weight : .bias,
        fanIn: isWeight ? shape.dropFirst().reduce(1, *) : 1)
    }
    return layout
  }

  /// Products with its Hessian, I + ½ 11ᵀ.
  var oracle: Oracle<Double> {
    Oracle(
      capabilities: [.hessianVectorProduct], loss: { _ in .nan }, gradient: { _, _ in },
      hessianVectorProduct: { _, v in
        let sum = v.array.reduce(0, +)
        return Vector(v.array.map { $0 + 0.5 * sum })
      })
  }

  var testDescription: String {
    let sizes = shapes.map { $0.map(String.init).joined(separator: " × ") }
    return "\(optimizer) as \(reference), \(sizes.joined(separator: ", "))"
  }
}

extension GoldenWrapperCase {
  /// The largest error of an optimizer after the sampled steps, where the loss is reported too; infinite
  /// where it throws or leaves the numbers.
  func error(of optimizer: some Optimizer) throws -> Double {
    var run = Run(optimizer, on: try #require(surfaces[problem]), from: start)
    let scheduled = try self.optimizer.sequences(on: optimizer)
    var points: [[Double]] = []
    var reported: [[Double]] = []
    for step in 1...samples.last! {
      guard (try? run.advance(scheduled, steps: samples.last!)) != nil else { return .infinity }
      guard samples.contains(step) else { continue }
      points.append(run.x.array)
      reported.append(run.optimizer.evaluationPoint(run.x, state: run.state)?.array ?? run.x.array)
    }
    let errors = [
      largestError(of: points, against: self.points),
      judged.map { largestError(of: reported, against: $0) } ?? 0,
    ]
    return errors.contains(where: \.isNaN) ? .infinity : errors.max()!
  }
}

extension GoldenMatrixCase {
  /// The points of an optimizer after the sampled steps.
  func points(of optimizer: some Optimizer) throws -> [[Double]] {
    var optimizer = optimizer
    let x = Vector(repeating: 0.125, count: layout.count)
    var context = StepContext(
      x: x, layout: layout, state: optimizer.makeState(at: x, layout: layout), oracle: oracle)
    var points: [[Double]] = []
    for step in 1...samples.last! {
      let sum = context.x.array.reduce(0, +)
      for i in x.indices {
        context.gradient[i] = (context.x[i] - target[i]) + 0.5 * sum
      }
      context.begin(step: step, rates: optimizer.declaredRates)
      try optimizer.advance(&context)
      if samples.contains(step) { points.append(context.x.array) }
    }
    return points
  }

  /// The largest error of an optimizer, infinite where it throws.
  func error(of optimizer: some Optimizer) throws -> Double {
    guard let points = try? points(of: optimizer) else { return .infinity }
    let error = largestError(of: points, against: self.points)
    return error.isNaN ? .infinity : error
  }
}

/// The golden files of optimizers and wrappers in the format of `golden.py`.
struct GoldenFile: Decodable, Sendable {
  let cases: [GoldenWrapperCase]
  let matrices: [GoldenMatrixCase]

  /// The file of this name.
  static func named(_ name: String) -> GoldenFile { try! read(name + ".json") }

  /// All of them together: one file for each script that makes one.
  static let all: GoldenFile = {
    let scripts = try! FileManager.default.contentsOfDirectory(
      at: referencesFolder, includingPropertiesForKeys: nil
    ).filter { $0.pathExtension == "py" }
    let golden = scripts.filter {
      try! String(contentsOf: $0, encoding: .utf8).contains("from golden import")
    }
    let files: [GoldenFile] = golden.sorted { $0.path < $1.path }.map {
      try! read($0.deletingPathExtension().lastPathComponent + ".json")
    }
    return GoldenFile(cases: files.flatMap(\.cases), matrices: files.flatMap(\.matrices))
  }()
}

/// The largest error of `points` relative to the largest coordinate of each reference.
func largestError(of points: [[Double]], against references: [[Double]]) -> Double {
  var largest = 0.0
  for (point, reference) in zip(points, references) {
    let size = reference.map(\.magnitude).max() ?? 1
    for (ours, theirs) in zip(point, reference) {
      let error = (ours - theirs).magnitude / size
      if error.isNaN { return error }
      largest = max(largest, error)
    }
  }
  return points.count == references.count ? largest : .nan
}
