// Every figure, drawn by gnuplot from synthetic runs.

import OptimizerKit
import Plugins
import Testing

@testable import Figures

@Suite struct FiguresTests {
  static let names = figures.map { type(of: $0).name }

  private func figure(_ name: String) throws -> any Figure {
    try #require(figures.first { type(of: $0).name == name })
  }

  @Test(arguments: names)
  func upholdsTheContract(_ name: String) throws {
    let workspace = Workspace()
    let findings = FigureConformance.findings(
      for: try figure(name), drawingInto: workspace.path)
    #expect(findings == [])
    #expect(workspace.files.contains { $0.hasSuffix(".png") })
  }

  @Test(arguments: names)
  func drawsAllFormats(_ name: String) throws {
    let figure = try figure(name)
    let pictures = Make.still(try figure.draw(Make.input(for: figure)))
    try #require(!pictures.isEmpty)
    #expect(Set(pictures.map(\.name)).count == pictures.count)
    let workspace = Workspace()
    let drawn = try FigureRenderer().draw(
      pictures, into: workspace.path,
      options: .init(formats: FigureFormat.allCases, terminal: .init(columns: 100, rows: 30)))
    for (picture, result) in zip(pictures, drawn) {
      let png = workspace.bytes("\(picture.name).png")
      let size = try #require(pngSize(png))
      #expect(size.width == picture.width && size.height == picture.height)
      #expect(png.count > 8_000)
      #expect(workspace.text("\(picture.name).svg").contains("</svg>"))
      #expect(workspace.text("\(picture.name).pdf").hasPrefix("%PDF"))
      #expect((result.text ?? "").split(separator: "\n").count >= 20)
      let caption = workspace.text("\(picture.name).md")
      for entry in ["problem", "seeds", "budget", "suite", "warning"] {
        #expect(caption.contains("**\(entry)**"))
      }
      #expect(!picture.title.isEmpty && !picture.title.contains("NaN"))
      #expect(result.files.count == 6)
      #expect(workspace.bytes("\(picture.name).gif").starts(with: Array("GIF89a".utf8)))
    }
    #expect(!workspace.files.contains { $0.hasSuffix(".part") })
  }

  @Test(arguments: names)
  func scriptRedraws(_ name: String) throws {
    let figure = try figure(name)
    let pictures = try figure.draw(Make.input(for: figure))
    let picture = try #require(pictures.first)
    let workspace = Workspace()
    _ = try FigureRenderer().draw(
      [picture], into: workspace.path, options: .init(formats: [.svg], caption: false))
    let first = workspace.bytes("\(picture.name).svg")
    // The script is all that it needs: it overwrites the picture.
    let (status, messages) = try workspace.gnuplot("\(picture.name).gp")
    #expect(status == 0)
    #expect(messages == "")
    let second = workspace.bytes("\(picture.name).svg")
    #expect(second.count > first.count / 2 && second.count < first.count * 2)
  }

