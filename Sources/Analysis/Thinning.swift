// Long paths with fewer points and the same picture.

import OptimizerKit

/// Thins a polyline so that no point of it moves by more than a tolerance.
///
/// From the last kept point, the directions that pass within the tolerance of every point since
/// form a wedge, which only narrows; where the next point leaves it, or turns back, the point
/// before is kept. One pass, O(n) time, no recursion, and a guarantee: each point that is left out
/// lies within the tolerance of the segment that replaces it.
///
/// Zhao and Saalfeld, "Linear-time sleeve-fitting polyline simplification algorithms", 1997.
public enum Thinning {
  /// The indices of the points to keep, ascending, the first and the last among them. The polyline
  /// ends before its first non-finite point.
  ///
  /// - Parameters:
  ///   - viewport: the part of the plane that the picture shows.
  ///   - tolerance: how far the line may move, as a share of the viewport's width and height; the
  ///     default is half a pixel in a picture of a thousand.
  public static func keptIndices(
    x: [Double], y: [Double], viewport: Viewport, tolerance: Double = 0.0005
  ) -> [Int] {
    let width = viewport.x.upperBound - viewport.x.lowerBound
    let height = viewport.y.upperBound - viewport.y.lowerBound
    return keptIndices(
      x: x, y: y, unitX: width > 0 ? width : 1, unitY: height > 0 ? height : 1,
      tolerance: tolerance)
  }

  /// The same with the tolerance in units of `unitX` along x and `unitY` along y.
  public static func keptIndices(
    x: [Double], y: [Double], unitX: Double, unitY: Double, tolerance: Double
  ) -> [Int] {
    var count = 0
    while count < min(x.count, y.count), x[count].isFinite, y[count].isFinite { count += 1 }
    guard count > 2 else { return Array(0..<count) }

    var kept = [0]
    var wedge = Wedge(tolerance: tolerance)
    var i = 1
    while i < count {
      let anchor = kept[kept.count - 1]
      let dx = (x[i] - x[anchor]) / unitX
      let dy = (y[i] - y[anchor]) / unitY
      if wedge.admit(dx, dy) || i == anchor + 1 {
        i += 1
      } else {
        kept.append(i - 1)
        wedge = Wedge(tolerance: tolerance)  // and look at point i again from there
      }
    }
    if kept.last != count - 1 { kept.append(count - 1) }
    return kept
  }

  /// The directions that pass within the tolerance of every point so far.
  struct Wedge {
    let tolerance: Double
    /// Unit vectors at its two sides; without them, every direction passes.
    var sides: (left: (x: Double, y: Double), right: (x: Double, y: Double))?
    /// The largest distance so far: a segment that ends nearer would cut off a tip.
    var reach = 0.0

    init(tolerance: Double) { self.tolerance = tolerance }

    /// Whether the segment to (dx, dy) passes by all points so far; if so, it becomes one of them.
    mutating func admit(_ dx: Double, _ dy: Double) -> Bool {
      let distance = (dx * dx + dy * dy).squareRoot()
      guard distance.isFinite else { return false }
      if distance <= tolerance { return reach <= tolerance }
      guard distance >= reach else { return false }
      let u = (x: dx / distance, y: dy / distance)
      if let sides {
        guard cross(u, sides.left) >= 0, cross(sides.right, u) >= 0 else { return false }
      }
      let sine = tolerance / distance
      let cosine = (1 - sine * sine).squareRoot()
      let left = (x: u.x * cosine - u.y * sine, y: u.y * cosine + u.x * sine)
      let right = (x: u.x * cosine + u.y * sine, y: u.y * cosine - u.x * sine)
      if let old = sides {
        sides = (
          left: cross(left, old.left) >= 0 ? left : old.left,
          right: cross(old.right, right) >= 0 ? right : old.right
        )
      } else {
        sides = (left, right)
      }
      reach = distance
      return true
    }

    func cross(_ a: (x: Double, y: Double), _ b: (x: Double, y: Double)) -> Double {
      a.x * b.y - a.y * b.x
    }
  }
}
