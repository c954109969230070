// What a run leaves behind.

/// How a run ended. A divergence is a result like any other.
public enum RunStatus: String, Codable, Sendable, CaseIterable {
  case completed
  case reachedTarget = "reached-target"
  case diverged
  case timedOut = "timed-out"
  case crashed
  case interrupted
}

/// What a run emits, step by step. Row 0 is the start.
public struct Trajectory: Codable, Sendable, Equatable {
  /// The number of coordinates kept of each point; 0 where points are not kept.
  public var dimension = 0
  /// The number of updates before each row.
  public var steps: [Int] = []
  /// The loss at each row; of the minibatch, for a training problem.
  public var losses: [Double] = []
  /// The norm of the gradient at each row.
  public var gradientNorms: [Double] = []
  /// The learning rate of the update that led to each row; 0 in row 0.
  public var learningRates: [Double] = []
  /// The points, one after the other.
  public var points: [Double] = []
  /// Validation passes of a training problem.
  public var validation: [Validation] = []
  /// What updates and layers look like at the validation passes of a training problem.
  public var diagnostics: [Diagnostics] = []

  /// Validation metrics after a number of steps.
  public struct Validation: Codable, Sendable, Equatable {
    public var step: Int
    public var metrics: ValidationMetrics
    public init(step: Int, metrics: ValidationMetrics) {
      self.step = step
      self.metrics = metrics
    }
  }

  public init() {}

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    dimension = try values.decode(Int.self, forKey: .dimension)
    steps = try values.decode([Int].self, forKey: .steps)
    losses = try values.decode([Double].self, forKey: .losses)
    gradientNorms = try values.decode([Double].self, forKey: .gradientNorms)
    learningRates = try values.decode([Double].self, forKey: .learningRates)
    points = try values.decode([Double].self, forKey: .points)
    validation = try values.decode([Validation].self, forKey: .validation)
    // Runs that were stored before there were any have none.
    diagnostics = try values.decodeIfPresent([Diagnostics].self, forKey: .diagnostics) ?? []
  }

  /// The number of rows.
  public var count: Int { steps.count }

  /// The point of a row.
  public func point(_ row: Int) -> ArraySlice<Double> {
    points[row * dimension..<(row + 1) * dimension]
  }
}

/// A finished run: what was asked, how it ended, what it cost, what it emitted.
public struct RunRecord: Codable, Sendable {
  /// The content-derived key of the run.
  public var key: String
  public var spec: RunSpec
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
  public var counts: EvaluationCounts
  /// Wall time of the updates; evaluation and recording not included.
  public var seconds: Double
  /// How many runs were done at the same time: with more than one, the time is under load.
  public var concurrency = 1
  public var trajectory: Trajectory

  public init(
    key: String, spec: RunSpec, status: RunStatus, reason: String = "", steps: Int = 0,
    initialLoss: Double = .nan, finalLoss: Double = .nan, bestLoss: Double = .nan,
    validation: ValidationMetrics? = nil, test: ValidationMetrics? = nil,
    counts: EvaluationCounts = .init(), seconds: Double = 0, trajectory: Trajectory = .init()
  ) {
    self.key = key
    self.spec = spec
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
    self.trajectory = trajectory
  }

  /// The number of updates before the first validation pass that meets `target`; nil where none
  /// does. It is as fine as the validation passes are: between two of them nobody looks.
  public func stepsToTarget(_ target: TrainingTarget) -> Int? {
    trajectory.validation.first { target.isMet(by: $0.metrics) }?.step
  }
}
