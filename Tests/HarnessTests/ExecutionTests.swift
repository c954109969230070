// Doing runs: the ways through the lab agree, and depend on nothing but the specification.

import OptimizerKit
import Testing

@testable import Harness

@Suite struct ExecutionTests {
  /// The fast path in the plane gives the same bits as one step at a time.
  @Test(
    arguments: [
      "sgd[lr=1e-3]", "momentum[lr=1e-3]", "nesterov[lr=1e-3]", "adam[lr=0.1]", "adagrad[lr=0.5]",
      "rmsprop[lr=1e-2]", "adamw[lr=0.1]:cosine", "momentum[lr=1e-3]:momentum=ramp",
      "sgd[lr=0.1]",
    ], ["rosenbrock", "quadratic[noise=1]"])
  func theFastPathIsTheStepwiseOne(_ optimizer: String, _ problem: String) throws {
    let spec = try specification(optimizer, on: problem, steps: 300, seed: 3)
    let fast = try run(spec)
    let surface = try #require(catalogue.problem(spec.problem) as? any Surface)
    let recorder = RunRecorder(
      spec: spec, recording: Recording(), context: ExecutionContext(now: { 0 }))
    let stepwise = try catalogue.descend(
      surface, from: spec.start!, with: try catalogue.optimizer(spec.optimizer),
      schedules: try catalogue.schedules(of: spec.optimizer), recorder: recorder, stepwise: true)
    #expect(fast.trajectory.blob == stepwise.trajectory.blob)
    #expect(fast.trajectory.gradients == fast.trajectory.steps)
    #expect(fast.outcome == stepwise.outcome)
  }

  /// Runs that are lanes of one another give what each gives alone: each with its own hyperparameters,
  /// schedules, start, seed, recording and end.
  @Test(
    arguments: [
      ["sgd[lr=1e-3]", "sgd[lr=2e-4]", "sgd[lr=0.1]", "sgd[lr=1e-3]:cosine"],
      ["momentum[lr=1e-3]", "momentum[momentum=0.5]", "momentum[lr=1e-3]:momentum=ramp:step"],
      ["adam", "adam[lr=0.5;beta1=0.5]:warmup[steps=5]+cosine", "adam[lr=1e300]"],
    ], ["rosenbrock", "quadratic[noise=1]", "quadratic[dim=5]", "mccormick"])
  func lanesAreTheRunsAlone(_ optimizers: [String], _ problem: String) throws {
    var runs: [(spec: RunSpec, recording: Recording)] = []
    for (i, optimizer) in optimizers.enumerated() {
      for seed in [UInt64(1), 2] {
        var spec = try specification(
          optimizer, on: problem, steps: 40, seed: seed, target: seed == 2 ? 0.5 : nil)
        spec.start = spec.start?.map { $0 + 0.1 * Double(i) }
        runs.append(
          (spec, Recording(path: i == 1 ? .outcomes : .trajectories, every: seed == 2 ? 7 : 1)))
      }
    }
    let lanes = catalogue.laneGroups(runs.map(\.spec))
    #expect(lanes.groups == [Array(runs.indices)] && lanes.others == [])
    let context = ExecutionContext(now: { 0 })
    let together = try #require(try catalogue.executeLanes(runs, context: context))
    for (result, one) in zip(together, runs) {
      let alone = try run(one.spec, recording: one.recording)
      #expect(result.outcome == alone.outcome)
      #expect(result.trajectory.blob == alone.trajectory.blob)
    }
    // They do not all end alike, but where nothing leaves its box.
    #expect(Set(together.map(\.outcome.steps)).count > 1 || problem == "mccormick")
  }

