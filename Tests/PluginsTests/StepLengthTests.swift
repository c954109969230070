// What theory says of step lengths in closed form: Barzilai and Borwein's, and Polyak's.

import OptimizerKit
import Plugins
import Testing

@Suite("Step lengths in closed form")
struct StepLengthTests {
  /// The first step has length 1; it shows the only curvature, and the second ends at the minimum.
  @Test(
    "Barzilai-Borwein needs two steps where curvature is 1 everywhere",
    arguments: ["long", "short", "alternating"])
  func isotropic(_ length: String) throws {
    func check<O: Optimizer>(_ optimizer: O) throws {
      var run = Run(optimizer, on: Valley(condition: 1), from: [3, -4])
      try run.advance()
      #expect((run.x.norm - 4).magnitude < 1e-14)
      try run.advance()
      #expect(run.x.norm < 1e-14)
    }
    try check(try optimizer("barzilai-borwein@\(length)"))
  }

  /// From its worst start, steepest descent with exact steps keeps (99/101)² of the loss a step, and
  /// needs 700 steps for what is reached here in 40.
  @Test(
    "Barzilai-Borwein does not see the condition number for long", arguments: ["long", "short"])
  func valley(_ length: String) throws {
    func check<O: Optimizer>(_ optimizer: O) throws {
      let valley = Valley(condition: 100)
      var run = Run(optimizer, on: valley)
      for _ in 1...40 { try run.advance() }
      #expect(valley.loss(at: run.x.array) < 1e-12 * valley.loss(at: [100, 1]))
    }
    try check(try optimizer("barzilai-borwein@\(length)"))
  }

  /// Polyak 1987: with the true minimum, no step leads away from it on a convex function.
  @Test("Polyak's steps only come nearer to the minimum")
  func nearer() throws {
    func check<O: Optimizer>(_ optimizer: O) throws {
      var run = Run(optimizer, on: Valley(condition: 100))
      var distance = run.x.norm
      for _ in 1...100 {
        try run.advance()
        #expect(run.x.norm <= (1 + 1e-15) * distance)
        distance = run.x.norm
      }
    }
    try check(try optimizer("polyak@classic"))
  }
}
