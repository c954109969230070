// A surface in other coordinates, as the instances of a comparison have them.

/// A surface as an optimizer sees it on an instance: f(x) with x = c + R (y − s), where y are the
/// coordinates that the optimizer works in.
///
/// R is a random orthogonal matrix (Haar measure: the Gram–Schmidt process on normal numbers, Stewart 1980,
/// doi:10.1137/0717034), c the middle of the part of space that starts are drawn from, and s a random
/// point of it. Rotations take away what an optimizer has from the axes, shifts what it has from the
/// origin (Hansen et al., COCO, doi:10.1080/10556788.2020.1808977). Losses, and what is recorded of a
/// run, are those of x: pictures and measures do not see the difference.
///
/// A gradient costs 4 d² operations more. Beyond `largestRotation` coordinates only the shift is made.
/// What is confined to a box, or has tensors of several axes, cannot be moved: the box would be none, and
/// the tensors would be mixed.
public struct MovedSurface: Surface {
  public static let name = "moved-surface"
  public static let summary = "a surface in other coordinates"

  /// The most coordinates that are rotated.
  public static let largestRotation = 512

  private let base: any Surface
  private let center: [Double]
  private let shift: [Double]
  /// R, row by row; empty for the identity.
  private let rotation: [Double]

  /// The surface in the coordinates of an instance.
  ///
  /// - Parameter number: what rotation and shift are drawn from.
  /// - Returns: nil where it cannot be moved.
  public init?(_ base: any Surface, number: UInt64) {
    guard base.domain == nil, base.layout.tensors.allSatisfy({ $0.shape.count < 2 }) else {
      return nil
    }
    self.base = base
    let dimension = base.dimension
    let box = base.instanceBox
    center = box.ranges.map { 0.5 * ($0.lowerBound + $0.upperBound) }
    var random = RandomSource(seed: number, purpose: .instance, stream: 1)
    shift = box.ranges.map {
      $0.lowerBound + ($0.upperBound - $0.lowerBound) * random.uniform()
    }
    rotation =
      dimension <= Self.largestRotation ? Self.rotation(dimension, random: &random) : []
  }

  /// Nothing but the space.
  public init() {
    base = EmptySurface()
    (center, shift, rotation) = ([], [], [])
  }

  /// A random orthogonal matrix, row by row.
  private static func rotation(_ n: Int, random: inout RandomSource) -> [Double] {
    var rows = (0..<n * n).map { _ in random.normal() }
    for i in 0..<n {
      // Twice, against the rounding of the first time.
      for _ in 0..<2 {
        for j in 0..<i {
          var product = 0.0
          for k in 0..<n { product += rows[i * n + k] * rows[j * n + k] }
          for k in 0..<n { rows[i * n + k] -= product * rows[j * n + k] }
        }
      }
      var square = 0.0
      for k in 0..<n { square += rows[i * n + k] * rows[i * n + k] }
      let norm = square.squareRoot()
      for k in 0..<n { rows[i * n + k] /= norm }
    }
    return rows
  }

  // MARK: coordinates

  /// The optimizer's coordinates of a point of the surface as it is written: y = s + Rᵀ (x − c).
  public func moved(_ x: [Double]) -> [Double] {
    let turned = transposed(x.indices.map { x[$0] - center[$0] })
    return turned.indices.map { turned[$0] + shift[$0] }
  }

  /// Points of the surface as it is written, one after the other, from the optimizer's: x = c + R (y − s).
  public func unmoved(_ points: [Double]) -> [Double] {
    var result = points
    points.withUnsafeBufferPointer { points in
      result.withUnsafeMutableBufferPointer { result in
        guard let y = points.baseAddress, let x = result.baseAddress else { return }
        for i in 0..<points.count / dimension {
          unmove(y + i * dimension, into: x + i * dimension, lanes: 1)
        }
      }
    }
    return result
  }