  /// After every update the point is in the domain, whatever the optimizer.
  @Test(arguments: ["sgd[lr=3]", "adam[lr=2]", "lbfgs", "schedule-free(sgd[lr=3])"])
  func pointsStayInTheDomain(_ optimizer: String) throws {
    let result = try run(try specification(optimizer, on: "mccormick", steps: 50))
    let domain = try #require(
      (catalogue.problem(PluginSpec(name: "mccormick", settings: []))
        as? any Surface)?.domain)
    let trajectory = result.trajectory
    #expect(trajectory.steps.count > 1)
    for row in trajectory.steps.indices {
      #expect(domain.contains(Array(trajectory.point(row))), "row \(row)")
    }
  }

  /// Wrappers, whole-vector optimizers, networks, runs of another problem, rule or budget, and those with
  /// a schedule that reads the loss are no lanes of one another.
  @Test func whatCannotBeLanesIsNone() throws {
    let specs = try [
      specification("sgd", on: "beale"), specification("adam", on: "beale"),
      specification("sgd", on: "booth"), specification("sgd", on: "beale", steps: 11),
      specification("newton", on: "beale"), specification("newton", on: "beale"),
      specification("scaled(sgd)", on: "beale", in: catalogueWithWrappers),
      specification("scaled(sgd)", on: "beale", in: catalogueWithWrappers),
      specification("sgd", on: "drill", in: catalogueWithWrappers),
      specification("sgd", on: "drill", in: catalogueWithWrappers),
      specification("sgd", on: "beale", budget: .seconds(1)),
      specification("sgd", on: "beale", budget: .seconds(1)),
      specification("sgd:plateau", on: "beale"),
      specification("sgd:warmup[steps=2]+plateau", on: "beale"),
      specification("sgd[lr=1]", on: "beale", seed: 5),
    ]
    let lanes = catalogueWithWrappers.laneGroups(specs)
    #expect(lanes.groups == [[0, 14]])
    #expect(lanes.others.sorted() == Array(1..<14))
  }

  @Test func schedulesAreApplied() throws {
    let rates = try run(specification("sgd[lr=0.01]:cosine", on: "quadratic", steps: 8))
      .trajectory.learningRates
    let cosine = try catalogue.schedule(PluginSpec(name: "cosine", settings: []))
    #expect(rates == [0] + (0..<8).map { cosine.value(base: 0.01, step: $0, steps: 8) })
    let constant = try run(specification("sgd[lr=0.01]", on: "quadratic", steps: 8))
    #expect(constant.trajectory.learningRates == [0] + Array(repeating: 0.01, count: 8))
    let ramped = try run(
      specification("momentum[lr=0.01]:momentum=ramp", on: "quadratic", steps: 8))
    let plain = try run(specification("momentum[lr=0.01]", on: "quadratic", steps: 8))
    #expect(ramped.trajectory.points.prefix(4) == plain.trajectory.points.prefix(4))
    #expect(ramped.trajectory.points.suffix(2) != plain.trajectory.points.suffix(2))
  }

  /// A schedule that reads the loss is told that of the gradient of each step, before the step; another
  /// hyperparameter follows it too.
  @Test(arguments: [
    ("sgd[lr=0.02]", "quadratic"), ("adam[lr=0.5]", "rosenbrock"),
    ("adam[lr=0.1]", "quadratic[dim=5]"),
    ("scaled(sgd[lr=0.02])", "quadratic[noise=1]"), ("scaled(sgd[lr=1e-3])", "drill"),
  ])
  func lossesAreRead(_ optimizer: String, _ problem: String) throws {
    let settings = ["patience": "1", "factor": "0.5", "relative": "0.5"]
    let text = settings.map { "\($0)=\($1)" }.joined(separator: ";")
    let spec = try specification(
      "\(optimizer):warmup[steps=5]+plateau[\(text)]", on: problem, steps: 60,
      in: catalogueWithWrappers)
    let result = try run(spec, in: catalogueWithWrappers)
    let rates = result.trajectory.learningRates
    let base = try #require(spec.optimizer.terms.compactMap { $0["lr"] }.first.flatMap(Double.init))
    var sequence = ScheduleSequence([
      try catalogue.schedule(
        PluginSpec(name: "warmup", settings: [.init(name: "steps", value: "5")])),
      try catalogue.schedule(
        PluginSpec(name: "plateau", settings: settings.map { .init(name: $0, value: $1) })),
    ])
    let expected = (0..<60).map { step in
      sequence.read(loss: result.trajectory.losses[step], base: base, step: step)
      return sequence.value(base: base, step: step, steps: 60)
    }
    #expect(rates == [0] + expected)
    #expect(rates.last! < base)
    #expect(try run(spec, in: catalogueWithWrappers).trajectory.learningRates == rates)
  }

  @Test func lossesAreReadForOtherHyperparametersToo() throws {
    let plateau = "plateau[patience=0;factor=0.5;relative=0.9]"
    func points(_ optimizer: String) throws -> [Double] {
      try run(specification(optimizer, on: "quadratic", steps: 8)).trajectory.points
    }
    let plain = try points("momentum[lr=1e-3]")
    let read = try points("momentum[lr=1e-3]:momentum=\(plateau)")
    // The first loss is better than none; the second is not, and changes the third step.
    #expect(read.prefix(6) == plain.prefix(6))
    #expect(read.suffix(2) != plain.suffix(2))
  }

  @Test func evaluationsAreCounted() throws {
    let plain = try run(specification("adam", on: "rosenbrock", steps: 20))
    #expect(plain.counts.gradients == 20)
    #expect(plain.counts.losses == 0)
    let newton = try run(specification("newton", on: "quadratic", steps: 3))
    #expect(newton.counts.gradients >= newton.steps)
    #expect(newton.counts.hessians == newton.steps)
    // Without gradients none is billed: a loss for each step, and one for the start.
    let blind = try run(specification("random-search", on: "rosenbrock", steps: 20))
    #expect(blind.counts.gradients == 0)
    #expect(blind.counts.losses == 21)
    #expect(blind.trajectory.gradientNorms.allSatisfy { $0.isFinite })
    let diverged = try run(specification("sgd[lr=0.1]", on: "rosenbrock", steps: 500))
    #expect(diverged.status == .diverged)
    #expect(diverged.counts.gradients == diverged.steps)
  }

  /// Noise depends on the seed and on the step alone, and is the same for every optimizer.
  @Test func noiseIsPairedAndDeterministic() throws {
    func path(_ optimizer: String, seed: UInt64) throws -> [Double] {
      try run(specification(optimizer, on: "quadratic[noise=1]", steps: 5, seed: seed))
        .trajectory.points
    }
    #expect(try path("sgd[lr=1e-3]", seed: 1) == path("sgd[lr=1e-3]", seed: 1))
    #expect(try path("sgd[lr=1e-3]", seed: 1) != path("sgd[lr=1e-3]", seed: 2))
    #expect(
      try path("sgd[lr=1e-3]", seed: 1).prefix(4)
        == path("momentum[lr=1e-3]", seed: 1).prefix(4))
  }

  @Test func anOptimizerThatGivesUpKeepsItsPath() throws {
    var lab = catalogue
    lab.register(Quitter.self, file: "Quitter.swift", sourceHash: "")
    var spec = try specification("sgd", on: "rosenbrock")
    spec.optimizer = OptimizerSpec(PluginSpec(name: "quitter", settings: []))
    let quit = try run(spec, in: lab)
    #expect(quit.status == .crashed)
    #expect(quit.reason == "gave up at step 4: no more")
    #expect(quit.steps == 3)
    #expect(quit.trajectory.steps == [0, 1, 2, 3])
  }

  @Test func aStartOfAnotherDimensionIsRefused() throws {
    var spec = try specification("sgd", on: "rosenbrock")
    spec.start = [1]
    #expect(message { try run(spec) } == "rosenbrock has 2 coordinates; the start has 1")
  }
}

/// Throws at its fourth step.
private struct Quitter: VectorOptimizer {
  static let name = "quitter"
  static let summary = ""
  init() {}
  mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    if context.step == 4 { throw SelectionError("no more") }
  }
}
