// Many runs of one kind of rule side by side.

/// Runs of one coordinate rule on one surface, advanced together; each has a start, a seed, a
/// learning rate and hyperparameters of its own. Each gives the same bits as it would alone.
///
/// Runs that share all hyperparameters but the learning rate are computed in vector registers; the
/// others one by one, with several in progress at a time.
public struct LaneDescent: Sendable {
  /// One run.
  public struct Lane: Sendable {
    public var rule: any CoordinateRule
    public var start: [Double]
    public var seed: UInt64
    /// The learning rate, where no others are given for the steps.
    public var rate: Double

    /// A run of `rule`; its learning rate is the rule's own unless said otherwise.
    public init(
      _ rule: any CoordinateRule, from start: [Double], seed: UInt64 = 1, rate: Double? = nil
    ) {
      self.rule = rule
      self.start = start
      self.seed = seed
      self.rate = rate ?? rule.baseLearningRate
    }
  }

  /// How many updates were made.
  public private(set) var step = 0
  /// The runs still here, by their places in the list that they were given in.
  public private(set) var lanes: [Int]

  private let surface: any Surface
  private var blocks: [LaneBlock]

  /// Runs that share a rule are advanced in blocks that stay in the innermost cache.
  private static let sharedBlock = 256
  /// Those that do not bring their rules along.
  private static let ownBlock = 32

  /// Runs side by side.
  ///
  /// - Parameter individually: whether hyperparameters will be set for single runs.
  /// - Returns: nil where that cannot be: rules of different types or with different numbers of state
  ///   variables, rules that report the loss elsewhere than at x, or starts that do not fit.
  public init?(_ lanes: [Lane], on surface: any Surface, individually: Bool = false) {
    let dimension = surface.dimension
    guard let first = lanes.first else { return nil }
    let slots = first.rule.slotCount
    guard !type(of: first.rule).hasEvaluationPoint,
      lanes.allSatisfy({ lane in
        type(of: lane.rule) == type(of: first.rule) && lane.rule.slotCount == slots
          && lane.start.count == dimension
      })
    else { return nil }
    let isShared = !individually && Self.areAlike(lanes)
    let size = isShared ? Self.sharedBlock : Self.ownBlock
    self.surface = surface
    self.lanes = Array(lanes.indices)
    blocks = stride(from: 0, to: lanes.count, by: size).map { begin in
      let part = lanes[begin..<min(begin + size, lanes.count)]
      return LaneBlock(Array(part), dimension: dimension, isShared: isShared)
    }
  }

  /// Runs of one rule that all begin at `start`, one for each learning rate.
  public init(
    _ rule: any CoordinateRule, on surface: any Surface, from start: [Double], rates: [Double],
    seed: UInt64 = 1
  ) {
    self.init(
      rule, on: surface, from: Array(repeating: start, count: rates.count), rates: rates, seed: seed
    )
  }

  /// Runs of one rule with a start and a learning rate each.
  public init(
    _ rule: any CoordinateRule, on surface: any Surface, from starts: [[Double]], rates: [Double],
    seed: UInt64 = 1
  ) {
    let dimension = surface.dimension
    precondition(
      starts.count == rates.count && starts.allSatisfy { $0.count == dimension },
      "a start of the surface's dimension for each learning rate")
    self.surface = surface
    lanes = Array(rates.indices)
    blocks = stride(from: 0, to: rates.count, by: Self.sharedBlock).map { begin in
      let part = begin..<min(begin + Self.sharedBlock, rates.count)
      return LaneBlock(
        part.map { Lane(rule, from: starts[$0], seed: seed, rate: rates[$0]) },
        dimension: dimension, isShared: true)
    }
  }

  /// Whether all hyperparameters but the learning rate are the same.
  private static func areAlike(_ lanes: [Lane]) -> Bool {
    func settings(_ lane: Lane) -> [String] {
      lane.rule.hyperparameters.filter { $0.name != "lr" }.map(\.value)
    }
    let first = settings(lanes[0])
    return lanes.dropFirst().allSatisfy { settings($0) == first }
  }

