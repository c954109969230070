// What an optimizer must uphold: the suite that `optlab check` runs.

import OptimizerKit

/// Checks that an optimizer keeps the contract: a value, deterministic, the same numbers on every
/// path the lab may take, and a loss that goes down.
///
/// A plugin that traps takes its process with it; call this from one that may be lost.
public enum OptimizerConformance {
  /// What is wrong with an optimizer as it stands (its hyperparameters set, `resolve` called);
  /// empty where nothing is. What is wrong in the same way in several places is said of the first.
  ///
  /// - Parameters:
  ///   - networks: what it is trained on too, where it asks for no more than they offer.
  ///   - trying: is told before each trial what comes, "a tall matrix of 5 × 2", so that it is known
  ///     where an optimizer trapped.
  public static func findings(
    for optimizer: some Optimizer, networks: [any TrainingProblem] = [],
    trying: (String) -> Void = { _ in }
  ) -> [ConformanceFinding] {
    var findings = PluginConformance.findings(for: optimizer)
    if let rule = optimizer as? any CoordinateRule {
      let shape = stateFindings(rule)
      findings += shape
      guard shape.isEmpty else { return findings }
    }
    /// Adds what a trial finds.
    func attempt(_ place: String, _ trial: () throws -> [ConformanceFinding]) {
      trying(place)
      do {
        for finding in try trial() where !findings.says(finding) { findings.append(finding) }
      } catch {
        let finding = ConformanceFinding(
          "update", "an update throws on \(place)", expected: "no error", actual: "\(error)")
        if !findings.says(finding) { findings.append(finding) }
      }
    }
    // What sees more than a coordinate is tried on tensors of every shape as well.
    let isRule = optimizer is any CoordinateRule
    let grounds = isRule ? [Ground.vector] : [.vector] + Ground.shapes + [.allShapes]
    for ground in grounds {
      attempt(ground.name) { try undeclaredFindings(optimizer, ground) }
      // Until it says what it asks for, no plan would run it.
      guard !findings.contains(where: { $0.check == "requirements" }) else { return findings }
      attempt(ground.name) { try walkFindings(optimizer, ground) }
    }
    attempt("half the learning rate") { try learningRateFindings(optimizer, grounds) }
    // What a network does not offer is refused by the plan.
    for problem in networks
    where problem.capabilities.isSuperset(of: optimizer.requirements) {
      attempt(type(of: problem).summary) { try trainingFindings(optimizer, on: problem) }
    }
    if let rule = optimizer as? any CoordinateRule,
      !findings.contains(where: { ["determinism", "checkpoint"].contains($0.check) })
    {
      attempt("a point of a surface and runs side by side") { try pathFindings(rule) }
    }
    for ground in grounds {
      trying("gradients of NaN and ∞ for \(ground.name)")
      brokenGradient(optimizer, ground)
    }
    return findings
  }

  /// What runs on the ground show.
  private static func walkFindings(_ optimizer: some Optimizer, _ ground: Ground) throws
    -> [ConformanceFinding]
  {
    var findings =
      try determinismFindings(optimizer, ground) + checkpointFindings(optimizer, ground)
    // What goes by losses alone compares them: where two are alike, rounding decides on the path.
    if findings.isEmpty, optimizer.usesGradient || optimizer.requirements != [.loss] {
      findings += try precisionFindings(optimizer, ground)
    }
    return try findings + restFindings(optimizer, ground) + progressFindings(optimizer, ground)
  }

  // MARK: determinism and checkpoints

  static func determinismFindings(_ optimizer: some Optimizer, _ ground: Ground) throws
    -> [ConformanceFinding]
  {
    var a = Walk<_, Double>(optimizer, ground)
    var b = Walk<_, Double>(optimizer, ground)
    try a.advance(20)
    try b.advance(20)
    guard a.bits != b.bits else { return [] }
    return [
      ConformanceFinding(
        "determinism", "two runs from the same start differ after 20 steps on \(ground.name)",
        expected: describe(a.point), actual: describe(b.point))
    ]
  }

