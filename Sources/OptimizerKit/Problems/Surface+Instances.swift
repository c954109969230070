// Instances of a surface, drawn from a number, so that a comparison does not rest on one start, or on the
// axes and the origin that the formula happens to have.

extension Surface {
  /// The surface as an optimizer sees it on an instance; nil where that is the surface as it is written.
  public func moved(to instance: Instance?) -> MovedSurface? {
    guard let instance, instance.isMoved else { return nil }
    return MovedSurface(self, number: instance.number)
  }

  /// The start of an instance: drawn evenly from the domain, where there is one; else from the part of
  /// the plane that pictures show; else from the cube around the nearest minimum whose faces are as far
  /// away as the canonical start (around the start itself, where no minimum is known, with its largest
  /// coordinate or 1 in their place). Equal for every optimizer; instance 7 is always the same point.
  public func start(ofInstance instance: UInt64) -> [Double] {
    var random = RandomSource(seed: instance, purpose: .instance)
    return instanceBox.ranges.map {
      $0.lowerBound + ($0.upperBound - $0.lowerBound) * random.uniform()
    }
  }

  /// The part of space that starts are drawn from.
  var instanceBox: Box {
    if let domain { return domain }
    if let viewport, dimension == 2 { return Box([viewport.x, viewport.y]) }
    let start = starts.first ?? Array(repeating: 1, count: dimension)
    func reach(_ minimum: [Double]) -> Double {
      zip(start, minimum).map { ($0 - $1).magnitude }.max() ?? 0
    }
    let nearest = minima.min { reach($0) < reach($1) }
    let size = nearest.map(reach) ?? start.map(\.magnitude).max() ?? 0
    let half = size > 0 && size.isFinite ? size : 1
    return Box((nearest ?? start).map { $0 - half...$0 + half })
  }
}
