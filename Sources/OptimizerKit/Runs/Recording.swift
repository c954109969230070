// What is kept of a run: no part of what the run is.

/// What a run keeps. It decides no number, and is no part of a run's key.
public struct Recording: Codable, Sendable, Hashable {
  /// How much of the path is kept.
  public enum Path: String, Codable, Sendable, CaseIterable {
    /// Rows of the trajectory.
    case trajectories
    /// Nothing but the outcome, with what was measured of the path before it was let go.
    case outcomes
  }

  public var path: Path
  /// Every how many steps a row is kept (the first and the last always are).
  public var every: Int
  /// How often a training problem is validated, evenly over the budget, the end included; `Int.max`
  /// for after every step.
  public var validations: Int
  /// Whether the statistics of each layer of a network are kept at every validation pass.
  public var layers: Bool
  /// Whether the parameters that a training problem ends with are judged on its test examples, once.
  public var test: Bool
  /// Whether the sharpness of the training loss of a network is kept at every validation pass.
  public var sharpness: Bool
  /// How many checkpoints are kept after the start's: the parameters of a training problem, evenly over
  /// the budget, the end included; 0 for none, the start's included.
  public var checkpoints: Int

  public init(
    path: Path = .trajectories, every: Int = 1, validations: Int = 10, layers: Bool = false,
    test: Bool = false, sharpness: Bool = false, checkpoints: Int = 0
  ) {
    self.path = path
    self.every = every
    self.validations = validations
    self.layers = layers
    self.test = test
    self.sharpness = sharpness
    self.checkpoints = checkpoints
  }

  /// Reads a recording; of one that was written before there were checkpoints or sharpness, none.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    path = try values.decode(Path.self, forKey: .path)
    every = try values.decode(Int.self, forKey: .every)
    validations = try values.decode(Int.self, forKey: .validations)
    layers = try values.decode(Bool.self, forKey: .layers)
    test = try values.decode(Bool.self, forKey: .test)
    sharpness = try values.decodeIfPresent(Bool.self, forKey: .sharpness) ?? false
    checkpoints = try values.decodeIfPresent(Int.self, forKey: .checkpoints) ?? 0
  }

  /// The checkpoints that are kept in the end: of a run of which only the outcome is, none.
  public var keptCheckpoints: Int { path == .outcomes ? 0 : checkpoints }

  /// Whether what was kept of a run serves where this is wanted: what is kept may be finer.
  public func isServed(by kept: Recording) -> Bool {
    let path =
      path == .outcomes || (kept.path == .trajectories && every.isMultiple(of: kept.every))
    let passes = kept.validations == .max || kept.validations.isMultiple(of: validations)
    let points =
      keptCheckpoints == 0
      || kept.keptCheckpoints > 0 && kept.keptCheckpoints.isMultiple(of: keptCheckpoints)
    return path && passes && points && (kept.layers || !layers) && (kept.test || !test)
      && (kept.sharpness || !sharpness)
  }

  /// The least that serves where this is wanted and where `other` is.
  public func union(_ other: Recording) -> Recording {
    func divisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : divisor(b, a % b) }
    var both = self
    switch (path, other.path) {
    case (.trajectories, .trajectories): both.every = divisor(every, other.every)
    case (.outcomes, .trajectories): (both.path, both.every) = (.trajectories, other.every)
    default: break
    }
    /// The least common multiple; `Int.max` where it does not fit.
    func multiple(_ a: Int, _ b: Int) -> Int {
      let (product, overflow) = (a / divisor(a, b)).multipliedReportingOverflow(by: b)
      return overflow ? .max : product
    }
    both.validations = multiple(validations, other.validations)
    let points = [keptCheckpoints, other.keptCheckpoints].filter { $0 > 0 }
    both.checkpoints = points.count == 2 ? multiple(points[0], points[1]) : points.first ?? 0
    both.layers = layers || other.layers
    both.test = test || other.test
    both.sharpness = sharpness || other.sharpness
    return both
  }

  /// This recording on a surface, where there is nothing to validate or to test.
  public var onSurface: Recording { Recording(path: path, every: every) }

  /// Whether a run that has spent `spent` of a budget of `total`, and `before` one step ago, is
  /// validated now: where ⌊k · total / validations⌋ lies between the two for a k in 0...validations.
  public func isValidated(after spent: Int, since before: Int, of total: Int) -> Bool {
    Self.isReached(validations, after: spent, since: before, of: total)
  }

  /// The same of the checkpoints.
  public func hasCheckpoint(after spent: Int, since before: Int, of total: Int) -> Bool {
    keptCheckpoints > 0
      && Self.isReached(keptCheckpoints, after: spent, since: before, of: total)
  }

  private static func isReached(_ count: Int, after spent: Int, since before: Int, of total: Int)
    -> Bool
  {
    // Of microseconds and passes there may be so many that their product needs more than 64 bits.
    let passes = Int128(max(count, 1))
    let k = min(((Int128(spent) + 1) * passes - 1) / Int128(max(total, 1)), passes)
    return k * Int128(total) / passes > before
  }
}
