// The sanity checks before a training.

import OptimizerKit

/// What CS231n asks of a network before it is trained: the loss of its first weights is that of a guess,
/// a regularizer raises it, and a few examples are learned by heart.
public struct SanityCheck: Sendable {
  /// The mean loss of the first weights over training examples, without the regularizer's term.
  public let initialLoss: Double
  /// The loss of a guess: ln C of softmax over C classes; nil where there are no classes.
  public let guess: Double?
  /// The same with the regularizer's term; nil where there is no regularizer.
  public let regularizedLoss: Double?
  /// How many examples were to be learned.
  public let examples: Int
  /// The loss on them before and after, as it is trained.
  public let lossBefore: Double
  public let lossAfter: Double
  /// After how many steps all of them were right; nil where they never were, or there are no classes.
  public let stepsToFit: Int?
  /// The share of them that was right in the end; NaN where there are no classes.
  public let accuracy: Double
  /// How many steps were made at most.
  public let steps: Int

  /// How near to a guess the first loss is expected: small first weights differ by less than a tenth.
  public static let nearness = 0.1

  /// Whether the first loss is that of a guess; nil where there is none.
  public var startsAsGuess: Bool? {
    guess.map { abs(initialLoss - $0) <= Self.nearness * $0 }
  }

  /// Whether the examples were learned at all: all of them right, or the loss down by a tenth.
  public var learns: Bool { stepsToFit != nil || lossAfter <= 0.9 * lossBefore }

  /// Checks a problem.
  ///
  /// - Parameters:
  ///   - optimizer: what learns the examples.
  ///   - count: how many examples are to be learned, the first ones.
  ///   - steps: how many steps it has, each over all of them.
  /// - Throws: where the data cannot be read, or layers do not fit.
  public init(
    _ problem: some NetworkProblem, with optimizer: some Optimizer, seed: UInt64 = 1,
    examples count: Int = 20, steps: Int = 500
  ) throws {
    try problem.validate()
    let (training, _) = try problem.examples.load()
    func session(_ examples: any Examples, regularizer: Regularizer?) throws -> NetworkSession {
      try NetworkSession(
        problem.layers, loss: problem.loss, training: examples, validation: examples,
        batch: examples.count, seed: seed, regularizer: regularizer,
        constraint: problem.constraint)
    }
    let first = try session(training.prefix(min(training.count, 512)), regularizer: nil)
    let start = first.initialParameters()
    let loss = first.loss(at: start, step: 1)
    initialLoss = loss
    guess = problem.lossOfGuess
    regularizedLoss = problem.regularizer.map { regularizer in
      withExtendedLifetime(start) { loss + regularizer.term(start.pointer, layout: first.layout) }
    }
    // What is to be learned by heart is not held back.
    let few = training.prefix(min(training.count, count))
    let tiny = try session(few, regularizer: nil)
    examples = few.count
    self.steps = steps
    let meter = EvaluationMeter()
    var optimizer = optimizer
    var context = StepContext(
      x: tiny.initialParameters(), layout: tiny.layout,
      state: optimizer.makeState(at: start, layout: tiny.layout),
      oracle: Oracle(tiny, problem.capabilities, meter: meter) { 1 }, seed: seed, steps: steps)
    lossBefore = tiny.loss(at: context.x, step: 1)
    var fitted: Int?
    let rates = optimizer.declaredRates
    for step in 1...max(steps, 1) {
      context.loss = tiny.lossAndGradient(at: context.x, step: step, gradient: &context.gradient)
      context.begin(step: step, rates: rates)
      try optimizer.advance(&context)
      tiny.project(&context.x)
      if step % 10 == 0, problem.loss.isClassification, tiny.validate(context.x).accuracy == 1 {
        fitted = step
        break
      }
    }
    stepsToFit = fitted
    lossAfter = tiny.loss(at: context.x, step: 1)
    accuracy = tiny.validate(context.x).accuracy
  }
}
