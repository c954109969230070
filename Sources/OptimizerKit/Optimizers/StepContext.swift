// What an optimizer sees of one step.

/// One step: parameters, gradient, state, and what else an optimizer may look at or ask for.
///
/// The lab makes one context for a run and hands it to every step. `x`, `gradient` and `state` are
/// changed in place: they are referenced from nowhere else, so that no write copies them.
///
///     context.x.add(R(-context.lr), context.gradient)
public struct StepContext<R: Scalar> {
  /// The parameters; the update is made here, in place.
  public var x: Vector<R>
  /// The gradient at `x`, as the problem or a wrapper hands it over; its content after the step is
  /// of no importance. NaN where `Optimizer.usesGradient` says that nobody reads it.
  public var gradient: Vector<R>
  /// The loss at `x` that came with the gradient: that of the same minibatch. NaN where none did.
  public var loss = Double.nan
  /// Which part of `x` is which tensor.
  public internal(set) var layout: ParameterLayout
  /// The number of this step, from 1.
  public internal(set) var step = 0
  /// How many steps there will be, where that is known.
  public internal(set) var steps: Int?
  /// The learning rate in force. A wrapper that has none of its own changes with it the rate of
  /// what it wraps.
  public var lr = 1.0
  /// The state, as `makeState` or the last step left it.
  public var state: OptimizerState<R>
  /// Further evaluations of the problem; each is counted.
  public internal(set) var oracle: Oracle<R>
  /// Random numbers of this run and step.
  public var random: RandomSource

  /// The learning rates of the levels, from the outermost optimizer inwards; nil for a level that
  /// has none of its own. Empty where one rate holds for all.
  private var rates: [Double?] = []
  /// The level that is at work.
  private var depth = 0
  private let seed: UInt64

  /// The context of a run; `begin` comes before every step. The gradient begins as zeros.
  ///
  /// - Parameters:
  ///   - x: the parameters before the first step.
  ///   - layout: which part of them is which tensor.
  ///   - state: what `makeState` gave for them.
  ///   - oracle: further evaluations.
  ///   - seed: that of the run, for random numbers.
  ///   - steps: how many steps there will be; nil where that is not known.
  public init(
    x: Vector<R>, layout: ParameterLayout, state: OptimizerState<R>, oracle: Oracle<R>,
    seed: UInt64 = 1, steps: Int? = nil
  ) {
    self.x = x
    gradient = Vector(repeating: R.zero, count: x.count)
    self.layout = layout
    self.state = state
    self.oracle = oracle
    self.seed = seed
    self.steps = steps
    random = RandomSource(seed: seed, purpose: .optimizer)
  }

  /// Begins a step in which one learning rate holds for all levels.
  public mutating func begin(step: Int, lr: Double) {
    self.step = step
    self.lr = lr
    if !rates.isEmpty { rates = [] }
    depth = 0
    random = RandomSource(seed: seed, purpose: .optimizer, step: step)
  }

  /// Begins a step in which every level has its own learning rate.
  ///
  /// - Parameter rates: from the outermost level inwards; nil for a level without one (see
  ///   `Optimizer.declaredRates`), which has that of the next level that has one.
  public mutating func begin(step: Int, rates: [Double?]) {
    begin(step: step, lr: 1)
    self.rates = rates
    lr = rate(from: 0) ?? 1
  }

  private func rate(from level: Int) -> Double? {
    guard level < rates.count else { return nil }
    return rates[level...].lazy.compactMap { $0 }.first
  }
}

// MARK: what wrappers do

extension StepContext {
  /// Lets `inner` make its step: on the same parameters, gradient and oracle, with its own state,
  /// which is kept within the state of the wrapper.
  ///
  /// Its learning rate is `lr`, unless the present level has a rate of its own: then it is that of
  /// `inner`. What `inner` does to `gradient` stays done.
  public mutating func step(_ inner: inout any Optimizer) throws {
    var nested = state.takeNested() ?? NestedState(of: inner, at: x, layout: layout)
    guard nested.part == nil else {
      state.nested.append(nested)
      throw OracleError("a wrapper steps what it wraps on some tensors, and now on all of them")
    }
    swap(&state, &nested.state)
    defer {
      swap(&state, &nested.state)
      state.nested.append(nested)
    }
    let lr = descend(to: inner)
    defer { ascend(lr) }
    try inner.advance(&self)
  }

  /// Lets `inner` make its step as number `number` of `steps`: for a wrapper that steps what it wraps
  /// less often than it is stepped itself.
  public mutating func step(_ inner: inout any Optimizer, number: Int, of steps: Int?) throws {
    let own = (step: step, steps: self.steps)
    (step, self.steps) = (number, steps)
    defer { (step, self.steps) = own }
    try step(&inner)
  }

  /// How many steps have gone by since `start`, from 0; negative before it.
  ///
  /// - Parameter start: the number of a step; below 1 a share of all steps, where their number is
  ///   known, and else the first one.
  public func steps(since start: Double) -> Int {
    let first = start < 1 ? start * Double(steps ?? 0) + 1 : start
    return step - (Int(exactly: first.rounded(.down)) ?? .max)
  }

  /// Lets `inner` make its step on some of the tensors only: it sees a parameter vector of these,
  /// with a layout, a gradient and an oracle to match. The others stay as they are.
  ///
  /// - Parameter tensors: indices into `layout.tensors`, ascending; the same at every step.
  public mutating func step(_ inner: inout any Optimizer, on tensors: [Int]) throws {
    if tensors.isEmpty { return }
    var nested =
      state.takeNested() ?? NestedState(of: inner, at: x, layout: layout, on: tensors)
    defer { state.nested.append(nested) }
    guard let part = nested.part, part.tensors == tensors else {
      throw OracleError("a wrapper steps what it wraps on other tensors than before")
    }
    var own = StepContext(
      x: part.gather(x), layout: part.layout, state: OptimizerState(),
      oracle: inner.requirements.isEmpty ? oracle.silent : oracle.restricted(to: part, of: x),
      seed: seed, steps: steps)
    part.gather(gradient, into: &own.gradient)
    own.loss = loss
    own.step = step
    own.random = random
    own.rates = rates
    own.depth = depth
    own.lr = lr
    swap(&own.state, &nested.state)
    defer { swap(&own.state, &nested.state) }
    _ = own.descend(to: inner)
    try inner.advance(&own)
    random = own.random
    own.oracle = own.oracle.silent  // lets go of `x`, which is written next
    part.scatter(own.x, into: &x)
    part.scatter(own.gradient, into: &gradient)
  }

  /// Goes to the level of what is wrapped; returns the learning rate to come back with.
  private mutating func descend(to inner: any Optimizer) -> Double {
    let before = lr
    if depth < rates.count, rates[depth] != nil {
      lr = rate(from: depth + 1) ?? inner.baseLearningRate
    }
    depth += 1
    return before
  }

  private mutating func ascend(_ lr: Double) {
    depth -= 1
    self.lr = lr
  }
}
