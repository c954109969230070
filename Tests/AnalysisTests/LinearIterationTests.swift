// The rate that is read off a rule against the closed forms of the textbook.

import Analysis
import OptimizerKit
import Plugins
import Testing

@Suite("Theory read off a rule")
struct LinearIterationTests {
  static let eigenvalues = [1.0, 3, 40, 100]

  func rate(_ name: String, _ settings: [(String, Double)]) throws -> Double? {
    let spec = PluginSpec(
      name: name, settings: settings.map { .init(name: $0.0, value: $0.1.hyperparameterText) })
    let optimizer = try PluginCatalogue.builtIn().optimizer(spec)
    return LinearIteration.rate(
      of: optimizer, learningRate: optimizer.baseLearningRate, eigenvalues: Self.eigenvalues)
  }

  /// Gelfand's formula with n = 2³⁰ is exact to log(norm of the basis change) / 2³⁰; at a double
  /// eigenvalue (the heavy ball at its optimum) ‖Mⁿ‖ grows by a factor n: log(n)/n = 2e-8.
  private let tolerance = 1e-7

  @Test("gradient descent", arguments: [0.001, 0.0198, 2 / 101.0, 0.03])
  func gradientDescent(lr: Double) throws {
    let found = try #require(try rate("sgd", [("lr", lr)]))
    let expected = try #require(
      ConvergenceTheory.rate(of: .gradientDescent(lr: lr), eigenvalues: Self.eigenvalues))
    #expect(abs(found - expected) <= tolerance * expected)
  }

  @Test("heavy ball and Nesterov", arguments: [(0.001, 0.9), (0.01, 0.5), (0.033, 0.67)])
  func momentum(lr: Double, momentum: Double) throws {
    let settings = [("lr", lr), ("momentum", momentum)]
    let heavyBall = try #require(try rate("momentum", settings))
    let nesterov = try #require(try rate("nesterov", settings))
    let expected = try #require(
      ConvergenceTheory.rate(
        of: .heavyBall(lr: lr, momentum: momentum), eigenvalues: Self.eigenvalues))
    let lookAhead = try #require(
      ConvergenceTheory.rate(
        of: .nesterov(lr: lr, momentum: momentum), eigenvalues: Self.eigenvalues))
    #expect(abs(heavyBall - expected) <= tolerance * expected)
    #expect(abs(nesterov - lookAhead) <= tolerance * lookAhead)
  }

  @Test("the optimum of the heavy ball")
  func optimum() throws {
    let best = ConvergenceTheory.optimalHeavyBall(smallest: 1, largest: 100)
    guard case .heavyBall(let lr, let momentum) = best.method else {
      Issue.record("not a heavy ball")
      return
    }
    let found = try #require(try rate("momentum", [("lr", lr), ("momentum", momentum)]))
    // A double eigenvalue moves by the root of the perturbation: √ε ‖M‖, with ‖M‖ = λ_max = 100.
    #expect(abs(found - best.rate) <= 4 * Double.ulpOfOne.squareRoot() * 100)
  }

  /// A rule that is not linear has no such rate.
  @Test("not linear", arguments: ["adam", "rmsprop", "adagrad", "newton"])
  func nonlinear(_ name: String) throws {
    let found = try rate(name, [])
    #expect(found == nil)
  }
}
