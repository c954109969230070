// The largest curvature of a loss, and the edge beyond which an optimizer cannot bear it.

import Analysis
import LinearAlgebra
import Networks
import OptimizerKit
import Plugins
import Testing

@Suite struct SharpnessTests {
  /// Both by Lanczos and by the whole decomposition, to the tolerance that Lanczos was given: its residual
  /// bounds the error.
  @Test(arguments: [1, 2, 5, 40, 120])
  func lanczosFindsTheLargestEigenvalue(_ order: Int) throws {
    var random = RandomSource(seed: UInt64(order), purpose: .initialization)
    var elements = [Double](repeating: 0, count: order * order)
    for i in 0..<order {
      for j in 0...i {
        elements[i * order + j] = random.normal()
        elements[j * order + i] = elements[i * order + j]
      }
    }
    let matrix = SymmetricMatrix(order: order, elements: elements)
    let exact = try #require(try matrix.eigendecomposition().last).value
    let found = try #require(
      Lanczos.largestEigenvalue(order: order, tolerance: 1e-6, most: order) { v in
        (0..<order).map { i in (0..<order).reduce(0) { $0 + elements[i * order + $1] * v[$1] } }
      })
    #expect(abs(found - exact) <= 1e-6 * abs(exact) + 1e-12)
  }

  @Test func whatIsNotFiniteHasNone() {
    #expect(Lanczos.largestEigenvalue(order: 3) { _ in [.nan, 0, 0] } == nil)
    #expect(Lanczos.largestEigenvalue(order: 3) { _ in nil } == nil)
  }

  /// Against the whole Hessian of a small network, made of products with unit vectors.
  @Test(arguments: [false, true])
  func sharpnessOfANetwork(_ isPreconditioned: Bool) throws {
    let problem: any Problem = try PluginCatalogue.builtIn().problem(
      PluginSpec(
        name: "mlp",
        settings: [
          .init(name: "data", value: "spirals"), .init(name: "hidden", value: "5x4"),
          .init(name: "activation", value: "tanh"), .init(name: "batch", value: "50"),
        ]))
    let session = try #require(problem as? any TrainingProblem).makeSession(seed: 3)
    let x = session.initialParameters()
    let order = x.count
    var random = RandomSource(seed: 1, purpose: .noise)
    let diagonal = Vector((0..<order).map { _ in Float(0.5 + random.uniform()) })
    var elements = [Double](repeating: 0, count: order * order)
    for j in 0..<order {
      var unit = Vector<Float>(repeating: 0, count: order)
      unit[j] = 1
      let column = try #require(session.hessianVectorProduct(at: x, step: 1, unit))
      for i in 0..<order {
        let scale =
          isPreconditioned ? (Double(diagonal[i]) * Double(diagonal[j])).squareRoot() : 1
        // Half from either triangle: single precision is not quite symmetric.
        elements[i * order + j] += 0.5 * Double(column[i]) / scale
        elements[j * order + i] += 0.5 * Double(column[i]) / scale
      }
    }
    let exact = try #require(
      try SymmetricMatrix(order: order, elements: elements).eigendecomposition().last
    ).value
    let sharpness = try #require(
      Sharpness(
        of: session, at: x, step: 1, preconditioner: isPreconditioned ? diagonal : nil))
    let found = try #require(isPreconditioned ? sharpness.preconditioned : sharpness.plain)
    // The tolerance of the measure, and as much again for single precision.
    #expect(abs(found - exact) <= 2e-3 * abs(exact))
  }

  /// What a step divides by is what the optimizer says: α m / P, with m = β₁ m + (1 − β₁) g corrected by P.
  @Test(arguments: ["adam", "adam@cs231n-uncorrected", "adamw", "rmsprop", "rmsprop@optax"])
  func stepsAreDividedByThePreconditioner(_ name: String) throws {
    func check<O: Optimizer>(_ optimizer: O) throws {
      var run = Run(optimizer, on: Valley(condition: 7), from: [3, -4])
      for _ in 1...5 { try run.advance() }
      let before = run.x.array
      let decay = optimizer.number("weightDecay") ?? 0
      let gradient = Valley(condition: 7).gradient(at: before)
      try run.advance()
      let p = try #require(run.optimizer.preconditioner(state: run.state))
      let m = run.state["m"]
      let rate = optimizer.baseLearningRate
      for i in 0..<2 {
        let shrunk = before[i] * (name == "adamw" ? 1 - rate * decay : 1)
        let step = rate * (m?[i] ?? gradient[i]) / p[i]
        #expect(abs(run.x[i] - (shrunk - step)) <= 1e-13 * abs(before[i]))
      }
    }
    try check(try optimizer(name))
  }

  static let limited = PluginCatalogue.builtIn().optimizers.filter {
    ($0.make() as? any Optimizer)?.stabilityLimit != nil
  }.map(\.name)

  /// With what it divides by held fixed (ε so large that all else is lost beside it), steps shrink below the
  /// limit, once the correction of Adam's moments has faded, and grow above it.
  @Test(arguments: limited)
  func steepestCurvatureThatIsBorne(_ name: String) throws {
    let large = 1e9
    func check<O: Optimizer>(_ optimizer: O) throws {
      let scale = optimizer.number("epsilon") == nil ? 1 : large
      let limit = try #require(optimizer.stabilityLimit)
      for (share, grows) in [(0.97, false), (1.03, true)] {
        // From so near that nothing beside ε is seen of gradients, however far the first steps of Adam go.
        var run = Run(optimizer, on: Valley(condition: 1), from: [1e-30, 1e-30])
        var lengths: [Double] = []
        for _ in 1...150 {
          try run.advance(lr: share * limit * scale)
          lengths.append(run.x.norm)
        }
        // The farthest in each part, for they go to and fro.
        let (before, after) = (lengths[50..<100].max() ?? 0, lengths[100...].max() ?? 0)
        #expect((after > before) == grows, "\(share) of \(limit)")
      }
    }
    var settings: [String: String] = [:]
    let plain = try optimizer(name)
    if plain.number("epsilon") != nil { settings["epsilon"] = "\(large)" }
    if plain.number("weightDecay") != nil { settings["weightDecay"] = "0" }
    try check(try optimizer(name, settings))
  }

  @Test func thereAreSome() { #expect(Self.limited.count >= 6) }
}
