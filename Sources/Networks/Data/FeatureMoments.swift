// Mean and variance of features.

/// Mean and variance of each feature over some examples.
struct FeatureMoments: Sendable, Equatable {
  var means: [Double]
  var variances: [Double]

  /// Mean and variance over features and examples together, for each of `groups` groups; feature j
  /// belongs to group j mod `groups`. With as many groups as channels these are the channels' own.
  ///
  ///     m = mean mⱼ    v = mean (vⱼ + (mⱼ − m)²)
  func pooled(into groups: Int) -> FeatureMoments {
    let share = Double(groups) / Double(means.count)
    var pooled = FeatureMoments(
      means: Array(repeating: 0, count: groups), variances: Array(repeating: 0, count: groups))
    for (j, mean) in means.enumerated() { pooled.means[j % groups] += mean * share }
    for (j, variance) in variances.enumerated() {
      let offset = means[j] - pooled.means[j % groups]
      pooled.variances[j % groups] += (variance + offset * offset) * share
    }
    return pooled
  }

  /// Standard deviations to divide by: 1 where all values are equal, as far as single precision can
  /// tell.
  var deviations: [Double] {
    zip(means, variances).map { mean, variance in
      let deviation = variance.squareRoot()
      return deviation > Double(Float.ulpOfOne) * abs(mean) ? deviation : 1
    }
  }
}
