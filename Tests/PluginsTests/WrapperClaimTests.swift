// What wrappers claim to do, where no other library can be asked for it, or as their papers put it.

import OptimizerKit
import Plugins
import Testing

/// A context over some tensors, with a gradient of zeros.
private func context<R: Scalar>(
  _ optimizer: some Optimizer, at x: Vector<R>, _ layout: ParameterLayout, seed: UInt64 = 1,
  steps: Int? = nil
) -> StepContext<R> {
  StepContext(
    x: x, layout: layout, state: optimizer.makeState(at: x, layout: layout), oracle: .none,
    seed: seed, steps: steps)
}

@Suite("What wrappers claim")
struct WrapperClaimTests {
  // MARK: random numbers

  /// The step against a gradient of ones with learning rate 1.
  private func draw(_ optimizer: some Optimizer, step: Int, seed: UInt64 = 1) throws -> [Double] {
    var optimizer = optimizer
    let count = 40_000
    var own = context(
      optimizer, at: Vector(repeating: 0.0, count: count), ParameterLayout(coordinates: count),
      seed: seed)
    own.begin(step: step, lr: 1)
    own.gradient.fill(1)
    try optimizer.advance(&own)
    return own.x.array.map { -$0 }
  }

  /// Moments of η/tᵞ: of 40,000 draws, each within five standard deviations of its estimate.
  @Test(arguments: [(1, 0.5), (16, 0.5), (100, 0.0)])
  func noise(_ step: Int, _ power: Double) throws {
    let noisy = try wrapper("noisy", ["variance": "0.25", "power": "\(power)"], GradientStep())
    let draws = try draw(noisy, step: step).map { $0 - 1 }
    let variance = 0.25 * (power == 0 ? 1 : 1 / Double(step).squareRoot())
    let count = Double(draws.count)
    func moment(_ n: Int) -> Double { draws.reduce(0) { $0 + OptimizerKit.power($1, n) } / count }
    #expect(moment(1).magnitude < 5 * (variance / count).squareRoot())
    #expect((moment(2) / variance - 1).magnitude < 5 * (2 / count).squareRoot())
    #expect(
      (moment(3) / OptimizerKit.power(variance.squareRoot(), 3)).magnitude < 5
        * (15 / count).squareRoot())
    #expect((moment(4) / (variance * variance) - 3).magnitude < 5 * (96 / count).squareRoot())
  }

  @Test func dropout() throws {
    for (preset, kept) in [("gradient-dropout", 1 / 0.7), ("gradient-dropout@unscaled", 1)] {
      let draws = try draw(wrapper(preset, ["rate": "0.3"], GradientStep()), step: 3)
      #expect(draws.allSatisfy { $0 == 0 || ($0 - kept).magnitude < 1e-15 })
      let left = Double(draws.count { $0 == 0 }) / Double(draws.count)
      #expect((left - 0.3).magnitude < 5 * (0.21 / 40_000).squareRoot())
    }
  }

  /// The same seed and step give the same numbers, others give others.
  @Test(arguments: ["noisy", "gradient-dropout"])
  func randomNumbersAreThoseOfSeedAndStep(_ name: String) throws {
    let random = try wrapper(name, [:], GradientStep())
    let draws = try draw(random, step: 2)
    #expect(try draw(random, step: 2) == draws)
    for other in [try draw(random, step: 3), try draw(random, step: 2, seed: 2)] {
      let same = zip(draws, other).count { $0 == $1 }
      #expect(same < draws.count * 9 / 10)
    }
  }

  // MARK: accumulate

  /// k gradients, one step, and all that is wrapped sees is the mean and a step number of its own.
  @Test(arguments: ["accumulate", "accumulate@torch"])
  func accumulates(_ name: String) throws {
    let layout = ParameterLayout(coordinates: 2)
    let start = Vector([1.0, -2])
    var wrapped: any Optimizer = try wrapper(name, ["k": "3"], optimizer("adam"))
    var alone: any Optimizer = try optimizer("adam")
    var own = context(wrapped, at: start, layout, steps: 9)
    var expected = context(alone, at: start, layout)
    for step in 1...9 {
      let before = own.x.array
      own.begin(step: step, rates: wrapped.declaredRates)
      own.gradient = Vector([Double(step), 1 / Double(step)])
      try wrapped.advance(&own)
      #expect(own.step == step && own.steps == 9)
      guard step.isMultiple(of: 3) else {
        #expect(own.x.array == before)
        continue
      }
      let share = name == "accumulate" ? 3.0 : 1
      expected.begin(step: step / 3, rates: alone.declaredRates)
      expected.gradient = Vector([
        Double(3 * step - 3) / share,
        (step - 2...step).reduce(0) { $0 + 1 / Double($1) } / share,
      ])
      try alone.advance(&expected)
      for (a, b) in zip(own.x.array, expected.x.array) { #expect((a - b).magnitude < 1e-15) }
    }
  }

  /// The loss that comes with the mean is the mean of the losses.
  @Test func accumulatesLosses() throws {
    struct Watching: Wrapper {
      static let name = "watching"
      static let summary = "for tests"
      var inner: any Optimizer = GradientStep()
      init() {}
      mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
        context.x[0] = R(context.loss)
        context.x[1] = R(Double(context.steps ?? -1))
      }
    }
    for (name, loss) in [("accumulate", 2.5), ("accumulate@torch", 10.0)] {
      var wrapped: any Optimizer = try wrapper(name, ["k": "4"], Watching())
      var own = context(
        wrapped, at: Vector([0.0, 0]), ParameterLayout(coordinates: 2), steps: 103)
      for step in 1...8 {
        own.begin(step: step, lr: 1)
        own.loss = Double((step - 1) % 4 + 1)
        try wrapped.advance(&own)
        if step.isMultiple(of: 4) { #expect(own.x.array == [loss, 25]) }
      }
    }
  }

  // MARK: tensors

  static var layout: ParameterLayout {
    var layout = ParameterLayout()
    layout.append("first", shape: [4, 3], role: .weight, fanIn: 3)
    layout.append("first.bias", shape: [4], role: .bias, fanIn: 1)
    layout.append("scale", shape: [4], role: .scale, fanIn: 1)
    layout.append("last", shape: [2, 4], role: .weight, fanIn: 4)
    return layout
  }

  /// A step from x with the gradient g, both of rounded normal numbers.
  private func move(_ optimizer: some Optimizer, lr: Double = 0.5) throws -> (
    x: Vector<Double>, g: Vector<Double>, next: Vector<Double>
  ) {
    var optimizer = optimizer
    var random = RandomSource(seed: 5, purpose: .instance)
    let x = Vector((0..<Self.layout.count).map { _ in random.normal() })
    let g = Vector((0..<Self.layout.count).map { _ in random.normal() })
    var own = context(optimizer, at: x, Self.layout)
    own.gradient.assign(g)
    own.begin(step: 1, lr: lr)
    try optimizer.advance(&own)
    return (x, g, own.x)
  }

  private func tensor(_ name: String) throws -> ParameterLayout.Tensor {
    try #require(Self.layout.tensors.first { $0.name == name })
  }

  /// No row of a matrix, and no other tensor, moves by more than λ of its own length at rate 1.
  @Test func adaptiveClippingBoundsUnits() throws {
    let (x, _, next) = try move(wrapper("agc", ["ratio": "0.1"], GradientStep()), lr: 1)
    for tensor in Self.layout.tensors {
      let size = tensor.shape.count > 1 ? tensor.columns : tensor.count
      for start in stride(from: tensor.offset, to: tensor.range.upperBound, by: size) {
        let unit = start..<start + size
        let ratio = (next - x).norm(over: unit) / x.norm(over: unit)
        #expect((ratio - 0.1).magnitude < 1e-14)
      }
    }
    let paper = try move(wrapper("agc@paper", ["ratio": "0.1"], GradientStep()), lr: 1)
    let last = try tensor("last").range
    for i in last { #expect(paper.next[i] == paper.x[i] - paper.g[i]) }
  }

  /// The sum of each unit's weights stays.
  @Test func centralisedSumsStay() throws {
    let (x, g, next) = try move(wrapper("centralized", [:], GradientStep()))
    for tensor in Self.layout.tensors {
      guard tensor.role == .weight else {
        for i in tensor.range { #expect(next[i] == x[i] - 0.5 * g[i]) }
        continue
      }
      for row in 0..<tensor.rows {
        let unit = tensor.offset + row * tensor.columns..<tensor.offset + (row + 1) * tensor.columns
        #expect((next.sum(over: unit) - x.sum(over: unit)).magnitude < 1e-14)
      }
    }
  }

  @Test func normalisedLengths() throws {
    let all = try move(wrapper("normalized@paper", ["length": "3"], GradientStep()))
    #expect(((all.next - all.x).norm - 1.5).magnitude < 1e-14)
    let each = try move(
      wrapper("normalized@tensors", ["length": "3", "epsilon": "0"], GradientStep()))
    for tensor in Self.layout.tensors {
      #expect(((each.next - each.x).norm(over: tensor.range) - 1.5).magnitude < 1e-14)
    }
  }

  /// Every tensor changes by the share that the learning rate says.
  @Test func trustRatiosAreRelativeChanges() throws {
    let (x, g, next) = try move(wrapper("trust-ratio", [:], GradientStep()), lr: 0.01)
    for tensor in Self.layout.tensors {
      let ratio = (next - x).norm(over: tensor.range) / x.norm(over: tensor.range)
      #expect((ratio - 0.01).magnitude < 1e-14)
    }
    let weights = try move(wrapper("trust-ratio@weights", [:], GradientStep()), lr: 0.01)
    for i in try tensor("scale").range { #expect(weights.next[i] == x[i] - 0.01 * g[i]) }
  }

  /// A factor of 0 leaves the bits, one of 1 those of what is wrapped.
  @Test func rolesHaveRates() throws {
    let plain = try move(GradientStep())
    let (x, _, next) = try move(
      wrapper("role-rates", ["bias": "0", "scale": "2", "first": "0.5"], GradientStep()))
    for tensor in Self.layout.tensors {
      let factor = ["first": 0.5, "first.bias": 0, "scale": 2, "last": 1][tensor.name]!
      for i in tensor.range {
        let expected = x[i] + factor * (plain.next[i] - x[i])
        #expect((next[i] - expected).magnitude <= (factor == 0 || factor == 1 ? 0 : 1e-15))
      }
    }
  }

  /// No element moves with the gradient, and the steps of each tensor are as long in sum of shares as
  /// there are elements.
  @Test func cautiousStepsAreDescents() throws {
    var optimizer: any Optimizer = try wrapper(
      "cautious", [:], optimizer("momentum", ["lr": "0.1"]))
    var random = RandomSource(seed: 9, purpose: .instance)
    let x = Vector((0..<Self.layout.count).map { _ in random.normal() })
    var own = context(optimizer, at: x, Self.layout)
    var masked = 0
    for step in 1...20 {
      let before = own.x
      let g = Vector(before.indices.map { _ in random.normal() })
      own.gradient.assign(g)
      own.begin(step: step, rates: optimizer.declaredRates)
      try optimizer.advance(&own)
      for i in g.indices {
        #expect((own.x[i] - before[i]) * g[i] <= 0)
        if own.x[i] == before[i] { masked += 1 }
      }
    }
    #expect(masked > 50)
  }

  /// Around Adam it is AdamW, bit for bit; biases and scales may be spared.
  @Test func decoupledDecay() throws {
    func end(_ optimizer: some Optimizer) throws -> [Double] {
      try path(of: optimizer, on: Rosenbrock(), steps: 40)[39]
    }
    let decayed = try wrapper("decoupled-decay", ["weightDecay": "0.25"], optimizer("adam"))
    let adamw = try optimizer("adamw", ["weightDecay": "0.25"])
    for (a, b) in zip(try end(decayed), try end(adamw)) { #expect((a - b).magnitude < 1e-15) }
    let (x, g, next) = try move(
      wrapper("decoupled-decay", ["weightDecay": "0.5", "biases": "false"], GradientStep()))
    for tensor in Self.layout.tensors {
      for i in tensor.range {
        let rest = tensor.role == .weight ? 0.75 : 1
        #expect((next[i] - (rest * x[i] - 0.5 * g[i])).magnitude < 1e-15)
      }
    }
  }

  // MARK: averages

  /// What is averaged is where what is wrapped reports its loss.
  @Test(arguments: ["ema", "polyak-averaging", "swa"])
  func averagesOfWhatIsJudged(_ name: String) throws {
    let settings = name == "ema" ? ["decay": "0.5"] : name == "swa" ? ["k": "1"] : [:]
    let slow = try wrapper("lookahead@optax", ["k": "2"], optimizer("sgd", ["lr": "1e-3"]))
    func check(_ averaged: some Optimizer, _ slow: some Optimizer) throws {
      var run = Run(averaged, on: quadratic)
      var plain = Run(slow, on: quadratic)
      #expect(run.optimizer.evaluationPoint(run.x, state: run.state)?.array == run.x.array)
      var expected: Vector<Double>?
      for step in 1...9 {
        try run.advance()
        try plain.advance()
        let point = try #require(plain.optimizer.evaluationPoint(plain.x, state: plain.state))
        let share = step == 1 ? 1 : name == "ema" ? 0.5 : 1 / Double(step)
        var average = expected ?? point
        average.interpolate(share, to: point)
        expected = average
        let judged = try #require(run.optimizer.evaluationPoint(run.x, state: run.state))
        #expect((judged - average).norm < 1e-15 * average.norm)
        #expect(bits(run.x.array) == bits(plain.x.array))
      }
    }
    try check(wrapper(name, settings, slow), slow)
  }

  /// A start below 1 is a share of the budget, and before it the point itself is judged.
  @Test(arguments: [
    ("0.75", 100, 76), ("0", 100, 1), ("0.999", 10, 10), ("3", 100, 3), ("1", 9, 1),
  ])
  func averagesBegin(_ start: String, _ steps: Int, _ first: Int) throws {
    for name in ["ema", "polyak-averaging", "swa"] {
      func check<O: Optimizer>(_ optimizer: O) throws {
        var optimizer = optimizer
        var own = context(
          optimizer, at: Vector([1.0]), ParameterLayout(coordinates: 1), steps: steps)
        for step in 1...steps {
          own.begin(step: step, lr: 0.5)
          own.gradient[0] = 1
          try optimizer.advance(&own)
          let judged = optimizer.evaluationPoint(own.x, state: own.state)
          #expect((judged != nil) == (step >= first), "\(name) at step \(step)")
          if step == first { #expect(judged?.array == own.x.array) }
        }
      }
      try check(wrapper(name, ["start": start], GradientStep()))
    }
  }

  /// Averages of noisy steps lie closer to the minimum than the last of them.
  @Test func averagesAreQuieter() throws {
    let noisy = try wrapper(
      "noisy", ["variance": "100", "power": "0"], optimizer("sgd", ["lr": "5e-3"]))
    for (name, settings) in [
      ("ema", ["decay": "0.99"]), ("polyak-averaging", ["start": "200"]),
      ("swa", ["start": "200", "k": "5"]),
    ] {
      func check(_ optimizer: some Optimizer) throws {
        var run = Run(optimizer, on: quadratic)
        var (last, averaged) = (0.0, 0.0)
        for step in 1...2000 {
          try run.advance()
          guard step > 1500 else { continue }
          last += quadratic.loss(at: run.x.array)
          averaged += quadratic.loss(
            at: (run.optimizer.evaluationPoint(run.x, state: run.state) ?? run.x).array)
        }
        #expect(averaged < 0.5 * last, "\(name): \(averaged / last)")
      }
      try check(wrapper(name, settings, noisy))
    }
  }

  // MARK: mechanic, grokfast

  /// The claim of Mechanic: whatever the learning rate of what it wraps, a good one is found.
  @Test(arguments: ["1e-3", "1", "1000"])
  func mechanicFindsTheRate(_ lr: String) throws {
    let optimizer = try wrapper("mechanic", [:], optimizer("adam", ["lr": lr]))
    func check(_ optimizer: some Optimizer) throws {
      var run = Run(optimizer, on: quadratic)
      let first = quadratic.loss(at: run.x.array)
      for _ in 0..<2000 { try run.advance() }
      #expect(quadratic.loss(at: run.x.array) < 0.05 * first)
    }
    try check(optimizer)
  }

  /// A constant gradient is all slow: 1 + λ times as strong.
  @Test(arguments: ["grokfast", "grokfast@window"])
  func slowGradientsAreAmplified(_ name: String) throws {
    var optimizer: any Optimizer = try wrapper(
      name, ["factor": "2", "window": "5"], GradientStep())
    var own = context(optimizer, at: Vector([0.0]), ParameterLayout(coordinates: 1))
    for step in 1...12 {
      let before = own.x[0]
      own.begin(step: step, lr: 1)
      own.gradient[0] = 1
      try optimizer.advance(&own)
      let expected = name == "grokfast" || step >= 5 ? 3.0 : 1
      #expect((before - own.x[0] - expected).magnitude < 1e-13)
    }
  }
}
