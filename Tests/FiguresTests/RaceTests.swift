// The race: what moves, and how much of it.

import Foundation
import OptimizerKit
import Plugins
import Testing

@testable import Figures

@Suite struct RaceTests {
  /// The number of pictures in a gif: blocks that begin one, found by walking over all of them.
  private func frames(_ bytes: [UInt8]) throws -> Int {
    try #require(bytes.starts(with: Array("GIF89a".utf8)))
    func tableSize(_ flags: UInt8) -> Int { flags & 0x80 == 0 ? 0 : 3 << (Int(flags & 7) + 1) }
    var at = 13 + tableSize(bytes[10])
    var count = 0
    func skipBlocks() {
      while at < bytes.count, bytes[at] != 0 { at += Int(bytes[at]) + 1 }
      at += 1
    }
    while at < bytes.count {
      switch bytes[at] {
      case 0x3B: return count
      case 0x21:
        at += 2
        skipBlocks()
      case 0x2C:
        count += 1
        at += 10 + tableSize(bytes[at + 9]) + 1
        skipBlocks()
      default:
        Issue.record("no block at \(at)")
        return count
      }
    }
    return count
  }

  /// The points of a line of a panel.
  private func points(_ panels: [Panel], _ name: String) -> [[Double]] {
    guard let curve = panels.flatMap(\.curves).first(where: { $0.data.name == name }),
      case .table(let columns, let values) = curve.data.content
    else { return [] }
    return stride(from: 0, to: values.count, by: columns).map { Array(values[$0..<$0 + columns]) }
  }

  @Test func everyFrameIsThere() throws {
    var race = Race()
    race.frames = 20
    let runs = (0..<8).map { place in
      Make.run(
        ["sgd", "adam", "momentum", "lion"][place % 4], lr: 0.01 * Double(place + 1),
        label: "optimizer-\(place)")
    }
    let picture = try race.draw(Make.input(runs))[0]
    let workspace = Workspace()
    let drawn = try FigureRenderer().draw(
      [picture], into: workspace.path, options: .init(formats: [.png]))
    #expect(drawn[0].files.map { $0.suffix(4) }.contains(".gif"))
    let gif = workspace.bytes("race-bowl.gif")
    #expect(try frames(gif) == picture.frames.count && picture.frames.count == 36)
    // Ten seconds are five of these.
    #expect(gif.count < 2_000_000 / 5)
    #expect(pngSize(workspace.bytes("race-bowl.png")).map { $0.width } == 900)
  }

  /// At a moment every run is where it is after as many gradients.
  @Test func headsAreWhereTheyAreAtThatCost() throws {
    var race = Race()
    race.frames = 11
    let cheap = Make.run("sgd", lr: 0.03, steps: 100)
    var dear = Make.run("adam", lr: 0.03, steps: 100)
    // Two gradients a step: half as far.
    dear.trajectory.gradients = dear.trajectory.gradients.map { 2 * $0 }
    let picture = try race.draw(Make.input([cheap, dear]))[0]
    // 200 gradients in all; at half of the time a quarter of them.
    let panels = picture.frames[5]
    #expect(panels.flatMap(\.labels).contains { $0.text == "gradient 50 of 200" })
    #expect(points(panels, "head0") == [Array(cheap.trajectory.point(50))])
    #expect(points(panels, "head1") == [Array(dear.trajectory.point(25))])
    #expect(points(picture.frames[0], "head0") == [[10, 1]])
    // The loss runs as far as the time.
    #expect(points(panels, "gap0").last?.first == 0.5)
  }

  @Test func frameDiffersFromFrame() throws {
    let picture = try Race().draw(Make.input([Make.run("sgd", steps: 1)]))[0]
    let texts = picture.frames.map { panels in
      panels.flatMap(\.rules).map { "\($0.to.x)" } + panels.flatMap(\.labels).map(\.text)
    }
    #expect(zip(texts, texts.dropFirst()).allSatisfy { $0 != $1 })
  }

  @Test func whoDivergesIsCrossed() throws {
    let picture = try Race().draw(
      Make.input([Make.run("sgd", lr: 10, steps: 100), Make.run("adam")]))[0]
    func crosses(_ panels: [Panel]) -> Int {
      panels.flatMap(\.curves).filter {
        if case .points(_, .cross, _, _) = $0.style { return $0.data.name.hasPrefix("key") }
        return false
      }.count
    }
    #expect(crosses(picture.frames[0]) == 0)
    #expect(picture.frames.last.map(crosses) == 1)
    #expect(picture.title.contains("none of 2"))
    // All of them: a picture all the same.
    let lost = try Race().draw(Make.input([Make.run("sgd", lr: 10, steps: 100)]))[0]
    #expect(lost.title.hasPrefix("On bowl, none of 1 gets to"))
  }

  @Test func theFirstIsNamed() throws {
    let fast = Make.run("adam", lr: 1.0 / 25, steps: 200)
    let slow = Make.run("sgd", lr: 0.2 / 25, steps: 200)
    let picture = try Race().draw(Make.input([slow, fast]))[0]
    let gap = fast.trajectory.losses[0] * 1e-4
    let step = try #require(fast.trajectory.losses.firstIndex { $0 <= gap })
    #expect(
      picture.title.hasPrefix(
        "On bowl, adam is first at 10⁻⁴ of the start's loss, after \(step) gradients"))
  }
}
