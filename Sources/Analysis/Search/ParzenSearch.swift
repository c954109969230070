// A model of where good trials lie.

import OptimizerKit

/// The tree-structured Parzen estimator (Bergstra et al. 2011, "Algorithms for hyper-parameter
/// optimization", NeurIPS): l(x) is the density of the best tenth of the trials, g(x) that of the others,
/// and of 24 draws from l the one with the largest l/g is tried next.
///
/// Each hyperparameter has densities of its own: kernels at the trials, as wide as the gap to the farther
/// neighbour, and one over the whole range. Kernels are logistic, whose truncation to [0, 1] has a closed form,
/// in place of normal. The first quarter of the trials is a Sobol sequence; then an eighth at a time is
/// drawn, each draw by itself.
struct ParzenSearch: SearchStrategy {
  /// How many draws one is chosen from.
  private static let candidates = 24

  func nextRound(
    in space: SearchSpace, trials: Int, seed: UInt64, after earlier: [SearchTrial]
  ) -> SearchRound {
    let left = trials - earlier.count
    guard left > 0 else { return SearchRound() }
    let dimensions = space.dimensions.count
    guard !earlier.isEmpty else {
      return SearchRound(
        SobolSequence(dimensions: dimensions, seed: seed).points(0..<max(1, trials / 4)))
    }
    let ranked = earlier.enumerated()
      .sorted { ($0.element.score, $0.offset) < ($1.element.score, $1.offset) }.map(\.element)
    let good = min((ranked.count + 9) / 10, 25)
    var random = RandomSource(seed: seed, purpose: .search, step: earlier.count)
    return SearchRound(
      (0..<min(max(1, trials / 8), left)).map { _ in
        (0..<dimensions).map { d in
          let coordinates = ranked.map { $0.point[d] }
          return Self.draw(
            good: coordinates[..<good], others: coordinates[good...], space.dimensions[d],
            random: &random)
        }
      })
  }

  private static func draw(
    good: ArraySlice<Double>, others: ArraySlice<Double>, _ dimension: SearchDimension,
    random: inout RandomSource
  ) -> Double {
    if case .choices(let values) = dimension.domain {
      let (l, g) = (Shares(good, values.count), Shares(others, values.count))
      return best(of: (0..<candidates).map { _ in l.draw(&random) }, l.density, g.density)
    }
    let (l, g) = (Kernels(good), Kernels(others))
    return best(of: (0..<candidates).map { _ in l.draw(&random) }, l.density, g.density)
  }

  private static func best(
    of draws: [Double], _ l: (Double) -> Double, _ g: (Double) -> Double
  ) -> Double {
    let ratios = draws.map { l($0) / g($0) }
    let place = ratios.indices.max { ratios[$0] < ratios[$1] } ?? 0
    return draws[place]
  }
}

/// A density on [0, 1]: equal parts of a kernel at each trial, and of one over the whole range.
private struct Kernels {
  private let centers: [Double]
  private let scales: [Double]

  init(_ trials: ArraySlice<Double>) {
    let sorted = trials.sorted()
    // Never so narrow that all draws are one point.
    let narrowest = 1 / Double(min(100, sorted.count + 1))
    let factor = 3.0.squareRoot() / .pi  // the scale of a logistic density of deviation 1
    var scales = sorted.indices.map { i in
      let below = i > 0 ? sorted[i] - sorted[i - 1] : sorted[i]
      let above = i + 1 < sorted.count ? sorted[i + 1] - sorted[i] : 1 - sorted[i]
      return factor * min(max(below, above, narrowest), 1)
    }
    centers = sorted + [0.5]
    scales.append(factor)
    self.scales = scales
  }

  private static func cumulative(_ z: Double) -> Double { 1 / (1 + Double.exp(-z)) }

  func density(_ x: Double) -> Double {
    var sum = 0.0
    for (center, scale) in zip(centers, scales) {
      let p = Self.cumulative((x - center) / scale)
      let mass = Self.cumulative((1 - center) / scale) - Self.cumulative(-center / scale)
      sum += p * (1 - p) / (scale * mass)
    }
    return sum / Double(centers.count)
  }

  func draw(_ random: inout RandomSource) -> Double {
    let i = random.index(below: centers.count)
    let (low, high) = (
      Self.cumulative(-centers[i] / scales[i]), Self.cumulative((1 - centers[i]) / scales[i])
    )
    let p = low + (high - low) * random.uniform()
    let x = centers[i] + scales[i] * (Double.log(p) - Double.log(1 - p))
    return min(max(x, 0), 1.0.nextDown)
  }
}

/// Shares of values without an order: their counts, and one more of each.
private struct Shares {
  private let weights: [Double]
  private let total: Double

  init(_ trials: ArraySlice<Double>, _ count: Int) {
    var weights = [Double](repeating: 1, count: count)
    for x in trials { weights[Self.place(x, count)] += 1 }
    self.weights = weights
    total = weights.reduce(0, +)
  }

  private static func place(_ x: Double, _ count: Int) -> Int {
    min(max(Int(x * Double(count)), 0), count - 1)
  }

  func density(_ x: Double) -> Double { weights[Self.place(x, weights.count)] / total }

  func draw(_ random: inout RandomSource) -> Double {
    var rest = random.uniform() * total
    let place = weights.firstIndex { weight in
      rest -= weight
      return rest < 0
    }
    return (Double(place ?? weights.count - 1) + 0.5) / Double(weights.count)
  }
}
