// What counts as success in the training of a model.

/// A level of a validation metric that a problem fixes as its target: comparisons count the steps
/// to it.
public enum TrainingTarget: Codable, Sendable, Hashable, CustomStringConvertible {
  /// The share of validation examples classified rightly, in 0...1, is at least this.
  case validationAccuracy(atLeast: Double)
  /// The mean loss over the validation examples is at most this.
  case validationLoss(atMost: Double)

  /// Whether a validation pass meets the target; a metric that is no number meets none.
  public func isMet(by metrics: ValidationMetrics) -> Bool {
    switch self {
    case .validationAccuracy(let least): metrics.accuracy >= least
    case .validationLoss(let most): metrics.loss <= most
    }
  }

  /// "validation accuracy ≥ 88 %".
  public var description: String {
    switch self {
    case .validationAccuracy(let least):
      // Rounded, so that 0.57 is 57 % and not 56.99999999999999 %.
      "validation accuracy ≥ \(shortest((1e10 * least).rounded() / 1e8)) %"
    case .validationLoss(let most): "validation loss ≤ \(shortest(most))"
    }
  }
}