  @Test func manyPicturesWithTwoProcesses() throws {
    let input = Make.input([Make.run("sgd"), Make.run("adam", lr: 0.02)])
    var pictures: [Picture] = []
    for index in 0..<7 {
      var picture = try Trajectories().draw(input)[0]
      picture.name += "-\(index)"
      pictures.append(picture)
    }
    let workspace = Workspace()
    let renderer = FigureRenderer()
    for processes in [2, 1] {
      let drawn = try renderer.draw(
        pictures, into: workspace.path + "/a/b",
        options: .init(formats: [.png], processes: processes))
      #expect(drawn.map(\.name) == pictures.map(\.name))
    }
    let first = workspace.bytes("a/b/trajectory-bowl-0.png")
    #expect(pngSize(first) != nil)
    for index in 1..<7 { #expect(workspace.bytes("a/b/trajectory-bowl-\(index).png") == first) }
  }

  // MARK: bad data

  static let hostile: [String] = [
    "adam[lr=0.01;beta1=0.8]", "a'b\"c", "{/Bold x}_{sub}^sup", "`touch /tmp/owned`", "@macro",
    "a\nb\r\tc\u{0}d", "\\n \\\\ ~ & %d %s", "日本語 λ→∞ 🙂", "", String(repeating: "long ", count: 60),
    "$(reboot)", "'; print 'x", "EOD",
  ]

  @Test(arguments: hostile)
  func hostileLabels(_ label: String) throws {
    let runs = Make.everything.map { run in
      var run = run
      run.record.label = label + (run.label.hasPrefix("sgd[") ? run.label : "")
      run.record.outcome.reason = label
      return run
    }
    var suite = ExampleRuns.input(
      suite: ExampleRuns.suite.map { record in
        var record = record
        record.label = label + record.label
        return record
      })
    suite.searches = suite.searches.map { search in
      var search = search
      search.optimizer = label + search.optimizer
      search.problem += label
      search.method += label
      search.history.meaning += label
      search.history.dimensions[0].name += label
      return search
    }
    suite.problemLabel = { $0.name + label + ($0["condition"] ?? "") }
    let inputs = [Make.input(runs), suite].map { input in
      var input = input
      input.ledger.suite = label
      input.ledger.warnings = [label]
      input.ledger.entries = [.init(name: label, value: label)]
      return input
    }
    let workspace = Workspace()
    let renderer = FigureRenderer()
    for figure in figures {
      var picture = try figure.draw(inputs[type(of: figure).isOfWholeSuite ? 1 : 0])[0]
      picture.frames = Array(picture.frames.prefix(2))
      picture.title += label
      let drawn = try renderer.draw(
        [picture], into: workspace.path, options: .init(formats: [.png, .terminal]))
      let (status, messages) = try workspace.gnuplot("\(drawn[0].name).gp")
      #expect(status == 0 && messages == "", "\(type(of: figure).name): \(messages.suffix(600))")
    }
  }

  @Test func labelsAreDrawnAsTheyAre() throws {
    let label = "a_b{c}^d@e'f`g"
    var runs = [Make.run("sgd"), Make.run("adam", lr: 0.01)]
    runs[0].record.label = label
    let workspace = Workspace()
    _ = try FigureRenderer().draw(
      try Convergence().draw(Make.input(runs)), into: workspace.path,
      options: .init(formats: [.svg]))
    let svg = workspace.text("convergence-bowl.svg")
    #expect(svg.contains("a_b{c}^d@e"))
    #expect(svg.contains("Verdana") && svg.contains("font-weight=\"bold\""))
    #expect(!svg.contains("Sans:Bold") && !svg.contains("<title>Gnuplot"))
  }

  /// Trajectories that are not as they should be.
  static let damaged: [(name: String, run: TracedRun)] = {
    let bowl = PluginSpec(name: "bowl", settings: [])
    var empty = Trajectory()
    empty.dimension = 2
    var one = empty
    one.steps = [0]
    one.losses = [5]
    one.gradientNorms = [1]
    one.learningRates = [0]
    one.points = [10, 1]
    var nan = Make.run("sgd").trajectory
    nan.losses[5] = .nan
    nan.points[12] = .infinity
    var all = nan
    all.losses = all.losses.map { _ in .nan }
    var short = Make.run("sgd").trajectory
    short.points = []
    short.learningRates = []
    var still = Make.run("sgd").trajectory
    still.losses = still.losses.map { _ in 0 }
    still.points = still.points.map { _ in 0 }
    var huge = Make.run("sgd").trajectory
    for i in huge.points.indices where i > 20 { huge.points[i] *= 1e200 }
    for i in huge.losses.indices where i > 10 { huge.losses[i] = 1e300 }
    return [
      ("empty", Make.record("sgd", problem: bowl, empty)),
      ("one row", Make.record("sgd", problem: bowl, one)),
      ("NaN on the way", Make.record("sgd", problem: bowl, status: .diverged, nan)),
      ("all NaN", Make.record("sgd", problem: bowl, status: .diverged, all)),
      ("points lost", Make.record("sgd", problem: bowl, short)),
      ("never moves", Make.record("sgd", problem: bowl, still)),
      ("huge", Make.record("sgd", problem: bowl, status: .diverged, huge)),
      ("diverged", Make.run("sgd", lr: 10, steps: 400)),
      ("crashed", Make.record("sgd", problem: bowl, status: .crashed, one)),
      ("nowhere finite", Make.run("sgd", on: "hole")),
      ("no such problem", Make.record("sgd", problem: PluginSpec(name: "gone", settings: []), one)),
    ]
  }()

  @Test(arguments: damaged.indices)
  func damagedRuns(_ index: Int) throws {
    let run = Self.damaged[index].run
    var other = Make.run("adam", lr: 0.03)
    other.record.spec.problem = run.spec.problem
    var scheduled = run
    scheduled.record.spec.optimizer.schedules =
      Make.run("sgd", schedule: true).spec.optimizer
      .schedules
    let workspace = Workspace()
    let renderer = FigureRenderer()
    for figure in figures {
      for runs in [[run], [run, other], [scheduled]] {
        let pictures: [Picture]
        do {
          pictures = try figure.draw(Make.input(runs))
        } catch {
          switch error {
          case .missingRuns, .notComparable: continue
          default: Issue.record("\(type(of: figure).name): \(error)")
          }
          continue
        }
        _ = try renderer.draw(
          Make.still(pictures), into: workspace.path, options: .init(formats: [.png, .terminal]))
      }
    }
  }

  // MARK: what is to be seen

  /// What reads the loss is drawn of what the run has recorded, or left out with a remark.
  @Test func whatReadsTheLossIsRecorded() throws {
    var run = Make.run("sgd", lr: 0.05, schedule: true)
    let lr = try #require(run.spec.optimizer.schedules.first)
    #expect(
      try Schedules().draw(Make.input([run]))[0].title.hasPrefix(
        "line: the learning rate goes from 0.05 to 0.0008"))
    run.record.spec.optimizer.schedules = [
      lr, ScheduleSpec(hyperparameter: "momentum", parts: lr.parts),
    ]
    var input = Make.input([run])
    input.schedule = { _ in ScheduleSequence([Plateau()]) }
    let picture = try Schedules().draw(input)[0]
    #expect(picture.title == "line: the learning rate goes from 0.05 to 0.05")
    #expect(picture.caption.text.contains("momentum of sgd is not drawn"))
  }

