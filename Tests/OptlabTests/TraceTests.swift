// `trace`: the format that other people's numbers are compared with.

import Foundation
import Testing

@Suite struct TraceTests {
  @Test func rowsAndDigits() async throws {
    let outcome = try await Workspace().run(
      "trace", "rosenbrock", "sgd[lr=1e-3]", "--steps", "2", "--start=-1.2,1")
    #expect(outcome.status == 0)
    #expect(outcome.errors == "")
    let lines = outcome.output.split(separator: "\n")
    #expect(lines[0] == "step,loss,gradient_norm,learning_rate,x0,x1")
    #expect(lines[1] == "0,24.199999999999996,232.86768775422664,0,-1.2,1")
    // x₁ = x₀ − lr ∇f(x₀) = (−1.2 + 0.2156, 1 + 0.088)
    let first = lines[2].split(separator: ",").map(String.init)
    #expect(first[0] == "1" && first[3] == "0.001")
    #expect(abs(try #require(Double(first[4])) + 0.9844) < 1e-15)
    #expect(abs(try #require(Double(first[5])) - 1.088) < 1e-15)
    #expect(lines.count == 4)
    for cell in lines.dropFirst().joined(separator: ",").split(separator: ",") {
      #expect(String(format: "%.17g", try #require(Double(cell))) == cell)
    }
  }

  @Test func everyFewRowsAsTabs() async throws {
    let outcome = try await Workspace().run(
      "trace", "beale", "adam", "--steps", "25", "--every", "10", "--format", "tsv")
    let steps = outcome.output.split(separator: "\n").map { $0.split(separator: "\t")[0] }
    #expect(steps == ["step", "0", "10", "20", "25"])
  }

  @Test func json() async throws {
    let workspace = try Workspace()
    let outcome = try await workspace.run(
      "trace", "beale", "adam", "--steps", "5", "--format", "json")
    let record = try #require(workspace.json(outcome) as? [String: Any])
    #expect(record["status"] as? String == "completed")
    let trajectory = try #require(record["trajectory"] as? [String: Any])
    #expect((trajectory["losses"] as? [Any])?.count == 6)
  }

  /// A divergence is a result: its rows are printed, and standard error says where it happened.
  @Test func divergence() async throws {
    let outcome = try await Workspace().run("trace", "rosenbrock", "adam[lr=1e308]")
    #expect(outcome.status == 0)
    #expect(outcome.output.hasSuffix("\n1,nan,nan,1e+308,inf,inf\n"))
    #expect(
      outcome.errors
        == "diverged: the loss is nan after step 1; the last finite loss was 24.199999999999996\n")
  }

  /// A matrix method on a problem without matrices says what it falls back to, once.
  @Test func remarks() async throws {
    let workspace = try Workspace()
    let trace = try await workspace.run("trace", "rosenbrock", "lookahead(muon)", "--steps", "1")
    #expect(trace.status == 0)
    #expect(trace.errors == "rosenbrock: muon finds no matrices, and adamw moves everything\n")
    // Of a surface that has matrices there is nothing to say.
    let matrices = try await workspace.run(
      "trace", "matrix-factorization", "lookahead(muon)", "--steps", "1")
    #expect(matrices.status == 0 && matrices.errors == "")
    let compare = try await workspace.run(
      "compare", "--optimizers", "muon[lr=1e-3,1e-2](clip(sgd)),soap,adam", "--problems",
      "rosenbrock,beale", "--steps", "2", "--store", "runs.sqlite")
    #expect(compare.status == 0)
    #expect(
      compare.errors.hasPrefix(
        """
        rosenbrock, beale: muon finds no matrices, and clip(sgd) moves everything
        rosenbrock, beale: soap finds no matrices, and is adam without its first step

        """))
    let network = try await workspace.run(
      "compare", "--optimizers", "muon,muon@keller,soap", "--problems", "softmax-regression",
      "--dry-run", "--store", "runs.sqlite")
    #expect(
      network.errors == """
        softmax-regression: muon finds no matrices, and adamw moves everything
        3 of 3 runs are to be done

        """)
  }

  @Test func jobsDoNotMatter() async throws {
    var exports: [String] = []
    for jobs in ["1", "3"] {
      let workspace = try Workspace()
      let outcome = try await workspace.run(
        "compare", "--optimizers", "sgd[lr=1e-3],adam,momentum[lr=1e-3]", "--problems",
        "rosenbrock,quadratic[noise=1]", "--seeds", "1-2", "--steps", "50", "--jobs", jobs,
        "--store", "runs.sqlite")
      #expect(outcome.status == 0)
      let export = try await workspace.run("export", "trajectories", "--store", "runs.sqlite")
      exports.append(export.output.split(separator: "\n").sorted().joined(separator: "\n"))
    }
    #expect(exports[0].count > 1000)
    #expect(exports[0] == exports[1])
  }
}
