// Stored networks judged together.

import Foundation
import Testing

@Suite struct EnsembleTests {
  private struct Report: Decodable {
    struct Line: Decodable {
      let problem, optimizer, way: String
      let members, count: Int
      let validationLoss, validationAccuracy, gain: Double
      let testAccuracy: Double?
    }
    let lines: [Line]
    let remarks: [String]
  }

  private static let suite = """
    groups:
      - name: points
        optimizers: ["sgd[lr=0.1]"]
        problems: ["mlp[data=blobs;hidden=8;trainSize=200;batch=20]"]
        seeds: 1-3
        steps: 40
        checkpoints: 4
      - name: others
        optimizers: ["sgd[lr=0.1]"]
        problems: ["perceptron[data=blobs;trainSize=200;batch=20]", sphere]
        steps: 20
        checkpoints: 2
    """

  @Test func runsAreJudgedAloneAndTogether() async throws {
    let workspace = try Workspace()
    try workspace.write("points.yaml", Self.suite)
    let compare = try await workspace.run("compare", "points.yaml")
    #expect(compare.status == 0, "\(compare.errors)")
    let outcome = try await workspace.run("ensemble", "points", "--test", "--json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let report = try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
    #expect(report.lines.map(\.way) == ["alone", "together", "snapshots", "averaged weights"])
    #expect(report.lines.map(\.members) == [1, 3, 4, 4])
    #expect(report.lines.map(\.count) == [3, 1, 3, 3])
    #expect(report.lines.allSatisfy { $0.testAccuracy != nil })
    let alone = report.lines[0]
    for line in report.lines {
      let gain = (line.testAccuracy ?? 0) - (alone.testAccuracy ?? 0)
      #expect(abs(line.gain - gain) < 1e-12)
    }
    // A perceptron gives no probabilities, and a surface is no network.
    #expect(report.remarks.contains { $0.contains("cannot be averaged") })
    #expect(report.remarks.contains { $0.contains("trains no model") })
    // The last snapshot is the run itself.
    let last = try await workspace.run("ensemble", "points", "--last", "1", "--json")
    let single = try JSONDecoder().decode(Report.self, from: Data(last.output.utf8))
    #expect(single.lines[2].validationLoss == single.lines[0].validationLoss)
    #expect(single.lines[3].validationAccuracy == single.lines[0].validationAccuracy)
    let text = try await workspace.run("ensemble", "points", "--problems", "mlp").output
    #expect(text.contains("averaged weights") && text.contains("percentage points"))
  }

  @Test func withoutCheckpointsItSaysHowToKeepThem() async throws {
    let workspace = try Workspace()
    try workspace.write(
      "points.yaml",
      """
      groups:
        - problems: ["mlp[data=blobs;hidden=8;trainSize=200;batch=20]"]
          optimizers: ["sgd[lr=0.1]"]
          steps: 20
      """)
    _ = try await workspace.run("compare", "points.yaml")
    let outcome = try await workspace.run("ensemble", "points")
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("no checkpoints are kept of the runs of points"))
    #expect(outcome.errors.contains("--checkpoints 6"))
  }
}
