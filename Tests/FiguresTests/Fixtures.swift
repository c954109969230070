// Synthetic runs: figures are tested on made-up numbers, without the lab's optimizers.

import OptimizerKit
import Plugins

@testable import Figures

/// NaN and infinities wherever one looks.
struct Hole: Surface {
  static let name = "hole"
  static let summary = "not finite"
  init() {}
  var dimension: Int { 2 }
  var starts: [[Double]] { [[1, 1]] }
  var minima: [[Double]] { [[.nan, 0]] }
  var minimumLoss: Double? { 0 }
  var viewport: Viewport? { nil }
  func loss<X: Coordinates>(at x: X) -> X.Value { (x[0] - x[0]) / (x[0] - x[0]) }
  func gradient<X: Coordinates>(at x: X, into g: inout X) {
    g[0] = (x[0] - x[0]) / (x[0] - x[0])
    g[1] = g[0]
  }
}

/// The figures that come with the lab, by name.
let figures: [any Figure] = PluginCatalogue.builtIn().figures.compactMap {
  $0.make() as? any Figure
}

enum Make {
  static func input(_ runs: [TracedRun]) -> FigureInput {
    var input = ExampleRuns.input(runs)
    input.problem = { $0.name == Hole.name ? Hole() : ExampleRuns.surface($0) }
    input.surface = { $0.name == Hole.name ? Hole() : ExampleRuns.surface($0) }
    input.ledger = FigureLedger(
      suite: "test", versions: ["lab 1"], warnings: ["the optimum lies at the edge"])
    return input
  }

  /// Plain descent, its steps scaled by `lr`, labelled as asked.
  static func run(
    _ optimizer: String, on problem: String = "bowl", lr: Double = 0.05, steps: Int = 60,
    seed: UInt64 = 1, label: String? = nil, settings: [PluginSpec.Setting] = [],
    schedule: Bool = false
  ) -> TracedRun {
    ExampleRuns.run(
      optimizer, on: PluginSpec(name: problem, settings: settings),
      surface: problem == Hole.name ? Hole() : nil, lr: lr, steps: steps, seed: seed,
      label: label, isScheduled: schedule)
  }

  static func record(
    _ optimizer: String, problem: PluginSpec, status: RunStatus = .completed, _ t: Trajectory
  ) -> TracedRun {
    ExampleRuns.record(optimizer, problem: problem, status: status, t)
  }

  static func training(
    _ optimizer: String, seed: UInt64, diverged: Bool = false
  ) -> TracedRun {
    ExampleRuns.training(optimizer, seed: seed, diverged: diverged)
  }

  static let everything = ExampleRuns.everything

  /// Pictures of which no more than two frames are drawn.
  static func still(_ pictures: [Picture]) -> [Picture] {
    pictures.map { picture in
      var picture = picture
      picture.frames = Array(picture.frames.prefix(2))
      return picture
    }
  }

  /// What a figure can be drawn from: runs, or a suite.
  static func input(for figure: any Figure) -> FigureInput {
    guard type(of: figure).isOfWholeSuite else { return input(everything) }
    var input = ExampleRuns.input(suite: ExampleRuns.suite)
    input.ledger = self.input([]).ledger
    return input
  }
}

extension OptimizerColors {
  /// The colours of runs with their paths.
  init(_ runs: [TracedRun], known: [String] = []) {
    self.init(runs.map(\.record), known: known)
  }
}
