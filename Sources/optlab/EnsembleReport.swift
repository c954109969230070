// What the networks of a suite reach alone, together, and averaged.

import Analysis
import Foundation
import Harness
import OptimizerKit

/// The ensembles of a suite's runs.
struct EnsembleReport: Encodable {
  /// One optimizer on one problem, judged in one way.
  struct Line: Encodable {
    let problem, optimizer, budget: String
    /// "alone", "together", "snapshots" or "averaged weights".
    let way: String
    /// How many parameter vectors make one prediction.
    let members: Int
    /// Over how many predictions these are medians.
    let count: Int
    let validationLoss, validationAccuracy: Double
    let testLoss, testAccuracy: Double?
    /// By how much the accuracy exceeds that of the runs alone, on validation examples, or on test
    /// examples where these are asked for.
    let gain: Double
  }

  let suite: String
  let lines: [Line]
  /// What takes no part, and why.
  let remarks: [String]

  /// Runs of one optimizer on one problem, which differ in the seed.
  private struct Contender: Hashable {
    let problem: PluginSpec
    let optimizer: OptimizerSpec
    let budget: Budget
  }

  /// - Throws: `LabFailure` where nothing can be judged.
  init(
    _ records: [RunRecord], suite: String, last: Int, isTested: Bool, in store: RunStore,
    catalogue: PluginCatalogue
  ) throws {
    self.suite = suite
    guard records.contains(where: { $0.recording.keptCheckpoints > 0 }) else {
      throw LabFailure(
        "no checkpoints are kept of the runs of \(suite); 'optlab compare \(suite) --checkpoints 6' "
          + "keeps six of each ('checkpoints: 6' in a suite's file)")
    }
    var order: [Contender] = []
    var members: [Contender: [RunRecord]] = [:]
    for record in records {
      let spec = record.spec
      let contender = Contender(
        problem: spec.problem, optimizer: spec.optimizer, budget: spec.budget)
      if members[contender] == nil { order.append(contender) }
      // Two groups may share a run.
      if members[contender]?.contains(where: { $0.key == record.key }) != true {
        members[contender, default: []].append(record)
      }
    }
    var lines: [Line] = []
    var remarks: [String] = []
    for contender in order {
      let runs = members[contender] ?? []
      let problem = contender.problem.label(in: catalogue)
      let optimizer = runs[0].label
      do {
        let (ways, failures) = try Self.ensembles(
          runs, contender.problem, last: last, isTested: isTested, in: store, catalogue: catalogue)
        lines += Self.lines(
          ways, problem: problem, optimizer: optimizer, budget: "\(contender.budget)")
        if failures > 0 {
          remarks.append(
            "\(optimizer) on \(problem): \(failures) of \(runs.count) runs failed and take no part")
        }
      } catch let failure as LabFailure {
        remarks.append("\(optimizer) on \(problem): \(failure)")
      }
    }
    guard !lines.isEmpty else {
      throw LabFailure("nothing of \(suite) can be judged: \(remarks.joined(separator: "; "))")
    }
    self.lines = lines
    self.remarks = remarks
  }

