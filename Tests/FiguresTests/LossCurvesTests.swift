// The training of networks: targets, and problems without classes.

import OptimizerKit
import Plugins
import Testing

@testable import Figures

@Suite struct LossCurvesTests {
  private func picture(_ runs: [TracedRun], target: TrainingTarget?) throws -> Picture {
    var input = Make.input(runs)
    input.target = { $0.name == "net" ? target : nil }
    return try #require(LossCurves().draw(input).first)
  }

  private let runs = [Make.training("adam", seed: 1), Make.training("sgd", seed: 1)]

  @Test(
    arguments: [
      (TrainingTarget.validationAccuracy(atLeast: 0.885), 2, 88.5, "target 88.5 %"),
      // Beyond all curves.
      (.validationAccuracy(atLeast: 0.99), 2, 99, "target 99 %"),
      (.validationLoss(atMost: 0.4), 1, 0.4, "target 0.4"),
      (.validationLoss(atMost: 0.01), 1, 0.01, "target 0.01"),
    ])
  func drawsTheTarget(_ target: TrainingTarget, _ panel: Int, _ level: Double, _ text: String)
    throws
  {
    let picture = try picture(runs, target: target)
    try #require(picture.panels.count == 3)
    for (index, part) in picture.panels.enumerated() {
      #expect(part.rules.count == (index == panel ? 1 : 0))
      #expect(part.labels.map(\.text) == (index == panel ? [text] : []))
    }
    let rule = try #require(picture.panels[panel].rules.first)
    #expect(abs(rule.from.y - level) < 1e-12 && rule.from.y == rule.to.y)
    #expect(picture.panels[panel].y.range.contains(level))
  }

  @Test func noTargetNoLine() throws {
    let picture = try picture(runs, target: nil)
    #expect(picture.panels.allSatisfy { $0.rules.isEmpty && $0.labels.isEmpty })
  }

  @Test func withoutClassesThereIsNoAccuracy() throws {
    var runs = runs
    for run in runs.indices {
      for pass in runs[run].trajectory.validation.indices {
        runs[run].trajectory.validation[pass].metrics.accuracy = .nan
      }
    }
    let picture = try picture(runs, target: .validationLoss(atMost: 0.4))
    #expect(picture.panels.map(\.title) == ["Training loss, smoothed", "Validation loss"])
    // 0.35 + 2 e⁻⁵ for both.
    #expect(
      picture.title == "On net, adam reaches a validation loss of 0.363, sgd 0.363"
        || picture.title == "On net, sgd reaches a validation loss of 0.363, adam 0.363")
    let workspace = Workspace()
    _ = try FigureRenderer().draw(
      [picture], into: workspace.path, options: .init(formats: [.svg]))
    #expect(workspace.text("\(picture.name).svg").contains("target 0.4"))
    #expect(workspace.text("\(picture.name).svg").contains("adam"))
  }

  /// The mean is taken to either side: a straight line stays where it is, but for its ends.
  @Test func smoothingDoesNotShift() throws {
    var run = Make.training("adam", seed: 1)
    run.trajectory.losses = run.trajectory.steps.map { Double($0) }
    var figure = LossCurves()
    figure.smoothing = 0.1
    let panel = try #require(figure.draw(Make.input([run])).first).panels[0]
    let curve = try #require(
      panel.curves.first {
        if case .line = $0.style { return true }
        return false
      })
    guard case .table(2, let values) = curve.data.content else {
      Issue.record("not a line")
      return
    }
    let points = stride(from: 0, to: values.count, by: 2).map { (x: values[$0], y: values[$0 + 1]) }
    // Of 200 rows ten to either side; at the ends those that there are.
    #expect(points.first! == (1, 6) && points.last! == (200, 195))
    for point in points where point.x > 10 && point.x < 191 {
      #expect(abs(point.y - point.x) < 1e-9)
    }
  }

  @Test func aDivergenceIsTheWorst() throws {
    var runs = [Make.training("adam", seed: 1), Make.training("sgd", seed: 1, diverged: true)]
    #expect(try picture(runs, target: nil).title.hasSuffix(", sgd 0 %"))
    for run in runs.indices {
      for pass in runs[run].trajectory.validation.indices {
        runs[run].trajectory.validation[pass].metrics.accuracy = .nan
      }
    }
    #expect(
      try picture(runs, target: nil).title
        == "On net, adam reaches a validation loss of 0.363, sgd diverges")
  }
}
