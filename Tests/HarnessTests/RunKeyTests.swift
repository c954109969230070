// The key of a run: everything that decides its numbers, and nothing else.

import Foundation
import OptimizerKit
import Testing

@testable import Harness

@Suite struct RunKeyTests {
  private let base = try! specification("adam:cosine", on: "beale")

  @Test func theLabelIsNotPartOfIt() throws {
    var other = base
    other.label = "my favourite"
    #expect(try catalogue.key(of: other) == catalogue.key(of: base))
  }

  @Test func presetsAreTheirSettings() throws {
    let byPreset = try specification("sgd@torch", on: "beale")
    let byHand = try specification(
      "sgd[lr=\(byPreset.optimizer.settings.first { $0.name == "lr" }!.value)]", on: "beale")
    #expect(try catalogue.key(of: byPreset) == catalogue.key(of: byHand))
  }

  @Test func everythingElseIs() throws {
    var variants = [
      base, try specification("adam[lr=2e-3]:cosine", on: "beale"),
      try specification("adam", on: "beale"), try specification("adamw:cosine", on: "beale"),
      try specification("adam:step", on: "beale"), try specification("adam:cosine", on: "booth"),
      try specification("adam:cosine", on: "beale", steps: 11),
      try specification("adam:cosine", on: "beale", seed: 2),
      try specification("adam:cosine", on: "beale", every: 2),
      try specification("adam:cosine", on: "beale", target: 0.1),
    ]
    var moved = base
    moved.start = [1, 1.0.nextUp]
    variants.append(moved)
    var lookedAt = base
    lookedAt.recording.layers = true
    variants.append(lookedAt)
    var tested = base
    tested.recording.test = true
    variants.append(tested)
    let keys = try variants.map(catalogue.key)
    #expect(Set(keys).count == keys.count)
    #expect(keys.allSatisfy { $0.count == 32 })
  }

  @Test func theContentOfADataFileIs() throws {
    try withFolder { folder in
      let file = folder.appendingPathComponent("points.csv")
      func key(_ rows: [String]) throws -> String {
        try rows.joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
        return try catalogue.key(
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

  /// Only the runs that use an edited plugin get new keys.
  @Test func theSourceIs() throws {
    let file = try catalogue.entry("adam", kind: .optimizer).file
    var edited = catalogue
    edited.remove(file: file)
    edited.register(Edited.self, file: file, sourceHash: "edited")
    #expect(try edited.key(of: base) != catalogue.key(of: base))
    let untouched = try specification("sgd", on: "beale")
    #expect(try edited.key(of: untouched) == catalogue.key(of: untouched))
    var rebuilt = catalogue
    rebuilt.engineHash = "another engine"
    #expect(try rebuilt.key(of: untouched) != catalogue.key(of: untouched))
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
}
