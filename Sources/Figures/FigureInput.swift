// What figures are drawn from.

import OptimizerKit

/// Stored runs, and the means to evaluate what they ran on.
public struct FigureInput: Sendable {
  /// The runs with their paths; none where the figure is of a whole suite.
  public var runs: [TracedRun] {
    didSet { records = runs.map(\.record) }
  }
  /// The runs without their paths: those of `runs`, or of a whole suite.
  public var records: [RunRecord] {
    didSet { colors = OptimizerColors(records, known: knownOptimizers) }
  }
  /// What was tried before some of them were run.
  public var searches: [TunedSearch]
  /// Maps.
  public var maps: [OutcomeMap] = []
  /// The names of the optimizers that the lab knows: each keeps its colour whoever takes part.
  public let knownOptimizers: [String]
  /// Makes the problem of a specification; nil where it is not known any more.
  public var problem: @Sendable (PluginSpec) -> (any Problem)?
  /// What a problem is called: its name, with the settings that are not its defaults.
  public var problemLabel: @Sendable (PluginSpec) -> String
  /// Makes the surface of a specification; nil where it is none, or not known any more.
  public var surface: @Sendable (PluginSpec) -> (any Surface)?
  /// Makes a sequence of schedules; nil where one is not known any more.
  public var schedule: @Sendable ([PluginSpec]) -> ScheduleSequence?
  /// The target of a training problem; nil where it has none, or is not known any more.
  public var target: @Sendable (PluginSpec) -> TrainingTarget?
  /// How many steps of a training problem make a pass over its data; nil where that is not known.
  public var stepsPerPass: @Sendable (PluginSpec) -> Int?
  /// Makes an optimizer; nil where it is not known any more.
  public var optimizer: @Sendable (OptimizerSpec) -> (any Optimizer)?
  /// Which parameters of a problem are which tensor; nil where that is not known.
  public var layout: @Sendable (PluginSpec) -> ParameterLayout?
  /// Evaluates the loss of a training problem at any parameters, as the runs with a seed see it; nil where
  /// it is none, not known any more, or without its data.
  public var probe: @Sendable (PluginSpec, UInt64) -> LossProbe?
  /// What the pictures carry in small print.
  public var ledger: FigureLedger
  /// The colours of all runs, the same in every figure drawn from this input.
  public private(set) var colors: OptimizerColors

  /// - Parameters:
  ///   - runs: with their paths, for figures of a group of runs.
  ///   - records: without, for figures of a whole suite; those of `runs` if left out.
  public init(
    runs: [TracedRun] = [], records: [RunRecord]? = nil, searches: [TunedSearch] = [],
    knownOptimizers: [String] = [], ledger: FigureLedger = .init(),
    problem: @escaping @Sendable (PluginSpec) -> (any Problem)?,
    problemLabel: @escaping @Sendable (PluginSpec) -> String = { $0.name },
    schedule: @escaping @Sendable ([PluginSpec]) -> ScheduleSequence?,
    optimizer: @escaping @Sendable (OptimizerSpec) -> (any Optimizer)? = { _ in nil }
  ) {
    self.runs = runs
    self.records = records ?? runs.map(\.record)
    self.searches = searches
    self.ledger = ledger
    self.problem = problem
    self.problemLabel = problemLabel
    self.schedule = schedule
    self.optimizer = optimizer
    self.knownOptimizers = knownOptimizers
    surface = { problem($0) as? any Surface }
    target = { (problem($0) as? any TrainingProblem)?.target }
    stepsPerPass = { (problem($0) as? any TrainingProblem)?.stepsPerPass }
    layout = { problem($0)?.parameterLayout }
    probe = { spec, seed in
      (problem(spec) as? any TrainingProblem).flatMap { try? LossProbe($0, seed: seed) }
    }
    colors = OptimizerColors(self.records, known: knownOptimizers)
  }
}
