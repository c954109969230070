// Which minimum a run has ended at.

import OptimizerKit

/// The neighbourhoods of a surface's minima: balls around them that do not touch.
public struct Basins: Sendable {
  private let minima: [[Double]]
  /// The square of a ball's radius.
  private let squaredRadius: Double

  /// The share of the smallest distance between two minima (of that from the start to the only one) that
  /// is the radius of the balls.
  public static let share = 0.05

  /// - Returns: nil for a surface without a known minimum, or with 255 of them and more.
  public init?(_ surface: any Surface) {
    let minima = surface.minima.filter { $0.count == surface.dimension }
    guard !minima.isEmpty, minima.count < MapCells.noMinimum else { return nil }
    var least = Double.infinity
    for (i, a) in minima.enumerated() {
      for b in minima[..<i] { least = min(least, Self.squaredDistance(a, b)) }
    }
    if minima.count == 1 {
      let start = surface.starts.first { $0.count == surface.dimension }
      least = start.map { Self.squaredDistance($0, minima[0]) } ?? 1
    }
    self.minima = minima
    squaredRadius = Self.share * Self.share * least
  }

  /// The index of the minimum whose ball a point lies in; `MapCells.noMinimum` where it lies in none.
  public func minimum(at point: some RandomAccessCollection<Double>) -> UInt8 {
    let place = minima.firstIndex { Self.squaredDistance($0, point) <= squaredRadius }
    return place.map(UInt8.init) ?? MapCells.noMinimum
  }

  private static func squaredDistance(
    _ a: [Double], _ b: some RandomAccessCollection<Double>
  ) -> Double {
    zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }
}
