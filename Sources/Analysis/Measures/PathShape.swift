// What a picture of a path shows, as numbers.

import OptimizerKit

/// The shape of one path: zig-zag, overshoot, settling, efficiency, rate, escape.
///
/// Every measure is optional: it is nil where the trajectory does not hold what it needs (points
/// that were not kept, fewer than two steps, no known minimum). Rows from the first non-finite one
/// on are left out, except that such a path never settles.
public struct PathShape: Sendable, Equatable {
  /// The passage beyond the minimum along one direction.
  public struct Overshoot: Sendable, Equatable {
    /// The index of the direction in the frame.
    public let direction: Int
    /// The frame's curvature along it.
    public let curvature: Double?
    /// The farthest passage beyond the minimum, in per cent of the initial distance along this
    /// direction; 0 where the minimum is not passed, nil where the path starts level with it.
    public let percent: Double?
    /// The step and the row of that passage; nil where there is none.
    public let step: Int?
    public let row: Int?
    /// How often the path goes from one side of the minimum to the other.
    public let crossings: Int
  }

  /// The frame that directions refer to; nil where points were not kept.
  public let frame: PathFrame?
  /// The largest number of steps between two rows; zig-zag needs 1.
  public let stride: Int
  /// The share of steps whose steep component has the other sign than that of the step before, in
  /// 0...1. Steps whose steep component is zero or of the size of rounding are left out.
  public let zigZag: Double?
  /// On how many pairs of steps that share rests; the share is nil where they are fewer than
  /// `fewestTurns`.
  public let turns: Int?
  /// The mean cosine between successive steps: 1 straight on, −1 there and back.
  public let meanCosine: Double?
  /// One for each measured direction, in the order of the frame.
  public let overshoots: [Overshoot]
  /// The step after which the distance stays below the settling fraction of the initial one.
  public let settlingStep: Int?
  /// The sum of the distances between rows.
  public let pathLength: Double?
  /// The straight distance from start to end over the path's length, in 0...1; where rows were
  /// left out, an upper bound.
  public let pathEfficiency: Double?
  /// The fitted linear rate over the tail.
  public let rate: LinearRate?
  /// The first step at which the loss is below the saddle's by the set amount.
  public let escapeStep: Int?

  /// A share of fewer pairs of steps says nothing.
  public static let fewestTurns = 5

  /// The overshoot along the frame's steepest direction.
  public var steepOvershoot: Overshoot? { overshoot(along: frame?.steepest) }
  /// The overshoot along the frame's flattest direction.
  public var flatOvershoot: Overshoot? { overshoot(along: frame?.flattest) }

  func overshoot(along direction: Int?) -> Overshoot? {
    overshoots.first { $0.direction == direction }
  }

  /// How far below the saddle's the loss of a path is that has escaped, unless said otherwise.
  public static let escapeDepth = 0.1

  /// Measures a path on a surface, in the frame of the minimum nearest to its end.
  public static func measure(
    _ trajectory: Trajectory, on surface: any Surface, basis: PathFrame.Basis = .eigenvectors,
    settlingFraction: Double = 0.01, escapeDepth: Double = PathShape.escapeDepth
  ) -> PathShape {
    let rows = Rows(trajectory)
    let kept = rows.hasPoints && trajectory.dimension == surface.dimension
    let frame =
      kept
      ? PathFrame(
        for: surface, endingAt: rows.count > 0 ? Array(trajectory.point(rows.count - 1)) : nil,
        basis: basis)
      : nil
    let saddle = surface.saddle.flatMap { $0.count == surface.dimension ? $0 : nil }
    return measure(
      trajectory, frame: frame, minimumLoss: surface.minimumLoss,
      saddleLoss: saddle.map { surface.loss(at: $0) }, settlingFraction: settlingFraction,
      escapeDepth: escapeDepth)
  }

  /// Measures a path in a given frame.
  ///
  /// - Parameters:
  ///   - frame: origin and directions; nil where points were not kept.
  ///   - directions: the directions whose overshoot is measured; all of a small frame, else the
  ///     flattest and the steepest.
  ///   - minimumLoss: the loss at the minimum, for a rate where there are no points.
  ///   - saddleLoss: the loss at the saddle.
  ///   - settlingFraction: the share of the initial distance within which a path has settled.
  ///   - escapeDepth: how far below the saddle the loss must be for a path to have escaped.
  public static func measure(
    _ trajectory: Trajectory, frame: PathFrame?, directions: [Int]? = nil,
    minimumLoss: Double? = nil, saddleLoss: Double? = nil, settlingFraction: Double = 0.01,
    escapeDepth: Double = PathShape.escapeDepth
  ) -> PathShape {
    let rows = Rows(trajectory)
    let fits = rows.hasPoints && rows.count > 0 && frame?.dimension == trajectory.dimension
    let frame = fits ? frame : nil
    let turning = rows.turning(frame: frame)
    let length = rows.length
    return PathShape(
      frame: frame, stride: rows.stride, zigZag: turning.zigZag, turns: turning.turns,
      meanCosine: turning.meanCosine,
      overshoots: frame.map { rows.overshoots(in: $0, directions: directions) } ?? [],
      settlingStep: frame.flatMap { rows.settlingStep(in: $0, fraction: settlingFraction) },
      pathLength: length, pathEfficiency: rows.efficiency(length: length),
      rate: rows.rate(frame: frame, minimumLoss: minimumLoss),
      escapeStep: saddleLoss.flatMap { saddle in
        zip(rows.losses, rows.steps).first { $0.0 < saddle - escapeDepth }?.1
      })
  }
}
