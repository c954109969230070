// What a surface must uphold: the suite that `optlab check` runs.

import LinearAlgebra
import OptimizerKit

/// Checks that a surface is what its file says: gradient, minima, starts, picture, fast paths.
///
/// Tolerances are derived: two correct ways to the same derivative differ by rounding, a few
/// hundred units in the last place of the largest term; a wrong formula differs by a share of it.
/// 10⁻¹⁰ lies between the two with room on both sides.
public enum SurfaceConformance {
  /// What is wrong with a surface; empty where nothing is.
  ///
  /// - Parameters:
  ///   - seed: selects the random points.
  ///   - points: how many of them.
  public static func findings(
    for surface: some Surface, seed: UInt64 = 1, points: Int = 20
  ) -> [ConformanceFinding] {
    let shape = shapeFindings(surface)
    guard shape.isEmpty else { return shape }
    let samples = samplePoints(
      surface, seed: seed, count: surface.dimension > 10_000 ? min(points, 3) : points)
    var findings = PluginConformance.findings(for: surface)
    findings += gradientFindings(surface, samples)
    findings += hessianFindings(surface, samples)
    findings += residualFindings(surface, samples)
    findings += minimumFindings(surface, samples)
    findings += searchFindings(surface, seed: seed)
    findings += startFindings(surface)
    findings += saddleFindings(surface)
    findings += domainFindings(surface)
    findings += viewportFindings(surface)
    findings += fastPathFindings(surface, samples, seed: seed)
    if surface.isStochastic { findings += noiseFindings(surface, samples, seed: seed) }
    return findings
  }

  // MARK: dimensions, without which nothing else can be tried

  static func shapeFindings(_ surface: some Surface) -> [ConformanceFinding] {
    let n = surface.dimension
    guard n >= 1 else {
      return [ConformanceFinding("dimension", "too small", expected: "1 or more", actual: "\(n)")]
    }
    var findings: [ConformanceFinding] = []
    if surface.layout.count != n {
      findings.append(
        ConformanceFinding(
          "layout", "its tensors do not hold all coordinates", expected: "\(n) elements",
          actual: "\(surface.layout.count)"))
    }
    if let box = surface.domain, box.ranges.count != n {
      findings.append(
        ConformanceFinding(
          "domain", "not a range for each coordinate", expected: "\(n) ranges",
          actual: "\(box.ranges.count)"))
    }
    if surface.starts.isEmpty {
      findings.append(ConformanceFinding("start", "there is none", expected: "at least one"))
    }
    let lists = [("start", surface.starts), ("minimum", surface.minima)]
    for (kind, list) in lists + [("saddle", surface.saddle.map { [$0] } ?? [])] {
      for (i, x) in list.enumerated() where x.count != n || !x.allSatisfy(\.isFinite) {
        findings.append(
          ConformanceFinding(
            kind, "\(kind) \(i) is not a point of the problem",
            expected: "\(n) finite coordinates", actual: describe(x)))
      }
    }
    return findings
  }

  /// Points in the domain, in the viewport, or in the box about starts and minima.
  static func samplePoints(_ surface: some Surface, seed: UInt64, count: Int) -> [[Double]] {
    var random = RandomSource(seed: seed, purpose: .instance)
    let n = surface.dimension
    let known = surface.starts + surface.minima.prefix(64)
    let ranges: [ClosedRange<Double>]
    if let domain = surface.domain {
      ranges = domain.ranges
    } else if let viewport = surface.viewport, n == 2 {
      ranges = [viewport.x, viewport.y]
    } else {
      ranges = (0..<n).map { i in
        let values = known.map { $0[i] }
        let low = values.min()!
        let high = values.max()!
        let margin = 0.25 * (high - low) + 0.5
        return low - margin...high + margin
      }
    }
    return (0..<count).map { _ in
      ranges.map { $0.lowerBound + random.uniform() * ($0.upperBound - $0.lowerBound) }
    }
  }

  // MARK: gradient

