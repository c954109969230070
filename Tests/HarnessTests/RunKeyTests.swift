// The key of a run: everything that decides its numbers, and nothing else.

import Foundation
import OptimizerKit
import Testing

@testable import Harness

@Suite struct RunKeyTests {
  private let base = try! specification("adam:cosine", on: "beale")

  /// What a run is called in a suite, and what is kept of it, are no part of what it is.
  @Test func labelAndRecordingAreNotPartOfIt() throws {
    func plan(_ selection: String, _ settings: String) throws -> Plan {
      try Plan(
        Suite(
          yaml: "groups: [{optimizers: '\(selection)', problems: beale, steps: 10, \(settings)}]",
          name: "s", file: "s.yaml"), catalogue: catalogue)
    }
    let plans = try [
      plan("adam:cosine", "every: 1"), plan("adam:cosine", "every: 7"),
      plan("adam:cosine", "record: outcomes"), plan("adam[lr=0.001]:cosine", "every: 1"),
      plan("adam:cosine", "validations: 3, layers: true, test: true, time-limit: 1"),
    ]
    #expect(Set(plans.map { $0.entries[0].key }) == [try key(of: base)])
    #expect(Set(plans.map { $0.entries[0].job.recording }).count == 3)
    #expect(Set(plans.map { $0.entries[0].job.label }).count == 2)
  }

