// The golden data of the coordinate-wise optimizers hold every preset and every hyperparameter.

import OptimizerKit
import Plugins
import Testing

@Suite("References of coordinate-wise optimizers")
struct RuleReferenceTests {
  static let cases = ["adaptive", "adam_variants", "momentum", "sign"].flatMap {
    GoldenFile.named($0).cases
  }
  static let names = Set(cases.map { String($0.optimizer.name.prefix { $0 != "@" }) }).sorted()

  @Test("every preset has a reference", arguments: names)
  func presets(_ name: String) throws {
    let covered = Set(Self.cases.map(\.optimizer.name))
    for preset in try catalogue.entry(name, kind: .optimizer).presets {
      #expect(covered.contains("\(name)@\(preset.name)"), "\(preset.name)")
    }
  }

  /// Each hyperparameter, a little off, is told from the right one by at least one reference.
  @Test("a wrong hyperparameter is noticed", arguments: names)
  func faults(_ name: String) throws {
    let cases = Self.cases.filter { $0.optimizer.name.prefix { $0 != "@" } == name }
    for hyperparameter in try optimizer(name).hyperparameters.map(\.name) {
      let isNoticed = try cases.contains { golden in
        guard let faulty = try changed(golden.optimizer.make(), hyperparameter) else { return true }
        return try error(of: faulty, against: golden) > 2 * (golden.tolerance ?? referenceTolerance)
      }
      #expect(isNoticed, "\(hyperparameter)")
    }
  }

  /// The optimizer with another value of this hyperparameter; nil where it is a choice.
  private func changed<O: Optimizer>(_ optimizer: O, _ name: String) throws -> (any Optimizer)? {
    var optimizer = optimizer
    let hyperparameter = try #require(optimizer.hyperparameters.first { $0.name == name })
    switch (hyperparameter.number, hyperparameter.value) {
    case (let number?, _):
      let more = number >= 2 && number == number.rounded() ? number + 1 : number * 1.01
      let value = number == 0 ? 0.5 : hyperparameter.bounds.contains(more) ? more : number * 0.99
      try? optimizer.set(name, to: shortest(value))  // a count keeps its 0
    case (nil, "true"): try optimizer.set(name, to: "false")
    case (nil, "false"): try optimizer.set(name, to: "true")
    default: return nil
    }
    return optimizer
  }

  private func error(of optimizer: any Optimizer, against golden: GoldenWrapperCase) throws
    -> Double
  {
    func run<O: Optimizer>(_ optimizer: O) throws -> Double {
      var run = Run(optimizer, on: try #require(surfaces[golden.problem]), from: golden.start)
      var points: [[Double]] = []
      let steps = golden.samples.last!
      let scheduled = try golden.optimizer.sequences(on: optimizer)
      for step in 1...steps {
        try run.advance(scheduled, steps: steps)
        if golden.samples.contains(step) {
          points.append(
            run.optimizer.evaluationPoint(run.x, state: run.state)?.array ?? run.x.array)
        }
      }
      let error = largestError(of: points, against: golden.judged ?? golden.points)
      return error.isNaN ? .infinity : error
    }
    return try run(optimizer)
  }

  static let pairs: [(String, [String: String], String, [String: String])] = [
    ("qhm", ["nu": "0"], "sgd", [:]),
    ("optimistic-gd", ["beta": "0"], "sgd", [:]),
    ("sgdw", ["weightDecay": "0", "dampening": "0.5"], "momentum", ["dampening": "0.5"]),
    ("sgdw", ["momentum": "0", "weightDecay": "0.1"], "sgd", ["weightDecay": "0.1"]),
    ("signum", ["beta": "0"], "signsgd", [:]),
    ("lion", ["beta1": "0"], "signsgd", [:]),
    ("signum@tiger", ["weightDecay": "0"], "signum", ["beta": "0.965"]),
  ]

  @Test("gives the bits of the simpler rule", arguments: pairs.indices)
  func specialCase(_ index: Int) throws {
    let (general, settings, simple, simpleSettings) = Self.pairs[index]
    for surface in surfaces.values {
      let a = try path(
        of: optimizer(general, settings.merging(["lr": "5e-4"]) { $1 }), on: surface, steps: 300)
      let b = try path(
        of: optimizer(simple, simpleSettings.merging(["lr": "5e-4"]) { $1 }), on: surface,
        steps: 300)
      #expect(a.map(bits) == b.map(bits))
    }
  }
}
