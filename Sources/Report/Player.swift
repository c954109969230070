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
      /// What was spent, coordinates and losses, row by row.
      public var costs: [Double]
      public var x: [Double]
      public var y: [Double]
      public var losses: [Double]
    }

    public var problem: String
    /// What is shown, of how many.
    public var remark: String
    /// What all paths are held side by side by: "gradients", or "evaluations" where some ask for none.
    public var unit: String
    public var viewport: Viewport
    /// Contour lines, each a sequence of points.
    public var contours: [[(x: Double, y: Double)]]
    /// Shades 0 (low) to 100, row by row from below.
    public var shades: (width: Int, values: [UInt8])
    public var minima: [(x: Double, y: Double)]
    /// What losses are drawn above.
    public var floor: Double
    public var paths: [Path]

    /// The most paths of a player.
    public static let mostPaths = 12
    /// The most rows of a path.
    static let mostRows = 800

    /// The player of runs on one surface from one start; nil where nothing can be played.
    ///
    /// - Parameters:
    ///   - runs: with their paths; of each label, the one with the lowest seed is shown.
    ///   - place: where they start, in words; it stands before what is said of seeds.
    ///   - colors: those of the figures.
    public init?(
      _ runs: [TracedRun], on surface: any Surface, problem: String, from place: String = "",
      colors: OptimizerColors
    ) {
      let all = runs.firstSeeds.filter { $0.trajectory.dimension == 2 && $0.finiteRows > 1 }
      guard surface.dimension == 2, !all.isEmpty else { return nil }
      let shown = Self.chosen(all)
      self.problem = problem
      let seeds = Set(runs.map(\.spec.seed))
      var remarks = place.isEmpty ? [] : [place]
      if let first = seeds.min(), seeds.count > 1 {
        remarks.append("seed \(first), the lowest of \(seeds.count)")
      }
      if shown.count < all.count {
        remarks.append(
          "\(shown.count) of \(all.count): the best of each optimizer, then the next best")
      }
      remark = remarks.joined(separator: "; ")
      // Who asks for no gradient would stand still.
      let hasGradients = shown.allSatisfy {
        $0.trajectory.counts($0.trajectory.count - 1).gradients > 0
      }
      unit = hasGradients ? "gradients" : "evaluations"
      let viewport = surface.viewport ?? Viewport(of: surface, with: shown)
      self.viewport = viewport
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
        let path = run.trajectory
        let rows = Self.rows(of: run, in: viewport)
        return Path(
          name: run.shownLabel, color: colors[run].color, diverged: run.diverged,
          costs: rows.map {
            let counts = path.counts($0)
            return Double(hasGradients ? counts.gradients : counts.evaluations(dimension: 2))
          },
          x: rows.map { run.place($0).x }, y: rows.map { run.place($0).y },
          losses: rows.map { path.losses[$0] })
      }
    }

    /// Of more runs than a player holds, the best of each optimizer, then the next best, in their order.
    static func chosen(_ runs: [TracedRun]) -> [TracedRun] {
      guard runs.count > mostPaths else { return runs }
      func height(_ place: Int) -> Double {
        let run = runs[place]
        return run.diverged || !run.finalLoss.isFinite ? .infinity : run.finalLoss
      }
      let order = runs.indices.sorted { (height($0), $0) < (height($1), $1) }
      var seen: Set<String> = []
      let best = order.filter { seen.insert(runs[$0].spec.optimizer.name).inserted }
      let rest = order.filter { !best.contains($0) }
      return (best + rest).prefix(mostPaths).sorted().map { runs[$0] }
    }

    /// The rows that are kept: what the slider can stop at, and what it takes for the path to look the same.
    private static func rows(of run: TracedRun, in viewport: Viewport) -> [Int] {
      let count = run.finiteRows
      let path = run.trajectory.points
      let corners = Thinning.keptIndices(
        x: (0..<count).map { path[2 * $0] }, y: (0..<count).map { path[2 * $0 + 1] },
        viewport: viewport, tolerance: 0.002)
      let stops = rows(count, most: mostRows / 2)
      let turns = rows(corners.count, most: mostRows / 2).map { corners[$0] }
      return Set(stops + turns).sorted()
    }

    /// Of so many rows at most so many: the first ones all, later ones ever more sparsely, the last.
    static func rows(_ count: Int, most: Int = mostRows) -> [Int] {
      guard count > most else { return Array(0..<count) }
      var rows: [Int] = []
      for place in 0..<most {
        let share = Double(place) / Double(most - 1)
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
        + "\"diverged\":\(path.diverged),\"costs\":\(numbers(path.costs, digits: 9)),"
        + "\"x\":\(numbers(path.x)),\"y\":\(numbers(path.y)),\"losses\":\(numbers(path.losses))}"
    }
    let shade = shades.values.map { String($0) }.joined(separator: ",")
    return
      "{\"unit\":\(HTML.json(unit)),\"x\":\(numbers([viewport.x.lowerBound, viewport.x.upperBound], digits: 9)),"
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
