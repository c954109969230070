// How what a map shows comes together.

import OptimizerKit

/// Numbers and classes of cells, as they come together.
struct MapViewBuilder {
  var numbers: [Double]
  private var places: [Int8]
  private var classes: [MapShades.Class] = []

  /// The colours of minima: those of Okabe and Ito 2008, which colour-blind eyes tell apart.
  private static let minimumColors = [
    "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00",
  ]

  init(count: Int) {
    numbers = Array(repeating: .nan, count: count)
    places = Array(repeating: -1, count: count)
  }

  mutating func fill(_ number: (Int) -> Double?) {
    for index in numbers.indices { numbers[index] = number(index) ?? .nan }
  }

  /// The largest number of each cell and the eight around it; infinite where one of them has none.
  func worstOfNeighbours(width: Int) -> [Double] {
    let filled = numbers.map { $0.isFinite ? $0 : .infinity }
    /// The largest of each number and those `step` before and behind it, in parts of `length`.
    func worst(_ values: [Double], _ step: Int, _ length: Int) -> [Double] {
      var worst = values
      for start in stride(from: 0, to: values.count, by: length) {
        for index in start..<min(start + length - step, values.count - step) {
          worst[index] = max(worst[index], values[index + step])
          worst[index + step] = max(worst[index + step], values[index])
        }
      }
      return worst
    }
    return worst(worst(filled, 1, max(width, 1)), width, max(filled.count, 1))
  }

  /// The best cell of each column, that in the middle of those that are so alike.
  func ridge(width: Int) -> [Int] {
    let height = numbers.count / max(width, 1)
    return (0..<width).compactMap { column in
      func number(_ row: Int) -> Double {
        let number = numbers[row * width + column]
        return number.isFinite ? number : .infinity
      }
      let worst = (0..<height).map { row in
        max(number(max(row - 1, 0)), number(row), number(min(row + 1, height - 1)))
      }
      guard let least = worst.min(), least.isFinite else { return nil }
      let alike = worst.indices.filter { worst[$0] == least }
      return alike[alike.count / 2] * width + column
    }
  }

  /// Numbers below a floor are drawn at it.
  mutating func raise(to floor: Double) {
    for index in numbers.indices where numbers[index] < floor { numbers[index] = floor }
  }

  /// A class for each minimum, those beyond the sixth together.
  mutating func addMinima(_ cells: MapCells, _ minima: [[Double]]) {
    let own = Self.minimumColors.count
    var counts = [Int](repeating: 0, count: min(minima.count, own + 1))
    for (index, minimum) in cells.minima.enumerated() where minimum != MapCells.noMinimum {
      let place = min(Int(minimum), own)
      guard place < counts.count else { continue }
      places[index] = Int8(place)
      counts[place] += 1
    }
    for (place, count) in counts.enumerated() {
      let point = minima[place].map { Text.readable($0) }.joined(separator: ", ")
      classes.append(
        MapShades.Class(
          name: place < own ? "(\(point))".replacing(" ", with: "\u{A0}") : "another one",
          color: place < own ? Self.minimumColors[place] : "#5b4b8a",
          character: Array("abcdefz")[place], count: count))
    }
  }

  /// Classes for the cells that have neither a number nor a class.
  mutating func classify(_ cells: MapCells, otherwise: String) {
    var unreached: [Int] = []
    var diverged: [Int] = []
    var failed: [Int] = []
    for index in places.indices where places[index] < 0 && !numbers[index].isFinite {
      switch cells.statuses[index] {
      case .completed, .reachedTarget: unreached.append(index)
      case .diverged: diverged.append(index)
      case .crashed, .timedOut, .interrupted: failed.append(index)
      }
    }
    let found: [(name: String, color: String, character: Character, members: [Int])] = [
      (otherwise, MapShades.unreached, "·", unreached),
      ("diverged", MapShades.diverged, " ", diverged), ("failed", MapShades.failed, "!", failed),
    ]
    for (name, color, character, members) in found where !members.isEmpty {
      for index in members { places[index] = Int8(classes.count) }
      classes.append(
        MapShades.Class(name: name, color: color, character: character, count: members.count))
    }
  }

  /// The number below which a share of all numbers lies, told by evenly spaced ones; nil where there is
  /// none.
  func quantile(_ share: Double) -> Double? {
    let step = max(1, numbers.count / 65_536)
    let some = stride(from: 0, to: numbers.count, by: step).map { numbers[$0] }
      .filter(\.isFinite).sorted()
    return some.isEmpty
      ? numbers.lazy.filter(\.isFinite).max() : some[Int(share * Double(some.count - 1))]
  }

  /// On a scale from the best cell's number on: lower ones are as bright as the best.
  func shades(
    _ meaning: String, from best: Double?, to largest: Double?, width: Int
  ) -> MapShades {
    var scale: Axis?
    if let best, let largest {
      let isLog = best > 0 && largest / best > 8
      scale = Axis(meaning, best...max(largest, best), isLog: isLog, marks: 6)
    }
    return MapShades(
      numbers: numbers, places: places, classes: classes, scale: scale, width: width)
  }
}
