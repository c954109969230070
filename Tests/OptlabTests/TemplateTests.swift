// `new`: what it writes passes its check and runs, untouched.

import Foundation
import Testing

@Suite struct TemplateTests {
  @Test(arguments: [
    ("optimizer", ["rosenbrock", "sign-descent2"]),
    ("optimizer", ["rosenbrock", "lookahead(clip(sign-descent2:cosine))"]),
    ("matrix-optimizer", ["rosenbrock", "sign-descent2"]),
    ("wrapper", ["rosenbrock", "sign-descent2(momentum)"]),
    ("schedule", ["rosenbrock", "adam:sign-descent2"]),
    ("problem", ["sign-descent2", "adam"]),
    ("network", ["sign-descent2", "adam"]),
  ])
  func works(_ kind: String, _ selections: [String]) async throws {
    let workspace = try Workspace()
    let new = try await workspace.run("new", kind, "SignDescent2")
    #expect(new.status == 0)
    #expect(new.output.hasPrefix("wrote SignDescent2.swift\n"))
    let plugin = ["--plugin", "SignDescent2.swift"]
    let check = try await workspace.run(["check", "SignDescent2", "--time-limit", "600"] + plugin)
    #expect(check.status == 0, "\(check)")
    let checked = ["network": "problem", "matrix-optimizer": "optimizer"][kind] ?? kind
    #expect(check.output.hasPrefix("sign-descent2 (\(checked)): passes"))
    let trace = try await workspace.run(["trace"] + selections + plugin)
    #expect(trace.status == 0, "\(trace)")
    #expect(trace.output.split(separator: "\n").count == 102)
    let again = try await workspace.run("new", kind, "SignDescent2")
    #expect(again.status == 64)
    #expect(
      again.errors == "Error: SignDescent2.swift is there already; it was left untouched\n")
  }

  @Test func figure() async throws {
    let workspace = try Workspace()
    let new = try await workspace.run("new", "figure", "EndPoints")
    #expect(
      new.output
        == """
        wrote EndPoints.swift
          optlab check end-points --plugin EndPoints.swift
          optlab compare --optimizers adam,momentum --problems rosenbrock --figures end-points \
        --plugin EndPoints.swift

        """)
    let plugin = ["--plugin", "EndPoints.swift"]
    let check = try await workspace.run(["check", "end-points"] + plugin)
    #expect(check.output == "end-points (figure): passes\n", "\(check)")
    let compare = try await workspace.run(
      [
        "compare", "--optimizers", "adam,momentum", "--problems", "rosenbrock", "--steps", "10",
        "--figures", "end-points[size=2]",
      ] + plugin)
    let picture = try workspace.pictureFolder() + "/end-points-rosenbrock-size-2.svg"
    #expect(FileManager.default.fileExists(atPath: workspace.path(picture)), "\(compare)")
  }

  @Test func experiment() async throws {
    let workspace = try Workspace()
    let new = try await workspace.run("new", "experiment", "MomentumHelps")
    #expect(new.status == 0)
    let plugin = ["--plugin", "MomentumHelps.swift"]
    let check = try await workspace.run(["check", "momentum-helps"] + plugin)
    #expect(check.output.hasPrefix("momentum-helps (experiment): passes"), "\(check)")
    let run = try await workspace.run(["experiment", "momentum-helps", "--json"] + plugin)
    #expect(run.status == 0, "\(run)")
    let json = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
    let result = try #require((json as? [[String: Any]])?.first)
    #expect(result["verdict"] as? String == "holds")
    #expect(result["runs"] as? Int == 6)
    #expect((result["numbers"] as? [Any])?.count == 1)
    for file in try #require(result["figures"] as? [String]) {
      #expect(FileManager.default.fileExists(atPath: workspace.path(file)))
    }
  }

  /// A suite is called as its file is, and taken from there without being named.
  @Test func suite() async throws {
    let workspace = try Workspace()
    try FileManager.default.createDirectory(
      atPath: workspace.path("Plugins/Suites"), withIntermediateDirectories: true)
    let new = try await workspace.run("new", "suite", "TwoValleys")
    #expect(
      new.output
        == """
        wrote Plugins/Suites/two-valleys.yaml
          optlab check two-valleys
          optlab compare two-valleys

        """)
    let check = try await workspace.run("check", "two-valleys")
    #expect(
      check.output == "two-valleys (suite): passes\n  note   plan: 6 runs in 1 group\n",
      "\(check)")
    let list = try await workspace.run("list", "suites")
    #expect(
      list.output.contains(/\stwo-valleys +two optimizers on two surfaces\n/), "\(list)")
    let page = try await workspace.run("show", "two-valleys")
    #expect(page.output.hasPrefix("two-valleys (suite): two optimizers on two surfaces\n"))
    #expect(page.output.contains("  runs: 6\n"), "\(page)")
    let compare = try await workspace.run("compare", "two-valleys", "--dry-run")
    #expect(compare.output.split(separator: "\n").count == 6, "\(compare)")

    try workspace.write(
      "Plugins/Suites/two-valleys.yaml", "groups:\n  - optimizers: adm\n    problems: beale\n")
    let broken = try await workspace.run("check", "two-valleys")
    #expect(broken.status == 1)
    #expect(
      broken.output.contains(
        "  fault  plan: Plugins/Suites/two-valleys.yaml:2: unknown optimizer 'adm'."), "\(broken)")
  }
}
