import Testing

@testable import Analysis

@Suite struct ConvergenceTheoryTests {
  @Test(arguments: [1.0, 4, 100, 1e4])
  func optima(condition: Double) throws {
    let spectrum = [1, (1 + condition) / 2, condition]
    let descent = ConvergenceTheory.optimalGradientDescent(smallest: 1, largest: condition)
    #expect(descent.rate == (condition - 1) / (condition + 1))
    let ball = ConvergenceTheory.optimalHeavyBall(smallest: 1, largest: condition)
    let root = condition.squareRoot()
    #expect((ball.rate - (root - 1) / (root + 1)).magnitude < 1e-15)
    let nesterov = ConvergenceTheory.standardNesterov(smallest: 1, largest: condition)
    #expect(nesterov.rate == 1 - 1 / root)
    for optimum in [descent, ball, nesterov] {
      let rate = try #require(ConvergenceTheory.rate(of: optimum.method, eigenvalues: spectrum))
      // At a double root, rounding of 1e-16 in the discriminant moves the root by 1e-8.
      #expect((rate - optimum.rate).magnitude < 1e-7)
    }
  }

  @Test func byHand() {
    #expect(ConvergenceTheory.rate(of: .gradientDescent(lr: 0.3), eigenvalue: 5) == 0.5)
    // z² − 1.25 z + 0.25: roots 1 and 0.25, at α λ = 0.
    #expect(ConvergenceTheory.rate(of: .heavyBall(lr: 1, momentum: 0.25), eigenvalue: 0) == 1)
    // A complex pair: modulus √μ.
    #expect(ConvergenceTheory.rate(of: .heavyBall(lr: 1, momentum: 0.25), eigenvalue: 1) == 0.5)
    // 1 − αλ = 0: two zero roots.
    #expect(ConvergenceTheory.rate(of: .nesterov(lr: 1, momentum: 0.9), eigenvalue: 1) == 0)
    #expect(ConvergenceTheory.rate(of: .gradientDescent(lr: 1), eigenvalues: []) == nil)
  }

  @Test(arguments: [
    ConvergenceTheory.Method.gradientDescent(lr: 0), .heavyBall(lr: 0, momentum: 0.9),
    .nesterov(lr: 0, momentum: 0.9), .nesterov(lr: 0, momentum: 0),
  ])
  func edges(method: ConvergenceTheory.Method) {
    let edge = ConvergenceTheory.stabilityEdge(of: method, largestEigenvalue: 10)
    func rate(at lr: Double) -> Double {
      switch method {
      case .gradientDescent:
        ConvergenceTheory.rate(of: .gradientDescent(lr: lr), eigenvalue: 10)
      case .heavyBall(_, let m):
        ConvergenceTheory.rate(of: .heavyBall(lr: lr, momentum: m), eigenvalue: 10)
      case .nesterov(_, let m):
        ConvergenceTheory.rate(of: .nesterov(lr: lr, momentum: m), eigenvalue: 10)
      }
    }
    #expect(rate(at: edge * 0.999) < 1)
    #expect(rate(at: edge * 1.001) > 1)
  }
}
