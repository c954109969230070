// Activation functions against their definitions, within layers and as layers.

import Foundation
import Networks
import OptimizerKit
import Testing

@Suite("activations")
struct ActivationTests {
  /// The definition, in double precision.
  func exact(_ activation: Activation, _ z: Double) -> Double {
    switch activation {
    case .identity: z
    case .relu: z > 0 ? z : 0
    case .leakyReLU: z > 0 ? z : 0.01 * z
    case .elu: z > 0 ? z : expm1(z)
    case .selu: 1.0507009873554805 * (z > 0 ? z : 1.6732632423543772 * expm1(z))
    case .tanh: tanh(z)
    case .sigmoid: 1 / (1 + exp(-z))
    case .step: z > 0 ? 1 : 0
    }
  }

  /// What a layer makes of `inputs`, one example of them.
  func outputs<R: NetworkScalar>(_ activation: Activation, _ inputs: [R]) throws -> [R] {
    let network = try Network<R>(
      [Activation.identity, activation, Dense(1)], input: [inputs.count], capacity: 1)
    // The dense layer only reads what the activation gives: one weight of 1 at a time.
    var parameters = [R](repeating: 0, count: inputs.count + 1)
    return inputs.indices.map { i in
      parameters[i] = 1
      defer { parameters[i] = 0 }
      return network.forward(
        inputs, parameters: parameters, pass: Pass(examples: 1, isTraining: false))[0]
    }
  }

  // Over single precision the worst is tanh with 6 units in the last place, 6 · 2⁻²³ of the value;
  // SELU adds two roundings to the 3 of eᶻ − 1.
  @Test(arguments: Activation.allCases)
  func agreesWithItsDefinition(_ activation: Activation) throws {
    let points = [-80, -7.5, -1, -0.3, -1e-4, 0, 1e-4, 0.3, 1, 7.5, 80]
    let singles = points.map(Float.init)
    for (y, z) in zip(try outputs(activation, points), points) {
      let right = exact(activation, z)
      #expect(abs(y - right) <= 1e-15 * abs(right), "\(z)")
    }
    for (y, z) in zip(try outputs(activation, singles), singles) {
      let right = exact(activation, Double(z))
      #expect(abs(Double(y) - right) <= 8e-7 * abs(right), "\(z)")
    }
  }

  @Test func namesAreThoseOfTheField() {
    #expect(
      Activation.allCases.map(\.rawValue) == [
        "identity", "relu", "leaky-relu", "elu", "selu", "tanh", "sigmoid", "step",
      ])
  }

  /// Beyond one block of elements, so that the seams are seen.
  @Test(arguments: Activation.allCases)
  func asALayerItIsTheSameAsWithinOne(_ activation: Activation) throws {
    let within: [any Layer] = [Dense(700, activation), Dense(3)]
    let apart: [any Layer] = [Dense(700), activation, Dense(3)]
    let first = try GradientCheck(within, input: [4])
    let second = try GradientCheck(apart, input: [4])
    #expect(first.parameters == second.parameters)
    #expect(first.loss(first.parameters) == second.loss(first.parameters))
    #expect(first.gradient() == second.gradient())
  }

  @Test func isNamedAmongLayers() throws {
    #expect(Activation.kind == "activation")
    let network = try Network<Float>([Activation.tanh, Activation.elu], input: [2], capacity: 1)
    #expect(network.layout.count == 0)
    #expect(network.output == [2])
  }

  /// The perceptron's threshold: 0 counts as no; and it stops all gradients.
  @Test func theStepIsAThreshold() throws {
    #expect(try outputs(.step, [-1, -0.0, 0, Float.leastNonzeroMagnitude, 2]) == [0, 0, 0, 1, 1])
    let check = try GradientCheck([Dense(6, .step), Dense(4)], input: [8])
    let gradient = check.gradient()
    #expect(gradient[..<54].allSatisfy { $0 == 0 })
    #expect(gradient[54...].contains { $0 != 0 })
  }

  /// SELU's fixed point: standard normal signals have mean 0 and mean square 1 afterwards.
  ///
  /// The mean of 200,000 draws has a deviation below 1/√200,000 = 0.0022, that of the squares below
  /// √(E y⁴ − 1)/√200,000 < 0.004 (E y⁴ < 4): five of each.
  @Test func seluKeepsMeanAndVariance() throws {
    var source = RandomSource(seed: 1, purpose: .instance)
    let z = (0..<200_000).map { _ in source.normal() }
    let network = try Network<Double>([Activation.selu], input: [z.count], capacity: 1)
    let y = network.forward(z, parameters: [], pass: Pass(examples: 1, isTraining: false))
    let values = z.indices.map { y[$0] }
    let count = Double(z.count)
    #expect(abs(values.reduce(0, +) / count) < 0.011)
    #expect(abs(values.reduce(0) { $0 + $1 * $1 } / count - 1) < 0.02)
  }
}
