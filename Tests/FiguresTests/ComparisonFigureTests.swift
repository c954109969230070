// Figures of whole suites: what they show is what was judged.

import Analysis
import Foundation
import OptimizerKit
import Plugins
import Testing

@testable import Figures

@Suite struct ComparisonFigureTests {
  private static let bowls = [2.0, 10, 50]

  /// A run that is at its targets after so many evaluations, or never.
  private func record(
    _ label: String, _ condition: Double, _ evaluations: Double?, seed: UInt64 = 1,
    status: RunStatus = .completed
  ) -> RunRecord {
    let bowl = PluginSpec(
      name: "bowl", settings: [.init(name: "condition", value: shortest(condition))])
    var record = ExampleRuns.run(
      String(label.prefix { $0 != " " }), on: bowl, steps: 100, seed: seed, label: label
    ).record
    record.key += "-\(condition)"
    record.outcome.status = status
    record.outcome.measures.evaluationsTo = RunMeasures.targets.map { _ in evaluations }
    return record
  }

  private func input(_ records: [RunRecord], _ searches: [TunedSearch] = []) -> FigureInput {
    var input = ExampleRuns.input([])
    input.records = records
    input.searches = searches
    return input
  }

  /// The points of a line of a picture.
  private func points(_ picture: Picture, _ name: String) throws -> [[Double]] {
    let curve = try #require(
      picture.panels.flatMap(\.curves).first { $0.data.name == name }, "\(name)")
    guard case .table(let columns, let values) = curve.data.content else { return [] }
    return stride(from: 0, to: values.count, by: columns).map { Array(values[$0..<$0 + columns]) }
  }

  /// The dots stand at the average ranks, the names from the best to the worst.
  @Test func ranksAreThoseOfTheRanking() throws {
    let records = Self.bowls.flatMap { condition in
      (1...8 as ClosedRange<UInt64>).flatMap { seed in
        [("adam", 10.0), ("sgd", 20), ("momentum", 30)].map {
          record($0, condition, $1 + Double(seed) / 10, seed: seed)
        }
      }
    }
    let picture = try RankDiagram().draw(input(records))[0]
    #expect(picture.title.hasPrefix("adam beats sgd on 3 problems × 8 runs, probability 1.00"))
    for (row, rank) in [1.0, 2, 3].enumerated() {
      let dot = try #require(try points(picture, "rank\(row)").first)
      #expect(abs(dot[0] - rank) < 1e-12 && dot[1] == 2.5 - Double(row))
    }
    let names = picture.panels[0].labels.filter { $0.align == .right && $0.x < 0 }.map(\.text)
    #expect(names == ["adam", "sgd", "momentum"])
    // All are told apart: no bar stands beside them.
    #expect(!picture.panels[0].rules.contains { $0.from.x > 1 && $0.system == .graph })
    #expect(picture.caption.text.contains("every neighbour can be told from the next"))
  }

  @Test func whoCannotBeToldApartIsJoinedByABar() throws {
    let records = (1...4 as ClosedRange<UInt64>).flatMap { seed in
      [("adam", 10.0), ("sgd", 10.1)].map { record($0, 2, $1 + Double(seed % 2), seed: seed) }
    }
    let picture = try RankDiagram().draw(input(records))[0]
    let bars = picture.panels[0].rules.filter { $0.from.x > 1 && $0.system == .graph }
    #expect(bars.count == 1)
    #expect(bars[0].from.y < 0.5 && bars[0].to.y > 0.5)
    #expect(picture.caption.text.contains("too few to tell anybody apart"))
  }

  /// ρ jumps where a problem is solved within so many times of the fastest.
  @Test func profilesJumpWhereProblemsAreSolved() throws {
    var records: [RunRecord] = []
    for (condition, sgd) in zip(Self.bowls, [30.0, 10, nil]) {
      records += [record("adam", condition, 10), record("sgd", condition, sgd)]
    }
    let picture = try PerformanceProfiles().draw(input(records))[0]
    #expect(
      picture.title
        == "Within twice the evaluations of the fastest until f − f* is 10⁻⁴ of the start's, "
        + "adam solves most: 3 of 3 problems")
    // The better one is first: adam is the fastest everywhere, sgd on one, and on another at τ = 3.
    #expect(try points(picture, "profileline0").allSatisfy { $0[1] == 100 })
    let third = 100 / 3.0
    let line = try points(picture, "profileline1")
    #expect(line.first.map { abs($0[1] - third) < 1e-9 } == true)
    let jump = line.filter { $0[0] == 3 }.map { $0[1] }
    #expect(jump.count == 2 && abs(jump[0] - third) < 1e-9 && abs(jump[1] - 2 * third) < 1e-9)
    #expect(line.last.map { abs($0[1] - 2 * third) < 1e-9 } == true)
    // 1/3 to τ = 3, 2/3 up to 4.
    let scores = picture.panels[0].tags.map(\.remark)
    #expect(scores == ["score 1", "score 0.44"])

    let data = try DataProfiles().draw(input(records))[0]
    // Two dimensions: evaluations in units of three.
    #expect(try points(data, "profileline1").contains { abs($0[0] - 10 / 3.0) < 1e-12 })
    let ecdf = try RuntimeDistribution().draw(input(records))[0]
    #expect(ecdf.title == "adam reaches 100 % of all targets on 3 problems, sgd 67 %")
  }

  @Test func nobodyGetsThere() throws {
    let records = Self.bowls.flatMap { [record("adam", $0, nil), record("sgd", $0, nil)] }
    for figure in [PerformanceProfiles(), DataProfiles(), RuntimeDistribution(), TimeToTarget()]
      as [any Figure]
    {
      #expect {
        _ = try figure.draw(input(records))
      } throws: {
        "\($0)".contains("cannot be drawn: no ")
      }
    }
    // What is compared without targets is drawn.
    #expect(try RankDiagram().draw(input(records)).count == 1)
    #expect(try HeatMap().draw(input(records)).count == 1)
  }

  @Test func oneAloneIsNotCompared() throws {
    let records = Self.bowls.map { record("adam", $0, 10) }
    #expect {
      _ = try RankDiagram().draw(input(records))
    } throws: {
      "\($0)"
        == "the figure 'rank' cannot be drawn: to rank takes two participants; these runs are all of adam"
    }
  }

  /// A cell has the median of its runs, dark where they are the best.
  @Test func cellsHaveTheirMedians() throws {
    var records: [RunRecord] = []
    for seed in 1...3 as ClosedRange<UInt64> {
      records += [
        record("adam", 2, 10 * Double(seed), seed: seed),
        record("sgd", 2, 100 * Double(seed), seed: seed, status: seed > 1 ? .diverged : .completed),
      ]
    }
    let picture = try HeatMap().draw(input(records))[0]
    let texts = picture.panels[0].labels.filter { $0.align == .center && $0.system == .first }
    #expect(texts.map(\.text).first == "20")
    #expect(picture.title == "adam has the best mean place on 1 of 1 problem")
    let shades = try #require(picture.panels[0].curves.first { $0.data.name == "places" })
    guard case .shades(_, _, _, let values) = shades.data.content else { return }
    // From below: sgd, then adam, two lines each of two.
    #expect(values.first! > values.last!)
  }

  @Test func expectedRunningTimeCountsWhatFails() throws {
    // Half of sgd's runs get there after 20, the others spend all 100.
    var records: [RunRecord] = []
    for seed in 1...4 as ClosedRange<UInt64> {
      records += [
        record("adam", 2, 50, seed: seed), record("sgd", 2, seed > 2 ? nil : 20, seed: seed),
      ]
    }
    let picture = try TimeToTarget().draw(input(records))[0]
    #expect(
      picture.title
        == "On bowl[condition=2], adam is expected at the target after 50 evaluations, sgd after 120"
    )
    #expect(try points(picture, "runs1") == [[20, 0.5], [20, 0.5]])
    // Not more than half of them: no median.
    #expect(!picture.panels[0].curves.contains { $0.data.name == "median1" })
    #expect(picture.panels[0].labels.contains { $0.text == "2 of 4 runs" })
  }

  // MARK: tuning

  private func search(
    _ scores: [Double?], method: String = "random", stages: [Int]? = nil,
    optimizer: String = "adam"
  ) -> TunedSearch {
    let rate = SearchDimension("lr", .interval(1e-3...1, .log))
    let trials = scores.enumerated().map { place, score in
      SearchHistory.Trial(
        values: [rate.value(at: (Double(place) + 0.5) / Double(scores.count))], score: score,
        stage: stages?[place] ?? 0)
    }
    return TunedSearch(
      group: "g", problem: "bowl[condition=2]", optimizer: optimizer, method: method,
      settings: "adam[lr=0.1]",
      history: SearchHistory(meaning: "loss", dimensions: [.init(rate)], trials: trials))
  }

  /// The median of the best of k of 4, 1, 3, 2 drawn without replacement.
  @Test func tuningCurvesAreExpectations() throws {
    let records = [record("adam", 2, 10)]
    let picture = try TuningCurve().draw(input(records, [search([4, 1, 3, 2])]))[0]
    #expect(try points(picture, "tuningline0") == [[1, 2.5], [2, 1.5], [3, 1], [4, 1]])
    // Of a search that learns, in the order in which it was made.
    let learned = try TuningCurve().draw(
      input(records, [search([4, 1, 3, 2], method: "parzen")]))[0]
    #expect(try points(learned, "tuningline0") == [[1, 4], [2, 1], [4, 1]])
    // A range that was widened goes on as the best so far.
    let widened = try TuningCurve().draw(
      input(records, [search([4, 2, 3, 1], stages: [0, 0, 1, 1])]))[0]
    #expect(try points(widened, "tuningline0") == [[1, 3], [2, 2], [3, 2], [4, 1]])
  }

  @Test func failedTrialsStandAboveAllOthers() throws {
    let picture = try HyperparameterScatter().draw(
      input([record("adam", 2, 10)], [search([4, nil, 1, 2])]))[0]
    let trials = try points(picture, "trials0x0")
    #expect(trials.count == 3)
    let failed = try points(picture, "failed0x0")
    #expect(failed.count == 1 && failed[0][1] > 4)
    #expect(try points(picture, "best0x0") == [trials[1]])
  }

  @Test func gridStandsBesideRandom() throws {
    let picture = try HyperparameterScatter().draw(
      input(
        [record("adam", 2, 10)],
        [search([4, 1]), search([3, 2], optimizer: "sgd"), search([4, 2], method: "grid")]))[0]
    #expect(picture.panels.map(\.title) == ["adam, random", "adam, grid", "sgd, random"])
    // The same axis in all.
    #expect(Set(picture.panels.map(\.y.range)).count == 1)
  }

  @Test func tuningIsHeldAgainstDefaults() throws {
    var records: [RunRecord] = []
    for seed in 1...3 as ClosedRange<UInt64> {
      records += [
        record("adam", 2, 40, seed: seed), record("adam tuned", 2, 10, seed: seed),
        record("sgd", 2, 10, seed: seed), record("sgd tuned", 2, 20, seed: seed),
        record("newton", 2, 1, seed: seed),
      ]
    }
    let searches = [search([1, 2]), search([1, 2], optimizer: "sgd")]
    let picture = try TunedAgainstDefaults().draw(input(records, searches))[0]
    #expect(
      picture.title
        == "On bowl[condition=2], tuning improves 1 of 2, most of all adam; worse for it: sgd")
    let remarks = picture.panels[0].labels.filter { $0.x > 1 }.map(\.text)
    #expect(remarks == ["4 times less", "2 times more"])
    // Without any tuning there is nothing to hold against one another.
    #expect(throws: FigureError.self) { try TunedAgainstDefaults().draw(input(records)) }
  }

  // MARK: many

  /// Thirty or a hundred participants with long names: every one is drawn, on pages.
  @Test(arguments: [2, 30, 100])
  func everybodyIsDrawn(_ count: Int) throws {
    let names = (0..<count).map {
      "optimizer-with-a-name-of-sixty-letters-that-goes-on-and-on-\($0)"
    }
    let records = Self.bowls.flatMap { condition in
      names.enumerated().flatMap { place, name in
        (1...2 as ClosedRange<UInt64>).map {
          record(name, condition, 10 + Double(place * 7 % 31) + Double($0), seed: $0)
        }
      }
    }
    let workspace = Workspace()
    for figure in [RankDiagram(), HeatMap(), PerformanceProfiles(), TimeToTarget()] as [any Figure]
    {
      let pictures = try figure.draw(input(records))
      #expect(Set(pictures.map(\.name)).count == pictures.count)
      let captions = pictures.map(\.caption.text).joined()
      for name in names {
        #expect(captions.contains(Text.oneLine(name)), "\(type(of: figure).name): \(name)")
      }
      _ = try FigureRenderer().draw(
        [pictures[0]], into: workspace.path, options: .init(formats: [.png, .terminal]))
    }
  }

  @Test func namesOfFilesDiffer() {
    let long = String(repeating: "long ", count: 40)
    let files = ExampleRuns.input([]).fileNames("tuned", of: [long + "a", long + "b", "x"])
    #expect(Set(files).count == 3)
    #expect(files.allSatisfy { Text.fileSafe($0) == $0 })
  }
}
