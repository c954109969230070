// Experiments: they keep their contract, and their verdicts follow from what was measured.

import Analysis
import OptimizerKit
import Testing

@testable import Plugins

@Suite struct ExperimentTests {
  static let experiments = PluginCatalogue.builtIn().entries(.experiment)
    .compactMap { $0.make() as? any Experiment }

  @Test func thereAreSome() { #expect(!Self.experiments.isEmpty) }

  @Test(arguments: experiments.indices)
  func keepsTheContract(_ index: Int) {
    let experiment = Self.experiments[index]
    #expect(
      ExperimentConformance.findings(for: experiment).filter { $0.severity == .failure } == [])
  }

  /// Runs of `sgd-zig-zags` with these turns and detours at each condition number, the same from every
  /// start.
  private func runs(turns: [Double], detours: [Double]) -> ExperimentRuns {
    var all: [(group: String, record: RunRecord)] = []
    for (group, measured) in zip(SGDZigZags().groups(.full), zip(turns, detours)) {
      for start in group.starts ?? [] {
        var outcome = Outcome(status: .completed)
        outcome.measures.zigZag = 1
        outcome.measures.settlingStep = measured.0
        outcome.measures.pathEfficiency = 1 / measured.1
        let spec = RunSpec(
          optimizer: OptimizerSpec(PluginSpec(name: "sgd", settings: [])),
          problem: PluginSpec(name: "quadratic", settings: []), start: start,
          budget: group.budget)
        all.append((group.name, RunRecord(key: "", label: "sgd", spec: spec, outcome: outcome)))
      }
    }
    return ExperimentRuns(all)
  }

  @Test(arguments: [
    ([7, 23, 70, 231], [2, 7, 21, 70], Verdict.Judgement.holds),
    ([7, 23, 23, 231], [2, 7, 21, 70], .doesNotHold),
    ([7, 23, 70, 231], [2, 7, 6, 70], .doesNotHold),
    ([231, 70, 23, 7], [70, 21, 7, 2], .doesNotHold),
    ([7, 23, .nan, 231], [2, 7, 21, 70], .undecided),
  ])
  func zigZagFollowsFromTheNumbers(
    _ turns: [Double], _ detours: [Double], _ expected: Verdict.Judgement
  ) {
    let verdict = SGDZigZags().verdict(on: runs(turns: turns, detours: detours))
    #expect(verdict.judgement == expected)
    guard expected != .undecided else { return }
    #expect(verdict.numbers.count == 8)
    #expect(verdict.numbers[0].value == turns[0])
  }

  @Test func oneMissingRunLeavesItUndecided() {
    let whole = runs(turns: [7, 23, 70, 231], detours: [2, 7, 21, 70])
    let verdict = SGDZigZags().verdict(on: ExperimentRuns(Array(whole.all.dropLast())))
    #expect(verdict.judgement == .undecided)
    #expect(verdict.sentence == "condition-100 has 4 runs; 5 are needed")
  }

  /// One path is drawn for each condition number.
  @Test func oneStartIsDrawn() {
    let all = runs(turns: [7, 23, 70, 231], detours: [2, 7, 21, 70]).all
    #expect(all.filter { SGDZigZags().isDrawn($0.record) }.count == 4)
  }
}
