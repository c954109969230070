// `new`: what it writes passes its check and runs, untouched.

import Foundation
import Testing

@Suite struct TemplateTests {
  @Test(arguments: [
    ("optimizer", ["rosenbrock", "sign-descent2"]),
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
    let check = try await workspace.run(["check", "SignDescent2"] + plugin)
    #expect(check.status == 0, "\(check)")
    let checked = kind == "network" ? "problem" : kind
    #expect(check.output.hasPrefix("sign-descent2 (\(checked)): passes"))
    let trace = try await workspace.run(["trace"] + selections + plugin)
    #expect(trace.status == 0, "\(trace)")
    #expect(trace.output.split(separator: "\n").count == 102)
    let again = try await workspace.run("new", kind, "SignDescent2")
    #expect(again.status == 64)
    #expect(
      again.errors == "Error: SignDescent2.swift is there already; it was left untouched\n")
  }
}
