// What figures are drawn from.

import OptimizerKit

/// Stored runs, and the means to evaluate what they ran on.
public struct FigureInput: Sendable {
  /// The runs.
  public var runs: [TracedRun] {
    didSet { colors = OptimizerColors(runs, known: knownOptimizers) }
  }
  /// The names of the optimizers that the lab knows: each keeps its colour whoever takes part.
  public let knownOptimizers: [String]
  /// Makes the surface of a specification; nil where it is none, or not known any more.
  public var surface: @Sendable (PluginSpec) -> (any Surface)?
  /// Makes a sequence of schedules; nil where one is not known any more.
  public var schedule: @Sendable ([PluginSpec]) -> ScheduleSequence?
  /// The target of a training problem; nil where it has none, or is not known any more.
  public var target: @Sendable (PluginSpec) -> TrainingTarget?
  /// How many steps of a training problem make a pass over its data; nil where that is not known.
  public var stepsPerPass: @Sendable (PluginSpec) -> Int?
  /// What the pictures carry in small print.
  public var ledger: FigureLedger
  /// The colours of all runs, the same in every figure drawn from this input.
  public private(set) var colors: OptimizerColors

  public init(
    runs: [TracedRun], knownOptimizers: [String] = [], ledger: FigureLedger = .init(),
    surface: @escaping @Sendable (PluginSpec) -> (any Surface)?,
    schedule: @escaping @Sendable ([PluginSpec]) -> ScheduleSequence?,
    target: @escaping @Sendable (PluginSpec) -> TrainingTarget? = { _ in nil },
    stepsPerPass: @escaping @Sendable (PluginSpec) -> Int? = { _ in nil }
  ) {
    self.runs = runs
    self.ledger = ledger
    self.surface = surface
    self.schedule = schedule
    self.target = target
    self.stepsPerPass = stepsPerPass
    self.knownOptimizers = knownOptimizers
    colors = OptimizerColors(runs, known: knownOptimizers)
  }
}
