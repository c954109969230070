// Figures of the parameters that training runs kept.

import Analysis
import OptimizerKit
import Testing

@testable import Figures

@Suite struct ParameterFigureTests {
  private func figure(_ name: String) -> any Figure { figures.first { type(of: $0).name == name }! }

  private func table(_ name: String, of picture: Picture) -> [Double] {
    for curve in picture.panels.flatMap(\.curves) where curve.data.name == name {
      if case .table(_, let values) = curve.data.content { return values }
    }
    return []
  }

  private let runs = [
    ExampleRuns.training("adam", seed: 1), ExampleRuns.training("sgd", seed: 1),
  ]

  /// The ends of the line are the losses of what the runs end with.
  @Test func theLineEndsWhereTheRunsDo() throws {
    let pictures = try figure("loss-line").draw(ExampleRuns.input(runs))
    let line = table("validationline0", of: pictures[0])
    let losses = runs.map {
      ExampleRuns.probe.validationLoss!($0.trajectory.checkpoints.last!.parameters, nil)
    }
    let ends = [0.0, 1].map { alpha in
      stride(from: 0, to: line.count, by: 2).first { line[$0] == alpha }.map { line[$0 + 1] }
        ?? .nan
    }
    #expect(abs(ends[0] - losses[0]) < 1e-9 && abs(ends[1] - losses[1]) < 1e-9)
    #expect(line.first == -0.5 && line[line.count - 2] == 1.5)
    // A bowl has no barrier.
    #expect(pictures[0].title.contains("a barrier of 0 "))
  }

  /// All that one seed moves is in the title, and diverged runs do not stretch the plane.
  @Test func thePlaneIsThatOfOneSeed() throws {
    let diverged = ExampleRuns.training("momentum", seed: 1, diverged: true)
    let others = [ExampleRuns.training("adam", seed: 2)]
    let pictures = try figure("parameter-plane").draw(ExampleRuns.input(runs + [diverged] + others))
    #expect(pictures.count == 1)
    #expect(pictures[0].title.contains("the paths of 2 optimizers"))
    #expect(pictures[0].title.contains("1 of 3 diverge (seed 1 of 2)"))
    #expect(pictures[0].caption.text.contains("dots: 5 checkpoints"))
  }

  /// Without means to evaluate the loss, paths are drawn and the caption says so.
  @Test func withoutDataThereIsNoMap() throws {
    var input = ExampleRuns.input(runs)
    input.probe = { _, _ in nil }
    let pictures = try figure("parameter-plane").draw(input)
    #expect(pictures[0].caption.text.contains("the loss cannot be evaluated here"))
    #expect(throws: FigureError.self) { try figure("loss-line").draw(input) }
  }

  /// Filters are the rows of the first weight tensor, the largest first.
  @Test func filtersAreScaledToTheirLargestWeight() throws {
    let pictures = try figure("filters").draw(ExampleRuns.input(runs))
    #expect(pictures[0].panels.map(\.title) == ["adam", "sgd"])
    guard case .shades(let width, _, _, let shades) = pictures[0].panels[0].curves[0].data.content
    else {
      Issue.record("no image")
      return
    }
    // 2 × 2 filters of 6 × 6 pixels with a gap of one.
    #expect(width == 13 && shades.count == 169)
    #expect(shades.contains(100) && shades[6] == 50)
    // Of one run, its start and its end.
    let alone = try figure("filters").draw(ExampleRuns.input([runs[0]]))
    #expect(alone[0].panels.map(\.title) == ["start", "end"])
  }

  /// What was not kept is asked for.
  @Test(arguments: ["parameter-plane", "loss-line", "filters", "layers"])
  func whatWasNotKeptIsMissing(_ name: String) {
    var run = runs[0]
    run.trajectory.checkpoints = []
    run.trajectory.diagnostics = []
    #expect(throws: FigureError.self) { try figure(name).draw(ExampleRuns.input([run])) }
  }

  /// So many runs that they need several pages.
  @Test(arguments: ["parameter-plane", "loss-line", "filters", "layers"])
  func thirtyRunsAreDrawn(_ name: String) throws {
    let many = (0..<30).map { ExampleRuns.training("optimizer\($0)", seed: 1, diverged: $0 == 3) }
    let pictures = try figure(name).draw(ExampleRuns.input(many))
    #expect(pictures.count == 3)
    #expect(FigureConformance.findings(in: pictures).isEmpty)
  }
}
