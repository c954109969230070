// What an optimizer must uphold: the suite that `optlab check` runs.

import OptimizerKit

/// Checks that an optimizer keeps the contract: a value, deterministic, the same numbers on every
/// path the lab may take, and a loss that goes down.
///
/// A plugin that traps takes its process with it; call this from one that may be lost.
public enum OptimizerConformance {
  /// What is wrong with an optimizer as it stands (its hyperparameters set, `resolve` called);
  /// empty where nothing is.
  public static func findings(for optimizer: some Optimizer) -> [ConformanceFinding] {
    var findings = PluginConformance.findings(for: optimizer)
    if let rule = optimizer as? any CoordinateRule {
      let shape = stateFindings(rule)
      findings += shape
      guard shape.isEmpty else { return findings }
    }
    do {
      let early = try determinismFindings(optimizer) + checkpointFindings(optimizer)
      findings += early
      findings += try learningRateFindings(optimizer)
      if early.isEmpty {
        findings += try precisionFindings(optimizer)
        if let rule = optimizer as? any CoordinateRule { findings += try pathFindings(rule) }
      }
      findings += try restFindings(optimizer)
      findings += try progressFindings(optimizer)
    } catch {
      findings.append(
        ConformanceFinding(
          "update", "an update on a convex quadratic throws", expected: "no error",
          actual: "\(error)"))
    }
    brokenGradient(optimizer)
    return findings
  }

  // MARK: a convex quadratic, the ground on which all is tried

  /// ½ Σ λᵢ xᵢ² + ¼ (Σ xᵢ)²: curvatures of 1 to 4 and a coupling, minimum 0 at the origin.
  struct Ground {
    let dimension: Int
    func curvature(_ i: Int) -> Double { 1 + Double(3 * i) / Double(dimension) }
    /// Exact in single precision, and nowhere near the minimum.
    func start(_ i: Int) -> Double { i % 2 == 0 ? 1.5 + 0.25 * Double(i) : -2.25 }

    func loss<R: Real>(_ x: Vector<R>) -> Double {
      var sum = 0.0
      var squares = 0.0
      for i in x.indices {
        sum += x[i].double
        squares += curvature(i) * x[i].double * x[i].double
      }
      return 0.5 * squares + 0.25 * sum * sum
    }

    func product<R: Real>(_ v: Vector<R>) -> Vector<R> {
      var sum = R.zero
      for i in v.indices { sum += v[i] }
      return Vector(v.indices.map { curvature($0) * v[$0] + 0.5 * sum })
    }

    func oracle<R: Scalar>(_ capabilities: OracleCapabilities = .everything) -> Oracle<R> {
      Oracle(
        capabilities: capabilities, loss: { loss($0) }, gradient: { $1 = product($0) },
        hessianVectorProduct: { product($1) })
    }
  }

  /// A run on the ground: a value, so that copying it is taking a checkpoint.
  struct Walk<O: Optimizer, R: Scalar> {
    var optimizer: O
    let ground: Ground
    var x: Vector<R>
    var state: OptimizerState<R>
    let layout: ParameterLayout
    var capabilities = OracleCapabilities.everything
    var steps = 0
    var lr: Double

    init(_ optimizer: O, _ ground: Ground, lr: Double? = nil) {
      self.optimizer = optimizer
      self.ground = ground
      x = Vector((0..<ground.dimension).map { R(ground.start($0)) })
      layout = ParameterLayout(coordinates: ground.dimension)
      state = optimizer.makeState(at: x, layout: layout)
      self.lr = lr ?? optimizer.baseLearningRate
    }

    mutating func advance(_ count: Int) throws {
      for _ in 0..<count { try advance(gradient: ground.product(x)) }
    }

    /// One step with a gradient of one's choice.
    mutating func advance(gradient: Vector<R>) throws {
      steps += 1
      var context = StepContext(
        x: x, layout: layout, state: state, oracle: ground.oracle(capabilities))
      context.begin(step: steps, lr: lr)
      context.gradient = gradient
      context.loss = ground.loss(x)
      defer {
        x = context.x
        state = context.state
      }
      try optimizer.advance(&context)
    }

    /// Point and state, bit for bit: what two equal runs must share.
    var bits: [UInt64] { numbers(x) + numbers(state) }
    private func numbers(_ vector: Vector<R>) -> [UInt64] {
      vector.array.map(\.double.bitPattern)
    }
    private func numbers(_ state: OptimizerState<R>) -> [UInt64] {
      state.names.flatMap { state[$0].map(numbers) ?? [] } + (state.inner.map(numbers) ?? [])
    }
    var point: [Double] { x.array.map(\.double) }
    var loss: Double { ground.loss(optimizer.evaluationPoint(x, state: state) ?? x) }
  }

  // MARK: determinism and checkpoints

