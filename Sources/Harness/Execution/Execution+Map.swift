// Doing the cells of a map.

import Analysis
import OptimizerKit

extension PluginCatalogue {
  /// Does a part of a map on a surface: as lanes where the cells can be, one by one where not, with the
  /// same numbers.
  ///
  /// - Parameters:
  ///   - part: places in the order of the map's cells.
  ///   - context: the context of runs that are done together or alone, made when they begin.
  /// - Returns: the cells of the part, in that order.
  func executeMap(
    _ map: MapSpec, part: Range<Int>, context: () -> ExecutionContext
  ) throws -> MapCells {
    let order = MapOrder(map)
    var cells = MapCells(count: part.count)
    var line: MapLine?
    for piece in order.pieces(of: part, most: MapLanes.mostLanes) {
      let first = map.cell(order.firstOfLine(piece.lowerBound))
      if line?.base != first { line = try MapLine(first, order, catalogue: self) }
      var begin = piece.lowerBound
      while begin < piece.upperBound {
        let lanes = line?.lanes ?? 1
        let block = begin..<min(begin + lanes, piece.upperBound)
        let together = lanes > 1 ? line?.run(block, order, context: context()) : nil
        for (offset, place) in block.enumerated() {
          cells[place - part.lowerBound] =
            together?[offset] ?? cell(map.cell(order.cell(place)), context: context())
        }
        begin = block.upperBound
      }
    }
    return cells
  }

  /// Does the run of one cell. What is refused, or gives up, is a cell that crashed.
  private func cell(_ spec: RunSpec, context: ExecutionContext) -> MapCells.Cell {
    var cell = MapCells.Cell()
    // The last row is wanted, for the point where the run ends.
    let recording = Recording(every: max(spec.budget.mostSteps ?? 1, 1))
    guard let result = try? execute(spec, recording: recording, context: context) else {
      return cell
    }
    let outcome = result.outcome
    cell.status = outcome.status
    cell.steps = Int32(clamping: outcome.steps)
    cell.gradients = Int32(clamping: outcome.counts.gradients)
    cell.finalLoss = outcome.finalLoss
    cell.escape = outcome.measures.escapeStep.map { Int32($0) } ?? -1
    let path = result.trajectory
    if outcome.status != .diverged, path.count > 0,
      let surface = try? problem(spec.problem) as? any Surface,
      path.dimension == surface.dimension, let basins = Basins(surface)
    {
      cell.minimum = basins.minimum(at: path.point(path.count - 1))
    }
    return cell
  }
}