  static func gradientFindings(_ surface: some Surface, _ samples: [[Double]])
    -> [ConformanceFinding]
  {
    for x in samples + surface.starts {
      let g = surface.gradient(at: x)
      let loss = surface.loss(at: x)
      if !loss.isFinite {
        return [ConformanceFinding("loss", "not finite at \(describe(x))", actual: "\(loss)")]
      }
      if let i = g.firstIndex(where: { !$0.isFinite }) {
        return [
          ConformanceFinding(
            "gradient", "coordinate \(i) is not finite, or not written, at \(describe(x))",
            actual: "\(g[i])")
        ]
      }
      let scale = (g.map(\.magnitude).max() ?? 0) + loss.magnitude + 1e-300
      // In many dimensions a few directions instead of every coordinate.
      let directions = x.count <= 64 ? Array(x.indices) : [0, 1, x.count / 2, x.count - 1]
      for i in directions {
        let expected = directionalDerivative(surface, at: x, along: i)
        if !((g[i] - expected).magnitude <= 1e-10 * scale) {
          return [
            ConformanceFinding(
              "gradient",
              "coordinate \(i) is not the derivative of the loss at \(describe(x))",
              expected: rounded(expected), actual: rounded(g[i]))
          ]
        }
      }
    }
    return []
  }

  /// ∂f/∂xᵢ by dual numbers from the loss alone.
  static func directionalDerivative(_ surface: some Surface, at x: [Double], along i: Int)
    -> Double
  {
    var point = x.enumerated().map { Dual($1, derivative: $0 == i ? 1 : 0) }
    return point.withUnsafeMutableBufferPointer {
      surface.loss(at: Strided($0.baseAddress!, count: x.count)).derivative
    }
  }

  // MARK: Hessian

  static func hessianFindings(_ surface: some Surface, _ samples: [[Double]])
    -> [ConformanceFinding]
  {
    var random = RandomSource(seed: 2, purpose: .instance)
    let n = surface.dimension
    var first: [Double]?
    let v = (0..<n).map { _ in random.normal() }
    let w = (0..<n).map { _ in random.normal() }
    for x in samples {
      let hv = surface.hessianVectorProduct(at: x, v)
      let hw = surface.hessianVectorProduct(at: x, w)
      let a = dot(w, hv)
      let b = dot(v, hw)
      let scale = norm(w) * norm(hv) + norm(v) * norm(hw)
      if !((a - b).magnitude <= 1e-10 * scale) {
        return [
          ConformanceFinding(
            "Hessian", "not symmetric at \(describe(x)): the gradient is not one of any loss",
            expected: "wᵀHv = \(rounded(a))", actual: "vᵀHw = \(rounded(b))")
        ]
      }
      if surface.isQuadratic {
        let first = first ?? hv
        if !((zip(first, hv).map { ($0 - $1).magnitude }.max() ?? 0) <= 1e-10 * norm(hv)) {
          return [
            ConformanceFinding(
              "Hessian", "isQuadratic, yet the Hessian changes from point to point",
              expected: describe(first), actual: describe(hv))
          ]
        }
      }
      first = first ?? hv
    }
    return []
  }

  // MARK: minima, starts, saddle

  /// ‖∇²f‖ at a point: exact in few dimensions, estimated from below by one product in many.
  static func curvature(_ surface: some Surface, at x: [Double]) -> Double {
    if x.count <= 64 { return norm(surface.hessian(at: x)) }
    var random = RandomSource(seed: 3, purpose: .instance)
    return norm(surface.hessianVectorProduct(at: x, x.map { _ in random.normal() }))
  }

  /// How large a gradient may be at a point that is stationary but for the rounding of the point
  /// and of the terms of the gradient.
  static func stationaryTolerance(_ surface: some Surface, at x: [Double]) -> Double {
    1e3 * Double.ulpOfOne * curvature(surface, at: x) * max(norm(x), 1) + 1e-14
  }

  static func minimumFindings(_ surface: some Surface, _ samples: [[Double]])
    -> [ConformanceFinding]
  {
    var findings: [ConformanceFinding] = []
    let stated = surface.minimumLoss
    if let stated, !stated.isFinite {
      return [ConformanceFinding("minimum", "minimumLoss is not finite", actual: "\(stated)")]
    }
    if !surface.minima.isEmpty, stated == nil {
      findings.append(
        ConformanceFinding("minimum", "minima without minimumLoss", expected: "the loss there"))
    }
    let lossTolerance = lossTolerance(surface, stated ?? 0, samples)
    for x in surface.minima.prefix(64) {
      let gradient = norm(freeGradient(surface, at: x))
      let tolerance = stationaryTolerance(surface, at: x)
      if !(gradient <= tolerance) {
        findings.append(
          ConformanceFinding(
            "minimum", "not stationary: the gradient's norm at \(describe(x))",
            expected: "\(rounded(tolerance)) or less", actual: rounded(gradient)))
      }
      let loss = surface.loss(at: x)
      if let stated, !((loss - stated).magnitude <= lossTolerance) {
        findings.append(
          ConformanceFinding(
            "minimum", "the loss at \(describe(x)) is not minimumLoss", expected: "\(stated)",
            actual: "\(loss)"))
      }
      if x.count <= 64, let least = leastEigenvalue(surface, at: x),
        !(least >= -1e-8 * curvature(surface, at: x))
      {
        findings.append(
          ConformanceFinding(
            "minimum", "negative curvature at \(describe(x)): a saddle or a maximum",
            expected: "0 or more", actual: rounded(least)))
      }
    }
    return findings
  }

