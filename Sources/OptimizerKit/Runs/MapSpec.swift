// What a map is: a plane of runs that differ in one or two values.

/// A plane of runs: all alike but for what the axes change. Cell i lies at column `i % width` of row
/// `i / width`, the first row being the lowest.
public struct MapSpec: Sendable, Hashable {
  /// The run of the first cell, which has the first value of each axis.
  public let base: RunSpec
  public let x: MapAxis
  /// Nil where only one thing changes: the map is a row.
  public let y: MapAxis?
  /// For each value of a problem's hyperparameter, the start of that problem; none where all cells start
  /// from the same point, or from where an axis says.
  public let starts: [[Double]]

  public init(base: RunSpec, x: MapAxis, y: MapAxis?, starts: [[Double]] = []) {
    self.base = base
    self.x = x
    self.y = y
    self.starts = starts
  }

  public var width: Int { x.count }
  public var height: Int { y?.count ?? 1 }
  public var count: Int { width * height }
  public var axes: [MapAxis] { [x] + (y.map { [$0] } ?? []) }

  /// The run of a cell, the same as if it were asked for alone.
  public func cell(_ index: Int) -> RunSpec {
    var run = base
    set(x, to: index % width, in: &run)
    if let y { set(y, to: index / width, in: &run) }
    return run
  }

  private func set(_ axis: MapAxis, to place: Int, in run: inout RunSpec) {
    let value = axis.values[place]
    switch axis.place {
    case .optimizer(let level):
      run.optimizer.withTerm(at: level) { $0.plugin.set(axis.name, to: value) }
    case .problem:
      run.problem.set(axis.name, to: value)
      if !starts.isEmpty { run.start = starts[place] }
    case .start(let coordinate):
      run.start?[coordinate] = Double(value) ?? .nan
    }
  }
}

extension OptimizerSpec {
  /// Calls `body` with the term so many levels inside.
  fileprivate mutating func withTerm(at level: Int, _ body: (inout OptimizerSpec) -> Void) {
    if level == 0 { body(&self) } else { wrapped[0].withTerm(at: level - 1, body) }
  }
}

extension PluginSpec {
  fileprivate mutating func set(_ name: String, to value: String) {
    guard let index = settings.firstIndex(where: { $0.name == name }) else { return }
    settings[index].value = value
  }
}
