// The rows of a trajectory, walked once for each measure and without a copy of any point.

import OptimizerKit

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
    let dimension = trajectory.dimension
    self.dimension = dimension
    let total = trajectory.steps.count
    let hasPoints = dimension > 0 && trajectory.points.count >= total * dimension
    self.hasPoints = hasPoints
    count = trajectory.points.withUnsafeBufferPointer { points in
      trajectory.losses.withUnsafeBufferPointer { losses in
        var finite = 0
        while finite < total {
          if finite < losses.count, !losses[finite].isFinite { break }
          if hasPoints {
            var isFinite = true
            for i in finite * dimension..<(finite + 1) * dimension where !points[i].isFinite {
              isFinite = false
            }
            if !isFinite { break }
          }
          finite += 1
        }
        return finite
      }
    }
    isCut = count < total
  }

  var steps: ArraySlice<Int> { trajectory.steps.prefix(count) }
  var losses: ArraySlice<Double> { trajectory.losses.prefix(count) }

  /// The largest number of steps between two rows.
  var stride: Int {
    trajectory.steps.withUnsafeBufferPointer { steps in
      var widest = 0
      for row in 1..<max(count, 1) { widest = max(widest, steps[row] - steps[row - 1]) }
      return widest
    }
  }

  /// The points of all rows, one after the other.
  private func withPoints<T>(_ body: (UnsafePointer<Double>) -> T) -> T {
    trajectory.points.withUnsafeBufferPointer { body($0.baseAddress!) }
  }

  /// What rounding alone may change a coordinate of a point by.
  private func rounding(_ point: UnsafePointer<Double>) -> Double {
    var largest = 0.0
    for d in 0..<dimension { largest = max(largest, point[d].magnitude) }
    return 16 * Double.ulpOfOne * largest
  }

  private func squaredDistance(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>) -> Double {
    var sum = 0.0
    for d in 0..<dimension { sum += (a[d] - b[d]) * (a[d] - b[d]) }
    return sum
  }

  /// Zig-zag and mean cosine over pairs of single steps.
  func turning(frame: PathFrame?) -> (zigZag: Double?, turns: Int?, meanCosine: Double?) {
    guard hasPoints, count >= 3 else { return (nil, nil, nil) }
    let steep = frame?.steepest
    let vector = steep.flatMap { frame?.directions[$0].vector } ?? []
    var pairs = 0
    var cosines = 0.0
    var steepPairs = 0
    var changes = 0
    withPoints { points in
      trajectory.steps.withUnsafeBufferPointer { steps in
        vector.withUnsafeBufferPointer { vector in
          // Norm and rounding of the step before, where there is one.
          var previous: (norm: Double, rounding: Double)?
          // The last steep component that was not zero: a path may rest for a step before it turns.
          var lastSteep: Double?
          var roundingBefore = rounding(points)
          for row in 1..<count {
            let here = points + row * dimension
            let before = here - dimension
            let roundingHere = rounding(here)
            let rounding = max(roundingHere, roundingBefore)
            roundingBefore = roundingHere
            guard steps[row] == steps[row - 1] + 1 else {
              previous = nil
              lastSteep = nil
              continue
            }
            let norm = squaredDistance(here, before).squareRoot()
            var along = 0.0
            for d in 0..<vector.count { along += (here[d] - before[d]) * vector[d] }
            if let previous, previous.norm > previous.rounding, norm > rounding {
              pairs += 1
              let first = before - dimension
              var dot = 0.0
              for d in 0..<dimension {
                dot += (here[d] - before[d]) / norm * ((before[d] - first[d]) / previous.norm)
              }
              cosines += min(max(dot, -1), 1)
            }
            if along.magnitude > rounding {
              if let lastSteep {
                steepPairs += 1
                if (lastSteep < 0) != (along < 0) { changes += 1 }
              }
              lastSteep = along
            }
            previous = (norm, rounding)
          }
        }
      }
    }
    guard pairs > 0 else { return (nil, nil, nil) }
    let meanCosine = cosines / Double(pairs)
    guard steep != nil else { return (nil, nil, meanCosine) }
    let zigZag =
      steepPairs >= PathShape.fewestTurns ? Double(changes) / Double(steepPairs) : nil
    return (zigZag, steepPairs, meanCosine)
  }

  func overshoots(in frame: PathFrame, directions: [Int]?) -> [PathShape.Overshoot] {
    let all = Array(frame.directions.indices)
    let extremes = Set([frame.flattest, frame.steepest].compactMap { $0 }).sorted()
    let chosen = directions?.filter { all.contains($0) } ?? (all.count <= 16 ? all : extremes)
    return chosen.map { overshoot(in: frame, along: $0) }
  }

  private func overshoot(in frame: PathFrame, along direction: Int) -> PathShape.Overshoot {
    let initialDistance = frame.distance(of: trajectory.point(0))
    let first = frame.coordinate(of: trajectory.point(0), along: direction)
    let isLevel = first.magnitude <= 1e-12 * initialDistance || first == 0
    var farthest = 0.0
    var farthestRow: Int?
    var crossings = 0
    var side = 0.0
    withPoints { points in
      frame.origin.withUnsafeBufferPointer { origin in
        frame.directions[direction].vector.withUnsafeBufferPointer { vector in
          for row in 0..<count {
            let point = points + row * dimension
            var c = 0.0
            for d in 0..<dimension where vector[d] != 0 { c += (point[d] - origin[d]) * vector[d] }
            guard c.magnitude > rounding(point) else { continue }
            if side != 0, (side < 0) != (c < 0) { crossings += 1 }
            side = c < 0 ? -1 : 1
            if !isLevel, -c / first > farthest {
              farthest = -c / first
              farthestRow = row
            }
          }
        }
      }
    }
    return PathShape.Overshoot(
      direction: direction, curvature: frame.directions[direction].curvature,
      percent: isLevel ? nil : 100 * farthest, step: farthestRow.map { trajectory.steps[$0] },
      row: farthestRow, crossings: crossings)
  }

  /// The distance of every row from a point.
  private func distances(from origin: [Double]) -> [Double] {
    withPoints { points in
      origin.withUnsafeBufferPointer { origin in
        (0..<count).map {
          squaredDistance(points + $0 * dimension, origin.baseAddress!).squareRoot()
        }
      }
    }
  }

  func settlingStep(in frame: PathFrame, fraction: Double) -> Int? {
    let limit = fraction * frame.distance(of: trajectory.point(0))
    guard !isCut, frame.isAtMinimum, limit > 0 else { return nil }
    return withPoints { points in
      frame.origin.withUnsafeBufferPointer { origin in
        var settled: Int?
        for row in (0..<count).reversed() {
          let square = squaredDistance(points + row * dimension, origin.baseAddress!)
          guard square.squareRoot() < limit else { break }
          settled = trajectory.steps[row]
        }
        return settled
      }
    }
  }

  /// What was evaluated before each of `RunMeasures.targets` was reached.
  func evaluations(above minimumLoss: Double, dimension: Int) -> [Double?] {
    var evaluations = [Double?](repeating: nil, count: RunMeasures.targets.count)
    guard losses.count == count, let first = losses.first else { return evaluations }
    var next = 0
    for (row, loss) in losses.enumerated() {
      while next < evaluations.count,
        loss - minimumLoss <= RunMeasures.targets[next] * (first - minimumLoss)
      {
        let counts = trajectory.counts(row)
        evaluations[next] = Double(counts.evaluations(dimension: dimension))
        next += 1
      }
      if next == evaluations.count { break }
    }
    return evaluations
  }

  var length: Double? {
    guard hasPoints, count >= 2 else { return nil }
    return withPoints { points in
      var sum = 0.0
      for row in 1..<count {
        let here = points + row * dimension
        sum += squaredDistance(here, here - dimension).squareRoot()
      }
      return sum
    }
  }

  func efficiency(length: Double?) -> Double? {
    guard let length, length > 0, length.isFinite else { return nil }
    let straight = withPoints {
      squaredDistance($0 + (count - 1) * dimension, $0).squareRoot()
    }
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
        distances(from: frame.origin), at: Array(steps), quantity: .distance,
        floor: digits * scale)
    }
    guard let minimumLoss, losses.count == count else { return nil }
    return LinearRate(
      losses.map { $0 - minimumLoss }, at: Array(steps), quantity: .lossGap,
      floor: digits * minimumLoss.magnitude)
  }
}