  /// The least curvature along the coordinates that are not at a bound of the domain.
  static func leastEigenvalue(_ surface: some Surface, at x: [Double]) -> Double? {
    let free = x.indices.filter { !isAtBound(surface.domain, x, $0) }
    let hessian = surface.hessian(at: x)
    let part = free.flatMap { i in free.map { hessian[i * x.count + $0] } }
    guard !free.isEmpty, part.allSatisfy(\.isFinite) else { return nil }
    return try? SymmetricMatrix(order: free.count, elements: part).eigendecomposition()
      .first?.value
  }

  static func startFindings(_ surface: some Surface) -> [ConformanceFinding] {
    var findings: [ConformanceFinding] = []
    for x in surface.starts {
      for minimum in surface.minima
      where squaredDistance(x, minimum).squareRoot() < 0.1 * max(norm(minimum), 1) {
        findings.append(
          ConformanceFinding(
            "start", "\(describe(x)) is next to a minimum",
            expected: "a tenth of its norm away, or of 1", actual: describe(minimum)))
      }
      if norm(freeGradient(surface, at: x)) <= stationaryTolerance(surface, at: x) {
        findings.append(
          ConformanceFinding("start", "\(describe(x)) is stationary: nothing would move"))
      }
    }
    return findings
  }

  static func saddleFindings(_ surface: some Surface) -> [ConformanceFinding] {
    guard let saddle = surface.saddle else { return [] }
    var findings: [ConformanceFinding] = []
    let gradient = norm(surface.gradient(at: saddle))
    if !(gradient <= stationaryTolerance(surface, at: saddle)) {
      findings.append(
        ConformanceFinding(
          "saddle", "not stationary: the gradient's norm at \(describe(saddle))", expected: "0",
          actual: rounded(gradient)))
    }
    // Directly: some points about a saddle are lower. (A monkey saddle has no negative curvature.)
    // Random directions, and the axes: of many directions few lead down.
    var random = RandomSource(seed: 4, purpose: .instance)
    let level = surface.loss(at: saddle)
    var isLower = (0..<64).contains { k in
      surface.loss(at: saddle.map { $0 + (k % 2 == 0 ? 0.1 : 1e-2) * random.normal() }) < level
    }
    for i in saddle.indices.suffix(256) + saddle.indices.prefix(256) where !isLower {
      for offset in [0.1, -0.1] {
        var x = saddle
        x[i] += offset
        isLower = isLower || surface.loss(at: x) < level
      }
    }
    let isCurvedDown =
      saddle.count <= 64 && (leastEigenvalue(surface, at: saddle) ?? 0) < 0
    if !isLower, !isCurvedDown {
      findings.append(
        ConformanceFinding(
          "saddle", "no way down found from \(describe(saddle))", expected: "a lower point nearby"))
    }
    return findings
  }

  static func domainFindings(_ surface: some Surface) -> [ConformanceFinding] {
    guard let domain = surface.domain else { return [] }
    let points = surface.starts + surface.minima + (surface.saddle.map { [$0] } ?? [])
    return points.filter { !domain.contains($0) }.map {
      ConformanceFinding("domain", "\(describe($0)) lies outside")
    }
  }

  static func viewportFindings(_ surface: some Surface) -> [ConformanceFinding] {
    guard surface.dimension == 2 else {
      return surface.viewport == nil
        ? [] : [ConformanceFinding("viewport", "only a problem of two coordinates has one")]
    }
    guard let viewport = surface.viewport else {
      return [
        ConformanceFinding(
          "viewport", "none: pictures will be drawn around start and minima", severity: .note)
      ]
    }
    let points = surface.starts + surface.minima + (surface.saddle.map { [$0] } ?? [])
    return points.filter { !viewport.x.contains($0[0]) || !viewport.y.contains($0[1]) }.map {
      ConformanceFinding(
        "viewport", "\(describe($0)) lies outside",
        expected: "x in \(viewport.x), y in \(viewport.y)", actual: describe($0))
    }
  }