  static func checkpointFindings(_ optimizer: some Optimizer, _ ground: Ground) throws
    -> [ConformanceFinding]
  {
    var run = Walk<_, Double>(optimizer, ground)
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

  static func learningRateFindings(_ optimizer: some Optimizer, _ grounds: [Ground]) throws
    -> [ConformanceFinding]
  {
    guard optimizer.declaredRates.contains(where: { $0 != nil }) else { return [] }
    let lr = optimizer.baseLearningRate
    guard lr > 0 else { return [] }
    // A rate that only bounds a step shows where it is small.
    for (ground, share) in grounds.flatMap({ [($0, 0.5), ($0, 0.01)] }) {
      var full = Walk<_, Double>(optimizer, ground, lr: lr)
      var part = Walk<_, Double>(optimizer, ground, lr: share * lr)
      // Ten steps, since some methods leave out their first ones.
      try full.advance(10)
      try part.advance(10)
      if full.bits != part.bits { return [] }
    }
    return [
      ConformanceFinding(
        "lr", "half the learning rate gives the same path: the rate in force is not used",
        expected: "a schedule has an effect")
    ]
  }

  // MARK: single precision

  static func precisionFindings(_ optimizer: some Optimizer, _ ground: Ground) throws
    -> [ConformanceFinding]
  {
    var double = Walk<_, Double>(optimizer, ground)
    var single = Walk<_, Float>(optimizer, ground)
    let steps = 5
    try double.advance(steps)
    try single.advance(steps)
    let scale = (0..<ground.dimension).map { ground.start($0).magnitude }.max()!
    /// The first coordinate in which a path has parted from that in double precision: five steps, each
    /// with a few dozen roundings of 6e-8 at the scale of the start.
    func parting(_ point: [Double]) -> Int? {
      zip(double.point, point).enumerated().first { _, pair in
        !((pair.0 - pair.1).magnitude <= 2e-5 * max(scale, pair.0.magnitude))
      }?.offset
    }
    guard let i = parting(single.point) else { return [] }
    // A method that multiplies roundings parts from itself too, and that is no fault.
    var disturbed = Walk<_, Double>(optimizer, ground)
    for _ in 0..<steps {
      disturbed.roundOff()
      try disturbed.advance(1)
    }
    let isSensitive = parting(disturbed.point) != nil
    return [
      ConformanceFinding(
        "precision",
        "coordinate \(i) of \(ground.name) differs between Float and Double after \(steps) steps"
          + (isSensitive ? ", and so it does where each step begins a few roundings off" : ""),
        expected: "\(double.point[i])", actual: "\(single.point[i])",
        severity: isSensitive ? .note : .failure)
    ]
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
      [rule.baseLearningRate].withUnsafeBufferPointer {
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

  static func restFindings(_ optimizer: some Optimizer, _ ground: Ground) throws
    -> [ConformanceFinding]
  {
    var optimizer = optimizer
    let start = Vector((0..<ground.dimension).map { ground.start($0) })
    let zero = Vector(repeating: 0.0, count: start.count)
    var context = StepContext(
      x: start, layout: ground.layout,
      state: optimizer.makeState(at: start, layout: ground.layout),
      oracle: Oracle<Double>(
        capabilities: .everything, loss: { _ in 1 }, gradient: { _, g in g = zero },
        hessianVectorProduct: { _, v in v }, residuals: { Self.resting(at: $0) }))
    for step in 1...3 {
      context.begin(step: step, rates: optimizer.declaredRates)
      context.gradient = zero
      context.loss = 1
      try optimizer.advance(&context)
    }
    let x = context.x
    guard x.array != start.array else { return [] }
    let decay =
      optimizer.levels.flatMap(\.hyperparameters).filter { $0.name == "weightDecay" }
      .compactMap(\.number).max() ?? 0
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

  /// Residuals with the loss 1 and a gradient of zero: one that does not change, and those of x.
  private static func resting(at x: Vector<Double>) -> Residuals<Double> {
    let n = x.count
    var values = Vector(repeating: 0.0, count: n + 1)
    values[n] = 2.0.squareRoot()
    var jacobian = Matrix(repeating: 0.0, rows: n + 1, columns: n)
    for i in 0..<n { jacobian[i, i] = 1 }
    return Residuals(values: values, jacobian: jacobian)
  }

  static func progressFindings(_ optimizer: some Optimizer, _ ground: Ground) throws
    -> [ConformanceFinding]
  {
    var walk = Walk<_, Double>(optimizer, ground)
    let initial = walk.loss
    // What sees the whole curvature needs few steps, and each costs much.
    let steps = optimizer.requirements.isDisjoint(with: [.hessian, .residuals]) ? 1000 : 100
    let loss = "the loss of a convex quadratic, over \(ground.name),"
    for _ in 0..<steps {
      try walk.advance(1)
      if !walk.loss.isFinite {
        return [
          ConformanceFinding(
            "progress", "\(loss) is not finite at step \(walk.steps)",
            expected: "less than \(rounded(initial))", actual: "\(walk.loss)")
        ]
      }
      if ground.isPart, walk.steps.isMultiple(of: 100), walk.loss < initial { break }
    }
    if !(walk.loss < initial) {
      return [
        ConformanceFinding(
          "progress", "\(loss) has not fallen after \(steps) steps",
          expected: "less than \(rounded(initial))", actual: rounded(walk.loss))
      ]
    }
    let undeclared = undeclaredFindings(optimizer, asked: walk.meter.asked)
    guard undeclared.isEmpty else { return undeclared }
    if !ground.isPart, walk.loss > 0.9 * initial {
      return [
        ConformanceFinding(
          "progress",
          "slow with these hyperparameters: \(steps) steps on a convex quadratic of condition 6",
          expected: "well below \(rounded(initial))", actual: rounded(walk.loss),
          severity: .note)
      ]
    }
    return []
  }

  /// A gradient of NaN and ∞ may spoil the parameters or be refused, but must not trap.
  static func brokenGradient(_ optimizer: some Optimizer, _ ground: Ground) {
    for value in [Double.nan, .infinity] {
      var double = Walk<_, Double>(optimizer, ground)
      var single = Walk<_, Float>(optimizer, ground)
      let count = ground.dimension
      for _ in 1...2 {
        try? double.advance(gradient: Vector(repeating: value, count: count))
        try? single.advance(gradient: Vector(repeating: Float(value), count: count))
      }
    }
  }
}

extension [ConformanceFinding] {
  /// Whether the same check has said as much already.
  fileprivate func says(_ finding: ConformanceFinding) -> Bool {
    contains { $0.check == finding.check && $0.severity == finding.severity }
  }
}
