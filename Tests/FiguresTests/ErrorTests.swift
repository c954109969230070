// What goes wrong, and what it is called.

import OptimizerKit
import Plugins
import Testing

@testable import Figures

@Suite struct ErrorTests {
  @Test func texts() {
    #expect(
      FigureError.unknownFormat(name: "jpeg").description
        == "there is no format 'jpeg' (there are png, svg, pdf, gif, terminal)")
    #expect(throws: FigureError.unknownFormat(name: "jpeg")) { try FigureFormat.named("jpeg") }
  }

  @Test func missingRuns() throws {
    #expect {
      try ZigZag().draw(Make.input([Make.run("sgd", on: "pass")]))
    } throws: {
      "\($0)"
        == "the figure 'zigzag' needs runs with their paths on a quadratic of two coordinates; "
        + "the 1 run given is on pass"
    }
    for figure in figures {
      let type = type(of: figure)
      #expect {
        try figure.draw(Make.input([]))
      } throws: {
        "\($0)" == "the figure '\(type.name)' needs \(type.needs); no runs were given"
      }
    }
  }

  var picture: Picture {
    get throws { try Trajectories().draw(Make.input([Make.run("sgd")]))[0] }
  }

  private func message(_ gnuplot: String, _ picture: Picture, _ folder: String) -> String {
    do {
      _ = try FigureRenderer(gnuplot: gnuplot).draw(
        [picture], into: folder, options: .init(formats: [.png]))
      return "drawn"
    } catch { return "\(error)" }
  }

  @Test func gnuplotMissing() throws {
    let workspace = Workspace()
    #expect(
      message("gnuplot-that-is-not-there", try picture, workspace.path)
        == "'gnuplot-that-is-not-there' cannot be started (No such file or directory); "
        + "install it with: sudo apt-get install gnuplot-nox")
    #expect(workspace.files == [])
  }

  @Test func gnuplotTooOld() throws {
    let workspace = Workspace()
    let old = workspace.program(
      "old", "echo 'version 4.6' >&2; echo 'cgnuplot mark 1' >&2; cat > /dev/null\n")
    #expect(
      message(old, try picture, workspace.path)
        == "'\(old)' is version 4.6, and 5.4 or later is needed; "
        + "install it with: sudo apt-get install gnuplot-nox")
  }

  @Test func notGnuplot() throws {
    let workspace = Workspace()
    let other = workspace.program("other", "echo no idea >&2; exit 1\n")
    #expect(
      message(other, try picture, workspace.path)
        == "'\(other)' cannot be started (no idea ); install it with: sudo apt-get install gnuplot-nox"
    )
  }

  @Test func gnuplotDies() throws {
    let workspace = Workspace()
    let dying = workspace.program(
      "dying", "echo 'version 5.4' >&2; echo 'cgnuplot mark 1' >&2; sleep 0.2; echo boom >&2\n")
    #expect(
      message(dying, try picture, workspace.path)
        == "gnuplot refused the picture 'trajectory-bowl': it ended: boom")
  }

  @Test func refusedCommand() throws {
    let workspace = Workspace()
    let renderer = FigureRenderer()
    var bad = try picture
    bad.panels[0].commands.append("set nonsense 1")
    let options = FigureRenderer.Options(formats: [.png], script: false, caption: false)
    #expect {
      _ = try renderer.draw([bad], into: workspace.path, options: options)
    } throws: {
      "\($0)".hasPrefix("gnuplot refused the picture 'trajectory-bowl': ")
        && "\($0)".contains("nrecognized option")
    }
    #expect(workspace.files == [])
    // The renderer goes on with the next picture.
    _ = try renderer.draw([try picture], into: workspace.path, options: options)
    #expect(workspace.files == ["trajectory-bowl.png"])
  }

  @Test func noOutput() throws {
    let workspace = Workspace()
    let idle = workspace.program(
      "idle",
      "echo 'version 5.4' >&2; echo 'cgnuplot mark 1' >&2; sleep 0.2\n"
        + "echo 'cgnuplot mark 2' >&2; cat > /dev/null\n")
    #expect(
      message(idle, try picture, workspace.path)
        == "gnuplot reported no error, but left no picture at \(workspace.path)/trajectory-bowl.png"
    )
  }

  @Test func cannotWrite() throws {
    let workspace = Workspace()
    let file = workspace.program("file", "")
    #expect(message("gnuplot", try picture, file) == "cannot write \(file): it is not a folder")
    #expect(
      message("gnuplot", try picture, file + "/below")
        == "cannot write \(file)/below: Not a directory")
  }
}