  // MARK: the ways in which the lab evaluates

  /// Every way to the same gradient gives the same bits.
  static func fastPathFindings(_ surface: some Surface, _ samples: [[Double]], seed: UInt64)
    -> [ConformanceFinding]
  {
    let n = surface.dimension
    let step = 3
    func different(_ path: String, _ x: [Double], _ a: [Double], _ b: [Double])
      -> ConformanceFinding?
    {
      guard let i = a.indices.first(where: { a[$0].bitPattern != b[$0].bitPattern }) else {
        return nil
      }
      return ConformanceFinding(
        path, "coordinate \(i) differs from gradient(at:into:) at \(describe(x))",
        expected: "\(a[i])", actual: "\(b[i])")
    }
    func gradient(_ x: [Double], seed: UInt64) -> [Double] {
      var x = x
      var g = [Double](repeating: .nan, count: n)
      surface.gradient(at: &x, into: &g, seed: seed, step: step)
      return g
    }
    let expected = samples.map { gradient($0, seed: seed) }
    for (x, g) in zip(samples, expected) {
      if !surface.isStochastic,
        let finding = different("gradient", x, surface.gradient(at: x), g)
      {
        return [finding]
      }
      if n == 2 {
        let p = surface.planarGradient(seed: seed)(Planar(x[0], x[1]), step)
        if let finding = different("planarGradient", x, g, [p.x, p.y]) { return [finding] }
      }
    }
    for lanes in [1, 3, samples.count] where lanes >= 1 && lanes <= samples.count {
      var x = (0..<n).flatMap { d in (0..<lanes).map { samples[$0][d] } }
      var g = [Double](repeating: .nan, count: n * lanes)
      // Lanes of several seeds.
      let seeds = (0..<lanes).map { seed &+ UInt64($0 / 2) }
      surface.gradients(at: &x, into: &g, lanes: lanes, seeds: seeds, step: step)
      for k in 0..<lanes {
        let lane = (0..<n).map { g[$0 * lanes + k] }
        if let finding = different(
          "gradients(lanes: \(lanes))", samples[k], gradient(samples[k], seed: seeds[k]), lane)
        {
          return [finding]
        }
      }
    }
    return []
  }

  // MARK: noise

  /// The random gradient is the same at the same step, another at the next, and right on average.
  static func noiseFindings(_ surface: some Surface, _ samples: [[Double]], seed: UInt64)
    -> [ConformanceFinding]
  {
    guard var x = samples.first else { return [] }
    let n = surface.dimension
    func sample(_ step: Int) -> [Double] {
      var g = [Double](repeating: .nan, count: n)
      surface.gradient(at: &x, into: &g, seed: seed, step: step)
      return g
    }
    if sample(1) != sample(1) {
      return [ConformanceFinding("noise", "the same seed and step give two different gradients")]
    }
    let count = n > 1000 ? 200 : 2000
    let first = sample(1)
    if (2...count).allSatisfy({ sample($0) == first }) {
      return [ConformanceFinding("noise", "isStochastic, yet every step gives the same gradient")]
    }
    var sums = [Double](repeating: 0, count: n)
    var squares = sums
    let truth = surface.gradient(at: x)
    for step in 1...count {
      for (i, g) in sample(step).enumerated() {
        sums[i] += g - truth[i]
        squares[i] += (g - truth[i]) * (g - truth[i])
      }
    }
    for i in 0..<min(n, 64) {
      let mean = sums[i] / Double(count)
      let deviation = (squares[i] / Double(count)).squareRoot() / Double(count).squareRoot()
      // Six standard errors: by chance once in 10⁹.
      if !(mean.magnitude <= 6 * deviation + 1e-12 * truth[i].magnitude) {
        return [
          ConformanceFinding(
            "noise", "the random gradient is biased in coordinate \(i) at \(describe(x))",
            expected: "a mean within \(rounded(6 * deviation)) of the gradient",
            actual: rounded(mean))
        ]
      }
    }
    return []
  }

  static func dot(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }
  static func norm(_ a: [Double]) -> Double { dot(a, a).squareRoot() }
}
