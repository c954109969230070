// The checks of whole network problems: they pass what is right and find what is wrong.

import Networks
import OptimizerKit
import Plugins
import Testing

/// A network with a layer whose backward pass is wrong, or with none.
private struct Suspect: NetworkProblem {
  static let name = "suspect"
  static let summary = "a network with a planted fault"
  var examples = TrainingExamples(.blobs, batch: 12)
  var fault: PlantedFault?
  var bias = 0.1
  var output = Initializer.normal(0.01)

  init() {}

  var layers: [any Layer] {
    let middle = Dense(6, .tanh)
    return [
      Dense(16, .relu, biases: .constant(bias)), Unflatten([1, 4, 4]), MaxPooling(2), Flatten(),
      fault.map { Faulty(right: middle, fault: $0) } ?? middle,
      Dense(data.classes, weights: output),
    ]
  }
  var regularizer: Regularizer? { Regularizer(l1: 1e-3, l2: 1e-3) }
}

@Suite("checks of network problems") struct NetworkCheckTests {
  /// Truncation and rounding stay below 10⁻⁷ (see `GradientCheck`); kinks are not compared.
  @Test func aRightNetworkPasses() throws {
    let check = try Networks.GradientCheck(Suspect())
    let x = check.nearStart
    for tensor in check.errors(of: check.gradient(at: x), at: x, elements: 50) {
      #expect(tensor.error < 1e-6, "\(tensor)")
      #expect(tensor.elements > 4 * tensor.kinks, "\(tensor)")
    }
    for tensor in check.singlePrecisionErrors(at: x) {
      #expect(tensor.error < 1e-4, "\(tensor)")
    }
  }

  @Test(arguments: PlantedFault.allCases) func aWrongBackwardPassIsFound(_ fault: PlantedFault)
    throws
  {
    var problem = Suspect()
    problem.fault = fault
    let check = try Networks.GradientCheck(problem)
    let x = check.nearStart
    let errors = check.errors(of: check.gradient(at: x), at: x, elements: 100)
    #expect(errors.contains { $0.error > Networks.GradientCheck.limit })
    // It is found in the faulty layer or before it, never after.
    #expect(errors.filter { $0.tensor.hasPrefix("dense2") }.allSatisfy { $0.error < 1e-6 })
  }

  /// Every unit of the first layer on its kink: differences say nothing, and nothing is said.
  @Test func whatLiesOnAKinkIsLeftOut() throws {
    var problem = Suspect()
    problem.bias = 0
    let check = try Networks.GradientCheck(problem)
    let x = [Double](repeating: 0, count: check.layout.count)
    let errors = check.errors(of: check.gradient(at: x), at: x)
    for tensor in errors where tensor.elements > 0 { #expect(tensor.error < 1e-6, "\(tensor)") }
  }

  @Test func saneNetworksAreSane() throws {
    let check = try SanityCheck(Suspect(), with: Adam())
    #expect(check.guess == Double.log(4))
    #expect(check.startsAsGuess == true && check.learns)
    #expect(try #require(check.regularizedLoss) > check.initialLoss)
    #expect(check.stepsToFit != nil && check.accuracy == 1)
  }

  @Test func largeFirstWeightsAreSeen() throws {
    var problem = Suspect()
    problem.output = .normal(10)
    #expect(try SanityCheck(problem, with: Adam(), steps: 1).startsAsGuess == false)
  }
}
