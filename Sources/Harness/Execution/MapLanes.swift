// Cells of a map that are done as lanes: many runs side by side, of which each leaves when it ends.

import Analysis
import OptimizerKit

/// What the cells of a map on one surface have in common, and the loop that does many of them at once.
///
/// A cell ends where the run that it stands for does, at the same step and with the same bits: its loss is
/// looked at after every update. Cells that have ended make no more work once they are a quarter of those
/// in progress.
struct MapLanes {
  let surface: any Surface
  let spec: RunSpec
  let steps: Int
  /// Below it, a run has left the saddle; nil where there is none.
  private let escapeLoss: Double?
  private let basins: Basins?

  /// The most cells side by side: with all that belongs to them, they are to stay in the innermost cache.
  static let mostLanes = 256
  /// The most numbers of points, gradients and states.
  private static let mostNumbers = 1 << 20

  init(_ surface: any Surface, _ spec: RunSpec, steps: Int) {
    self.surface = surface
    self.spec = spec
    self.steps = steps
    escapeLoss = surface.saddle.flatMap {
      $0.count == surface.dimension ? surface.loss(at: $0) - PathShape.escapeDepth : nil
    }
    basins = Basins(surface)
  }

  /// How many cells are best done side by side.
  var lanes: Int { max(1, min(Self.mostLanes, Self.mostNumbers / (8 * surface.dimension))) }

  /// The learning rate of each lane at a step, counted from 0; nil where it is the same at all steps.
  typealias Rates = (_ lane: Int, _ step: Int) -> Double

  /// Does cells to their ends.
  ///
  /// - Parameters:
  ///   - descent: the runs of the cells, at their starts.
  ///   - goesOn: asked now and then whether there is time left.
  /// - Returns: a row for each cell in the order of the lanes; nil where there was no time left.
  func run(
    _ descent: LaneDescent, rates: Rates? = nil, while goesOn: () -> Bool
  ) -> [MapCells.Cell]? {
    var descent = descent
    let count = descent.lanes.count
    var cells = [MapCells.Cell](repeating: .init(), count: count)
    var losses = [Double](repeating: .nan, count: count)
    var earlier = losses
    evaluate(descent, into: &losses)
    let limits = losses.map {
      GapLimits(spec, minimumLoss: surface.minimumLoss, initialLoss: $0)
    }
    let floor = surface.minimumLoss ?? 0
    var highest = limits.map(\.highest)
    var goals = limits.map(\.goal)
    // −1 stands for not yet.
    var escapes = [Double](repeating: -1, count: escapeLoss == nil ? 0 : count)
    var over = 0
    var step = 0
    while true {
      if let escapeLoss { note(step, losses, below: escapeLoss, in: &escapes) }
      let running = going(descent, losses, floor: floor, highest, goals)
      if running + over < descent.lanes.count || step == steps {
        let lanes = descent.lanes
        let ended =
          step == steps
          ? lanes.indices.filter { highest[$0] != -.infinity }
          : ended(descent, losses, floor: floor, highest, goals)
        for k in ended {
          let point = descent.point(k)
          var cell = MapCells.Cell()
          cell.status = status(losses[k], point, limits[lanes[k]]) ?? .completed
          cell.steps = Int32(step)
          cell.gradients = Int32(step)
          cell.finalLoss = losses[k].isFinite ? losses[k] : earlier[k]
          if !escapes.isEmpty { cell.escape = Int32(escapes[k]) }
          if cell.status != .diverged, let basins { cell.minimum = basins.minimum(at: point) }
          cells[lanes[k]] = cell
          // Limits that no loss is within.
          (highest[k], goals[k]) = (-.infinity, .infinity)
          over += 1
        }
        if over == lanes.count { return cells }
        if 4 * over >= lanes.count {
          let kept = lanes.indices.filter { highest[$0] != -.infinity }
          let stays = Set(kept.map { lanes[$0] })
          descent.keep { stays.contains($0) }
          func pick(_ values: [Double]) -> [Double] { kept.map { values[$0] } }
          (losses, earlier) = (pick(losses), pick(earlier))
          (highest, goals) = (pick(highest), pick(goals))
          if !escapes.isEmpty { escapes = pick(escapes) }
          over = 0
        }
      }
      if step % 64 == 63, !goesOn() { return nil }
      swap(&losses, &earlier)
      if let rates {
        let next = descent.lanes.map { rates($0, step) }
        descent.advance(steps: 1, rates: next)
      } else {
        descent.advance(steps: 1)
      }
      step += 1
      evaluate(descent, into: &losses)
    }
  }