  @Test(arguments: [
    ("sgd@torch", "sgd[lr=0.001]"), ("adam@optax", "adam"), ("adam[lr=1e-3]", "adam[lr=0.001]"),
  ])
  func presetsAreTheirSettings(_ one: String, _ other: String) throws {
    #expect(
      try key(of: specification(one, on: "beale"))
        == key(of: specification(other, on: "beale")))
  }

  @Test func everythingElseIs() throws {
    var variants = [
      base, try specification("adam[lr=2e-3]:cosine", on: "beale"),
      try specification("adam", on: "beale"), try specification("adamw:cosine", on: "beale"),
      try specification("adam:step", on: "beale"), try specification("adam:cosine", on: "booth"),
      try specification("adam:beta1=cosine", on: "beale"),
      try specification("adam:cosine", on: "beale", steps: 11),
      try specification("adam:cosine", on: "beale", budget: .gradients(10)),
      try specification("adam:cosine", on: "beale", budget: .seconds(10)),
      try specification("adam:cosine", on: "beale", seed: 2),
      try specification("adam:cosine", on: "beale", target: 0.1),
      try specification("adam:cosine", on: "beale", target: 0),
      try specification("adam:warmup+cosine", on: "beale"),
    ]
    var moved = base
    moved.start = [1, 1.0.nextUp]
    variants.append(moved)
    let keys = try variants.map { try key(of: $0) }
    #expect(Set(keys).count == keys.count)
    #expect(keys.allSatisfy { $0.count == 32 })
  }

  /// Order, depth and place of everything inside a wrapper are part of what the run is.
  @Test func soIsAllThatIsWrapped() throws {
    let selections = [
      "sgd", "scaled(sgd)", "scaled(momentum)", "scaled(sgd[lr=0.2])", "scaled[factor=2](sgd)",
      "scaled(scaled(sgd))", "scaled[factor=2](scaled(sgd))", "scaled(scaled[factor=2](sgd))",
      "asking(sgd)", "scaled(asking(sgd))", "asking(scaled(sgd))", "scaled(sgd:cosine)",
      "scaled(sgd):factor=cosine", "scaled(scaled(sgd):factor=cosine)",
      "scaled(scaled(sgd)):factor=cosine", "paced(sgd):cosine", "paced(sgd:cosine)",
    ]
    let keys = try selections.map {
      try key(
        of: specification($0, on: "beale", in: catalogueWithWrappers), in: catalogueWithWrappers)
    }
    #expect(Set(keys).count == keys.count)
  }

  /// Two ways to write the same run.
  @Test(arguments: [
    // A schedule of the rate of a wrapper that has none is that of what it wraps.
    ("scaled(sgd):cosine", "scaled(sgd:cosine)"),
    ("scaled(scaled(sgd)):cosine", "scaled(scaled(sgd:cosine))"),
    ("ready", "ready(sgd[lr=0.5])"), ("ready:cosine", "ready(sgd[lr=0.5]:cosine)"),
    ("scaled@half(adam@optax)", "scaled[factor=0.5](adam)"),
  ])
  func theWritingIsNot(_ one: String, _ other: String) throws {
    let lab = catalogueWithWrappers
    #expect(
      try key(of: specification(one, on: "beale", in: lab), in: lab)
        == key(of: specification(other, on: "beale", in: lab), in: lab))
  }

  @Test func theContentOfADataFileIs() throws {
    try withFolder { folder in
      let file = folder.appendingPathComponent("points.csv")
      func key(_ rows: [String]) throws -> String {
        try rows.joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
        return try HarnessTests.key(
          of: specification("sgd", on: "mlp[data=csv:\(file.path);batch=4]"))
      }
      let rows = (0..<20).map { "\($0),\($0 % 2)" }
      let first = try key(rows)
      let again = try key(rows)
      let edited = try key(rows.reversed())
      #expect(again == first)
      #expect(edited != first)
    }
  }

  /// Only the runs that use an edited plugin get new keys, however deep within the run it lies.
  @Test(arguments: [
    ("adam:cosine", "sgd:cosine"), ("scaled(adam)", "scaled(sgd)"),
    ("scaled(scaled(adam:cosine))", "scaled(scaled(sgd:cosine))"),
  ])
  func theSourceOfAnOptimizerIs(_ using: String, _ other: String) throws {
    try editing(Edited.self, .optimizer, changes: using, leaves: other)
  }

  @Test(arguments: [
    ("adam:cosine", "adam:step"), ("adam:warmup+cosine", "adam:warmup+step"),
    ("scaled(sgd:cosine)", "scaled(sgd:step)"), ("scaled(sgd):factor=cosine", "scaled(sgd)"),
    ("scaled(scaled(sgd):factor=cosine)", "scaled(scaled(sgd):factor=ramp)"),
  ])
  func theSourceOfAScheduleIs(_ using: String, _ other: String) throws {
    try editing(EditedCosine.self, .schedule, changes: using, leaves: other)
  }

  @Test(arguments: [("scaled(sgd)", "sgd"), ("asking(scaled(sgd))", "asking(sgd)")])
  func theSourceOfAWrapperIs(_ using: String, _ other: String) throws {
    try editing(Scaled.self, .wrapper, changes: using, leaves: other)
  }

  @Test func theSourceOfAProblemIs() throws {
    let lab = catalogueWithWrappers
    var edited = lab
    let file = try lab.entry("beale", kind: .problem).file
    edited.remove(file: file)
    edited.register(EditedBeale.self, file: file, sourceHash: "edited")
    let (beale, booth) = try (
      specification("sgd", on: "beale"), specification("sgd", on: "booth")
    )
    #expect(try key(of: beale, in: edited) != key(of: beale, in: lab))
    #expect(try key(of: booth, in: edited) == key(of: booth, in: lab))
  }

  @Test func theEngineIs() throws {
    var rebuilt = catalogue
    rebuilt.engineHash = "another engine"
    #expect(try key(of: base, in: rebuilt) != key(of: base))
  }

  /// Puts an edited version in the place of a plugin.
  private func editing<P: Plugin>(
    _ type: P.Type, _ kind: PluginKind, changes using: String, leaves other: String
  ) throws {
    let lab = catalogueWithWrappers
    let file = try lab.entry(P.name, kind: kind).file
    var edited = lab
    edited.remove(file: file)
    edited.register(P.self, file: file, sourceHash: "edited")
    let (changed, left) = try (
      specification(using, on: "beale", in: lab), specification(other, on: "beale", in: lab)
    )
    #expect(try key(of: changed, in: edited) != key(of: changed, in: lab))
    #expect(try key(of: left, in: edited) == key(of: left, in: lab))
  }

  /// Adam, edited.
  private struct Edited: CoordinateRule {
    static let name = "adam"
    static let summary = ""
    init() {}
    func update<R: Real>(_ x: inout R, gradient g: R, state s: inout Slots<NoState, R>, lr: R) {
      x -= lr * g
    }
  }

  /// Cosine, edited.
  private struct EditedCosine: Schedule {
    static let name = "cosine"
    static let summary = ""
    init() {}
    func value(base: Double, step: Int, steps: Int) -> Double { base }
  }

  /// Beale, edited.
  private struct EditedBeale: Surface {
    static let name = "beale"
    static let summary = ""
    let dimension = 2
    let starts = [[1.0, 1]]
    let minima = [[0.0, 0]]
    init() {}
    func loss<X: Coordinates>(at x: X) -> X.Value { x[0] * x[0] + x[1] * x[1] }
    func gradient<X: Coordinates>(at x: X, into g: inout X) {
      g[0] = x[0] + x[0]
      g[1] = x[1] + x[1]
    }
  }
}
