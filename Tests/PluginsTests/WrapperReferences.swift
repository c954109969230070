// Golden data of wrappers and matrix methods, made by `wrappers.py`.

import OptimizerKit
import Plugins
import Testing

/// An optimizer as the golden file has it: a name with a preset, settings, and what it wraps.
final class GoldenTerm: Decodable, Sendable, CustomStringConvertible {
  let name: String
  let settings: [String: String]
  let inner: GoldenTerm?

  var description: String {
    let list = settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    let own = list.isEmpty ? name : "\(name)[\(list.joined(separator: ";"))]"
    return inner.map { "\(own)(\($0))" } ?? own
  }

  /// The optimizer, ready to run.
  func make() throws -> any Optimizer {
    guard let inner else { return try optimizer(name, settings) }
    return try wrapper(name, settings, inner.make())
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

/// One reference run on a surface.
struct GoldenWrapperCase: Decodable, Sendable, CustomTestStringConvertible {
  let optimizer: GoldenTerm
  let reference: String
  let problem: String
  let start: [Double]
  let samples: [Int]
  let points: [[Double]]
  /// Where the loss is reported, if that is elsewhere.
  let judged: [[Double]]?
  /// The gradients that each step takes, the one that it is handed included.
  let evaluations: [Int]?

  var testDescription: String { "\(optimizer) as \(reference) on \(problem)" }
}

/// One reference run on ½‖X − T‖² + ¼ (Σ X)² from X = 1/8.
struct GoldenMatrixCase: Decodable, Sendable, CustomTestStringConvertible {
  let optimizer: GoldenTerm
  let reference: String
  let shape: [Int]
  let target: [Double]
  let samples: [Int]
  let points: [[Double]]

  var testDescription: String { "\(optimizer) as \(reference), \(shape[0]) × \(shape[1])" }
}

/// `wrappers.json`.
struct GoldenWrappers: Decodable, Sendable {
  let cases: [GoldenWrapperCase]
  let matrices: [GoldenMatrixCase]
  static let shared: GoldenWrappers = try! read("wrappers.json")
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
