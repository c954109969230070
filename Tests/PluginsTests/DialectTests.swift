// What `optlab check` says of an optimizer that it has never seen: its relatives and invariances.

import Analysis
import OptimizerKit
import Plugins
import Testing

/// Momentum as an average, v ← μ v + (1 − μ) g: momentum with a tenth of the rate.
private struct Averaged: CoordinateRule {
  static let name = "averaged"
  static let summary = "for tests"
  @Hyperparameter("α", in: 0...) var lr = 0.05
  @Hyperparameter("μ", in: 0..<1) var momentum = 0.9
  enum State: Int, StateNames { case v }
  func update<R: Real>(_ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R) {
    s[.v] = momentum * s[.v] + (1 - momentum) * g
    x -= lr * s[.v]
  }
}

/// The lecture's momentum, v ← μ v − α g.
private struct Lectured: CoordinateRule {
  static let name = "lectured"
  static let summary = "for tests"
  @Hyperparameter("α", in: 0...) var lr = 0.01
  @Hyperparameter("μ", in: 0..<1) var momentum = 0.9
  enum State: Int, StateNames { case v }
  func update<R: Real>(_ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R) {
    s[.v] = momentum * s[.v] - lr * g
    x += s[.v]
  }
}

/// The sign of the gradient, which claims what is not so.
private struct Boastful: CoordinateRule {
  static let name = "boastful"
  static let summary = "for tests"
  @Hyperparameter("α", in: 0...) var lr = 0.01
  var invariances: Invariances { [.scale, .rotation] }
  func update<R: Real>(_ x: inout R, gradient g: R, state s: inout Slots<NoState, R>, lr: R) {
    x -= lr * g.signum
  }
}

/// Gradient descent until step 20, then half of it.
private struct Turncoat: CoordinateRule {
  static let name = "turncoat"
  static let summary = "for tests"
  @Hyperparameter("α", in: 0...) var lr = 0.01
  private var factor = 1.0
  mutating func prepare(step: Int) { factor = step > 20 ? 0.5 : 1 }
  func update<R: Real>(_ x: inout R, gradient g: R, state s: inout Slots<NoState, R>, lr: R) {
    x -= factor * lr * g
  }
}

@Suite struct DialectTests {
  private static let classics = [
    "sgd", "momentum", "momentum@cs231n", "nesterov", "adam", "adam@optax",
    "adam@cs231n-uncorrected", "adamw", "rmsprop", "adagrad",
  ]

  private func nearest(_ candidate: any Optimizer, among names: [String] = classics) throws
    -> Dialect
  {
    let known = try names.map { Dialect.Known($0, try optimizer($0)) }
    return try #require(Dialect.nearest(to: candidate, among: known).first)
  }

  @Test func anotherAdamIsKnown() throws {
    let found = try nearest(FaultyAdam())
    #expect(found.name == "adam" && found.parts == nil && found.rateFactor == 1)
  }

  @Test func withoutTheSecondCorrectionItIsNot() throws {
    var adam = FaultyAdam()
    adam.fault = .noSecondCorrection
    let found = try nearest(adam)
    #expect(found.parts == 1 && found.share > 0.01)
  }

  @Test func aConstantFactorIsTheRates() throws {
    let found = try nearest(Averaged())
    #expect(found.name == "momentum" && found.parts == nil)
    #expect((found.rateFactor - 0.1).magnitude < 1e-12)
  }

  /// torch's momentum and the lecture's differ only where the learning rate changes.
  @Test func theStepAtWhichTheyPartIsFound() throws {
    #expect(try nearest(Lectured(), among: ["momentum"]).parts == 31)
    #expect(try nearest(Lectured(), among: ["momentum", "momentum@cs231n"]).parts == nil)
    #expect(try nearest(Turncoat(), among: ["sgd"]).parts == 21)
  }

  @Test(arguments: catalogue.optimizers.map(\.name))
  func everyOptimizerEqualsItself(_ name: String) throws {
    let found = try nearest(try optimizer(name), among: [name])
    #expect(found.parts == nil)
  }

  // MARK: invariances

  private func invariances(_ candidate: any Optimizer) -> Invariances {
    OptimizerConformance.invariances(of: candidate).filter(\.holds)
      .reduce(into: []) { $0.insert($1.invariance) }
  }

  @Test func invariancesAreMeasured() throws {
    #expect(invariances(try optimizer("sgd")) == [.rotation, .permutation, .translation])
    #expect(invariances(try optimizer("adam")) == [.scale, .permutation, .translation])
    #expect(
      invariances(try optimizer("normalized")) == [.scale, .rotation, .permutation, .translation])
    #expect(invariances(try optimizer("adamw")) == [.scale, .permutation])
  }

  /// Those whose claims take some seconds to measure in debug mode; `optlab check` does, in an instant.
  static let slow: Set = ["cma-es", "gauss-newton", "levenberg-marquardt"]

  /// What an optimizer claims is so.
  @Test(arguments: catalogue.optimizers.map(\.name).filter { !slow.contains($0) })
  func claimsHold(_ name: String) throws {
    let optimizer = try optimizer(name)
    guard !optimizer.invariances.isEmpty else { return }
    let measured = OptimizerConformance.invariances(of: optimizer)
    #expect(OptimizerConformance.claimFindings(optimizer, measured) == [])
  }

  /// What is claimed goes by the hyperparameters.
  @Test func claimsGoByHyperparameters() throws {
    func claims(_ name: String, _ settings: [String: String] = [:]) throws -> Invariances {
      try optimizer(name, settings).invariances
    }
    #expect(try claims("adam") == [.scale, .permutation, .translation])
    #expect(try claims("adam", ["epsilon": "0.1"]) == [.permutation, .translation])
    #expect(try claims("adam", ["weightDecay": "0.1"]) == .permutation)
    #expect(try claims("adamw") == [.scale, .permutation])
    #expect(try claims("momentum") == [.rotation, .permutation, .translation])
    #expect(try claims("newton") == [.scale, .rotation, .permutation, .translation])
    #expect(try claims("newton", ["damping": "1"]) == [.rotation, .permutation, .translation])
    #expect(try claims("ftrl") == .permutation)
    #expect(try claims("muon") == [])
    #expect(try wrapper("lookahead", [:], optimizer("adam")).invariances == claims("adam"))
    #expect(
      try wrapper("clip", [:], optimizer("adam")).invariances == [.permutation, .translation])
  }

  @Test func aFalseClaimIsFound() {
    let rule = Boastful()
    let findings = OptimizerConformance.claimFindings(
      rule, OptimizerConformance.invariances(of: rule))
    #expect(findings.map(\.check) == ["invariance"])
    #expect(findings[0].message.contains("rotation"))
  }
}
