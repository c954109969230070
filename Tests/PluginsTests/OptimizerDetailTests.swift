// What single optimizers do in cases that no other test comes to.

import OptimizerKit
import Plugins
import Testing

@Suite("Details of optimizers")
struct OptimizerDetailTests {
  /// The state and the parameters after one step from ones, on a matrix of four elements and a bias of two.
  private func oneStep(
    _ name: String, _ settings: [String: String], gradient: Double, lr: Double
  ) throws -> StepContext<Double> {
    func step<O: Optimizer>(_ optimizer: O) throws -> StepContext<Double> {
      var optimizer = optimizer
      var layout = ParameterLayout()
      layout.append("w", shape: [2, 2], role: .weight, fanIn: 2)
      layout.append("b", shape: [2], role: .bias, fanIn: 1)
      let x = Vector(repeating: 1.0, count: 6)
      var context = StepContext(
        x: x, layout: layout, state: optimizer.makeState(at: x, layout: layout), oracle: .none)
      context.gradient.fill(gradient)
      context.begin(step: 1, lr: lr)
      try optimizer.advance(&context)
      return context
    }
    return try step(optimizer(name, settings))
  }

  /// Where LARS leaves biases alone, they have neither a rate of their own nor a decay.
  @Test(arguments: [true, false]) func decayOfBiases(_ vectors: Bool) throws {
    let settings = ["weightDecay": "0.1", "vectors": "\(vectors)", "trust": "0.5"]
    let x = try oneStep("lars", settings, gradient: 0, lr: 0.1).x.array
    #expect(x[..<4].allSatisfy { $0 < 1 })
    #expect(x[4...].allSatisfy { vectors ? $0 < 1 : $0 == 1 })
    // With a gradient they take a plain step.
    let plain = try oneStep("lars", settings, gradient: 0.5, lr: 0.1).x.array
    #expect(vectors || abs(plain[4] - (1 - 0.1 * 0.5)) < 1e-12)
  }

  /// With the safeguard, Prodigy's denominator adds up d²/d₀ g whatever the learning rate is; without it
  /// d/d₀ times d α g.
  @Test(arguments: [true, false]) func warmupOfProdigy(_ isSafeguarded: Bool) throws {
    let d0 = 1e-3
    let context = try oneStep(
      "prodigy", ["d0": "\(d0)", "safeguardWarmup": "\(isSafeguarded)", "biasCorrection": "false"],
      gradient: 2, lr: 0.25)
    let sum = try #require(context.state["s"]?.array)
    for s in sum { #expect(abs(s - (isSafeguarded ? d0 * 2 : d0 * 0.25 * 2)) < 1e-15) }
  }
}