  static func determinismFindings(_ optimizer: some Optimizer) throws -> [ConformanceFinding] {
    var a = Walk<_, Double>(optimizer, Ground(dimension: 5))
    var b = Walk<_, Double>(optimizer, Ground(dimension: 5))
    try a.advance(20)
    try b.advance(20)
    guard a.bits != b.bits else { return [] }
    return [
      ConformanceFinding(
        "determinism", "two runs from the same start differ after 20 steps",
        expected: describe(a.point), actual: describe(b.point))
    ]
  }

  static func checkpointFindings(_ optimizer: some Optimizer) throws -> [ConformanceFinding] {
    var run = Walk<_, Double>(optimizer, Ground(dimension: 5))
    try run.advance(7)
    let checkpoint = run
    let before = run.bits
    try run.advance(7)
    if checkpoint.bits != before {
      return [
        ConformanceFinding(
          "checkpoint", "going on with a run changes an earlier copy of it",
          expected: "state that is a value")
      ]
    }
    var continued = checkpoint
    try continued.advance(7)
    guard continued.bits != run.bits else { return [] }
    return [
      ConformanceFinding(
        "checkpoint", "continued from a copy, the run gives other numbers: some state is shared",
        expected: describe(run.point), actual: describe(continued.point))
    ]
  }

  // MARK: learning rate

  static func learningRateFindings(_ optimizer: some Optimizer) throws -> [ConformanceFinding] {
    guard optimizer.hyperparameters.contains(where: { $0.name == "lr" }) else { return [] }
    let lr = optimizer.baseLearningRate
    var full = Walk<_, Double>(optimizer, Ground(dimension: 5), lr: lr)
    var half = Walk<_, Double>(optimizer, Ground(dimension: 5), lr: lr / 2)
    try full.advance(5)
    try half.advance(5)
    guard full.bits == half.bits, lr > 0 else { return [] }
    return [
      ConformanceFinding(
        "lr", "half the learning rate gives the same path: the argument `lr` is not used",
        expected: "a schedule has an effect")
    ]
  }

  // MARK: single precision

  static func precisionFindings(_ optimizer: some Optimizer) throws -> [ConformanceFinding] {
    var double = Walk<_, Double>(optimizer, Ground(dimension: 5))
    var single = Walk<_, Float>(optimizer, Ground(dimension: 5))
    let steps = 5
    try double.advance(steps)
    try single.advance(steps)
    let scale = (0..<5).map { double.ground.start($0).magnitude }.max()!
    for (i, (x, y)) in zip(double.point, single.point).enumerated() {
      // Five steps, each with a few dozen roundings of 6e-8 at the scale of the start.
      if !((x - y).magnitude <= 2e-5 * max(scale, x.magnitude)) {
        return [
          ConformanceFinding(
            "precision", "coordinate \(i) differs between Float and Double after \(steps) steps",
            expected: "\(x)", actual: "\(y)")
        ]
      }
    }
    return []
  }

  // MARK: coordinate rules: state, and the paths that run them

  static func stateFindings<Rule: CoordinateRule>(_ rule: Rule) -> [ConformanceFinding] {
    let names = Rule.State.allCases.map(\.rawValue)
    var findings: [ConformanceFinding] = []
    if names != Array(0..<names.count) || names.count > 4 {
      findings.append(
        ConformanceFinding(
          "state", "the names of the state must be numbered from 0, and at most four",
          expected: "enum State: Int, StateNames { case m, v }", actual: "\(names)"))
    }
    if rule.slotCount < 0 || rule.slotCount > names.count {
      findings.append(
        ConformanceFinding(
          "state", "slotCount is not a number of names", expected: "0...\(names.count)",
          actual: "\(rule.slotCount)"))
    }
    return findings
  }

  /// `advance`, `descend` and `advanceLanes` give the same bits.
  static func pathFindings<Rule: CoordinateRule>(_ rule: Rule) throws -> [ConformanceFinding] {
    let plane = Ground(dimension: 2)
    let steps = 30
    var walk = Walk<_, Double>(rule, plane)
    var descending = rule
    var point = Planar(plane.start(0), plane.start(1))
    var state: OptimizerState<Double> = rule.state(count: 2)
    let gradient: PlanarGradient = { p, _ in
      let g = plane.product(Vector([p.x, p.y]))
      return Planar(g[0], g[1])
    }
    // In two parts, as the lab does between recorded rows.
    for (first, count) in [(1, 12), (13, steps - 12)] {
      [walk.lr].withUnsafeBufferPointer {
        descending.descend(
          gradient, point: &point, state: &state, firstStep: first, rates: $0, steps: count,
          path: nil)
      }
    }
    try walk.advance(steps)
    let descended = [point.x, point.y] + state.names.flatMap { state[$0]!.array }
    if descended.map(\.bitPattern) != walk.bits {
      return [
        ConformanceFinding(
          "descend", "differs from single steps after \(steps) steps",
          expected: describe(walk.point), actual: describe([point.x, point.y]))
      ]
    }
    return try laneFindings(rule)
  }

