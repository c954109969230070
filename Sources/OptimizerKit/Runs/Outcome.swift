// What is known of a finished run without its trajectory.

/// How a run ended, what it cost and what was measured of it: everything but the path itself.
public struct Outcome: Codable, Sendable, Equatable {
  public var status: RunStatus
  /// Why, where the status asks for it: the step of a divergence, the signal of a crash.
  public var reason: String
  /// How many updates were made.
  public var steps: Int
  /// The loss at the start, at the end (the last finite one), and the least seen.
  public var initialLoss: Double
  public var finalLoss: Double
  public var bestLoss: Double
  /// The last validation pass of a training problem.
  public var validation: ValidationMetrics?
  /// What the last parameters reach on the test examples, where `Recording.test` asks for it and the
  /// run is completed.
  public var test: ValidationMetrics?
  /// What was asked of the problem.
  public var counts: EvaluationCounts
  /// Wall time of the updates; evaluation and recording not included.
  public var seconds: Double
  /// How many runs were done at the same time: with more than one, the time is under load.
  public var concurrency: Int
  /// What was measured of the path.
  public var measures: RunMeasures

  public init(
    status: RunStatus, reason: String = "", steps: Int = 0, initialLoss: Double = .nan,
    finalLoss: Double = .nan, bestLoss: Double = .nan, validation: ValidationMetrics? = nil,
    test: ValidationMetrics? = nil, counts: EvaluationCounts = .init(), seconds: Double = 0,
    concurrency: Int = 1, measures: RunMeasures = .init()
  ) {
    self.status = status
    self.reason = reason
    self.steps = steps
    self.initialLoss = initialLoss
    self.finalLoss = finalLoss
    self.bestLoss = bestLoss
    self.validation = validation
    self.test = test
    self.counts = counts
    self.seconds = seconds
    self.concurrency = concurrency
    self.measures = measures
  }

  /// Whether the run diverged, crashed or came to no end: neither its budget nor its target was reached.
  public var hasFailed: Bool {
    switch status {
    case .completed, .reachedTarget: false
    case .diverged, .crashed, .timedOut, .interrupted: true
    }
  }

  /// Whether two runs gave the same numbers to the last bit, whatever time they took.
  public func hasSameNumbers(as other: Outcome) -> Bool {
    let losses = [\Outcome.initialLoss, \.finalLoss, \.bestLoss]
    return status == other.status && steps == other.steps && counts == other.counts
      && losses.allSatisfy { self[keyPath: $0].bitPattern == other[keyPath: $0].bitPattern }
      && validation == other.validation && test == other.test && measures == other.measures
  }
}