  /// Makes `steps` updates of every run.
  ///
  /// - Parameters:
  ///   - rates: the learning rate of each step: that of step i of the k-th run still here is
  ///     `rates[k * steps + i]`. Nil for the same rate at every step.
  ///   - path: where the points after each step are written, if anywhere: coordinate d after step i
  ///     of the k-th run goes to `path[(k * steps + i) * dimension + d]`.
  public mutating func advance(
    steps: Int, rates: UnsafePointer<Double>? = nil, path: UnsafeMutablePointer<Double>? = nil
  ) {
    guard steps > 0 else { return }
    var begin = 0
    for index in blocks.indices {
      blocks[index].advance(
        on: surface, from: step, steps: steps, rates: rates.map { $0 + begin * steps },
        path: path.map { $0 + begin * steps * surface.dimension })
      begin += blocks[index].count
    }
    step += steps
  }

  /// The point of the k-th run still here.
  public func point(_ k: Int) -> [Double] {
    let (block, lane) = place(k)
    return blocks[block].point(lane)
  }

  /// Calls `body` with the points of the runs still here, some of them at a time.
  ///
  /// - Parameter body: is given the place of the first run, the points (coordinate d of the k-th run from
  ///   there is `x[d * lanes + k]`), and how many runs these are.
  public func forEachBlock(
    _ body: (_ first: Int, _ x: UnsafePointer<Double>, _ lanes: Int) -> Void
  ) {
    var first = 0
    // By place: a block that is handed out is a copy of all that it holds.
    for index in blocks.indices {
      let count = blocks[index].count
      withExtendedLifetime(blocks[index].x) { body(first, $0.pointer, count) }
      first += count
    }
  }

  /// Sets a hyperparameter of the k-th run still here; the runs must have been made to be set
  /// individually.
  public mutating func set(_ hyperparameter: ScheduledHyperparameter, of k: Int, to value: Double) {
    let (block, lane) = place(k)
    blocks[block].rules.set(hyperparameter, of: lane, to: value)
  }

  /// Takes out runs that have ended; those still here move up and keep their order.
  ///
  /// - Parameter isKept: whether a run, by its place in the list that the runs were given in, stays.
  public mutating func keep(where isKept: (Int) -> Bool) {
    var kept: [Int] = []
    var begin = 0
    for index in blocks.indices {
      let count = blocks[index].count
      let stay = (0..<count).filter { isKept(lanes[begin + $0]) }
      kept += stay.map { lanes[begin + $0] }
      if stay.count < count { blocks[index].keep(stay) }
      begin += count
    }
    blocks.removeAll { $0.count == 0 }
    lanes = kept
  }

  private func place(_ k: Int) -> (block: Int, lane: Int) {
    var lane = k
    for index in blocks.indices {
      if lane < blocks[index].count { return (index, lane) }
      lane -= blocks[index].count
    }
    preconditionFailure("there is no run \(k)")
  }
}

/// Some of the runs: coordinate d of the k-th is `x[d * count + k]`, its state likewise.
private struct LaneBlock: Sendable {
  var count: Int
  var rules: any LaneRules
  let dimension: Int
  var x: Vector<Double>
  var gradient: Vector<Double>
  var state: OptimizerState<Double>
  var rates: [Double]
  var seeds: [UInt64]

  init(_ lanes: [LaneDescent.Lane], dimension: Int, isShared: Bool) {
    count = lanes.count
    self.dimension = dimension
    rules =
      isShared ? SharedRule(rule: lanes[0].rule) : ownRules(lanes.map(\.rule), like: lanes[0].rule)
    x = Vector((0..<dimension).flatMap { d in lanes.map { $0.start[d] } })
    gradient = Vector(repeating: 0, count: x.count)
    state = rules.makeState(lanes: count, dimension: dimension)
    rates = lanes.map(\.rate)
    seeds = lanes.map(\.seed)
  }

  func point(_ lane: Int) -> [Double] { (0..<dimension).map { x[$0 * count + lane] } }

