// Measures the paths of runs on one surface.

import OptimizerKit

/// What a surface's paths are measured with: frames at its minima, the loss at its saddle, theory's
/// eigenvalues. They are worked out once, however many paths there are.
public final class PathRuler {
  private let surface: any Surface
  /// By the index of the minimum that a path ends at; 0 where there is none.
  private var frames: [Int: PathFrame] = [:]
  private lazy var saddleLoss: Double? = surface.saddle.flatMap {
    $0.count == surface.dimension ? surface.loss(at: $0) : nil
  }
  private lazy var eigenvalues = LinearIteration.eigenvalues(of: surface)

  public init(_ surface: any Surface) { self.surface = surface }

  /// The measures of a path, and the rate that theory gives its optimizer.
  ///
  /// - Parameters:
  ///   - trajectory: the run, at best every step of it: zig-zag needs neighbours.
  ///   - optimizer: what made it; nil where its hyperparameters followed schedules.
  public func measures(of trajectory: Trajectory, by optimizer: (any Optimizer)?) -> RunMeasures {
    let rows = trajectory.count
    let isKept = trajectory.dimension == surface.dimension && rows > 0
    let shape = PathShape.measure(
      trajectory,
      frame: isKept ? frame(endingAt: lastFinitePoint(trajectory)) : nil, directions: nil,
      minimumLoss: surface.minimumLoss, saddleLoss: saddleLoss)
    var measures = RunMeasures()
    measures.zigZag = shape.zigZag
    measures.turns = shape.turns.map(Double.init)
    measures.meanCosine = shape.meanCosine
    if let minimum = surface.minimumLoss {
      measures.evaluationsTo = Rows(trajectory).evaluations(
        above: minimum, dimension: surface.dimension)
      measures.steepOvershoot = shape.steepOvershoot?.percent
      measures.flatOvershoot = shape.flatOvershoot?.percent
    }
    measures.settlingStep = shape.settlingStep.map(Double.init)
    measures.pathLength = shape.pathLength
    measures.pathEfficiency = shape.pathEfficiency
    measures.rate = shape.rate?.distanceRate
    measures.escapeStep = shape.escapeStep.map(Double.init)
    if let optimizer, let eigenvalues {
      measures.theoreticalRate = LinearIteration.rate(
        of: optimizer, learningRate: optimizer.baseLearningRate, eigenvalues: eigenvalues)
    }
    return measures
  }

  private func lastFinitePoint(_ trajectory: Trajectory) -> [Double]? {
    let count = Rows(trajectory).count
    return count > 0 ? Array(trajectory.point(count - 1)) : nil
  }

  /// The frame of paths that end at `end`: through the nearest minimum.
  private func frame(endingAt end: [Double]?) -> PathFrame {
    let end = end ?? surface.starts.first
    let minima = surface.minima
    let nearest =
      end.flatMap { end in
        minima.indices.min { squaredDistance(minima[$0], end) < squaredDistance(minima[$1], end) }
      } ?? 0
    if let known = frames[nearest] { return known }
    let frame = PathFrame(for: surface, endingAt: end)
    frames[nearest] = frame
    return frame
  }
}
