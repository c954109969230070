// A preprocessing with its statistics.

/// A preprocessing that was fitted to the training examples of a data set.
public enum Preprocessor: Sendable {
  /// x ← (x − mean) / deviation. Both are repeated over the features: one number, one for each
  /// channel or one for each feature.
  case scaling(mean: [Double], deviation: [Double])
  /// x ← the components of x.
  case projection(PrincipalComponents)

  /// Takes the statistics from `training`.
  ///
  /// - Throws: `DataError`, where principal components are asked of too many features.
  init(_ preprocessing: Preprocessing, fittedTo training: some RawExamples) throws(DataError) {
    let channels = training.shape.channels
    switch preprocessing {
    case .none:
      self = .scaling(mean: [0], deviation: [1])
    case .centre:
      self = .scaling(mean: training.moments().pooled(into: 1).means, deviation: [1])
    case .normalize:
      let moments = training.moments().pooled(into: 1)
      self = .scaling(mean: moments.means, deviation: moments.deviations)
    case .meanImage:
      self = .scaling(mean: training.moments().means, deviation: [1])
    case .channelMean:
      self = .scaling(mean: training.moments().pooled(into: channels).means, deviation: [1])
    case .channelNormalize:
      let moments = training.moments().pooled(into: channels)
      self = .scaling(mean: moments.means, deviation: moments.deviations)
    case .standardize:
      let moments = training.moments()
      self = .scaling(mean: moments.means, deviation: moments.deviations)
    case .pca:
      self = .projection(try PrincipalComponents(of: training, isWhitening: false))
    case .whiten:
      self = .projection(try PrincipalComponents(of: training, isWhitening: true))
    }
  }

  /// The examples as a network sees them.
  func apply(to examples: some RawExamples) -> any Examples {
    switch self {
    case .scaling(let mean, let deviation): examples.scaled(mean: mean, deviation: deviation)
    case .projection(let components): components.project(examples)
    }
  }
}
