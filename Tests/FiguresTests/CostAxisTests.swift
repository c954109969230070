// What curves are drawn over.

import OptimizerKit
import Plugins
import Testing

@testable import Figures

@Suite struct CostAxisTests {
  /// A run whose steps cost ever more: the rows after 0, 2, 5 and 9 updates.
  private static func run(_ optimizer: String = "sgd", faster: Double = 1) -> TracedRun {
    var path = Trajectory()
    path.dimension = 2
    path.steps = [0, 2, 5, 9]
    path.gradients = [0, 4, 11, 30]
    path.lossEvaluations = [0, 0, 6, 8]
    path.hessianVectorProducts = [0, 1, 1, 2]
    path.nanoseconds = [0, 500_000_000, 1_500_000_000, 4_000_000_000]
      .map { Int(Double($0) / faster) }
    path.losses = [100, 10, 0, 0]
    path.gradientNorms = [10, 3, 1, 0.1]
    path.learningRates = [0, 0.1, 0.1, 0.1]
    path.points = [1, 1, 0.3, 0.3, 0.1, 0.1, 0, 0]
    return traced(optimizer, path)
  }

  /// A run with this path as it is.
  private static func traced(_ optimizer: String, _ path: Trajectory) -> TracedRun {
    let problem = PluginSpec(name: "bowl", settings: [])
    return TracedRun(Make.record(optimizer, problem: problem, path).record, path)
  }

  private func input(stepsPerPass: Int? = nil) -> FigureInput {
    var input = Make.input([Self.run()])
    input.stepsPerPass = { _ in stepsPerPass }
    return input
  }

  @Test(arguments: [
    (CostAxis.steps, [0, 2, 5, 9]), (.gradients, [0, 4, 11, 30]),
    // Losses, gradients, and two a product.
    (.evaluations, [0, 6, 19, 42]), (.seconds, [0, 0.5, 1.5, 4]), (.passes, [0, 0.4, 1.1, 3]),
  ])
  func costsOfRows(_ axis: CostAxis, _ expected: [Double]) {
    let input = input(stepsPerPass: 10)
    let run = Self.run()
    for (row, cost) in expected.enumerated() {
      #expect(abs(run.cost(row, on: axis, input) - cost) < 1e-12)
      #expect(abs(run.cost(atStep: run.trajectory.steps[row], on: axis, input) - cost) < 1e-12)
    }
    // Between rows the last one counts that is not later.
    let between = run.cost(atStep: 7, on: axis, input)
    #expect(axis == .steps ? between == 7 : abs(between - expected[2]) < 1e-12)
    #expect(run.hasCosts(on: axis, input))
  }

  @Test func passesAreNotAlwaysKnown() {
    #expect(!Self.run().hasCosts(on: .passes, input()))
    #expect(Self.run().hasCosts(on: .seconds, input()))
  }

  /// The axis says what it counts, ends where the longest run does, and the title names who is there first
  /// on this axis.
  @Test(arguments: [
    (CostAxis.gradients, "gradient evaluations", 30, "sgd"),
    (.seconds, "seconds of updates", 4, "adam"),
    (.steps, "step", 9, "sgd"),
  ])
  func convergenceIsDrawnOverIt(
    _ axis: CostAxis, _ label: String, _ end: Double, _ first: String
  ) throws {
    // As many steps, with one gradient more before it is there, in a tenth of the time.
    var path = Self.run("adam", faster: 10).trajectory
    path.gradients[2] += 1
    path.steps[2] += 1
    let late = Self.traced("adam", path)
    var figure = Convergence()
    figure.axis = axis
    let pictures = try figure.draw(Make.input([Self.run(), late]))
    let picture = try #require(pictures.first)
    #expect(picture.panels[0].x.label.hasPrefix(label))
    #expect(picture.panels[0].x.range.upperBound == end)
    #expect(picture.title.contains("\(first) reaches the minimum first"), "\(picture.title)")
  }
}
