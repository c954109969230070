// The small print of figures.

/// What pictures carry in small print.
public struct FigureLedger: Sendable {
  /// The suite that the runs belong to.
  public var suite: String
  /// What the budget counts: "gradient evaluations".
  public var budgetUnit: String
  /// Versions of the lab and of what it uses.
  public var versions: [String]
  /// What a reader must know: an optimum at the edge of its range, timing under load.
  public var warnings: [String]
  /// Further entries: name and value.
  public var entries: [Entry]

  /// A named entry.
  public struct Entry: Sendable {
    public var name: String
    public var value: String
    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  public init(
    suite: String = "", budgetUnit: String = "gradient evaluations", versions: [String] = [],
    warnings: [String] = [], entries: [Entry] = []
  ) {
    self.suite = suite
    self.budgetUnit = budgetUnit
    self.versions = versions
    self.warnings = warnings
    self.entries = entries
  }
}
