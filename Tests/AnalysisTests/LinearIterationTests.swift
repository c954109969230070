// The rate that is read off a rule against the closed forms of the textbook.

@testable import Analysis
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

  /// A rule rounds each of its few operations, on numbers up to αλ_max < 4 times as large as the
  /// result; a double eigenvalue moves by the root of that.
  private let tolerance = 64 * Double.ulpOfOne

  @Test("gradient descent", arguments: [0.001, 0.01, 0.0198, 2 / 101.0, 0.03])
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
    // A double eigenvalue moves by the root of the perturbation.
    #expect(abs(found - best.rate) <= tolerance.squareRoot())
  }

  /// A step to the minimum at once leaves 0, the difference of two numbers as large as the distance.
  @Test("α = 1/λ", arguments: ["sgd", "momentum", "nesterov"])
  func stepToTheMinimum(_ name: String) throws {
    for eigenvalue in [0.01, 0.3, 1, 7, 100] {
      let optimizer = try PluginCatalogue.builtIn().optimizer(PluginSpec(name: name, settings: []))
      let found = try #require(
        LinearIteration.rate(
          of: optimizer, learningRate: 1 / eigenvalue, eigenvalues: [eigenvalue]), "\(eigenvalue)")
      // Momentum's matrix is then ((μ, −μλ), ...): both eigenvalues have modulus √μ.
      #expect(found <= (name == "momentum" ? 0.9.squareRoot() : 0) + tolerance.squareRoot())
    }
  }

  /// A rule that is not linear has no such rate, however small its steps.
  @Test("not linear", arguments: ["adam", "rmsprop", "adagrad"], [1e-10, 1e-3, 1])
  func nonlinear(_ name: String, lr: Double) throws {
    let found = try rate(name, [("lr", lr)])
    #expect(found == nil)
  }

  /// One that is no rule of single coordinates has none either.
  @Test("no coordinate rule") func noCoordinateRule() throws {
    let found = try rate("newton", [])
    #expect(found == nil)
  }

  /// Of order 3 and more: the companion matrix of (z − 0.5)(z − 0.2)(z² + 0.81).
  @Test("a larger matrix") func largerMatrix() {
    let coefficients = [0.081, -0.567, 0.91, -0.7]  // of z⁰ to z³
    var companion = Matrix(repeating: 0.0, rows: 4, columns: 4)
    for i in 0..<4 {
      companion[i, 3] = -coefficients[i]
      if i > 0 { companion[i, i - 1] = 1 }
    }
    #expect(abs(LinearIteration.spectralRadius(companion) - 0.9) <= 1e-14)
  }
}
