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

  /// The overshoot along the frame's steepest direction.
  public var steepOvershoot: Overshoot? { overshoot(along: frame?.steepest) }
  /// The overshoot along the frame's flattest direction.
  public var flatOvershoot: Overshoot? { overshoot(along: frame?.flattest) }

  func overshoot(along direction: Int?) -> Overshoot? {
    overshoots.first { $0.direction == direction }
  }

  /// Measures a path on a surface, in the frame of the minimum nearest to its end.
  public static func measure(
    _ trajectory: Trajectory, on surface: any Surface, basis: PathFrame.Basis = .eigenvectors,
    settlingFraction: Double = 0.01, escapeDepth: Double = 0.1
  ) -> PathShape {
    let rows = Rows(trajectory)
    let kept = rows.hasPoints && trajectory.dimension == surface.dimension
    let frame =
      kept
      ? PathFrame(
        for: surface, endingAt: rows.count > 0 ? rows.point(rows.count - 1) : nil, basis: basis)
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
    escapeDepth: Double = 0.1
  ) -> PathShape {
    let rows = Rows(trajectory)
    let fits = rows.hasPoints && rows.count > 0 && frame?.dimension == trajectory.dimension
    let frame = fits ? frame : nil
    let turning = rows.turning(frame: frame)
    let length = rows.length
    return PathShape(
      frame: frame, stride: rows.stride, zigZag: turning.zigZag, meanCosine: turning.meanCosine,
      overshoots: frame.map { rows.overshoots(in: $0, directions: directions) } ?? [],
      settlingStep: frame.flatMap { rows.settlingStep(in: $0, fraction: settlingFraction) },
      pathLength: length, pathEfficiency: rows.efficiency(length: length),
      rate: rows.rate(frame: frame, minimumLoss: minimumLoss),
      escapeStep: saddleLoss.flatMap { saddle in
        zip(rows.losses, rows.steps).first { $0.0 < saddle - escapeDepth }?.1
      })
  }
}

/// The rows of a trajectory up to the first non-finite one, whatever lengths its columns have.
struct Rows {
  let trajectory: Trajectory
  let dimension: Int
  /// The finite rows.
  let count: Int
  /// Whether a row was cut off for not being finite.
  let isCut: Bool
  let hasPoints: Bool

  init(_ trajectory: Trajectory) {
    self.trajectory = trajectory
    dimension = trajectory.dimension
    let total = trajectory.steps.count
    hasPoints =
      trajectory.dimension > 0 && trajectory.points.count >= total * trajectory.dimension
    var finite = 0
    while finite < total {
      if finite < trajectory.losses.count, !trajectory.losses[finite].isFinite { break }
      if hasPoints, !trajectory.point(finite).allSatisfy(\.isFinite) { break }
      finite += 1
    }
    count = finite
    isCut = finite < total
  }

  var steps: ArraySlice<Int> { trajectory.steps.prefix(count) }
  var losses: ArraySlice<Double> { trajectory.losses.prefix(count) }
  func point(_ row: Int) -> [Double] { Array(trajectory.point(row)) }

  var stride: Int {
    zip(steps, steps.dropFirst()).map { $1 - $0 }.max() ?? 0
  }

  /// What rounding alone may change a coordinate of a row by.
  func rounding(_ row: Int) -> Double {
    16 * Double.ulpOfOne * (trajectory.point(row).map(\.magnitude).max() ?? 0)
  }

