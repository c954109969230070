// NumPy's generator, and the published problem that is drawn by it.

import Foundation
import OptimizerKit
import Testing

@testable import Plugins

@Suite struct MersenneTwisterTests {
  private struct Golden: Decodable {
    let words: [UInt32]
    let uniform, normal, hessian, gradient: [Double]
    let trace, testAtStart, test, training: Double
  }

  private static let golden: Golden = {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "References/numpy_random.json")
    return try! JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
  }()

  @Test func wordsAreThoseOfNumPy() {
    var random = MersenneTwister(seed: 42)
    #expect(Self.golden.words.map { _ in random.next() } == Self.golden.words)
  }

  @Test func uniformNumbersAreThoseOfNumPy() {
    var random = MersenneTwister(seed: 7)
    #expect(Self.golden.uniform.map { _ in random.uniform() } == Self.golden.uniform)
  }

  /// The logarithm is rounded otherwise in the last place at times.
  @Test func normalNumbersAreThoseOfNumPy() {
    var random = MersenneTwister(seed: .max)
    for expected in Self.golden.normal {
      #expect(abs(random.normal() - expected) <= 4 * expected.ulp)
    }
  }

  /// Sums of 10⁴ products of numbers up to 60, in another order: 10⁻¹² of them is ample.
  @Test func theHessianIsThatOfDeepOBS() {
    let hessian = QuadraticDeep.hessian
    let trace = (0..<hessian.rows).reduce(0) { $0 + hessian[$1, $1] }
    #expect(abs(trace - Self.golden.trace) < 1e-10)
    for (j, expected) in Self.golden.hessian.enumerated() {
      #expect(abs(hessian[0, j] - expected) < 1e-11)
    }
  }

  /// Gradients come out in single precision, of elements up to about 100.
  @Test func lossesAreThoseOfDeepOBS() throws {
    var problem = QuadraticDeep()
    let start = try problem.makeSession(seed: 1)
    #expect(start.stepsPerEpoch == 7)
    let atStart = start.validate(start.initialParameters()).loss
    #expect(abs(atStart - Self.golden.testAtStart) < 1e-9)
    // DeepOBS: 353.4468.
    #expect(abs(atStart - 353.4468) < 5e-5)
    let theta = Vector((0..<100).map { Float(sin(Double($0))) })
    #expect(abs(start.validate(theta).loss - Self.golden.test) < 1e-9)
    // All examples in one minibatch.
    problem.batch = 1000
    let whole = try problem.makeSession(seed: 1)
    var gradient = Vector<Float>(repeating: 0, count: 100)
    let loss = whole.lossAndGradient(at: theta, step: 1, gradient: &gradient)
    #expect(abs(loss - Self.golden.training) < 1e-9)
    #expect(whole.loss(at: theta, step: 1) == loss)
    for (i, expected) in Self.golden.gradient.enumerated() {
      #expect(abs(Double(gradient[i]) - expected) < 1e-5)
    }
  }

  /// The Hessian–vector product is the change of the gradient, exactly but for single precision.
  @Test func hessianVectorProducts() throws {
    let session = try QuadraticDeep().makeSession(seed: 3)
    let x = session.initialParameters()
    let v = Vector((0..<100).map { Float($0 % 3) - 1 })
    var before = Vector<Float>(repeating: 0, count: 100)
    var after = before
    _ = session.lossAndGradient(at: x, step: 5, gradient: &before)
    _ = session.lossAndGradient(at: x + v, step: 5, gradient: &after)
    let product = try #require(session.hessianVectorProduct(at: x, step: 5, v))
    for i in 0..<100 { #expect(abs(product[i] - (after[i] - before[i])) < 1e-3) }
  }

  /// A pass repeats, unless it is to be drawn anew; it has no example twice.
  @Test func passesRepeat() throws {
    var problem = QuadraticDeep()
    let session = try problem.makeSession(seed: 2)
    let pass = (1...7).map { session.minibatchIndices(step: $0) }
    #expect((8...14).map { session.minibatchIndices(step: $0) } == pass)
    #expect(Set(pass.joined()).count == 896)
    let x = session.initialParameters()
    #expect(session.loss(at: x, step: 3) == session.loss(at: x, step: 10))
    problem.reshuffles = true
    let other = try problem.makeSession(seed: 2)
    #expect((1...7).map { other.minibatchIndices(step: $0) } == pass)
    #expect((8...14).map { other.minibatchIndices(step: $0) } != pass)
    #expect(other.loss(at: x, step: 3) == session.loss(at: x, step: 3))
    #expect(other.loss(at: x, step: 3) != other.loss(at: x, step: 10))
  }
}
