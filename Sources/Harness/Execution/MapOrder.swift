// In which order the cells of a map are done.

import OptimizerKit

/// The order in which a map's cells are done: line by line, along the axis on which neighbours can best be
/// done side by side. Any part of it is work that can be given away.
struct MapOrder {
  let map: MapSpec
  /// Whether lines run upwards.
  let isUpright: Bool
  /// Along which axis lines run.
  let axis: MapAxis
  /// The values along a line.
  let numbers: [Double]

  init(_ map: MapSpec) {
    self.map = map
    isUpright = map.y.map { Self.merit($0, map) > Self.merit(map.x, map) } ?? false
    axis = isUpright ? map.y ?? map.x : map.x
    numbers = axis.numbers
  }

  /// Runs that differ in start or learning rate share a rule, other runs only the surface, and those on
  /// different surfaces nothing.
  private static func merit(_ axis: MapAxis, _ map: MapSpec) -> Int {
    switch axis.place {
    case .start: 3
    case .optimizer: isLearningRate(axis, map) ? 2 : 1
    case .problem: 0
    }
  }

  /// Whether an axis is the learning rate that the rule itself is handed at each step.
  static func isLearningRate(_ axis: MapAxis, _ map: MapSpec) -> Bool {
    axis.place == .optimizer(level: 0) && axis.name == "lr" && map.base.optimizer.wrapped.isEmpty
  }

  /// The index of the cell that is the `place`-th in this order.
  func cell(_ place: Int) -> Int {
    guard isUpright else { return place }
    let (line, offset) = place.quotientAndRemainder(dividingBy: map.height)
    return offset * map.width + line
  }

  /// The index of the cell that begins the line of the `place`-th.
  func firstOfLine(_ place: Int) -> Int { cell(place - place % axis.count) }

  /// A part of the order, cut at the ends of lines and into pieces of at most `most` cells.
  func pieces(of part: Range<Int>, most: Int) -> [Range<Int>] {
    let length = axis.count
    var pieces: [Range<Int>] = []
    var begin = part.lowerBound
    while begin < part.upperBound {
      let end = min(part.upperBound, (begin / length + 1) * length, begin + most)
      pieces.append(begin..<end)
      begin = end
    }
    return pieces
  }
}
