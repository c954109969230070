// A surface as a picture shows it: shades from low to high, and contour lines.

import Glibc
import OptimizerKit

/// The loss of a surface of two coordinates over a rectangle.
public struct Landscape: Sendable {
  public let viewport: Viewport
  /// The points of the grid along x and along y.
  public let width = Self.fineWidth
  public let height = Self.fineHeight
  private static let fineWidth = 200
  private static let fineHeight = 160
  /// The losses, row by row from below; NaN where they are not finite.
  public let losses: [Double]
  /// The losses that have a contour line, ascending.
  public let levels: [Double]
  /// Whether levels lie evenly in the logarithm of the loss above `floor`.
  public let isLog: Bool
  /// What levels are measured from: the minimum, where it is known.
  public let floor: Double

  /// Evaluates a surface at every point of the grid.
  public init(_ surface: any Surface, viewport: Viewport) {
    let (width, height) = (Self.fineWidth, Self.fineHeight)
    var points = [Double](repeating: 0, count: width * height * 2)
    let spanX = viewport.x.upperBound - viewport.x.lowerBound
    let spanY = viewport.y.upperBound - viewport.y.lowerBound
    var k = 0
    for j in 0..<height {
      let y = viewport.y.lowerBound + spanY * Double(j) / Double(height - 1)
      for i in 0..<width {
        points[k] = viewport.x.lowerBound + spanX * Double(i) / Double(width - 1)
        points[k + 1] = y
        k += 2
      }
    }
    var losses = [Double](repeating: 0, count: width * height)
    var norms = losses
    surface.evaluate(points, count: losses.count, losses: &losses, gradientNorms: &norms)
    self.init(
      losses: losses, viewport: viewport, minimumLoss: surface.minimumLoss,
      saddleLoss: surface.saddle.map { surface.loss(at: $0) })
  }

  /// A landscape of losses at `side` × `side` points, row by row from below, between which it is
  /// interpolated: in the logarithm where all are above 0, by the cubic of Catmull and Rom.
  public init(coarse: [Double], side: Int, viewport: Viewport) {
    precondition(side > 1 && coarse.count == side * side, "a square grid")
    let isLog = coarse.allSatisfy { $0 > 0 }
    let values = isLog ? coarse.map { log($0) } : coarse
    /// Between four values, at the share t from the second to the third.
    func cubic(_ a: Double, _ b: Double, _ c: Double, _ d: Double, _ t: Double) -> Double {
      let slope = c - a
      let bend = 2 * a - 5 * b + 4 * c - d
      let twist = 3 * (b - c) + d - a
      return b + 0.5 * t * (slope + t * (bend + t * twist))
    }
    func between(_ place: Double, _ value: (Int) -> Double) -> Double {
      let k = min(Int(place), side - 2)
      let near = [k - 1, k, k + 1, k + 2].map { value(min(max($0, 0), side - 1)) }
      return cubic(near[0], near[1], near[2], near[3], place - Double(k))
    }
    var losses: [Double] = []
    for j in 0..<Self.fineHeight {
      let y = Double(j) / Double(Self.fineHeight - 1) * Double(side - 1)
      let row = (0..<side).map { i in between(y) { values[$0 * side + i] } }
      for i in 0..<Self.fineWidth {
        let x = Double(i) / Double(Self.fineWidth - 1) * Double(side - 1)
        let value = between(x) { row[$0] }
        losses.append(isLog ? exp(value) : value)
      }
    }
    self.init(losses: losses, viewport: viewport, minimumLoss: nil, saddleLoss: nil)
  }

