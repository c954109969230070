// Is a stated minimum the lowest? A search that tries to go below it.

import OptimizerKit

extension SurfaceConformance {
  /// How far a loss at a minimum may lie from `minimumLoss`: what is left of terms of the size of
  /// the losses elsewhere when they cancel. Never more than 10⁻⁹.
  static func lossTolerance(_ surface: some Surface, _ stated: Double, _ samples: [[Double]])
    -> Double
  {
    let sizes = surface.evaluated(samples).losses.map(\.magnitude).filter(\.isFinite).sorted()
    let typical = sizes.isEmpty ? 0 : sizes[sizes.count / 2]
    let size = max(stated.magnitude, 1)
    return min(max(1e-12 * size, 8 * Double.ulpOfOne * typical), 1e-9 * size)
  }

  /// Whether a coordinate lies at a bound of the domain.
  static func isAtBound(_ domain: Box?, _ x: [Double], _ i: Int) -> Bool {
    guard let range = domain?.ranges[i] else { return false }
    return x[i] <= range.lowerBound || x[i] >= range.upperBound
  }

  /// The gradient without what leads out of the domain.
  static func freeGradient(_ surface: some Surface, at x: [Double]) -> [Double] {
    var g = surface.gradient(at: x)
    guard let domain = surface.domain else { return g }
    for (i, range) in domain.ranges.enumerated()
    where (x[i] <= range.lowerBound && g[i] > 0) || (x[i] >= range.upperBound && g[i] < 0) {
      g[i] = 0
    }
    return g
  }

  /// Descends from random points, and from beside the stated minima; what ends lower than
  /// `minimumLoss` shows that it is none. In many dimensions the descents are short, and the lowest of
  /// them are continued.
  ///
  /// - Parameter points: how many random points; fewer are taken where the dimension is very large.
  static func searchFindings(_ surface: some Surface, seed: UInt64, points: Int = 200)
    -> [ConformanceFinding]
  {
    guard let stated = surface.minimumLoss, stated.isFinite else { return [] }
    let n = surface.dimension
    let samples = samplePoints(
      surface, seed: seed &+ 1, count: n <= 64 ? points : max(points * 64 / n, 2))
    var random = RandomSource(seed: 5, purpose: .instance)
    let beside = surface.minima.prefix(8).map { minimum in
      minimum.map { $0 + 1e-3 * max($0.magnitude, 1) * random.normal() }
    }
    let level = stated - lossTolerance(surface, stated, samples)
    var ends = (beside + samples).map {
      descend(surface, from: $0, until: level, steps: n <= 4 ? 30 : 5)
    }
    if n > 4 {
      ends.sort { $0.loss < $1.loss }
      ends = ends.prefix(16).map { descend(surface, from: $0.x, until: level, steps: 40) }
    }
    guard let lower = ends.first(where: { $0.loss < level }) else { return [] }
    return [
      ConformanceFinding(
        "minimum", "the loss at \(describe(lower.x)) is below minimumLoss",
        expected: "\(stated) or more", actual: "\(lower.loss)")
    ]
  }

  /// Gradient descent in the domain with the step lengths of Barzilai and Borwein, cut until the
  /// loss falls; ends when it no longer does, is below `level`, or after `steps` steps.
  ///
  /// Birgin, Martínez and Raydan 2000, doi:10.1137/S1052623497330963.
  static func descend(
    _ surface: some Surface, from start: [Double], until level: Double, steps: Int
  ) -> (x: [Double], loss: Double) {
    let domain = surface.domain
    var x = start
    domain?.confine(&x)
    var loss = surface.loss(at: x)
    var g = surface.gradient(at: x)
    var length = 0.1 / max(norm(g), 1e-12)
    for _ in 0..<steps where loss >= level {
      var next = x
      var nextLoss = Double.nan
      for _ in 0..<16 {
        for i in x.indices { next[i] = x[i] - length * g[i] }
        domain?.confine(&next)
        nextLoss = surface.loss(at: next)
        if nextLoss < loss { break }
        length /= 8
      }
      guard nextLoss < loss else { break }
      let nextGradient = surface.gradient(at: next)
      var squares = 0.0
      var products = 0.0
      for i in x.indices {
        let s = next[i] - x[i]
        squares += s * s
        products += s * (nextGradient[i] - g[i])
      }
      length = products > 0 ? squares / products : 4 * length
      (x, loss, g) = (next, nextLoss, nextGradient)
    }
    return (x, loss)
  }
}
