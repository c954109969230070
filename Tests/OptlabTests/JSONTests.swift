// What scripts read.

import Foundation
import Testing

@Suite struct JSONTests {
  @Test func listsAndPages() async throws {
    let workspace = try Workspace()
    let list = try #require(
      workspace.json(try await workspace.run("list", "--json")) as? [String: [[String: Any]]])
    #expect(list["optimizers"]?.contains { $0["name"] as? String == "adam" } == true)
    #expect(list["problems"]?.contains { $0["name"] as? String == "rosenbrock" } == true)
    let page = try #require(
      workspace.json(try await workspace.run("show", "adam", "--json")) as? [[String: Any]])
    #expect(page.first?["kind"] as? String == "optimizer")
  }

  @Test func storedRuns() async throws {
    let workspace = try Workspace()
    let compare = try await workspace.run(
      "compare", "--optimizers", "sgd[lr=1e-3,1]", "--problems", "rosenbrock", "--steps", "5",
      "--json")
    #expect(compare.status == 0)
    #expect(try workspace.json(compare) is [Any])
    let runs = try await workspace.storedRuns()
    #expect(Set(runs.compactMap { $0["status"] as? String }) == ["completed", "diverged"])
    let export = try await workspace.run("export", "summaries", "--format", "json")
    #expect((try workspace.json(export) as? [Any])?.count == 2)
    let rows = try await workspace.run("export").output.split(separator: "\n")
    #expect(rows.count == 3)
    #expect(rows[0].hasPrefix("key,optimizer,settings,problem,"))
    let file = try await workspace.run("export", "trajectories", "--output", "all.csv")
    #expect(file.status == 0 && file.output.isEmpty)
    let lines = try String(contentsOfFile: workspace.path("all.csv"), encoding: .utf8)
    #expect(lines.hasPrefix("key,optimizer,problem,problem_settings,start,seed,step,loss,"))
  }
}