  @Test func titlesSayWhatIsMeasured() throws {
    let condition = [PluginSpec.Setting(name: "condition", value: "25")]
    let runs = [
      Make.run("sgd", lr: 1.9 / 25, settings: condition),
      Make.run("adam", lr: 0.5 / 25, settings: condition),
    ]
    let input = Make.input(runs)
    #expect(
      try ZigZag().draw(input)[0].title
        == "At κ = 25, sgd zig-zags on 100 % of its steps, adam on 0 %")
    #expect(
      try Overshoot().draw(input)[0].title
        == "On bowl, no run passes the minimum along the flat direction")
    #expect(
      try SaddleEscape().draw(Make.input([Make.run("sgd", on: "pass")]))[0].title
        .hasPrefix("On pass, sgd escapes from the saddle at step "))
  }

  @Test func divergedRunsKeepAMark() throws {
    let picture = try Trajectories().draw(
      Make.input([Make.run("sgd", lr: 1, steps: 200), Make.run("adam")]))[0]
    let crosses = picture.panels[0].curves.filter {
      if case .points(_, .cross, _, _) = $0.style { return !$0.data.isEmpty }
      return false
    }
    #expect(crosses.count == 1)
    #expect(picture.title.hasSuffix("; sgd diverges"))
  }

  @Test func longPathsAreThinned() throws {
    let picture = try Trajectories().draw(
      Make.input([Make.run("sgd", lr: 1e-4, steps: 50_000)]))[0]
    let path = try #require(picture.panels[0].curves.first { $0.data.name == "path0" })
    guard case .table(_, let values) = path.data.content else {
      Issue.record("not a table")
      return
    }
    #expect(values.count < 1000)
    #expect(picture.script(format: .png).utf8.count < 120_000)
  }
}
