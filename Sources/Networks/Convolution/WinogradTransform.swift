// The transforms of Winograd's minimal filtering, on sixteen channels at a time.
//
// A correlation of 8 inputs with r weights has 9 − r outputs. It is the transpose of a product of
// polynomials, which can be formed from values: evaluate both factors at 8 points, multiply,
// interpolate. With the points p = 0, ±1/2, ±1, ±2 and ∞
//
//     y = Aᵀ [(S A w) ⊙ (B x)]        A[i, k] = pᵢᵏ,  S = diag 1 / Nᵢ,  Nᵢ = Π_{j≠i} (pᵢ − pⱼ)
//
// where row i of B holds the coefficients of Π_{j≠i} (z − pⱼ), and the point ∞ stands for the
// highest coefficient: 8 multiplications instead of r (9 − r). Over images each transform is
// applied along both axes: 64 multiplications for (9 − r)² outputs.
//
// Winograd 1980, Arithmetic Complexity of Computations, doi:10.1137/1.9781611970364; for networks
// Lavin and Gray 2016, arXiv:1509.09308. The errors of rounding grow with the number of points
// (Barabasz et al. 2020, arXiv:1803.10986). These eight have the smallest of all 0, ±a, ±b, ±c, ∞:
// results are off by 1e-6 to 4e-6 of their norm, where sums taken directly are off by 1e-7 to 7e-7.

/// Transforms between tiles and the 64 numbers that are multiplied.
///
/// In `half` lies what the first of the two axes makes.
final class WinogradTransform {
  /// The points, and with them the height and width of a tile of inputs.
  static let points = 8
  /// The numbers of a tile.
  static let area = points * points

  private let points = WinogradTransform.points
  private let half = UnsafeMutablePointer<ChannelGroup>.allocate(capacity: area)

  init() { half.initialize(repeating: .zero, count: Self.area) }
  deinit { half.deallocate() }

  /// y ← B x Bᵀ: a tile of the input.
  ///
  /// - Parameters:
  ///   - x: the element (i, j) at `x[i * pitch + j * step]`.
  ///   - y: the number (i, j) at `y[(8 i + j) * plane]`.
  func input(
    _ x: UnsafePointer<ChannelGroup>, pitch: Int, step: Int,
    into y: UnsafeMutablePointer<ChannelGroup>,
    plane: Int
  ) {
    // Columns are transformed and left as rows, twice.
    for j in 0..<points { Self.input(x + j * step, pitch, half + j * points, 1) }
    for i in 0..<points { Self.input(half + i, points, y + i * points * plane, plane) }
  }

  /// y ← A x Aᵀ: a filter, or a tile of the output's gradient, of `count` × `count` elements.
  ///
  /// - Parameters:
  ///   - x: the element (i, j) at `x[i * pitch + j * step]`.
  ///   - y: the number (i, j) at `y[(8 i + j) * plane]`.
  func evaluate(
    _ count: Int, _ x: UnsafePointer<ChannelGroup>, pitch: Int, step: Int,
    into y: UnsafeMutablePointer<ChannelGroup>, plane: Int
  ) {
    for j in 0..<count { Self.evaluate(count, x + j * step, pitch, half + j * points, 1) }
    for i in 0..<points { Self.evaluate(count, half + i, points, y + i * points * plane, plane) }
  }

  /// y ← Aᵀ x A: a tile of the output, or the gradient of a filter, of `count` × `count` elements.
  ///
  /// - Parameters:
  ///   - x: the number (i, j) at `x[(8 i + j) * plane]`.
  ///   - y: the element (i, j) at `y[count i + j]`.
  func collect(
    _ count: Int, _ x: UnsafePointer<ChannelGroup>, plane: Int,
    into y: UnsafeMutablePointer<ChannelGroup>
  ) {
    for j in 0..<points {
      Self.collect(count, x + j * plane, points * plane, half + j * points, 1)
    }
    for i in 0..<count { Self.collect(count, half + i, points, y + i * count, 1) }
  }

