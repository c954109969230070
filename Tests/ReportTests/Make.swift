// A small report.

import Figures
import OptimizerKit

@testable import Report

enum Make {
  /// A report with everything that there is, of names as they come.
  ///
  /// - Parameter name: put into every text that comes from names and data.
  static func report(_ name: String = "") -> Report {
    var report = Report(
      suite: "tests" + name, title: "A comparison" + name,
      answer: [
        "adam\(name) beats sgd, probability 0.97 [0.93, 0.99].", "Nothing else can be told.",
      ])
    report.notices = ["8 of 10 runs are done" + name]
    var section = Report.Section("Who is better" + name)
    section.paragraphs = ["What stands below" + name]
    let values: [Double] = [10, 9, .infinity, 2, 7.5, 100]
    section.tables = [
      Report.Table(
        "Ranks" + name, columns: [.init("optimizer"), .init("rank", isNumeric: true)],
        rows: values.enumerated().map { place, value in
          [
            .init("optimizer-\(place)\(name)", color: "#0072b2", isStrong: place == 0),
            .init(
              value.isFinite ? "\(value)" : "failed", value: value,
              mark: .init(Double(place) / 5, in: 0.25...0.5, color: "#0072b2")),
          ]
        }, notes: ["rank: less is better" + name]),
      Report.Table(
        "Pairs" + name, columns: [.init("first"), .init("second")],
        rows: [[.init("adam" + name), .init("sgd")]], isFolded: true),
    ]
    section.figures = [
      Report.Picture(
        title: "What is to be seen" + name,
        svg: "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 8 6\"><rect fill=\"#0072b2\" "
          + "width=\"100%\" height=\"4\"/></svg>", width: 800, height: 600,
        caption: [("problem" + name, "bowl" + name)], command: "optlab plot rank" + name)
    ]
    let runs = [
      ExampleRuns.run("sgd", lr: 0.03, steps: 100, label: "sgd" + name),
      ExampleRuns.run("adam", lr: 0.01, steps: 100, label: "adam" + name),
      ExampleRuns.run("momentum", lr: 1, steps: 100, label: "momentum" + name),
    ]
    if let surface = ExampleRuns.surface(runs[0].spec.problem) {
      section.player = Report.Player(
        runs, on: surface, problem: "bowl" + name,
        colors: OptimizerColors(runs.map(\.record)))
    }
    report.sections = [section, Report.Section("Nothing in it")]
    report.ledger = [("seeds" + name, "1-10" + name)]
    report.commands = [("runs" + name, "optlab compare tests" + name)]
    return report
  }
}