  private init(
    losses: [Double], viewport: Viewport, minimumLoss: Double?, saddleLoss: Double?
  ) {
    self.viewport = viewport
    let losses = losses.map { $0.isFinite ? $0 : .nan }
    self.losses = losses

    // Every third value tells where the levels should lie.
    let ranked = stride(from: 0, to: losses.count, by: 3).map { losses[$0] }
      .filter(\.isFinite).sorted()
    func quantile(_ q: Double) -> Double { ranked[Int(q * Double(ranked.count - 1))] }
    guard let lowest = ranked.first, let highest = ranked.last, highest > lowest else {
      levels = []
      isLog = false
      floor = ranked.first ?? 0
      return
    }
    if let saddleLoss, saddleLoss > quantile(0.02), saddleLoss < quantile(0.98) {
      // Around a saddle: even steps on both sides, and the line that crosses itself at the saddle.
      let reach = max(saddleLoss - quantile(0.01), quantile(0.99) - saddleLoss)
      let step = reach / 8
      levels = (-8...8).map { saddleLoss + Double($0) * step }
        .filter { $0 > lowest && $0 < highest }
      isLog = false
      floor = lowest
      return
    }
    // The known minimum, or a little below the lowest loss in sight.
    let known = minimumLoss.flatMap { $0 <= lowest ? $0 : nil }
    let floor = known ?? lowest - (highest - lowest) * 1e-4
    self.floor = floor
    let low = max(quantile(0.004) - floor, (highest - floor) * 1e-12)
    let high = quantile(0.995) - floor
    if high / low > 60 {
      // Valleys: even steps of the logarithm, so that their floors have lines as well.
      isLog = true
      let count = 13
      levels = (0..<count).map { floor + low * pow(high / low, Double($0) / Double(count - 1)) }
    } else {
      isLog = false
      let count = 7
      levels = (1...count).map { floor + high * Double($0) / Double(count) }
    }
  }

  /// Where a loss lies between low (0) and high (1).
  public func height(of loss: Double) -> Double {
    guard loss.isFinite, let first = levels.first, let last = levels.last, last > first else {
      return loss.isFinite ? 0 : 1
    }
    let share: Double
    if isLog {
      share =
        log(max(loss - floor, (first - floor) * 1e-3) / (first - floor))
        / log((last - floor) / (first - floor))
    } else {
      share = (loss - min(first, floor)) / (last - min(first, floor))
    }
    return min(max(share, 0), 1)
  }

  /// The shades of the map, on a grid of every other point: 0 low ... 100 high.
  public func shades(_ name: String) -> CurveData {
    let w = (width + 1) / 2
    let h = (height + 1) / 2
    var shades = [UInt8](repeating: 0, count: w * h)
    for j in 0..<h {
      for i in 0..<w {
        shades[j * w + i] = UInt8(height(of: losses[2 * j * width + 2 * i]) * 100)
      }
    }
    let dx = (viewport.x.upperBound - viewport.x.lowerBound) / Double(width - 1)
    let dy = (viewport.y.upperBound - viewport.y.lowerBound) / Double(height - 1)
    return CurveData(
      name: name,
      content: .shades(
        width: w, x: viewport.x.lowerBound...viewport.x.lowerBound + dx * Double(2 * (w - 1)),
        y: viewport.y.lowerBound...viewport.y.lowerBound + dy * Double(2 * (h - 1)), shades))
  }

  /// The palette of the map: subdued, so that paths stand out.
  public static let palette =
    "set palette defined (0 '#fdfdfb', 35 '#eef2f3', 70 '#dce5ea', 100 '#c3d0da')"

  private func reach(of line: [(x: Double, y: Double)]) -> Double {
    let x = line.map(\.x)
    let y = line.map(\.y)
    return max(x.max()! - x.min()!, y.max()! - y.min()!)
  }

  /// The same in relief, with more contrast: light and shade make the form.
  public static let palette3D =
    "set palette defined (0 '#8fa9bd', 50 '#d9e3ea', 100 '#fbf7ee')"

  /// The contour lines, one after the other with a break between.
  public func contours(_ name: String) -> CurveData {
    let spanX = viewport.x.upperBound - viewport.x.lowerBound
    let spanY = viewport.y.upperBound - viewport.y.lowerBound
    let toX = spanX / Double(width - 1)
    let toY = spanY / Double(height - 1)
    var values: [Double] = []
    for level in levels {
      let lines = marchingSquares(losses, width: width, level: level)
      for line in lines {
        // Where a valley is narrower than the grid, its line falls apart into specks.
        if lines.count > 3, line.count < 14, reach(of: line) < 4 { continue }
        for p in simplified(line, tolerance: 0.06) {
          values.append(viewport.x.lowerBound + p.x * toX)
          values.append(viewport.y.lowerBound + p.y * toY)
        }
        values.append(.nan)
        values.append(.nan)
      }
    }
    return .table(name, columns: 2, values)
  }
}