  /// x = c + R (y − s) of many points side by side.
  private func unmove(
    _ y: UnsafePointer<Double>, into x: UnsafeMutablePointer<Double>, lanes: Int
  ) {
    let n = dimension
    for d in 0..<n {
      let row = x + d * lanes
      guard !rotation.isEmpty else {
        for k in 0..<lanes { row[k] = center[d] + (y[d * lanes + k] - shift[d]) }
        continue
      }
      for k in 0..<lanes { row[k] = center[d] }
      for j in 0..<n {
        let (factor, shift) = (rotation[d * n + j], shift[j])
        let from = y + j * lanes
        for k in 0..<lanes { row[k] += factor * (from[k] - shift) }
      }
    }
  }

  /// g ← Rᵀ g of many gradients side by side, through `room` for as many numbers.
  private func turnBack(
    _ g: UnsafeMutablePointer<Double>, lanes: Int, room: UnsafeMutablePointer<Double>
  ) {
    guard !rotation.isEmpty else { return }
    let n = dimension
    room.update(from: g, count: n * lanes)
    for d in 0..<n {
      let row = g + d * lanes
      for k in 0..<lanes { row[k] = 0 }
      for j in 0..<n {
        let factor = rotation[j * n + d]
        let from = room + j * lanes
        for k in 0..<lanes { row[k] += factor * from[k] }
      }
    }
  }

  /// R v.
  private func rotated(_ v: [Double]) -> [Double] {
    guard !rotation.isEmpty else { return v }
    let n = v.count
    return (0..<n).map { d in (0..<n).reduce(0) { $0 + rotation[d * n + $1] * v[$1] } }
  }

  /// Rᵀ v.
  private func transposed(_ v: [Double]) -> [Double] {
    guard !rotation.isEmpty else { return v }
    let n = v.count
    return (0..<n).map { d in (0..<n).reduce(0) { $0 + rotation[$1 * n + d] * v[$1] } }
  }

  // MARK: what the surface is

  public var dimension: Int { base.dimension }
  public var layout: ParameterLayout { base.layout }
  public var capabilities: OracleCapabilities { base.capabilities }
  public var domain: Box? { base.domain }
  public var starts: [[Double]] { base.starts.map(moved) }
  public var minima: [[Double]] { base.minima.map(moved) }
  public var minimumLoss: Double? { base.minimumLoss }
  public var saddle: [Double]? { base.saddle.map(moved) }
  public var isQuadratic: Bool { base.isQuadratic }
  public var isStochastic: Bool { base.isStochastic }
  public var residualCount: Int { base.residualCount }

  // MARK: formulas

  public func loss<X: Coordinates>(at y: X) -> X.Value {
    atBase(y) { base.loss(at: $0) }
  }

  public func gradient<X: Coordinates>(at y: X, into g: inout X) {
    atBase(y) { x in
      withTurned(&g) { base.gradient(at: x, into: &$0) }
    }
  }

  public func sampleGradient<X: Coordinates>(
    at y: X, into g: inout X, random: inout RandomSource
  ) {
    atBase(y) { x in
      withTurned(&g) { base.sampleGradient(at: x, into: &$0, random: &random) }
    }
  }

  public func residuals<X: Coordinates>(at y: X, into r: Strided<X.Value>) {
    atBase(y) { base.residuals(at: $0, into: r) }
  }

  /// Calls `body` with the point of the surface as it is written.
  private func atBase<X: Coordinates, T>(_ y: X, _ body: (Strided<X.Value>) -> T) -> T {
    let n = dimension
    return withUnsafeTemporaryAllocation(of: X.Value.self, capacity: n) { room in
      for d in 0..<n {
        var sum = X.Value(center[d])
        if rotation.isEmpty {
          sum += y[d] - X.Value(shift[d])
        } else {
          for j in 0..<n { sum += rotation[d * n + j] * (y[j] - X.Value(shift[j])) }
        }
        room.initializeElement(at: d, to: sum)
      }
      return body(Strided(room.baseAddress!, count: n))
    }
  }

