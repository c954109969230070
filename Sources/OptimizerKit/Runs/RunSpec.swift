// What a run is: everything that decides its numbers, as plain data.

/// A plugin by name, with all of its hyperparameters as text.
public struct PluginSpec: Codable, Sendable, Hashable {
  /// The registered name.
  public var name: String
  /// Every hyperparameter and the text of its value, in the order of declaration.
  public var settings: [Setting]

  /// A hyperparameter and the text of its value.
  public struct Setting: Codable, Sendable, Hashable {
    public var name: String
    public var value: String
    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  public init(name: String, settings: [Setting]) {
    self.name = name
    self.settings = settings
  }

  /// A plugin as it stands.
  public init(_ plugin: some Plugin) {
    name = type(of: plugin).name
    settings = plugin.hyperparameterTexts.map { Setting(name: $0.name, value: $0.value) }
  }

  /// The text of one hyperparameter's value.
  public subscript(setting: String) -> String? {
    settings.first { $0.name == setting }?.value
  }
}

/// A hyperparameter that follows schedules, one after the other.
public struct ScheduleSpec: Codable, Sendable, Hashable {
  /// The scheduled hyperparameter, usually `lr`.
  public var hyperparameter: String
  /// The schedules in sequence.
  public var parts: [PluginSpec]
  public init(hyperparameter: String, parts: [PluginSpec]) {
    self.hyperparameter = hyperparameter
    self.parts = parts
  }
}

/// An optimizer with the schedules that its hyperparameters follow and, for a wrapper, what it wraps.
public struct OptimizerSpec: Codable, Sendable, Hashable {
  public var plugin: PluginSpec
  /// The schedules of this term's own hyperparameters.
  public var schedules: [ScheduleSpec]
  /// What a wrapper wraps: one element; none for an optimizer.
  public var wrapped: [OptimizerSpec]

  public init(
    _ plugin: PluginSpec, schedules: [ScheduleSpec] = [], wrapping inner: OptimizerSpec? = nil
  ) {
    self.plugin = plugin
    self.schedules = schedules
    wrapped = inner.map { [$0] } ?? []
  }

  /// The registered name of the outermost term.
  public var name: String { plugin.name }
  /// The text of one hyperparameter of the outermost term.
  public subscript(setting: String) -> String? { plugin[setting] }
  /// The hyperparameters of the outermost term.
  public var settings: [PluginSpec.Setting] { plugin.settings }
  /// What it wraps.
  public var inner: OptimizerSpec? { wrapped.first }
  /// The registered names around one another, `clip(adamw)`: the optimizer whatever its settings.
  public var nestedName: String { nested(terms.map(\.name)) }
  /// This term and those inside it, outermost first.
  public var terms: [OptimizerSpec] { [self] + wrapped.flatMap(\.terms) }
}

/// One run: optimizer × problem × start × seed × budget. Everything here decides numbers, and nothing
/// else does but the sources of plugins and engine: what is recorded of a run, how it is called in a
/// suite and how it went are other types.
public struct RunSpec: Sendable, Hashable {
  public var optimizer: OptimizerSpec
  public var problem: PluginSpec
  /// Where a surface starts; nil for a training problem.
  public var start: [Double]?
  /// Which instance of the surface this is; nil for the surface as it is written, from a start that
  /// was named.
  public var instance: Instance?
  public var seed: UInt64
  public var budget: Budget
  /// Where the run may stop before its budget: at f − f* ≤ target × (f₀ − f*); nil for never. Only
  /// where the minimum f* is known: a training problem runs to the end of its budget, and
  /// `TrainingProblem.target` says what of it counts.
  public var target: Double?
  /// Where the run counts as diverged: at f − f* > limit × (f₀ − f*), with f* = 0 where it is not known;
  /// nil for where nothing but a failure leads to. Trials that cannot come to anything end by it.
  public var lossLimit: Double?

  public init(
    optimizer: OptimizerSpec, problem: PluginSpec, start: [Double]? = nil,
    instance: Instance? = nil, seed: UInt64 = 1, budget: Budget, target: Double? = nil,
    lossLimit: Double? = nil
  ) {
    self.optimizer = optimizer
    self.problem = problem
    self.start = start
    self.instance = instance
    self.seed = seed
    self.budget = budget
    self.target = target
    self.lossLimit = lossLimit
  }
}
