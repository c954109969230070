// The page of a report: whole, safe, and by itself.

import Figures
import Foundation
import OptimizerKit
import Testing

@testable import Report

@Suite struct ReportTests {
  static let hostile = [
    "", "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'; alert(1) //", "a&b<c>d",
    "</script><script>alert(1)//", "日本語 λ→∞ 🙂", "\u{202E}drawkcab", "--> ]]>", "\\u003c",
    String(repeating: "long ", count: 60),
  ]

  /// Tags of a page with the text between them, script and style as they are.
  private func tags(_ html: String) throws -> [String] {
    var tags: [String] = []
    var rest = html[...]
    while let start = rest.firstIndex(of: "<") {
      let end = try #require(rest[start...].firstIndex(of: ">"), "a tag that does not end")
      let tag = String(rest[start...end])
      tags.append(tag)
      rest = rest[rest.index(after: end)...]
      for raw in ["script", "style"] where tag.hasPrefix("<\(raw)") {
        let close = try #require(rest.range(of: "</\(raw)>"))
        rest = rest[close.lowerBound...]
      }
    }
    return tags
  }

  /// Every element is closed by its own tag, in order; every attribute is quoted.
  @Test(arguments: hostile)
  func isWellFormed(_ name: String) throws {
    let void: Set<String> = ["meta", "img", "input", "!doctype"]
    // The source of a picture is text in quotes: its angles are not those of tags.
    let html = Make.report(name).html.replacing(/src="data:[^"]*"/, with: "src=\"\"")
    var open: [String] = []
    for tag in try tags(html) {
      let isClosing = tag.hasPrefix("</")
      let word = String(
        tag.dropFirst(isClosing ? 2 : 1).prefix { $0.isLetter || $0.isNumber || $0 == "!" })
      if void.contains(word) || tag.hasSuffix("/>") { continue }
      if isClosing {
        #expect(open.popLast() == word, "\(tag)")
      } else {
        open.append(word)
      }
    }
    #expect(open.isEmpty)
  }

  /// Names are text wherever they stand: no element and no attribute comes of them.
  @Test(arguments: hostile)
  func namesAreText(_ name: String) throws {
    let plain = try tags(Make.report().html.replacing(/src="data:[^"]*"/, with: ""))
    let tags = try tags(Make.report(name).html.replacing(/src="data:[^"]*"/, with: ""))
    #expect(
      tags.map { $0.prefix { !$0.isWhitespace && $0 != ">" } }
        == plain.map { $0.prefix { !$0.isWhitespace && $0 != ">" } })
    #expect(!tags.contains { $0.contains("onerror=a") && !$0.contains("&lt;img") })
  }

  @Test func asksForNothing() throws {
    let html = Make.report().html
    #expect(html.contains("default-src 'none'"))
    for word in ["http://", "https://", "@import", "url(", "fetch(", "XMLHttpRequest", "<link"] {
      let places = html.components(separatedBy: word).count - 1
      // What a picture is written in is named in it.
      #expect(places == (word == "http://" ? 1 : 0), "\(word)")
    }
    #expect(!html.contains(/\son[a-z]+="/))
  }

  @Test func partsCanBeReached() throws {
    let html = Make.report().html
    let ids = html.matches(of: /\sid="([^"]+)"/).map { String($0.1) }
    #expect(Set(ids).count == ids.count)
    for link in html.matches(of: /\shref="#([^"]+)"/) { #expect(ids.contains(String(link.1))) }
    for label in html.matches(of: /\sfor="([^"]+)"/) { #expect(ids.contains(String(label.1))) }
    // Every picture says what is to be seen, and how it is made.
    for image in html.matches(of: /<img [^>]*>/) { #expect(image.0.contains("alt=\"What is")) }
    #expect(html.contains("<dt>command</dt><dd><code>optlab plot rank</code></dd>"))
    #expect(!html.contains("Nothing in it"))
    #expect(html.contains("<p class=\"answer\">adam beats sgd, probability 0.97 [0.93, 0.99].</p>"))
  }

  @Test func pathsKeepTheirEnds() {
    for count in [1, 2, 799, 800, 801, 2000, 100_000] {
      let rows = Report.Player.rows(count)
      #expect(rows.first == 0 && rows.last == count - 1 && rows.count <= 800)
      #expect(zip(rows, rows.dropFirst()).allSatisfy { $0 < $1 })
    }
  }

  /// Of more runs than can be told apart, each optimizer's best is played, and it is said.
  @Test func playersHoldTheBestOfMany() throws {
    let rates = (0..<20).map { 0.001 * Double($0 + 1) }
    let runs =
      rates.map { ExampleRuns.run("sgd", lr: $0, steps: 30, label: "sgd-\($0)") }
      + [ExampleRuns.run("adam", lr: 1e-6, steps: 30, label: "adam")]
    let surface = try #require(ExampleRuns.surface(runs[0].spec.problem))
    let player = try #require(
      Report.Player(
        runs, on: surface, problem: "bowl", from: "of rates",
        colors: OptimizerColors(runs.map(\.record))))
    #expect(player.paths.count == Report.Player.mostPaths)
    let best = try #require(runs.min { $0.finalLoss < $1.finalLoss })
    #expect(player.paths.map(\.name).contains(best.shownLabel))
    #expect(player.paths.last?.name == "adam")
    #expect(
      player.remark == "of rates; 12 of 21: the best of each optimizer, then the next best")
  }

  /// Marks lie on their line, wherever their values lie.
  @Test func marksStayOnTheirLine() {
    var report = Make.report()
    report.sections[0].tables[0].rows[0][1].mark = .init(2, in: -1...3, color: "#0072b2")
    #expect(report.html.contains("M5 7H115\" stroke=\"#0072b2\""))
    #expect(report.html.contains("<circle cx=\"115\""))
  }

  @Test func playersHaveTheirRuns() throws {
    let report = Make.report()
    let player = try #require(report.sections[0].player)
    #expect(player.paths.map(\.name) == ["sgd", "adam", "momentum"])
    #expect(player.paths.map(\.diverged) == [false, false, true])
    let data = try #require(player.json.data(using: .utf8))
    let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let paths = try #require(json["paths"] as? [[String: Any]])
    #expect((paths[0]["x"] as? [Double])?.count == 101)
    #expect((paths[0]["x"] as? [Double])?.first == 10)
    #expect((paths[0]["costs"] as? [Double])?.last == 100)
    #expect(json["unit"] as? String == "gradients")
    #expect((json["shades"] as? [Int])?.isEmpty == false)
  }
}
