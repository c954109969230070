// Whether participants differ at all, by their places on many problems.

import OptimizerKit

/// The test of Friedman over problems, and the critical difference of Nemenyi.
///
/// On each of N problems the k participants are placed by the median of their runs, 1 for the best,
/// equal ones by the mean of their places. With average places Rⱼ,
///
///     χ² = 12 N/(k(k+1)) Σⱼ (Rⱼ − (k+1)/2)² / C,  F = (N − 1) χ²/(N(k − 1) − χ²),
///
/// where C = 1 − Σ (t³ − t)/(N k (k² − 1)) corrects for groups of t equal ones. χ² has k − 1
/// degrees of freedom, F (Iman and Davenport 1980, doi:10.1080/03610928008827904), which is the
/// better of the two, k − 1 and (k − 1)(N − 1). Two participants differ where their average places
/// are more than
///
///     CD = q √(k(k+1)/(6 N))
///
/// apart, with q the quantile of the studentized range over √2 (Nemenyi 1963; Demšar 2006,
/// jmlr.org/papers/v7/demsar06a.html). Runs are not counted as problems: they are not independent
/// evidence of how participants do elsewhere.
public struct Friedman: Sendable, Equatable {
  /// The average places Rⱼ by participant, 1...k.
  public let averageRanks: [Double]
  /// χ² ≥ 0; 0 where all are equal everywhere.
  public let chiSquare: Double
  /// P(χ² or more) if places are random.
  public let chiSquareP: Double
  /// F ≥ 0; +∞ where all problems agree.
  public let f: Double
  /// P(F or more) if places are random. Where all problems agree, (1/k!)ᴺ⁻¹ (Conover 1999,
  /// Practical Nonparametric Statistics, section 5.8).
  public let fP: Double
  /// CD, in places.
  public let criticalDifference: Double

  /// nil of fewer than five problems.
  public init?(_ results: Results, confidence: Double = 0.95) {
    self.init(
      results.ranked.map { $0.map { Statistics.quantile(0.5, ofRanked: $0) ?? .infinity } },
      confidence: confidence)
  }

  /// - Parameter scores: `scores[participant][problem]`, of at least two participants.
  public init?(_ scores: [[Double]], confidence: Double = 0.95) {
    precondition(0 < confidence && confidence < 1, "a confidence is between 0 and 1")
    let participants = scores.count
    let problems = scores.first?.count ?? 0
    guard participants > 1, problems >= 5 else { return nil }
    let (k, n) = (Double(participants), Double(problems))
    var sums = [Double](repeating: 0, count: participants)
    // Σ (places − (k+1)/2)², which is N k (k² − 1)/12 less what ties take.
    var spread = 0.0
    for problem in 0..<problems {
      let places = Places.mean(of: scores.map { $0[problem].isNaN ? .infinity : $0[problem] })
      for (i, place) in places.enumerated() {
        sums[i] += place
        spread += (place - 0.5 * (k + 1)).squared
      }
    }
    averageRanks = sums.map { $0 / n }
    let between = averageRanks.reduce(0) { $0 + ($1 - 0.5 * (k + 1)).squared }
    chiSquare = spread > 0 ? n * n * (k - 1) * between / spread : 0
    chiSquareP = Distributions.chiSquare(above: chiSquare, degrees: k - 1)
    let remainder = n * (k - 1) - chiSquare
    if remainder > 1e-9 * n * k {
      f = (n - 1) * chiSquare / remainder
      fP = Distributions.fisher(above: f, k - 1, (k - 1) * (n - 1))
    } else {
      f = .infinity
      let logFactorial = (1...participants).reduce(0) { $0 + Double.log(Double($1)) }
      fP = Double.exp(-(n - 1) * logFactorial)
    }
    let range = Distributions.rangeQuantile(confidence, of: participants)
    criticalDifference = range / 2.0.squareRoot() * (k * (k + 1) / (6 * n)).squareRoot()
  }
}