  mutating func advance(
    on surface: any Surface, from step: Int, steps: Int, rates given: UnsafePointer<Double>?,
    path: UnsafeMutablePointer<Double>?
  ) {
    let points = x.mutablePointer()
    let g = gradient.mutablePointer()
    let domain = surface.domain
    for i in 0..<steps {
      if let given { for k in 0..<count { rates[k] = given[k * steps + i] } }
      surface.gradients(at: points, into: g, lanes: count, seeds: seeds, step: step + i + 1)
      rules.advance(
        points, gradient: g, state: &state, step: step + i + 1, rates: rates, lanes: count,
        dimension: dimension)
      domain?.confine(points, lanes: count)
      guard let path else { continue }
      for d in 0..<dimension {
        for k in 0..<count {
          path[(k * steps + i) * dimension + d] = points[d * count + k]
        }
      }
    }
  }

  mutating func keep(_ lanes: [Int]) {
    func kept(_ vector: Vector<Double>) -> Vector<Double> {
      Vector((0..<dimension).flatMap { d in lanes.map { vector[d * count + $0] } })
    }
    x = kept(x)
    gradient = kept(gradient)
    for name in state.names { state[name] = state[name].map(kept) }
    rates = lanes.map { rates[$0] }
    seeds = lanes.map { seeds[$0] }
    rules.keep(lanes)
    count = lanes.count
  }
}

/// The rules of a block of runs.
private protocol LaneRules: Sendable {
  func makeState(lanes: Int, dimension: Int) -> OptimizerState<Double>
  mutating func advance(
    _ x: UnsafeMutablePointer<Double>, gradient: UnsafePointer<Double>,
    state: inout OptimizerState<Double>, step: Int, rates: UnsafePointer<Double>, lanes: Int,
    dimension: Int)
  mutating func set(_ hyperparameter: ScheduledHyperparameter, of lane: Int, to value: Double)
  mutating func keep(_ lanes: [Int])
}

/// One rule for all.
private struct SharedRule: LaneRules {
  var rule: any CoordinateRule

  func makeState(lanes: Int, dimension: Int) -> OptimizerState<Double> {
    rule.state(count: lanes * dimension)
  }
  mutating func advance(
    _ x: UnsafeMutablePointer<Double>, gradient: UnsafePointer<Double>,
    state: inout OptimizerState<Double>, step: Int, rates: UnsafePointer<Double>, lanes: Int,
    dimension: Int
  ) {
    rule.advanceLanes(
      x, gradient: gradient, state: &state, step: step, rates: rates, lanes: lanes,
      dimension: dimension)
  }
  mutating func set(_ hyperparameter: ScheduledHyperparameter, of lane: Int, to value: Double) {
    preconditionFailure("runs that share a rule cannot be set individually")
  }
  mutating func keep(_ lanes: [Int]) {}
}

/// A rule for each run.
private struct OwnRules<Rule: CoordinateRule>: LaneRules {
  var rules: [Rule]

  func makeState(lanes: Int, dimension: Int) -> OptimizerState<Double> {
    var state = OptimizerState<Double>()
    for slot in Rule.State.allCases.prefix(rules[0].slotCount) {
      let values = rules.map { $0.initialValue(of: slot) }
      state["\(slot)"] = Vector((0..<dimension).flatMap { _ in values })
    }
    return state
  }
  mutating func advance(
    _ x: UnsafeMutablePointer<Double>, gradient: UnsafePointer<Double>,
    state: inout OptimizerState<Double>, step: Int, rates: UnsafePointer<Double>, lanes: Int,
    dimension: Int
  ) {
    rules.withUnsafeMutableBufferPointer { buffer in
      guard let first = buffer.baseAddress else { return }
      Rule.advanceLanes(
        first, x, gradient: gradient, state: &state, step: step, rates: rates, lanes: lanes,
        dimension: dimension)
    }
  }
  mutating func set(_ hyperparameter: ScheduledHyperparameter, of lane: Int, to value: Double) {
    rules[lane].set(hyperparameter, to: value)
  }
  mutating func keep(_ lanes: [Int]) { rules = lanes.map { rules[$0] } }
}

private func ownRules<Rule: CoordinateRule>(_ rules: [any CoordinateRule], like: Rule)
  -> any LaneRules
{ OwnRules(rules: rules.compactMap { $0 as? Rule }) }
