// Histograms and moments of signals, and the step at which a loss is reached.

import Analysis
import OptimizerKit
import Testing

@Suite struct SignalTests {
  @Test func numbersFallIntoTheirBins() {
    let histogram = Histogram(
      [-1, -0.5, 0, 0.49, 1, 1.01, -3, .nan, .infinity], in: -1...1, bins: 4)
    // −0.5 and 0 lie on borders: each belongs to the upper bin. 1 is the upper end.
    #expect(histogram.counts == [1, 1, 2, 1])
    #expect(histogram.below == 1)
    #expect(histogram.above == 2)
    #expect(histogram.undefined == 1)
    #expect(histogram.count == 9)
    #expect(histogram.width == 0.5)
    #expect(histogram.centre(0) == -0.75)
    #expect(histogram.heights == [0.5, 0.5, 1, 0.5])
    let ninths: [Double] = [1, 1, 2, 1]
    #expect(histogram.shares == ninths.map { $0 / 9 })
  }

  @Test func emptyHistogramsAreFlat() {
    let histogram = Histogram([], in: 0...1, bins: 3)
    #expect(histogram.heights == [0, 0, 0])
    #expect(histogram.shares == [0, 0, 0])
  }

  @Test func sizesAreDecades() {
    let histogram = Histogram(sizesOf: [0, -0.5, 5, 50, -50], in: -1...2, bins: 3)
    #expect(histogram.counts == [1, 1, 2])
    #expect(histogram.below == 1)
  }

  @Test func momentsAreThoseOfAllNumbers() {
    let values = LayerValues(
      layer: "dense1", units: 2, outputs: [1, 2, 3, 4], gradients: [-1, 1, -1, 1])
    #expect(values.rows == 2)
    #expect(values.outputMoments.mean == 2.5)
    // √(((1.5)² + (0.5)²) / 2)
    #expect(values.outputMoments.deviation == 1.25.squareRoot())
    #expect(values.gradientMoments == (0, 1))
  }

  private func trajectory(_ losses: [Double]) -> Trajectory {
    var trajectory = Trajectory()
    trajectory.losses = losses
    trajectory.steps = Array(losses.indices)
    return trajectory
  }

  /// Means of two: 3.5, 2.5, 1.5, 1.5.
  @Test(arguments: [(2.5, 2.0), (2.0, 3.0), (1.5, 3.0), (4.0, 1.0)])
  func aLevelIsReachedByTheMean(_ level: Double, _ step: Double) {
    #expect(trajectory([4, 3, 2, 1, 2]).steps(toLoss: level, window: 2) == step)
  }

  @Test func whatIsNotReachedIsNot() {
    #expect(trajectory([4, 3, 2, 1, 2]).steps(toLoss: 1.4, window: 2) == nil)
    #expect(trajectory([4, .nan, 1, 1]).steps(toLoss: 2, window: 2) == nil)
    #expect(trajectory([1]).steps(toLoss: 2, window: 2) == nil)
  }

  @Test func theLastLossIsAMean() {
    #expect(trajectory([4, 3, 2, 1, 2]).lastLoss(window: 2) == 1.5)
    #expect(trajectory([4]).lastLoss(window: 2) == nil)
    #expect(trajectory([4, .infinity]).lastLoss(window: 2) == nil)
  }

  @Test func lossesAreDrawnAsFarAsAllRunsGo() {
    let series = Chart.Series(
      "a", lossesOf: [trajectory([4, 2, 3, 1, 9]), trajectory([6, 4, 5, 3])], window: 2)
    #expect(series.points.map(\.x) == [1, 3])
    #expect(series.points.map(\.y) == [4, 3])
  }
}
