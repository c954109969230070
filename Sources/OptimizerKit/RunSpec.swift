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
    settings = plugin.hyperparameters.map { Setting(name: $0.name, value: $0.value) }
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

/// One run: optimizer × hyperparameters × schedules × problem × start × seed × budget.
public struct RunSpec: Codable, Sendable, Hashable {
  /// The optimizer as it is called in tables and pictures: the selection that asked for it.
  public var label: String
  public var optimizer: PluginSpec
  public var schedules: [ScheduleSpec]
  public var problem: PluginSpec
  /// Where a surface starts; nil for a training problem.
  public var start: [Double]?
  public var seed: UInt64
  /// The number of updates.
  public var steps: Int
  /// Where the run may stop before its budget: at f − f* ≤ target × (f₀ − f*); nil for never. Only
  /// where the minimum f* is known: a training problem runs to the end of its budget, and
  /// `TrainingProblem.target` says what of it counts.
  public var target: Double?
  /// How much of the path is kept.
  public var recording: Recording

  public init(
    label: String, optimizer: PluginSpec, schedules: [ScheduleSpec] = [], problem: PluginSpec,
    start: [Double]? = nil, seed: UInt64 = 1, steps: Int, target: Double? = nil,
    recording: Recording = .init()
  ) {
    self.label = label
    self.optimizer = optimizer
    self.schedules = schedules
    self.problem = problem
    self.start = start
    self.seed = seed
    self.steps = steps
    self.target = target
    self.recording = recording
  }
}

/// What a run keeps.
public struct Recording: Codable, Sendable, Hashable {
  /// Every how many steps a row is kept (the first and the last always are).
  public var every: Int
  /// How often a training problem is validated, evenly over the budget, the end included.
  public var validations: Int
  /// Whether the statistics of each layer of a network are kept at every validation pass.
  public var layers: Bool
  /// Whether the parameters that a training problem ends with are judged on its test examples, once.
  public var test: Bool

  public init(every: Int = 1, validations: Int = 10, layers: Bool = false, test: Bool = false) {
    self.every = every
    self.validations = validations
    self.layers = layers
    self.test = test
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    every = try values.decode(Int.self, forKey: .every)
    validations = try values.decode(Int.self, forKey: .validations)
    // Runs that were stored before these could be asked for have neither.
    layers = try values.decodeIfPresent(Bool.self, forKey: .layers) ?? false
    test = try values.decodeIfPresent(Bool.self, forKey: .test) ?? false
  }

  /// Whether a run of `steps` updates is validated after `step` of them: where `step` is
  /// ⌊k · steps / validations⌋ for a k in 0...validations.
  public func isValidated(after step: Int, of steps: Int) -> Bool {
    let passes = max(validations, 1)
    let k = (step * passes + steps - 1) / max(steps, 1)
    return k * steps / passes == step
  }
}
