// Lines with fewer points that look the same.

import Analysis

/// A line without the points that it can lose without moving by more than the tolerance.
func simplified(_ line: [(x: Double, y: Double)], tolerance: Double) -> [(x: Double, y: Double)] {
  Thinning.keptIndices(
    x: line.map(\.x), y: line.map(\.y), unitX: 1, unitY: 1, tolerance: tolerance
  ).map { line[$0] }
}

extension Panel {
  /// A line thinned to what this panel can show, its coordinates measured along the axes (which
  /// may be logarithmic); where a point is not finite, the line is broken.
  ///
  /// - Parameter picture: its size in pixels.
  public func thinned(_ points: [(x: Double, y: Double)], of picture: (width: Int, height: Int))
    -> [(x: Double, y: Double)]
  {
    let pixelsX = (frame.right - frame.left) * Double(picture.width)
    let pixelsY = (frame.top - frame.bottom) * Double(picture.height)
    var result: [(x: Double, y: Double)] = []
    var part: [(x: Double, y: Double)] = []
    var places: [(x: Double, y: Double)] = []
    func finish() {
      let kept = Thinning.keptIndices(
        x: places.map(\.x), y: places.map(\.y), unitX: 1, unitY: 1, tolerance: 0.3)
      if !result.isEmpty, !kept.isEmpty { result.append((.nan, .nan)) }
      result += kept.map { part[$0] }
      part = []
      places = []
    }
    for p in points {
      // Far outside the axes nothing is to be seen, and large numbers only do harm.
      let place = (x: x.share(p.x) * pixelsX, y: y.share(p.y) * pixelsY)
      if place.x.isFinite, place.y.isFinite, abs(place.x) < 1e6, abs(place.y) < 1e6 {
        part.append(p)
        places.append(place)
      } else {
        finish()
      }
    }
    finish()
    return result
  }
}