  private func evaluate(_ descent: LaneDescent, into losses: inout [Double]) {
    losses.withUnsafeMutableBufferPointer { losses in
      guard let base = losses.baseAddress else { return }
      descent.forEachBlock { first, x, lanes in
        surface.losses(at: x, into: base + first, lanes: lanes)
      }
    }
  }

  /// How many runs go on: those whose gap lies within their limits, and whose numbers are finite.
  private func going(
    _ descent: LaneDescent, _ losses: [Double], floor: Double, _ highest: [Double],
    _ goals: [Double]
  ) -> Int {
    let dimension = surface.dimension
    var running = 0
    losses.withUnsafeBufferPointer { losses in
      highest.withUnsafeBufferPointer { highest in
        goals.withUnsafeBufferPointer { goals in
          descent.forEachBlock { first, x, lanes in
            running += Self.going(
              losses.baseAddress! + first, x, dimension, highest.baseAddress! + first,
              goals.baseAddress! + first, floor: floor, lanes: lanes)
          }
        }
      }
    }
    return running
  }

  /// The same of a block: a loop for the vector registers.
  private static func going(
    _ losses: UnsafePointer<Double>, _ x: UnsafePointer<Double>, _ dimension: Int,
    _ highest: UnsafePointer<Double>, _ goals: UnsafePointer<Double>, floor: Double, lanes: Int
  ) -> Int {
    var running = 0
    if dimension == 2 {
      for k in 0..<lanes {
        // 0 · v is 0 where v is finite, and NaN fails both comparisons.
        let finite = 0 * losses[k] + 0 * x[k] + 0 * x[lanes + k]
        let gap = losses[k] - floor + finite
        running &+= gap <= highest[k] && gap > goals[k] ? 1 : 0
      }
      return running
    }
    for k in 0..<lanes {
      var finite = 0 * losses[k]
      for d in 0..<dimension { finite += 0 * x[d * lanes + k] }
      let gap = losses[k] - floor + finite
      running &+= gap <= highest[k] && gap > goals[k] ? 1 : 0
    }
    return running
  }

  /// Which runs have ended since it was last asked.
  private func ended(
    _ descent: LaneDescent, _ losses: [Double], floor: Double, _ highest: [Double],
    _ goals: [Double]
  ) -> [Int] {
    let dimension = surface.dimension
    var ended: [Int] = []
    descent.forEachBlock { first, x, lanes in
      for k in 0..<lanes where highest[first + k] != -.infinity {
        var finite = 0 * losses[first + k]
        for d in 0..<dimension { finite += 0 * x[d * lanes + k] }
        let gap = losses[first + k] - floor + finite
        if !(gap <= highest[first + k] && gap > goals[first + k]) { ended.append(first + k) }
      }
    }
    return ended
  }

  /// How a run has ended; nil for not yet.
  private func status(_ loss: Double, _ point: [Double], _ limits: GapLimits) -> RunStatus? {
    let gap = loss - limits.floor
    if !loss.isFinite || !point.allSatisfy(\.isFinite) || !(gap <= limits.highest) {
      return .diverged
    }
    return gap <= limits.goal ? .reachedTarget : nil
  }

  /// Notes the first step at which each loss is below a level.
  private func note(
    _ step: Int, _ losses: [Double], below level: Double, in escapes: inout [Double]
  ) {
    let now = Double(step)
    for k in escapes.indices where escapes[k] < 0 && losses[k] < level && losses[k].isFinite {
      escapes[k] = now
    }
  }
}