  static func laneFindings<Rule: CoordinateRule>(_ rule: Rule) throws -> [ConformanceFinding] {
    let ground = Ground(dimension: 3)
    let rates = [1, 0.5, 0.25, 0.75, 0.125].map { $0 * rule.baseLearningRate }
    let lanes = rates.count
    let steps = 10
    var walks = rates.map { Walk<Rule, Double>(rule, ground, lr: $0) }
    for k in 0..<lanes { try walks[k].advance(steps) }

    var side = rule
    var x = (0..<3).flatMap { d in rates.map { _ in ground.start(d) } }
    var state: OptimizerState<Double> = rule.state(count: 3 * lanes)
    for step in 1...steps {
      var g = x
      for k in 0..<lanes {
        let product = ground.product(Vector((0..<3).map { x[$0 * lanes + k] }))
        for d in 0..<3 { g[d * lanes + k] = product[d] }
      }
      side.advanceLanes(
        &x, gradient: g, state: &state, step: step, rates: rates, lanes: lanes, dimension: 3)
    }
    for k in 0..<lanes {
      let point = (0..<3).map { x[$0 * lanes + k] }
      if point.map(\.bitPattern) != walks[k].point.map(\.bitPattern) {
        return [
          ConformanceFinding(
            "advanceLanes", "run \(k) of \(lanes) side by side differs from the same run alone",
            expected: describe(walks[k].point), actual: describe(point))
        ]
      }
    }
    return []
  }

  // MARK: rest, progress, broken gradients

  static func restFindings(_ optimizer: some Optimizer) throws -> [ConformanceFinding] {
    var optimizer = optimizer
    let start = Vector([1.5, -2.25, 3])
    let layout = ParameterLayout(coordinates: 3)
    var context = StepContext(
      x: start, layout: layout, state: optimizer.makeState(at: start, layout: layout),
      oracle: Oracle<Double>(
        capabilities: .everything, loss: { _ in 1 },
        gradient: { x, g in g = Vector(repeating: 0, count: x.count) },
        hessianVectorProduct: { _, v in v }))
    for step in 1...3 {
      context.begin(step: step, rates: optimizer.declaredRates)
      context.gradient = Vector(repeating: 0.0, count: 3)
      context.loss = 1
      try optimizer.advance(&context)
    }
    let x = context.x
    guard x.array != start.array else { return [] }
    let decay = optimizer.hyperparameters.first { $0.name == "weightDecay" }?.number ?? 0
    return [
      ConformanceFinding(
        "rest",
        decay > 0
          ? "moves where the gradient is zero, by its weight decay"
          : "moves where the gradient has always been zero",
        expected: describe(start.array),
        actual: describe(x.array) + ", \((x - start).norm) away", severity: .note)
    ]
  }

  static func progressFindings(_ optimizer: some Optimizer) throws -> [ConformanceFinding] {
    var walk = Walk<_, Double>(optimizer, Ground(dimension: 5))
    let initial = walk.loss
    let steps = 1000
    for _ in 0..<steps {
      try walk.advance(1)
      if !walk.loss.isFinite {
        return [
          ConformanceFinding(
            "progress", "the loss of a convex quadratic is not finite at step \(walk.steps)",
            expected: "less than \(rounded(initial))", actual: "\(walk.loss)")
        ]
      }
    }
    if !(walk.loss < initial) {
      return [
        ConformanceFinding(
          "progress", "the loss of a convex quadratic has not fallen after \(steps) steps",
          expected: "less than \(rounded(initial))", actual: rounded(walk.loss))
      ]
    }
    if walk.loss > 0.9 * initial {
      return [
        ConformanceFinding(
          "progress",
          "slow with these hyperparameters: \(steps) steps on a convex quadratic of condition 4",
          expected: "well below \(rounded(initial))", actual: rounded(walk.loss),
          severity: .note)
      ]
    }
    return []
  }

  /// A gradient of NaN and ∞ may spoil the parameters or be refused, but must not trap.
  static func brokenGradient(_ optimizer: some Optimizer) {
    for value in [Double.nan, .infinity] {
      var double = Walk<_, Double>(optimizer, Ground(dimension: 2))
      var single = Walk<_, Float>(optimizer, Ground(dimension: 2))
      for _ in 1...2 {
        try? double.advance(gradient: Vector(repeating: value, count: 2))
        try? single.advance(gradient: Vector(repeating: Float(value), count: 2))
      }
    }
  }
}

extension OracleCapabilities {
  /// All that a problem may offer.
  static let everything: OracleCapabilities = [
    .loss, .gradient, .hessianVectorProduct, .hessian, .quadratic,
  ]
}
