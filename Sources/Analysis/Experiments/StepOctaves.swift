// How the steps of a run shrink or grow over time.

import OptimizerKit

/// The lengths of the steps of a path by octaves of time: from t to 2t, from 2t to 4t, and so on.
public struct StepOctaves: Sendable, Equatable {
  /// The root mean square of the step lengths in each octave.
  public let lengths: [Double]
  /// The slope of log length over log t, by least squares over the octaves: −½ where steps shrink like
  /// 1/√t, 0 where they stay as they are.
  public let exponent: Double

  /// - Parameters:
  ///   - first: the step after which the first octave begins.
  ///   - count: the number of octaves, two or more.
  /// - Returns: nil where the path does not have all of these steps with their points, or stands still.
  public init?(_ path: Trajectory, from first: Int, count: Int) {
    guard first > 0, count > 1, path.dimension > 0, path.count > first << count,
      path.steps[first << count] == first << count
    else { return nil }
    lengths = (0..<count).map { octave in
      let begin = first << octave
      var sum = 0.0
      for row in begin + 1...2 * begin {
        sum += squaredDistance(path.point(row), path.point(row - 1))
      }
      return (sum / Double(begin)).squareRoot()
    }
    guard lengths.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
    let middle = 0.5 * Double(count - 1)
    var (products, squares) = (0.0, 0.0)
    for (octave, length) in lengths.enumerated() {
      let x = (Double(octave) - middle) * Double.log(2)
      products += x * Double.log(length)
      squares += x * x
    }
    exponent = products / squares
  }
}
