// Agreement of wrappers, L-BFGS and Muon with torch, optax and pytorch_optimizer, step by step.

import OptimizerKit
import Plugins
import Testing

/// A step on matrices has some hundred roundings of elements of at most 1 (an orthogonalisation, an
/// eigendecomposition); with an amplification of at most 6 over fifty steps, as in most cases of the
/// files, that comes to 6 · 50 · 100 · 2⁻⁵³ = 3e-12.
let tensorTolerance = 1e-11

@Suite("Wrappers and L-BFGS against their references")
struct WrapperReferenceTests {
  /// The golden file holds only samples in which a disturbance of every step by ε moves the path by
  /// less than 2,000 ε, so that a few roundings a step come to `referenceTolerance` at most.
  @Test("agrees step by step", arguments: GoldenFile.all.cases)
  func agreement(_ golden: GoldenWrapperCase) throws {
    func check<O: Optimizer>(_ optimizer: O) throws {
      let surface = try #require(surfaces[golden.problem])
      var run = Run(optimizer, on: surface, from: golden.start)
      var points: [[Double]] = []
      var judged: [[Double]] = []
      let tolerance = golden.tolerance ?? referenceTolerance
      let scheduled = try golden.optimizer.sequences(on: optimizer)
      for step in 1...golden.samples.last! {
        let before = run.counts
        try run.advance(scheduled, steps: golden.samples.last!)
        for (expected, count) in [
          (golden.evaluations, \EvaluationCounts.gradients), (golden.losses, \.losses),
          (golden.products, \.hessianVectorProducts),
        ] {
          guard let expected else { continue }
          let handed = count == \.gradients && optimizer.usesGradient ? 1 : 0
          let taken = handed + run.counts[keyPath: count] - before[keyPath: count]
          #expect(taken == expected[step - 1], "step \(step)")
        }
        guard golden.samples.contains(step) else { continue }
        points.append(run.x.array)
        let point = run.optimizer.evaluationPoint(run.x, state: run.state)
        if let point { judged.append(point.array) }
      }
      #expect(largestError(of: points, against: golden.points) <= tolerance)
      if let expected = golden.judged {
        // x = (y − (1 − β) z)/β: rounding is multiplied by 1/β, at most 1.25 here.
        #expect(largestError(of: judged, against: expected) <= 2 * tolerance)
      } else {
        #expect(judged.isEmpty)
      }
      if !optimizer.requirements.contains(.loss) { #expect(run.counts.losses == 0) }
    }
    try check(try golden.optimizer.make())
  }

  @Test("every wrapper has references, and so have their presets")
  func coverage() {
    let names = Set(GoldenFile.named("wrappers").cases.map(\.optimizer.name))
    for name in [
      "clip", "clip@torch", "clip@optax", "lookahead", "lookahead@optax", "sam", "sam@optax",
      "sam@asam", "sam@davda54", "schedule-free", "schedule-free@facebook", "schedule-free@optax",
      "lbfgs@torch", "lbfgs@torch-wolfe",
    ] {
      #expect(names.contains(name), "\(name)")
    }
    #expect(
      Set(GoldenFile.named("wrappers").matrices.map(\.optimizer.name)) == [
        "muon", "muon@torch", "muon@keller",
      ])
  }

  @Test("agrees on tensors step by step", arguments: GoldenFile.all.matrices)
  func tensors(_ golden: GoldenMatrixCase) throws {
    func check(_ optimizer: some Optimizer) throws {
      let points = try golden.points(of: optimizer)
      #expect(
        largestError(of: points, against: golden.points) <= golden.tolerance ?? tensorTolerance)
    }
    try check(try golden.optimizer.make())
  }

  /// A comparison that accepts everything would pass every test above.
  @Test("a planted fault is found", arguments: ["k", "alpha", "rho", "norm", "beta", "history"])
  func plantedFault(_ hyperparameter: String) throws {
    let other = [
      "k": "6", "alpha": "0.51", "rho": "0.051", "norm": "1.01", "beta": "0.91", "history": "1",
    ]
    var caught = 0
    for golden in GoldenFile.named("wrappers").cases {
      func caughtOn(_ optimizer: some Optimizer) throws -> Bool {
        var faulty = optimizer
        guard (try? faulty.set(hyperparameter, to: other[hyperparameter]!)) != nil else {
          return false
        }
        return try golden.error(of: faulty) > referenceTolerance
      }
      if try caughtOn(try golden.optimizer.make()) { caught += 1 }
    }
    #expect(caught >= 2)
  }
}
