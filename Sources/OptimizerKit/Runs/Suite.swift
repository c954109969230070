// A suite: a declared set of runs.

/// A named set of run groups.
public struct Suite: Sendable {
  /// The name by which it is asked for.
  public var name: String
  public var title: String
  public var groups: [Group]

  public init(name: String, title: String, groups: [Group]) {
    self.name = name
    self.title = title
    self.groups = groups
  }

  /// A plane of runs: of one optimizer, with one or two ranges in it, in the problem or in the start.
  public struct Map: Sendable, Hashable {
    /// A selection.
    public var optimizer: String
    /// `x0=-2..2:400;x1=1`: coordinates of the start; nil for the problem's own.
    public var start: String?

    public init(optimizer: String, start: String? = nil) {
      self.optimizer = optimizer
      self.start = start
    }
  }

  /// Optimizers × problems × starts × seeds, and the figures that are drawn of them.
  public struct Group: Sendable {
    public var name: String
    /// Selections; see `Selection.swift`.
    public var optimizers: [String]
    public var problems: [String]
    public var seeds: [UInt64] = [1]
    /// What each run may spend.
    public var budget = Budget.steps(1000)
    /// Starting points; nil for each problem's own first one.
    public var starts: [[Double]]?
    /// Instances of each surface, in place of starts. Training problems have seeds.
    public var instances: [Instance]?
    /// Where a run may stop early; see `RunSpec.target`. Not for training problems.
    public var target: Double?
    /// How optimizers are tuned before they are judged; nil for not at all.
    public var tuning: Tuning?
    public var recording = Recording()
    /// Seconds after which a run is stopped.
    public var timeLimit = 600.0
    /// Maps that are made on each of the problems.
    public var maps: [Map] = []
    /// Names of figures.
    public var figures: [String] = []
    /// Where a selection or a key stands in the suite's file, "quick.yaml:12", for messages.
    public var places: [String: String] = [:]

    public init(name: String, optimizers: [String], problems: [String]) {
      self.name = name
      self.optimizers = optimizers
      self.problems = problems
    }
  }
}
