// The runs on a surface of two coordinates, as the page plays them.

import Analysis
import Figures
import OptimizerKit

extension Report {
  /// What the player of a problem shows: a map with contours, and the paths of runs over what they cost.
  public struct Player: Sendable {
    /// The path of a run.
    public struct Path: Sendable {
      public var name: String
      public var color: String
      /// Whether it diverged.
      public var diverged: Bool
      /// Gradients, coordinates and losses, row by row.
      public var gradients: [Double]
      public var x: [Double]
      public var y: [Double]
      public var losses: [Double]
    }

    public var problem: String
    /// What is shown of how many.
    public var remark: String
    public var viewport: Viewport
    /// Contour lines, each a sequence of points.
    public var contours: [[(x: Double, y: Double)]]
    /// Shades 0 (low) to 100, row by row from below.
    public var shades: (width: Int, values: [UInt8])
    public var minima: [(x: Double, y: Double)]
    /// What losses are drawn above.
    public var floor: Double
    public var paths: [Path]

    /// The most rows that are kept of a path.
    static let mostRows = 400

    /// The player of runs on one surface from one start; nil where nothing can be played.
    ///
    /// - Parameters:
    ///   - runs: with their paths; of each label, the one with the lowest seed is shown.
    ///   - colors: those of the figures.
    public init?(
      _ runs: [TracedRun], on surface: any Surface, problem: String, colors: OptimizerColors
    ) {
      let shown = runs.firstSeeds.filter { $0.trajectory.dimension == 2 && $0.finiteRows > 1 }
      guard surface.dimension == 2, !shown.isEmpty else { return nil }
      self.problem = problem
      let count = Set(runs.map(\.spec.seed)).count
      remark = count > 1 ? "the lowest of \(count) seeds of each" : ""
      viewport = surface.viewport ?? Viewport(of: surface, with: shown)
      let landscape = Landscape(surface, viewport: viewport)
      floor = surface.minimumLoss ?? landscape.floor
      minima = surface.minima.filter { $0.count == 2 }.map { ($0[0], $0[1]) }
      shades = (0, [])
      if case .shades(let width, _, _, let values) = landscape.shades("map").content {
        shades = (width, values)
      }
      contours = []
      if case .table(_, let values) = landscape.contours("contours").content {
        var line: [(x: Double, y: Double)] = []
        for start in stride(from: 0, to: values.count - 1, by: 2) {
          if values[start].isFinite {
            line.append((values[start], values[start + 1]))
          } else {
            if line.count > 1 { contours.append(line) }
            line = []
          }
        }
      }
      paths = shown.map { run in
        let rows = Self.rows(run.finiteRows)
        let path = run.trajectory
        return Path(
          name: run.shownLabel, color: colors[run].color, diverged: run.diverged,
          gradients: rows.map { Double(path.counts($0).gradients) },
          x: rows.map { path.point($0)[path.point($0).startIndex] },
          y: rows.map { path.point($0)[path.point($0).startIndex + 1] },
          losses: rows.map { path.losses[$0] })
      }
    }

    /// Of so many rows those that are kept: the first ones all, later ones ever more sparsely, the last.
    static func rows(_ count: Int) -> [Int] {
      guard count > mostRows else { return Array(0..<count) }
      var rows: [Int] = []
      for place in 0..<mostRows {
        let share = Double(place) / Double(mostRows - 1)
        let row = Int((share * share * Double(count - 1)).rounded())
        rows.append(max(row, (rows.last ?? -1) + 1))
      }
      return rows.filter { $0 < count - 1 } + [count - 1]
    }
  }
}

extension Report.Player {
  /// As the script reads it.
  var json: String {
    func numbers(_ values: [Double], digits: Int = 5) -> String {
      "[" + values.map { Self.number($0, digits) }.joined(separator: ",") + "]"
    }
    func points(_ values: [(x: Double, y: Double)]) -> String {
      numbers(values.flatMap { [$0.x, $0.y] }, digits: 4)
    }
    let lines = paths.map { path in
      "{\"name\":\(HTML.json(path.name)),\"color\":\(HTML.json(path.color)),"
        + "\"diverged\":\(path.diverged),\"gradients\":\(numbers(path.gradients, digits: 9)),"
        + "\"x\":\(numbers(path.x)),\"y\":\(numbers(path.y)),\"losses\":\(numbers(path.losses))}"
    }
    let shade = shades.values.map { String($0) }.joined(separator: ",")
    return "{\"x\":\(numbers([viewport.x.lowerBound, viewport.x.upperBound], digits: 9)),"
      + "\"y\":\(numbers([viewport.y.lowerBound, viewport.y.upperBound], digits: 9)),"
      + "\"floor\":\(Self.number(floor, 9)),\"minima\":\(points(minima)),"
      + "\"width\":\(shades.width),\"shades\":[\(shade)],"
      + "\"contours\":[\(contours.map(points).joined(separator: ","))],"
      + "\"paths\":[\(lines.joined(separator: ","))]}"
  }

  private static func number(_ value: Double, _ digits: Int) -> String {
    value.isFinite ? Text.decimal(value, digits: digits) : "null"
  }
}
