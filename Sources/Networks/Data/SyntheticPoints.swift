// Points of the plane in classes that no line, or hardly one, tells apart: for quick work.

import Glibc
import OptimizerKit

/// Synthetic data sets of 3,000 points: 2,000 to train on, 500 to validate on, 500 to test on. They
/// are the same on every call; t and u below are drawn anew for each point.
enum SyntheticPoints {
  static let count = 3000

  /// `arms` interleaved spirals, each a class; t is uniform in [0, 1), the angle has normal noise.
  ///
  ///     θ = 4 (k + t) + noise · u      (x, y) = t (sin θ, cos θ)
  ///
  /// CS231n, cs231n.github.io/neural-networks-case-study.
  static func spirals(arms: Int = 3, noise: Double = 0.2) -> FloatExamples {
    points(classes: arms) { arm, random in
      let radius = random.uniform()
      let angle = 4 * (Double(arm) + radius) + noise * random.normal()
      return (radius * sin(angle), radius * cos(angle))
    }
  }

  /// Two interleaved half circles, with normal noise added to both coordinates; t is uniform in
  /// [0, π).
  ///
  ///     class 0: (cos t, sin t)      class 1: (1 − cos t, ½ − sin t)
  ///
  /// `make_moons` of scikit-learn; Pedregosa et al. 2011, JMLR 12:2825.
  static func moons(noise: Double = 0.2) -> FloatExamples {
    points(classes: 2) { moon, random in
      let t = Double.pi * random.uniform()
      let x = moon == 0 ? cos(t) : 1 - cos(t)
      let y = moon == 0 ? sin(t) : 0.5 - sin(t)
      return (x + noise * random.normal(), y + noise * random.normal())
    }
  }

  /// Normal clouds of deviation 1 whose centres lie evenly on a circle of radius 3, each a class.
  ///
  ///     (x, y) = 3 (cos 2πk/K, sin 2πk/K) + (u, u′)
  ///
  /// As `make_blobs` of scikit-learn, with fixed centres; Pedregosa et al. 2011, JMLR 12:2825.
  static func blobs(classes: Int = 4) -> FloatExamples {
    points(classes: classes) { blob, random in
      let angle = 2 * Double.pi * Double(blob) / Double(classes)
      return (3 * cos(angle) + random.normal(), 3 * sin(angle) + random.normal())
    }
  }

  /// What is known of one of these data sets.
  static func summary(classes: Int) -> DataSummary {
    DataSummary(
      shape: [2], classes: classes, trainingCount: 2000, validationCount: 500, testCount: 500)
  }

  /// The parts of one of these data sets. The classes take turns, and so every part has them all.
  static func split(_ points: FloatExamples) -> RawDataSet {
    RawDataSet(
      training: points.part(0..<2000), validation: points.part(2000..<2500),
      test: points.part(2500..<3000))
  }

  private static func points(
    classes: Int, _ draw: (Int, inout RandomSource) -> (x: Double, y: Double)
  ) -> FloatExamples {
    var random = RandomSource(seed: 1, purpose: .instance)
    var values: [Float] = []
    for i in 0..<count {
      let point = draw(i % classes, &random)
      values += [Float(point.x), Float(point.y)]
    }
    return FloatExamples(
      unchecked: values, labels: (0..<count).map { Int32($0 % classes) }, range: 0..<count,
      shape: [2], classes: classes)
  }
}
