// What the course of a run is measured in.

/// What a run is drawn or judged over.
public enum CostAxis: String, Choice {
  /// Gradients.
  case gradients
  /// Losses, gradients and products with the Hessian together; see `EvaluationCounts.evaluations`.
  case evaluations
  /// Updates.
  case steps
  /// Seconds of updates.
  case seconds
  /// Passes over the training examples: gradients, over how many go through them once.
  case passes

  /// What stands at an axis.
  public var label: String {
    switch self {
    case .gradients: "gradient evaluations"
    case .evaluations: "evaluations"
    case .steps: "step"
    case .seconds: "seconds of updates"
    case .passes: "passes over the data"
    }
  }

  /// "12 evaluations", with the number as it is written.
  public func text(_ number: String) -> String {
    let isOne = number == "1"
    return switch self {
    case .gradients: "\(number) gradient\(isOne ? "" : "s")"
    case .evaluations: "\(number) evaluation\(isOne ? "" : "s")"
    case .steps: "\(number) step\(isOne ? "" : "s")"
    case .seconds: "\(number) s"
    case .passes: "\(number) pass\(isOne ? "" : "es") over the data"
    }
  }

  /// A cost in this unit; nil where nobody knows how many steps make a pass.
  ///
  /// - Parameters:
  ///   - dimension: how many coordinates there are, of which a Hessian has as many products.
  ///   - stepsPerPass: how many minibatches go through the training examples once.
  public func cost(
    counts: EvaluationCounts, steps: Int, seconds: Double, dimension: Int, stepsPerPass: Int?
  ) -> Double? {
    switch self {
    case .gradients: Double(counts.gradients)
    case .evaluations: Double(counts.evaluations(dimension: dimension))
    case .steps: Double(steps)
    case .seconds: seconds
    case .passes: stepsPerPass.map { Double(counts.gradients) / Double(max($0, 1)) }
    }
  }
}