  /// Zig-zag and mean cosine over pairs of single steps.
  func turning(frame: PathFrame?) -> (zigZag: Double?, meanCosine: Double?) {
    guard hasPoints, count >= 3 else { return (nil, nil) }
    let steep = frame?.steepest
    var pairs = 0
    var cosines = 0.0
    var steepPairs = 0
    var changes = 0
    var previous: (step: [Double], norm: Double, rounding: Double)?
    // The last steep component that was not zero: a path may rest for a step before it turns.
    var lastSteep: Double?
    for row in 1..<count {
      guard trajectory.steps[row] == trajectory.steps[row - 1] + 1 else {
        previous = nil
        lastSteep = nil
        continue
      }
      let step = zip(trajectory.point(row), trajectory.point(row - 1)).map { $0 - $1 }
      let norm = step.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let rounding = max(rounding(row), rounding(row - 1))
      var along = 0.0
      if let frame, let steep {
        along = zip(step, frame.directions[steep].vector).reduce(0) { $0 + $1.0 * $1.1 }
      }
      if let previous, previous.norm > previous.rounding, norm > rounding {
        pairs += 1
        let dot = zip(step, previous.step).reduce(0) { $0 + $1.0 / norm * ($1.1 / previous.norm) }
        cosines += min(max(dot, -1), 1)
      }
      if along.magnitude > rounding {
        if let lastSteep {
          steepPairs += 1
          if (lastSteep < 0) != (along < 0) { changes += 1 }
        }
        lastSteep = along
      }
      previous = (step, norm, rounding)
    }
    guard pairs > 0 else { return (nil, nil) }
    let zigZag = steep.map { _ in
      steepPairs > 0 ? Double(changes) / Double(steepPairs) : 0
    }
    return (zigZag, cosines / Double(pairs))
  }

  func overshoots(in frame: PathFrame, directions: [Int]?) -> [PathShape.Overshoot] {
    let all = Array(frame.directions.indices)
    let extremes = Set([frame.flattest, frame.steepest].compactMap { $0 }).sorted()
    let chosen = directions?.filter { all.contains($0) } ?? (all.count <= 16 ? all : extremes)
    let initialDistance = frame.distance(of: trajectory.point(0))
    return chosen.map { direction in
      let first = frame.coordinate(of: trajectory.point(0), along: direction)
      let isLevel = first.magnitude <= 1e-12 * initialDistance || first == 0
      var farthest = 0.0
      var farthestRow: Int?
      var crossings = 0
      var side = 0.0
      for row in 0..<count {
        let c = frame.coordinate(of: trajectory.point(row), along: direction)
        guard c.magnitude > rounding(row) else { continue }
        if side != 0, (side < 0) != (c < 0) { crossings += 1 }
        side = c < 0 ? -1 : 1
        if !isLevel, -c / first > farthest {
          farthest = -c / first
          farthestRow = row
        }
      }
      return PathShape.Overshoot(
        direction: direction, curvature: frame.directions[direction].curvature,
        percent: isLevel ? nil : 100 * farthest, step: farthestRow.map { trajectory.steps[$0] },
        row: farthestRow, crossings: crossings)
    }
  }

  func settlingStep(in frame: PathFrame, fraction: Double) -> Int? {
    let limit = fraction * frame.distance(of: trajectory.point(0))
    guard !isCut, frame.isAtMinimum, limit > 0 else { return nil }
    var settled: Int?
    for row in (0..<count).reversed() {
      guard frame.distance(of: trajectory.point(row)) < limit else { break }
      settled = trajectory.steps[row]
    }
    return settled
  }

  var length: Double? {
    guard hasPoints, count >= 2 else { return nil }
    return (1..<count).reduce(0) {
      $0 + squaredDistance(trajectory.point($1), trajectory.point($1 - 1)).squareRoot()
    }
  }

  func efficiency(length: Double?) -> Double? {
    guard let length, length > 0, length.isFinite else { return nil }
    let straight = squaredDistance(trajectory.point(count - 1), trajectory.point(0)).squareRoot()
    return min(straight / length, 1)
  }

  /// The rate of the distance where the minimum is known, else that of the loss above the minimum.
  func rate(frame: PathFrame?, minimumLoss: Double?) -> LinearRate? {
    // Near its end a path moves by gradients that are themselves rounding: leave out three digits
    // more than a number has lost.
    let digits = 4096 * Double.ulpOfOne
    if let frame, frame.isAtMinimum {
      let scale = frame.origin.map(\.magnitude).max() ?? 0
      return LinearRate(
        (0..<count).map { frame.distance(of: trajectory.point($0)) }, at: Array(steps),
        quantity: .distance, floor: digits * scale)
    }
    guard let minimumLoss, losses.count == count else { return nil }
    return LinearRate(
      losses.map { $0 - minimumLoss }, at: Array(steps), quantity: .lossGap,
      floor: digits * minimumLoss.magnitude)
  }
}
