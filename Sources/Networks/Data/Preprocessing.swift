// What is done to the features before they reach the first layer.

import OptimizerKit

/// How features are prepared. All statistics are those of the training examples, whatever they are
/// applied to; a deviation of 0 counts as 1.
///
/// LeCun, Bottou, Orr and Müller 1998, "Efficient BackProp", doi:10.1007/3-540-49430-8_2; PCA and
/// whitening as in the notes of CS231n, cs231n.github.io/neural-networks-2.
public enum Preprocessing: String, Choice {
  /// Pixels / 255; other features as they are.
  case none
  /// One mean over all features is subtracted.
  case centre
  /// The same, divided by one deviation over all features.
  case normalize
  /// Each feature's own mean is subtracted: the mean image.
  case meanImage = "mean-image"
  /// Each channel's mean is subtracted.
  case channelMean = "channel-mean"
  /// Each channel is centred and divided by its deviation.
  case channelNormalize = "channel-normalize"
  /// Each feature is centred and divided by its own deviation.
  case standardize
  /// Centred and rotated to the eigenvectors of the covariance matrix: decorrelated.
  case pca
  /// The same, each component divided by √(λ + ε): the covariance becomes the identity.
  case whiten

  /// Whether features become components, which are no pixels any more.
  public var isProjection: Bool { self == .pca || self == .whiten }

  /// The shape of what comes out of examples of `shape`: components are a vector.
  public func shape(of shape: Shape) -> Shape { isProjection ? [shape.count] : shape }
}
