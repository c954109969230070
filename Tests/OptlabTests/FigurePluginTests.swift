// Figures brought as files: listed, shown, drawn and checked like those that are compiled in.

import Foundation
import Testing

@Suite struct FigurePluginTests {
  @Test func aFileIsAFigure() async throws {
    let workspace = try Workspace()
    try workspace.fixture("FinalLosses.swift")
    let plugin = ["--plugin", "FinalLosses.swift"]
    let list = try await workspace.run(["list", "figures"] + plugin)
    #expect(list.output.contains(/final-losses +the final loss of each run/), "\(list)")
    let page = try await workspace.run(["show", "final-losses"] + plugin)
    #expect(page.output.contains("final-losses (figure): the final loss of each run"))
    #expect(page.output.contains("needs: runs that end at a finite loss"))
    #expect(page.output.contains("size of the points"))
    let check = try await workspace.run(["check", "FinalLosses"] + plugin)
    #expect(check.output == "final-losses (figure): passes\n", "\(check)")

    let compare = try await workspace.run(
      [
        "compare", "--optimizers", "sgd[lr=1e-3,1e-4,1]", "--problems", "rosenbrock", "--steps",
        "20", "--figures", "final-losses", "--format", "png",
      ] + plugin)
    #expect(compare.status == 0, "\(compare)")
    let folder = try workspace.pictureFolder()
    #expect(compare.output.contains("drew \(folder)/final-losses.png: Half of the runs end below "))
    let plot = try await workspace.run(
      ["plot", "final-losses[size=2]", "final-losses@large", "--format", "svg"] + plugin)
    #expect(plot.status == 0, "\(plot)")
    func text(_ file: String) throws -> String {
      try String(contentsOfFile: workspace.path("\(folder)/\(file)"), encoding: .utf8)
    }
    #expect(try text("final-losses-size-2.svg").contains("</svg>"))
    #expect(try text("final-losses-size-2.gp").contains("pointsize 2 "))
    #expect(try text("final-losses-size-2.md").contains("**figure**: final-losses\\[size=2\\]"))
    #expect(try text("final-losses-large.gp").contains("pointsize 3 "))
    #expect(try !text("final-losses.md").contains("**figure**"))

    // Without the file there is no such figure; one that traps costs a sentence.
    let gone = try await workspace.run("plot", "final-losses")
    #expect(gone.status == 64)
    #expect(gone.errors.hasPrefix("Error: unknown figure 'final-losses'."))
    let trapped = try await workspace.run(["plot", "final-losses[traps=true]"] + plugin)
    #expect(trapped.status == 1)
    #expect(trapped.errors.contains("a plugin traps"))
  }

  @Test func faultsAreNamed() async throws {
    let workspace = try Workspace()
    try workspace.fixture("Careless.swift")
    let check = try await workspace.run("check", "careless", "--plugin", "Careless.swift")
    #expect(check.status == 1)
    #expect(check.output.hasPrefix("careless (figure): fails\n"))
    for fault in [
      "title: 'careless' has no title, drawn of the example runs",
      "caption: 'careless' has no caption, drawn of the example runs",
      "curves: 'careless' is empty, drawn of the example runs; expected curves with data",
      "axes: the x axis 'step' of 'careless' has no range, drawn of the example runs; expected "
        + "finite, got -inf...inf",
      "draw: draws of no runs at all; expected throw missing(input), got a picture",
    ] {
      #expect(check.output.contains("  fault  \(fault)"), "\(fault)\n\(check.output)")
    }
    // Each is said once, however many runs it shows with; with gnuplot's own complaint, six.
    #expect(check.output.split(separator: "\n").count == 7)
  }
}
