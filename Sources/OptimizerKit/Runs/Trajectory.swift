// What a run emits, step by step.

/// What a run emits, step by step. Row 0 is the start.
public struct Trajectory: Encodable, Sendable, Equatable {
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
  /// The gradients that were evaluated before each row, those that the optimizer asked for included.
  public var gradients: [Int] = []
  /// The losses that the optimizer asked for before each row; empty where it never asks.
  public var lossEvaluations: [Int] = []
  /// The Hessian–vector products before each row; empty where there are none.
  public var hessianVectorProducts: [Int] = []
  /// The Hessians before each row; empty where there are none.
  public var hessians: [Int] = []
  /// The wall time of the updates before each row, in nanoseconds; evaluation and recording not
  /// included.
  public var nanoseconds: [Int] = []
  /// Validation passes of a training problem.
  public var validation: [Validation] = []
  /// What updates and layers look like at the validation passes of a training problem.
  public var diagnostics: [Diagnostics] = []
  /// The parameters of a training problem now and then, the first before any update; none unless
  /// `Recording.checkpoints` asks for them. Not part of its JSON.
  public var checkpoints: [Checkpoint] = []

  /// Validation metrics after a number of steps.
  public struct Validation: Codable, Sendable, Equatable {
    public var step: Int
    public var metrics: ValidationMetrics
    public init(step: Int, metrics: ValidationMetrics) {
      self.step = step
      self.metrics = metrics
    }
  }

  /// The parameters after a number of steps, as the run reports them: those that are validated.
  public struct Checkpoint: Sendable, Equatable {
    /// The number of updates made before.
    public var step: Int
    /// One after the other, as the layout has them.
    public var parameters: [Float]

    public init(step: Int, parameters: [Float]) {
      self.step = step
      self.parameters = parameters
    }
  }

  private enum CodingKeys: String, CodingKey {
    case dimension, steps, losses, gradientNorms, learningRates, points, gradients
    case lossEvaluations, hessianVectorProducts, hessians, nanoseconds, validation, diagnostics
  }

  public init() {}

  /// The number of rows.
  public var count: Int { steps.count }

  /// What was asked of the problem before a row.
  public func counts(_ row: Int) -> EvaluationCounts {
    func value(_ column: [Int]) -> Int { row < column.count ? column[row] : 0 }
    var counts = EvaluationCounts()
    counts.losses = value(lossEvaluations)
    counts.gradients = value(gradients)
    counts.hessianVectorProducts = value(hessianVectorProducts)
    counts.hessians = value(hessians)
    return counts
  }

  /// The point of a row.
  public func point(_ row: Int) -> ArraySlice<Double> {
    points[row * dimension..<(row + 1) * dimension]
  }
}
