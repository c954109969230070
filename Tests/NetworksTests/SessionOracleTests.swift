// What an optimizer asks of a training session.

import Networks
import OptimizerKit
import Testing

@Suite("what an optimizer asks of a session")
struct SessionOracleTests {
  /// Gradients and losses that an optimizer asks for are those of the minibatch of the step, and leave
  /// running statistics as they are; only the training pass moves them.
  @Test func askingLeavesNoTrace() throws {
    // The one with batch normalisation.
    let problem = try #require(TrialNetworks.all.last)
    let session = try problem.makeSession(seed: 1)
    let x = session.initialParameters()
    var gradient = Vector<Float>(repeating: 0, count: x.count)
    let start = session.validate(x)
    _ = session.lossAndGradient(at: x, step: 1, gradient: &gradient)
    let trained = session.validate(x)
    #expect(trained != start)
    let oracle = Oracle(session, problem.capabilities, meter: EvaluationMeter()) { 2 }
    for _ in 0..<5 {
      let both = try oracle.lossAndGradient(at: x)
      #expect(try oracle.gradient(at: x).array == both.gradient.array)
      #expect(abs(try oracle.loss(at: x) - both.loss) < 1e-6)
    }
    #expect(session.validate(x) == trained)
    // Of the second minibatch, not of the first.
    let loss = session.lossAndGradient(at: x, step: 2, gradient: &gradient)
    #expect(try oracle.lossAndGradient(at: x).loss == loss)
    #expect(try oracle.gradient(at: x).array == gradient.array)
  }
}
