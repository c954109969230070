// Small multiples, marks along paths, and the closer look.

import OptimizerKit
import Plugins
import Testing

@testable import Figures

@Suite struct MultiplesTests {
  /// The lines of a panel in the colour of others, and in their own.
  private func lines(_ panel: Panel) -> (faint: Int, own: Int) {
    let colors = panel.curves.compactMap { curve -> String? in
      guard case .line(let color, _, _) = curve.style, curve.data.name.hasPrefix("line") else {
        return nil
      }
      return color
    }
    return (colors.count { $0 == "#d3d8dc" }, colors.count { $0 != "#d3d8dc" })
  }

  @Test(arguments: [1, 2, 3, 5, 12, 30])
  func everyLineHasACellOfItsOwn(_ count: Int) throws {
    var figure = Convergence()
    figure.layout = .multiples
    let runs = (0..<count).map { Make.run("sgd", lr: 0.001 * Double($0 + 1), label: "sgd-\($0)") }
    let pictures = try figure.draw(Make.input(runs))
    var own: [String] = []
    for picture in pictures {
      for panel in picture.panels {
        #expect(lines(panel).own == 1 && lines(panel).faint == picture.panels.count - 1)
        #expect(panel.x.range == pictures[0].panels[0].x.range)
        #expect(panel.y.range == pictures[0].panels[0].y.range)
        #expect(panel.frame.left < panel.frame.right && panel.frame.right <= 1)
        #expect(panel.frame.bottom > 0 && panel.frame.bottom < panel.frame.top)
        own += panel.labels.map(\.text).filter { $0.hasPrefix("sgd-") }
      }
      // No two cells lie on one another.
      for (place, one) in picture.panels.enumerated() {
        for other in picture.panels.dropFirst(place + 1) {
          let (a, b) = (one.frame, other.frame)
          #expect(
            a.right <= b.left || b.right <= a.left || a.top <= b.bottom || b.top <= a.bottom)
        }
      }
    }
    #expect(Set(own).count == count)
  }

  @Test func longNamesFit() {
    let grid = Multiples(4, title: "title")
    let name = String(repeating: "optimizer", count: 4)
    let label = grid.label(name, 0)
    #expect(label.size < 11.5 && label.size >= 7.5)
    #expect(grid.label("adam", 0).size == 11.5)
  }

  /// Figures of curves have both layouts, and one line of each quantity in each cell.
  @Test func curvesHaveBothLayouts() throws {
    var curves = LossCurves()
    curves.layout = .multiples
    let pictures = try curves.draw(Make.input(Make.everything))
    #expect(pictures.map(\.panels.count) == [2, 2, 2])
    #expect(Set(pictures.map(\.name)).count == 3)
    var rates = LearningRateSensitivity()
    rates.layout = .multiples
    let sweep = try rates.draw(Make.input(Make.everything))
    #expect(
      sweep.contains { $0.panels.count > 1 }
        || sweep[0].panels[0].labels.contains { $0.text == "sgd" })
    var profiles = PerformanceProfiles()
    profiles.layout = .multiples
    let suite = ExampleRuns.input(suite: ExampleRuns.suite)
    #expect(try profiles.draw(suite)[0].panels.count == 5)
  }

  // MARK: paths

  /// Three runs along one way, and three along ways of their own.
  @Test func pathsOnOneAnotherGetMapsOfTheirOwn() throws {
    let same = [0.03, 0.031, 0.032].map { Make.run("sgd", lr: $0, label: "sgd[lr=\($0)]") }
    let apart = ["sgd", "adam", "lion"].enumerated().map { place, name in
      var run = Make.run(name)
      // Turned about the start.
      for row in 0..<run.trajectory.count {
        let (x, y) = (run.trajectory.points[2 * row] - 10, run.trajectory.points[2 * row + 1] - 1)
        let turn = [1.0, 0.0, -1.0][place]
        run.trajectory.points[2 * row] = 10 + x * 0.5
        run.trajectory.points[2 * row + 1] = 1 + y * 0.2 + x * 0.15 * turn
      }
      return run
    }
    let panel = Panel(x: Axis("", -12...12), y: Axis("", -3...3))
    #expect(panel.overlap(of: same, picture: (800, 600)) > 0.9)
    #expect(panel.overlap(of: apart, picture: (800, 600)) < 0.3)
    #expect(panel.overlap(of: [same[0]], picture: (800, 600)) == 0)
    #expect(try Trajectories().draw(Make.input(same))[0].panels.count == 3)
    #expect(try Trajectories().draw(Make.input(same))[0].caption.text.contains("in common"))
    var overlaid = Trajectories()
    overlaid.layout = .overlaid
    // One map, and a closer look where the three end.
    #expect(try overlaid.draw(Make.input(same))[0].panels.count <= 2)
    #expect(
      try Trajectories().draw(Make.input(apart))[0].panels[0].curves.contains {
        $0.data.name == "path2"
      })
  }

  @Test func marksLieAtEqualNumbersOfGradients() throws {
    let cheap = Make.run("sgd", lr: 0.03, steps: 120)
    var dear = Make.run("adam", lr: 0.01, steps: 120)
    dear.trajectory.gradients = dear.trajectory.gradients.map { 2 * $0 }
    #expect(Panel.milestones(of: [cheap]) == [3, 10, 30, 100])
    #expect(Panel.milestones(of: [cheap, dear]) == [3, 10, 30, 100])
    var panel = Panel(x: Axis("", -12...12), y: Axis("", -3...3))
    let colors = OptimizerColors([cheap, dear])
    panel.addMilestones([10, 100], of: dear, colors, "0")
    let curve = try #require(panel.curves.first { $0.data.name == "milestones0" })
    guard case .table(_, let values) = curve.data.content else { return }
    // After 10 gradients it has made 5 steps, after 100 fifty.
    #expect(values == Array(dear.trajectory.point(5)) + Array(dear.trajectory.point(50)))
    // A run that never was at a number is not marked there.
    panel.curves = []
    panel.addMilestones([3], of: dear, colors, "1")
    #expect(panel.curves.allSatisfy { $0.data.isEmpty })
  }
}
