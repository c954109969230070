// Special cases of coordinate-wise optimizers: with some settings they are a simpler one, bit for bit.

import OptimizerKit
import Plugins
import Testing

@Suite struct SpecialCaseTests {
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
    for surface in planes.values {
      let a = try path(
        of: optimizer(general, settings.merging(["lr": "5e-4"]) { $1 }), on: surface, steps: 300)
      let b = try path(
        of: optimizer(simple, simpleSettings.merging(["lr": "5e-4"]) { $1 }), on: surface,
        steps: 300)
      #expect(a.map(bits) == b.map(bits))
    }
  }
}