  /// x ← S x S: what a filter's evaluation lacks.
  func scale(_ x: UnsafeMutablePointer<ChannelGroup>, plane: Int) {
    for i in 0..<points {
      for j in 0..<points {
        x[(i * points + j) * plane] *= Self.scale(i) * Self.scale(j)
      }
    }
  }

  // Along one axis. Points lie in the order 0, 1/2, −1/2, 1, −1, 2, −2, ∞; what is taken at ±p
  // differs in the sign of its odd part alone.

  /// 1 / N of a point. That of 0, which is −1, has its sign in B.
  private static func scale(_ point: Int) -> Float {
    switch point {
    case 1, 2: 32.0 / 45
    case 3, 4: -2.0 / 9
    case 5, 6: 1.0 / 90
    default: 1
    }
  }

  /// y ← B x.
  @inline(__always)
  private static func input(
    _ x: UnsafePointer<ChannelGroup>, _ strideX: Int, _ y: UnsafeMutablePointer<ChannelGroup>,
    _ strideY: Int
  ) {
    let x1 = x[strideX]
    let x2 = x[2 * strideX]
    let x3 = x[3 * strideX]
    let x4 = x[4 * strideX]
    let x5 = x[5 * strideX]
    let x6 = x[6 * strideX]
    y[0] = x[0] - x6 + 5.25 * (x4 - x2)
    var even = x6 + 4 * x2 - 5 * x4
    var odd = 2 * x1 - 2.5 * x3 + 0.5 * x5
    y[strideY] = even + odd
    y[2 * strideY] = even - odd
    even = x6 + x2 - 4.25 * x4
    odd = x1 + x5 - 4.25 * x3
    y[3 * strideY] = even + odd
    y[4 * strideY] = even - odd
    even = x6 + 0.25 * x2 - 1.25 * x4
    odd = 0.5 * x1 - 2.5 * x3 + 2 * x5
    y[5 * strideY] = even + odd
    y[6 * strideY] = even - odd
    y[7 * strideY] = x[7 * strideX] - x1 + 5.25 * (x3 - x5)
  }

  /// y ← A x: the values of the polynomial with `count` coefficients x.
  @inline(__always)
  private static func evaluate(
    _ count: Int, _ x: UnsafePointer<ChannelGroup>, _ strideX: Int,
    _ y: UnsafeMutablePointer<ChannelGroup>,
    _ strideY: Int
  ) {
    var even = (x[0], x[0], x[0])
    var odd = (ChannelGroup.zero, ChannelGroup.zero, ChannelGroup.zero)
    var power: Float = 2
    for k in 1..<count {
      let x = x[k * strideX]
      if k % 2 == 0 {
        even = (even.0 + x * (1 / power), even.1 + x, even.2 + x * power)
      } else {
        odd = (odd.0 + x * (1 / power), odd.1 + x, odd.2 + x * power)
      }
      power *= 2
    }
    y[0] = x[0]
    y[strideY] = even.0 + odd.0
    y[2 * strideY] = even.0 - odd.0
    y[3 * strideY] = even.1 + odd.1
    y[4 * strideY] = even.1 - odd.1
    y[5 * strideY] = even.2 + odd.2
    y[6 * strideY] = even.2 - odd.2
    y[7 * strideY] = x[(count - 1) * strideX]
  }

  /// y ← Aᵀ x, of `count` elements.
  @inline(__always)
  private static func collect(
    _ count: Int, _ x: UnsafePointer<ChannelGroup>, _ strideX: Int,
    _ y: UnsafeMutablePointer<ChannelGroup>,
    _ strideY: Int
  ) {
    let even = (
      x[strideX] + x[2 * strideX], x[3 * strideX] + x[4 * strideX],
      x[5 * strideX] + x[6 * strideX]
    )
    let odd = (
      x[strideX] - x[2 * strideX], x[3 * strideX] - x[4 * strideX],
      x[5 * strideX] - x[6 * strideX]
    )
    y[0] = x[0] + even.0 + even.1 + even.2
    var power: Float = 2
    for k in 1..<count {
      let part = k % 2 == 0 ? even : odd
      y[k * strideY] = part.0 * (1 / power) + part.1 + part.2 * power
      power *= 2
    }
    y[(count - 1) * strideY] += x[7 * strideX]
  }
}
