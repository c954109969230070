// An experiment that can be run: planned, then performed, judged and drawn.

import Analysis
import Figures
import Foundation
import Harness
import OptimizerKit

/// An experiment with the runs that it asks for.
struct PlannedExperiment {
  private let experiment: any Experiment
  private let size: ExperimentSize
  /// What was planted; nil where the claim itself is tested.
  private let planted: String?
  /// nil where data are missing.
  private let plan: Plan?
  /// Why there is no plan.
  private let reason: String

  var name: String { type(of: experiment).name }

  /// - Parameters:
  ///   - isOpposite: whether what makes the claim false is run.
  ///   - mayLackData: whether an experiment whose data are missing is undecided, and no error.
  /// - Throws: `PlanError` where its runs cannot be run as they stand.
  init(
    _ experiment: any Experiment, _ size: ExperimentSize, isOpposite: Bool, mayLackData: Bool,
    catalogue: PluginCatalogue
  ) throws {
    self.experiment = experiment
    self.size = size
    var suite = experiment.suite(size)
    if isOpposite {
      let opposite = experiment.opposite(size)
      planted = opposite.planted
      suite.groups = opposite.groups
      suite.name += "-opposite"
    } else {
      planted = nil
    }
    do {
      plan = try Plan(suite, catalogue: catalogue)
      reason = ""
    } catch let error as PlanError where mayLackData {
      plan = nil
      reason = error.reasons.joined(separator: "; ")
    }
  }

  /// Runs what the store does not have, judges and draws.
  func perform(
    in store: RunStore, by runner: any Runner, drawing: FigureDrawing, catalogue: PluginCatalogue
  ) async throws -> ExperimentResult {
    let begin = monotonicSeconds()
    guard let plan else {
      return ExperimentResult(
        experiment, Verdict(.undecided, reason), size: size, planted: planted, runs: 0, seconds: 0,
        drawn: [])
    }
    let tuned = try await performTuning(
      of: plan.suite, catalogue: catalogue, store: store, runner: runner)
    let whole = try tuned.isEmpty ? plan : Plan(plan.suite, tuned: tuned, catalogue: catalogue)
    let comparison = Comparison(plan: whole, store: store, runner: runner)
    _ = try await performRuns(try comparison.missing(), of: comparison)
    let records = try comparison.records()
    let runs = ExperimentRuns(
      records, size: size, trajectory: { try? store.run($0)?.trajectory },
      problem: { try? catalogue.problem($0) })
    let verdict = experiment.verdict(on: runs)
    var traced: [TracedRun] = []
    if !type(of: experiment).figures.isEmpty {
      for (_, record) in records where experiment.isDrawn(record) {
        if let run = try store.run(record) { traced.append(run) }
      }
    }
    let pictures =
      try drawing.pictures(
        type(of: experiment).figures, of: traced, experiment: whole.suite.name)
      + verdict.charts.map {
        Picture($0, caption: caption(whole), knownOptimizers: catalogue.optimizers.map(\.name))
      }
    let drawn = try drawing.draw(pictures, ofExperiment: folder)
    return ExperimentResult(
      experiment, verdict, size: size, planted: planted, runs: records.count,
      seconds: monotonicSeconds() - begin,
      drawn: zip(pictures, drawn).map { .init(picture: $0, files: $1.files) })
  }

  private var folder: String {
    name + (size == .full ? "" : "-\(size.rawValue)") + (planted == nil ? "" : "-opposite")
  }

  /// What a chart carries in small print.
  private func caption(_ plan: Plan) -> Caption {
    let type = type(of: experiment)
    var caption = Caption([
      ("experiment", "\(type.name): \(type.claim)"), ("rule", type.rule),
    ])
    if let planted { caption.lines.append(("planted", planted)) }
    for group in plan.suite.groups {
      let seeds = plan.entries.filter { $0.group == group.name }.map(\.spec.seed)
      caption.lines.append(
        (
          group.name,
          "\(group.optimizers.joined(separator: ", ")) on \(group.problems.joined(separator: ", ")), "
            + "\(group.budget), seeds \(Caption.ranges(seeds))"
        ))
    }
    return caption
  }
}