  /// Calls `body` with room for a gradient of the surface as it is written, and turns it back into `g`.
  private func withTurned<X: Coordinates>(_ g: inout X, _ body: (inout Strided<X.Value>) -> Void) {
    let n = dimension
    withUnsafeTemporaryAllocation(of: X.Value.self, capacity: n) { room in
      room.initialize(repeating: X.Value(0))
      var own = Strided(room.baseAddress!, count: n)
      body(&own)
      for d in 0..<n {
        var sum = rotation.isEmpty ? own[d] : X.Value(0)
        if !rotation.isEmpty { for j in 0..<n { sum += rotation[j * n + d] * own[j] } }
        g[d] = sum
      }
    }
  }

  // MARK: loops, by those of the surface

  public func planarGradient(seed: UInt64) -> PlanarGradient {
    let gradient = base.planarGradient(seed: seed)
    let (cx, cy, sx, sy) = (center[0], center[1], shift[0], shift[1])
    guard !rotation.isEmpty else {
      return { y, step in gradient(Planar(cx + (y.x - sx), cy + (y.y - sy)), step) }
    }
    let (a, b, c, d) = (rotation[0], rotation[1], rotation[2], rotation[3])
    return { y, step in
      let (u, v) = (y.x - sx, y.y - sy)
      let g = gradient(Planar(cx + a * u + b * v, cy + c * u + d * v), step)
      // From 0 on, as turning many gradients back does it.
      return Planar(0 + a * g.x + c * g.y, 0 + b * g.x + d * g.y)
    }
  }

  public func gradient(
    at y: UnsafeMutablePointer<Double>, into g: UnsafeMutablePointer<Double>, seed: UInt64,
    step: Int
  ) {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: dimension) { room in
      let x = room.baseAddress!
      unmove(y, into: x, lanes: 1)
      base.gradient(at: x, into: g, seed: seed, step: step)
      turnBack(g, lanes: 1, room: x)
    }
  }

  public func gradients(
    at y: UnsafeMutablePointer<Double>, into g: UnsafeMutablePointer<Double>, lanes: Int,
    seeds: UnsafePointer<UInt64>, step: Int
  ) {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: dimension * lanes) { room in
      let x = room.baseAddress!
      unmove(y, into: x, lanes: lanes)
      base.gradients(at: x, into: g, lanes: lanes, seeds: seeds, step: step)
      turnBack(g, lanes: lanes, room: x)
    }
  }

  public func evaluate(
    _ points: UnsafePointer<Double>, count: Int, losses: UnsafeMutablePointer<Double>,
    gradientNorms: UnsafeMutablePointer<Double>
  ) {
    let x = unmoved(Array(UnsafeBufferPointer(start: points, count: count * dimension)))
    base.evaluate(x, count: count, losses: losses, gradientNorms: gradientNorms)
  }

  public func evaluate(
    _ points: UnsafePointer<Double>, count: Int, losses: UnsafeMutablePointer<Double>
  ) {
    let x = unmoved(Array(UnsafeBufferPointer(start: points, count: count * dimension)))
    base.evaluate(x, count: count, losses: losses)
  }

  public func hessianVectorProduct(at y: [Double], _ v: [Double]) -> [Double] {
    transposed(base.hessianVectorProduct(at: unmoved(y), rotated(v)))
  }

  public func residualsAndJacobian(at y: [Double]) -> (residuals: [Double], jacobian: [Double]) {
    let (residuals, jacobian) = base.residualsAndJacobian(at: unmoved(y))
    let n = dimension
    // J R, row by row.
    return (
      residuals,
      residuals.indices.flatMap { transposed(Array(jacobian[$0 * n..<($0 + 1) * n])) }
    )
  }
}

/// The surface of no coordinates.
private struct EmptySurface: Surface {
  static let name = "empty-surface"
  static let summary = "nothing but the space"
  var dimension: Int { 0 }
  var starts: [[Double]] { [] }
  var minima: [[Double]] { [] }
  func loss<X: Coordinates>(at x: X) -> X.Value { X.Value(0) }
  func gradient<X: Coordinates>(at x: X, into g: inout X) {}
}
