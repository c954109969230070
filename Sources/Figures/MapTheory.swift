// What theory says of a map: where the rule is stable, and where it is fastest.

import Analysis
import OptimizerKit

/// The edge of stability and the best rate of a linear rule on quadratics, over the plane of a map.
///
/// ρ, the spectral radius of the rule's iteration over the spectrum of the problem
/// (`LinearIteration.rate`), is worked out on a grid over the plane. The edge is where ρ = 1, found by
/// bisection between neighbours on the grid: to a hundred-thousandth of the axis.
public struct MapTheory: Sendable {
  /// The lines of the edge, in shares of the axes.
  public let edge: [[(x: Double, y: Double)]]
  /// Where ρ is least, in shares of the axes, and how much that is.
  public let best: (x: Double, y: Double, rate: Double)?

  /// The most points of the grid along an axis.
  private static let points = 64

  /// - Returns: nil where there is no theory: schedules, rules that are not linear, problems that are no
  ///   quadratics, and planes of starts alone.
  public init?(_ map: MapSpec, of input: FigureInput) {
    let plane = Plane(map, input)
    guard map.axes.contains(where: { !$0.place.isStart }),
      map.base.optimizer.terms.allSatisfy(\.schedules.isEmpty),
      plane.rate(0, 0) != nil
    else { return nil }
    let xs = Self.grid(map.x.count)
    let ys = Self.grid(map.height)
    var rates: [Double] = []
    for y in ys { for x in xs { rates.append(plane.rate(x, y) ?? .nan) } }
    guard rates.allSatisfy(\.isFinite) else { return nil }
    func share(_ place: Double, _ count: Int) -> Double { (place + 0.5) / Double(count) }
    // A row is drawn as a band: its theory is the same at all heights.
    let isRow = map.height == 1
    let lines = marchingSquares(isRow ? rates + rates : rates, width: xs.count, level: 1)
    func value(_ grid: [Double], _ at: Double) -> Double {
      let below = min(max(Int(at), 0), grid.count - 2)
      return grid.count < 2
        ? grid[0] : grid[below] + (at - Double(below)) * (grid[below + 1] - grid[below])
    }
    func rate(_ x: Double, _ y: Double) -> Double {
      plane.rate(value(xs, x), isRow ? 0 : value(ys, y)) ?? .nan
    }
    edge = lines.map { line in
      line.map { point in
        let exact = Self.crossing(near: point, isRow: isRow, rate)
        return (
          share(value(xs, exact.x), map.width),
          isRow ? exact.y : share(value(ys, exact.y), map.height)
        )
      }
    }
    let least = rates.indices.min { rates[$0] < rates[$1] } ?? 0
    let nearest = (
      x: Double(least % xs.count), y: Double(least / xs.count), rate: rates[least]
    )
    let found = Self.least(from: nearest, within: (xs.count, isRow ? 1 : ys.count), rate)
    best =
      found.rate < 1
      ? (
        share(value(xs, found.x), map.width), isRow ? 0.5 : share(value(ys, found.y), map.height),
        found.rate
      ) : nil
  }

  /// The least ρ near a point of the grid, by steps that are halved where none of the eight leads down.
  private static func least(
    from start: (x: Double, y: Double, rate: Double), within size: (x: Int, y: Int),
    _ rate: (Double, Double) -> Double
  ) -> (x: Double, y: Double, rate: Double) {
    var best = start
    var step = 0.5
    while step > 0.01 {
      let here = best
      for (dx, dy) in [(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1)] {
        let x = min(max(here.x + step * Double(dx), 0), Double(size.x - 1))
        let y = min(max(here.y + step * Double(dy), 0), Double(size.y - 1))
        let rate = rate(x, y)
        if rate < best.rate { best = (x, y, rate) }
      }
      if best.rate == here.rate { step /= 2 }
    }
    return best
  }

  /// Where ρ = 1 on the side of a square of the grid that a point lies on, in units of the grid.
  private static func crossing(
    near point: (x: Double, y: Double), isRow: Bool, _ rate: (Double, Double) -> Double
  ) -> (x: Double, y: Double) {
    let liesAcross = point.y == point.y.rounded()
    if isRow, !liesAcross { return point }
    let along = liesAcross ? point.x : point.y
    func at(_ t: Double) -> (x: Double, y: Double) { liesAcross ? (t, point.y) : (point.x, t) }
    var (low, high) = (along.rounded(.down), along.rounded(.up))
    let isStableBelow = rate(at(low).x, at(low).y) < 1
    for _ in 0..<10 where high > low {
      let middle = (low + high) / 2
      if (rate(at(middle).x, at(middle).y) < 1) == isStableBelow {
        low = middle
      } else {
        high = middle
      }
    }
    return at((low + high) / 2)
  }

  /// Places along an axis, in cells.
  private static func grid(_ count: Int) -> [Double] {
    let points = min(count, Self.points)
    guard points > 1 else { return [0] }
    return (0..<points).map { Double($0) * Double(count - 1) / Double(points - 1) }
  }

  /// The plane of a map, of which the points between cells are settings too.
  private final class Plane {
    let map: MapSpec
    let input: FigureInput
    /// The axes of the map: their texts are read once.
    private let axes: [Axis]
    private var spectra: [PluginSpec: [Double]?] = [:]

    init(_ map: MapSpec, _ input: FigureInput) {
      self.map = map
      self.input = input
      axes = map.axes.map(\.axis)
    }

    /// ρ at a place given in cells; nil where there is none.
    func rate(_ x: Double, _ y: Double) -> Double? {
      let run = MapSpec(
        base: map.base, x: axis(map.x, axes[0], at: x),
        y: map.y.map { axis($0, axes[1], at: y) }
      ).cell(0)
      guard let optimizer = input.optimizer(run.optimizer),
        let eigenvalues = eigenvalues(run.problem)
      else { return nil }
      return LinearIteration.rate(
        of: optimizer, learningRate: optimizer.baseLearningRate, eigenvalues: eigenvalues)
    }

    /// An axis with one value: that at a place between two cells.
    private func axis(_ axis: MapAxis, _ scale: Axis, at place: Double) -> MapAxis {
      let nearest = min(Int(place.rounded()), axis.count - 1)
      let isBetween = abs(place - place.rounded()) > 1e-9
      let text =
        isBetween
        ? shortest(scale.value(at: (place + 0.5) / Double(axis.count))) : axis.values[nearest]
      return MapAxis(
        place: axis.place, name: axis.name, values: [text], isLogarithmic: axis.isLogarithmic)
    }

    private func eigenvalues(_ problem: PluginSpec) -> [Double]? {
      if let known = spectra[problem] { return known }
      let eigenvalues = input.surface(problem).flatMap(LinearIteration.eigenvalues)
      spectra[problem] = eigenvalues
      return eigenvalues
    }
  }
}
