// What experiments measure of runs: step lengths by octaves, ratios of scores.

import Analysis
import OptimizerKit
import Testing

@Suite struct ExperimentMeasureTests {
  /// A path of one coordinate with the given step lengths.
  private func path(_ lengths: [Double]) -> Trajectory {
    var path = Trajectory()
    path.dimension = 1
    var x = 0.0
    path.steps = Array(0...lengths.count)
    path.points = [x]
    for length in lengths {
      x += length
      path.points.append(x)
    }
    return path
  }

  @Test func constantStepsHaveTheExponentZero() throws {
    // Lengths are exact; four products that cancel round to 2⁻⁵³ each.
    let octaves = try #require(
      StepOctaves(path([Double](repeating: 0.5, count: 64)), from: 4, count: 4))
    #expect(octaves.lengths == [0.5, 0.5, 0.5, 0.5])
    #expect(abs(octaves.exponent) < 1e-15)
  }

  /// The mean of 1/t over an octave from t to 2t is (H(2t) − H(t))/t, which is log 2/t but for a share of
  /// 1/(4t log 2): at t = 64 less than 0.6 %, and its logarithm divided by log 4, for a root over one octave,
  /// less than 0.005.
  @Test func shrinkingStepsHaveTheirExponent() throws {
    let lengths = (1...1024).map { 1 / Double($0).squareRoot() }
    let octaves = try #require(StepOctaves(path(lengths), from: 64, count: 4))
    #expect(abs(octaves.exponent + 0.5) < 0.005)
  }

  @Test func whatIsMissingHasNoOctaves() {
    let steps = [Double](repeating: 1, count: 31)
    #expect(StepOctaves(path(steps), from: 4, count: 3) == nil)
    #expect(StepOctaves(path(steps + [1]), from: 4, count: 3) != nil)
    #expect(StepOctaves(path([Double](repeating: 0, count: 64)), from: 4, count: 3) == nil)
    #expect(StepOctaves(Trajectory(), from: 4, count: 3) == nil)
    var thinned = path([Double](repeating: 1, count: 64))
    thinned.steps = thinned.steps.map { 2 * $0 }
    #expect(StepOctaves(thinned, from: 4, count: 3) == nil)
  }

  @Test func ratiosAreGeometricMeansOfPairs() throws {
    let runs = ExperimentRuns([])
    let logarithms = [1.0, 2, 4].map { Double.log($0) }
    let doubled = [2.0, 4, 8].map { Double.log($0) }
    let ratio = try runs.ratio(doubled, to: logarithms)
    // Three sums and an exponential function: a few roundings of 2⁻⁵³.
    #expect(abs(ratio.value - 2) < 1e-14)
    #expect(ratio.interval.map { $0.lowerBound <= 2 + 1e-14 && $0.upperBound >= 2 - 1e-14 } == true)
  }

  @Test func failedRunsAreInfinitelyBehind() throws {
    let runs = ExperimentRuns([])
    let ratio = try runs.ratio([0, .infinity], to: [0, 0])
    #expect(ratio == Estimate(.infinity, nil))
    #expect(throws: Undecided.self) { try runs.ratio([.infinity], to: [.infinity]) }
    #expect(throws: Undecided("there are 2 runs to compare with 1")) {
      try runs.ratio([0, 0], to: [0])
    }
  }
}
