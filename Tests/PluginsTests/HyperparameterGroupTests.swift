// Hyperparameters that plugins share.

import Analysis
import OptimizerKit
import Plugins
import Testing

/// A schedule with a group between two hyperparameters of its own.
private struct Grouped: Schedule {
  static let name = "grouped"
  static let summary = "a schedule for this test"

  struct Ends: HyperparameterGroup {
    @Hyperparameter("whether there are any") var any = false
    @Hyperparameter("the first", in: 0...1) var first = 0.25
    @Hyperparameter("the last", in: 0...1) var last = 0.75
  }

  @Hyperparameter("a switch before it") var before = true
  var ends = Ends()
  @Hyperparameter("a number after it", in: 1.0...9) var after = 3

  init() {}
  func value(base: Double, step: Int, steps: Int) -> Double { base * ends.last }
}

/// A schedule whose group says again what it says itself.
private struct Twice: Schedule {
  static let name = "twice"
  static let summary = "a schedule for this test"
  @Hyperparameter("a number", in: 0...1) var last = 0.5
  var ends = Grouped.Ends()
  init() {}
  func value(base: Double, step: Int, steps: Int) -> Double { base }
}

@Suite struct HyperparameterGroupTests {
  @Test func countAsThePluginsOwn() throws {
    var plugin = Grouped()
    #expect(plugin.hyperparameters.map(\.name) == ["before", "any", "first", "last", "after"])
    #expect(plugin.hyperparameters.map(\.value) == ["true", "false", "0.25", "0.75", "3"])
    for (name, value) in [("any", "true"), ("last", "0.5"), ("after", "4"), ("before", "false")] {
      try plugin.set(name, to: value)
    }
    #expect(plugin.ends.any && plugin.ends.first == 0.25 && plugin.ends.last == 0.5)
    #expect(plugin.after == 4 && !plugin.before)
    #expect(throws: HyperparameterError.self) { try plugin.set("last", to: "2") }
    #expect(throws: HyperparameterError.self) { try plugin.set("ends", to: "2") }
  }

  @Test func aNameIsDeclaredOnce() {
    func findings(_ schedule: some Schedule) -> [String] {
      ScheduleConformance.findings(for: schedule).map(\.message)
    }
    #expect(findings(Twice()).contains("last: declared twice"))
    #expect(!findings(Grouped()).contains { $0.contains("twice") })
  }
}
