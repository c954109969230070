// A map in parts: what waits, what is done, and what no worker survived.

import OptimizerKit
import Synchronization

/// The parts of a map, shared out among workers.
final class MapWork: Sendable {
  private struct State {
    var waiting: [Range<Int>]
    var cells: MapCells
    var done = 0
    var lostWorkers = 0
    var reasons: [String] = []
  }
  private let state: Mutex<State>
  private let order: MapOrder
  let map: MapSpec

  /// Into about how many parts a map is cut.
  private static let parts = 64
  /// How many workers may be lost until the map is given up: enough to find a few cells that end them.
  private static let mostLostWorkers = 64

  init(_ map: MapSpec) {
    self.map = map
    order = MapOrder(map)
    let line = order.axis.count
    let lines = map.count / line
    // Whole lines, as long as there are enough of them.
    let size =
      lines >= Self.parts / 4
      ? line * max(1, lines / Self.parts) : max(1, map.count / Self.parts)
    state = Mutex(
      State(
        waiting: stride(from: 0, to: map.count, by: size).map {
          $0..<min($0 + size, map.count)
        }.reversed(), cells: MapCells(count: map.count)))
  }

  var cells: MapCells { state.withLock { $0.cells } }
  /// Why cells ended their workers, each reason once.
  var reasons: [String] { state.withLock { $0.reasons } }
  /// How many workers there is work for.
  var partsLeft: Int { state.withLock { $0.waiting.count } }

  func next() -> Range<Int>? { state.withLock { $0.waiting.popLast() } }

  /// Takes in the cells of a part; returns how many are done.
  func finish(_ part: Range<Int>, _ cells: MapCells) throws -> Int {
    guard cells.count == part.count else {
      throw MalformedData(description: "the cells of another part")
    }
    return state.withLock { state in
      for (offset, place) in part.enumerated() {
        state.cells[order.cell(place)] = cells[offset]
      }
      state.done += part.count
      return state.done
    }
  }

  /// Takes back a part whose worker died: in halves, until one cell is left, whose fault it is.
  func lose(_ part: Range<Int>, _ status: RunStatus, _ reason: String) throws(MapError) {
    let isGivenUp = state.withLock { state in
      state.lostWorkers += 1
      if part.count == 1 {
        state.cells.statuses[order.cell(part.lowerBound)] = status
        state.done += 1
        if !state.reasons.contains(reason) { state.reasons.append(reason) }
      } else {
        let middle = (part.lowerBound + part.upperBound) / 2
        state.waiting += [middle..<part.upperBound, part.lowerBound..<middle]
      }
      return state.lostWorkers > Self.mostLostWorkers
    }
    guard !isGivenUp else {
      throw MapError(
        description: "the map is given up after \(Self.mostLostWorkers) lost workers, the last of "
          + "them: \(reason)")
    }
  }
}
