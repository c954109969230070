// The map of a surface: which part of the plane, shades and contour lines.

import OptimizerKit

extension Viewport {
  /// The part of the plane to show: what the problem asks for, stretched by at most half on each side
  /// to where the paths go.
  public init(of surface: any Surface, with runs: [TracedRun]) {
    let staying = runs.filter { !$0.diverged }
    let points = (staying.isEmpty ? runs : staying).flatMap(\.places)
    func range(
      _ base: ClosedRange<Double>?, _ values: [Double], _ marks: [Double]
    ) -> ClosedRange<Double> {
      if let base {
        let span = base.upperBound - base.lowerBound
        let reach = values.filter {
          $0 > base.lowerBound - span / 2 && $0 < base.upperBound + span / 2
        }
        let low = reach.min() ?? base.lowerBound
        let high = reach.max() ?? base.upperBound
        return
          (low < base.lowerBound ? low - span * 0.04 : base.lowerBound)...(high
          > base.upperBound ? high + span * 0.04 : base.upperBound)
      }
      // Without one: around start and marks, and as far as the middle of the paths.
      let sorted = values.sorted()
      var all = marks
      if !sorted.isEmpty {
        all += [sorted[sorted.count / 50], sorted[sorted.count - 1 - sorted.count / 50]]
      }
      all = all.filter { abs($0) < 1e12 }
      let low = all.min() ?? -1
      let high = all.max() ?? 1
      let room = max((high - low) * 0.15, 1e-6 * max(abs(low), abs(high), 1e-6))
      return (low - room)...(high + room)
    }
    let marks = surface.minima + [surface.saddle].compactMap { $0 } + runs.compactMap(\.spec.start)
    let fitting = marks.filter { $0.count == 2 && $0.allSatisfy(\.isFinite) }
    self.init(
      x: range(surface.viewport?.x, points.map(\.x), fitting.map { $0[0] }),
      y: range(surface.viewport?.y, points.map(\.y), fitting.map { $0[1] }))
  }
}

extension Panel {
  /// Draws the contour map of a surface of two coordinates; returns notes for the caption.
  ///
  /// - Parameter prefix: what the names of its data begin with, where a picture has several maps.
  public mutating func addMap(of surface: any Surface, prefix: String = "") -> [String] {
    addMap(
      Landscape(surface, viewport: Viewport(x: x.range, y: y.range)), prefix: prefix)
  }

  /// Draws a map that was evaluated before; returns notes for the caption.
  public mutating func addMap(_ landscape: Landscape, prefix: String = "") -> [String] {
    commands += [Landscape.palette, "set cbrange [0:100]", "unset colorbox"]
    curves.append(Curve(landscape.shades(prefix + "map"), .image, omittedInTerminal: true))
    curves.append(
      Curve(
        landscape.contours(prefix + "contours"), .line(Ink.contour, width: 0.7),
        omittedInTerminal: true))
    guard let first = landscape.levels.first, let last = landscape.levels.last else { return [] }
    return [
      "contour lines at \(landscape.levels.count) losses from \(Text.readable(first)) to "
        + "\(Text.readable(last)), "
        + (landscape.isLog
          ? "evenly in the logarithm above \(Text.readable(landscape.floor))" : "evenly")
    ]
  }
}