  /// What a contender's runs reach, and how many of them take no part.
  ///
  /// - Throws: `LabFailure` where they cannot be judged together.
  private static func ensembles(
    _ runs: [RunRecord], _ problem: PluginSpec, last: Int, isTested: Bool, in store: RunStore,
    catalogue: PluginCatalogue
  ) throws -> (Ensembles, failures: Int) {
    guard let problem = try catalogue.problem(problem) as? any TrainingProblem else {
      throw LabFailure("trains no model")
    }
    let sound = runs.filter { !$0.hasFailed }
    guard let first = sound.first else { throw LabFailure("all \(runs.count) runs failed") }
    let checkpoints = try sound.map { try store.run($0)?.trajectory.checkpoints ?? [] }
    let session: any TrainingSession
    do { session = try problem.makeSession(seed: first.spec.seed) } catch {
      throw LabFailure("\(error)")
    }
    guard checkpoints.allSatisfy({ $0.count > 1 }) else {
      throw LabFailure("no checkpoints are kept")
    }
    guard
      checkpoints.joined().allSatisfy({ $0.parameters.count == session.layout.count })
    else { throw LabFailure("the checkpoints have other parameters than the problem now") }
    // The seeds of a problem may differ in their data; then they cannot be judged together.
    for (record, checkpoints) in zip(sound, checkpoints) {
      guard let known = record.validation?.loss, let end = checkpoints.last else { continue }
      guard let mean = session.validate(meanOf: [Vector(end.parameters)]) else {
        throw LabFailure(
          "predictions cannot be averaged: it gives no probabilities of classes, or judges by running "
            + "averages, which are not kept")
      }
      // Of the same examples, but for roundings of single precision.
      guard abs(mean.loss - known) <= 1e-4 * max(abs(known), 1) else {
        throw LabFailure("seeds are validated on different examples")
      }
    }
    let ways = try Ensembles(
      checkpoints, last: last, validate: { session.validate(meanOf: $0) },
      test: isTested ? { try session.test(meanOf: $0) } : nil)
    guard let ways else { throw LabFailure("there are no test examples") }
    return (ways, runs.count - sound.count)
  }

  private static func lines(
    _ ensembles: Ensembles, problem: String, optimizer: String, budget: String
  ) -> [Line] {
    func median(_ metrics: [ValidationMetrics], _ value: (ValidationMetrics) -> Double) -> Double? {
      Statistics.median(metrics.map(value))
    }
    func judged(_ way: Ensembles.Way) -> Double? {
      median(way.test.isEmpty ? way.validation : way.test, \.accuracy)
    }
    let alone = ensembles.ways.first.flatMap(judged) ?? .nan
    return ensembles.ways.map { way in
      Line(
        problem: problem, optimizer: optimizer, budget: budget, way: way.name,
        members: way.members, count: way.validation.count,
        validationLoss: median(way.validation, \.loss) ?? .nan,
        validationAccuracy: median(way.validation, \.accuracy) ?? .nan,
        testLoss: median(way.test, \.loss), testAccuracy: median(way.test, \.accuracy),
        gain: (judged(way) ?? .nan) - alone)
    }
  }

  /// Prints one table for each problem and budget.
  func print() {
    for (index, title) in lines.map({ "\($0.problem), \($0.budget)" }).unique.enumerated() {
      if index > 0 { Swift.print() }
      Swift.print(Terminal.bold(title))
      let lines = lines.filter { "\($0.problem), \($0.budget)" == title }
      var table = Table(
        [
          "optimizer", "judged", "models", "median of", "loss", "accuracy", "test loss",
          "test accuracy", "gain",
        ], numeric: [2, 3, 4, 5, 6, 7, 8])
      table.expendable = ["median of", "models", "test loss"]
      table.rows = lines.enumerated().map { place, line in
        [
          place > 0 && lines[place - 1].optimizer == line.optimizer ? "" : line.optimizer,
          line.way, "\(line.members)", "\(line.count)", brief(line.validationLoss, digits: 4),
          points(line.validationAccuracy), brief(line.testLoss, digits: 4),
          points(line.testAccuracy), line.way == "alone" ? "" : points(line.gain, isSigned: true),
        ]
      }
      table.print(indent: 2)
    }
    let isTested = lines.contains { $0.testAccuracy != nil }
    Swift.print(
      "gain: in accuracy on \(isTested ? "test" : "validation") examples, over the runs alone, in "
        + "percentage points")
    for remark in remarks { Swift.print(remark) }
  }
}

/// A share in per cent with two digits after the point, which is what tells ensembles apart.
private func points(_ share: Double?, isSigned: Bool = false) -> String {
  share.map { formatted(isSigned ? "%+.2f" : "%.2f %%", 100 * $0) } ?? ""
}
