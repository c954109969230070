// Which runs are meant: a suite, or what is written on the command line.

import ArgumentParser
import Figures
import Foundation
import Harness
import OptimizerKit

/// Options that make up a suite, or change one.
struct SuiteOptions: ParsableArguments {
  @Argument(
    help: "A suite's name or YAML file; or leave it out and give --optimizers.",
    completion: .suites)
  var suite: String?
  @Option(help: "Optimizers, such as adam,sgd[lr=1e-2,1e-3].", completion: .optimizers)
  var optimizers: String?
  @Option(help: "Problems, such as rosenbrock,quadratic[condition=100].", completion: .problems)
  var problems: String?
  @Option(help: "Seeds by number: 7, or 1-5 for five of them.") var seeds: String?
  @Option(help: "Updates of each run, \(RunLimits.steps.span).") var steps: Int?
  @Option(
    help:
      "Gradient evaluations of each run, \(RunLimits.steps.span), in place of a number of updates.")
  var gradients: Int?
  @Option(
    help: "Seconds of updates of each run, in \(RunLimits.seconds), in place of a number of them.")
  var seconds: Double?
  @Option(parsing: .unconditional, help: "The starting point, such as -1.2,1.") var start: String?
  @Option(
    help: """
      Instances of surfaces by number, in place of one start: 1-20 for twenty of them, each with a \
      start, a rotation and a shift of its own.
      """)
  var instances: String?
  @Option(help: "The same without rotation and shift: starts drawn by number.")
  var randomStarts: String?
  @Option(
    help: """
      Validate networks so many times, \(RunLimits.validations.span), evenly over the budget; 10 if \
      nothing is said.
      """)
  var validations: Int?
  @Option(help: "Seconds after which a run is stopped, in \(RunLimits.seconds).")
  var timeLimit: Double?
  @Option(
    help: """
      Tune each optimizer on each problem with so many trials, from 1 to \(RunLimits.trials), on \
      instances and seeds that are not judged.
      """)
  var trials: Int?
  @Option(
    help: ArgumentHelp(
      "How trials are chosen: \(Tuning.Method.allCases.map(\.rawValue).joined(separator: ", ")).",
      discussion: "sobol if nothing is said."))
  var method: Tuning.Method?

  func validate() throws {
    try refuseEmpty(optimizers, "--optimizers")
    try refuseEmpty(problems, "--problems")
    if suite == nil, optimizers == nil || problems == nil {
      throw ValidationError(
        "give a suite ('optlab list suites' shows them), or --optimizers and --problems")
    }
    try refuse(steps, notIn: RunLimits.steps, "--steps")
    try refuse(gradients, notIn: RunLimits.steps, "--gradients")
    try refuse(seconds, notIn: RunLimits.seconds, "--seconds")
    guard [steps != nil, gradients != nil, seconds != nil].count(where: { $0 }) < 2 else {
      throw ValidationError("a run has one budget: --steps, --gradients or --seconds")
    }
    try refuse(validations, notIn: RunLimits.validations, "--validations")
    try refuse(timeLimit, notIn: RunLimits.seconds, "--time-limit")
    try refuse(trials, notIn: 1...RunLimits.trials, "--trials")
    for (numbers, option) in [
      (seeds, "--seeds"), (instances, "--instances"), (randomStarts, "--random-starts"),
    ] {
      if let numbers, parseSeeds(numbers) == nil {
        throw ValidationError(
          "\(option): expected \(RunLimits.seedsExpectation), found '\(numbers)'")
      }
    }
    if instances != nil, randomStarts != nil {
      throw ValidationError("--instances and --random-starts are two ways to say one thing")
    }
  }

  /// The suite that is meant, before it has a name of its own where it comes from the command line.
  ///
  /// - Parameter change: what else is different in each group.
  func suite(in catalogue: PluginCatalogue, _ change: (inout Suite.Group) throws -> Void) throws
    -> Suite
  {
    var suite: Suite
    if let name = self.suite {
      suite = try catalogue.suite(name)
    } else {
      let group = Suite.Group(name: "comparison", optimizers: [], problems: [])
      suite = Suite(name: "", title: "from the command line", groups: [group])
    }
    let start = try start.map { [try parsePoint($0)] }
    for i in suite.groups.indices {
      try apply(start, to: &suite.groups[i])
      try change(&suite.groups[i])
    }
    if self.suite == nil { suite.name = Self.name(of: suite.groups[0]) }
    return suite
  }

  private func apply(_ start: [[Double]]?, to group: inout Suite.Group) throws {
    if let optimizers { group.optimizers = splitSelections(optimizers) }
    if let problems { group.problems = splitSelections(problems) }
    if let seeds = seeds.flatMap(parseSeeds) { group.seeds = seeds }
    for (numbers, isMoved) in [(instances, true), (randomStarts, false)] {
      if let numbers = numbers.flatMap(parseSeeds) {
        group.instances = numbers.map { Instance($0, isMoved: isMoved) }
      }
    }
    if let steps { group.budget = .steps(steps) }
    if let gradients { group.budget = .gradients(gradients) }
    if let seconds { group.budget = .seconds(seconds) }
    if let start { group.starts = start }
    if let validations { group.recording.validations = validations }
    if let timeLimit { group.timeLimit = timeLimit }
    if let trials {
      group.tuning = group.tuning ?? Tuning(trials: trials)
      group.tuning?.trials = trials
    }
    if let method {
      guard group.tuning != nil else {
        throw UsageError("--method says how to tune, and nothing is tuned; --trials 32 does")
      }
      group.tuning?.method = method
    }
  }

  /// The name of a comparison from the command line, by which it is stored and its pictures are found:
  /// "adam-sgd-on-rosenbrock-1f3a". It is the same for the same comparison, and another one for any
  /// other, so that the pictures of neither replace those of the other.
  static func name(of group: Suite.Group) -> String {
    // "sgd-adam", or "sgd-momentum-nesterov-adam-and-5-more".
    func words(_ selections: [String]) -> String {
      let names = selections.map(\.nameOfOptimizer).unique
      var text = ""
      for (place, name) in names.enumerated() {
        let safe = String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
        if !text.isEmpty, text.count + safe.count > 32 {
          return text + "-and-\(names.count - place)-more"
        }
        text += (text.isEmpty ? "" : "-") + safe.prefix(32)
      }
      return text
    }
    var identity = group
    // What decides no number.
    identity.figures = []
    identity.timeLimit = 0
    identity.recording = Recording()
    return
      "\(words(group.optimizers + group.maps.map(\.optimizer)))-on-\(words(group.problems))-\(ContentHash.of("\(identity)").prefix(4))"
  }
}

extension Tuning.Method: ExpressibleByArgument {}
