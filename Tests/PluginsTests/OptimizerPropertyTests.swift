// What must hold of every optimizer, and what generalisations must reduce to.

import OptimizerKit
import Plugins
import Testing

/// Every optimizer with every preset.
let everyPreset: [String] = catalogue.optimizers.flatMap { entry in
  [entry.name] + entry.presets.map { "\(entry.name)@\($0.name)" }
}
/// Those of them that are coordinate-wise.
let everyRule: [String] = everyPreset.filter { (try? optimizer($0)) is any CoordinateRule }

/// Problems on which any optimizer can run.
let quadratic = TurnedQuadratic()

@Suite("Optimizer properties")
struct OptimizerPropertyTests {
  @Test("a preset is valid", arguments: everyPreset)
  func presets(_ name: String) throws {
    _ = try optimizer(name)
  }

  @Test("a copy is a checkpoint: continued, it gives the same bits", arguments: everyPreset)
  func checkpoint(_ name: String) throws {
    func check<O: Optimizer>(_ optimizer: O) throws {
      var run = Run(optimizer, on: quadratic)
      for _ in 0..<37 { try run.advance() }
      var copy = run
      for _ in 0..<40 { try run.advance() }
      for _ in 0..<40 { try copy.advance() }
      #expect(bits(run.x.array) == bits(copy.x.array))
      #expect(run.counts == copy.counts)
    }
    try check(optimizer(name))
  }

  @Test("a descent gives the bits of single steps", arguments: everyRule)
  func descent(_ name: String) throws {
    func check<O: CoordinateRule>(_ rule: O, _ surface: any Surface) throws {
      let steps = 300
      // A learning rate that changes, and a descent in two parts.
      let rates = (0..<steps).map { rule.baseLearningRate * 0.1 / (1 + 0.01 * Double($0)) }
      var run = Run(rule, on: surface)
      var expected: [[UInt64]] = []
      for lr in rates {
        try run.advance(lr: lr)
        expected.append(bits(run.x.array))
      }
      var descending = rule
      var point = Planar(surface.starts[0][0], surface.starts[0][1])
      var state: OptimizerState<Double> = rule.state(count: 2)
      var path = [Planar<Double>](repeating: Planar(0, 0), count: steps)
      let gradient = surface.planarGradient(seed: 1)
      for part in [0..<123, 123..<steps] {
        rates[part].withUnsafeBufferPointer { rates in
          path.withUnsafeMutableBufferPointer { path in
            descending.descend(
              gradient, point: &point, state: &state, firstStep: part.lowerBound + 1,
              rates: rates, steps: part.count, path: path.baseAddress! + part.lowerBound)
          }
        }
      }
      #expect(path.map { bits([$0.x, $0.y]) } == expected)
      #expect(bits([point.x, point.y]) == expected.last)
    }
    let rule = try #require(optimizer(name) as? any CoordinateRule)
    for surface in planes.values { try check(rule, surface) }
  }

  @Test("runs side by side give the bits of single runs", arguments: everyRule)
  func lanes(_ name: String) throws {
    func check<O: CoordinateRule>(_ rule: O, _ surface: any Surface) throws {
      let lanes = 19  // not a multiple of any register
      let rates = (0..<lanes).map { rule.baseLearningRate * 0.02 * Double($0 + 1) }
      let start = surface.starts[0]
      var x = start.flatMap { Array(repeating: $0, count: lanes) }
      var g = x
      var together = rule
      var state: OptimizerState<Double> = rule.state(count: x.count)
      let seeds = [UInt64](repeating: 1, count: lanes)
      for step in 1...100 {
        surface.gradients(at: &x, into: &g, lanes: lanes, seeds: seeds, step: step)
        together.advanceLanes(
          &x, gradient: g, state: &state, step: step, rates: rates, lanes: lanes, dimension: 2)
      }
      for lane in 0..<lanes {
        var run = Run(rule, on: surface)
        for _ in 0..<100 { try run.advance(lr: rates[lane]) }
        #expect(bits([x[lane], x[lanes + lane]]) == bits(run.x.array), "lane \(lane)")
      }
    }
    let rule = try #require(optimizer(name) as? any CoordinateRule)
    for surface in planes.values { try check(rule, surface) }
  }

  @Test("single precision follows double precision", arguments: everyPreset)
  func singlePrecision(_ name: String) throws {
    func check<O: Optimizer>(_ optimizer: O) throws {
      let lr = optimizer.baseLearningRate * 0.1
      var double = Run(optimizer, on: quadratic)
      var single = Run(optimizer, on: quadratic, in: Float.self)
      for _ in 1...50 {
        try double.advance(lr: lr)
        try single.advance(lr: lr)
      }
      // 50 steps of a few roundings of 2⁻²⁴, amplified by at most 10 on this problem; near the
      // minimum a line search sees the loss only to the root of that.
      // A learning rate that is found on the way carries the roundings of all steps before.
      let isFound = optimizer is GradientDescent || type(of: optimizer).family == .parameterFree
      let tolerance = isFound ? 1e-2 : 1e-4
      // Some methods multiply roundings: they part as much from themselves, begun a few of them off.
      var begun = Run(
        optimizer, on: quadratic, from: quadratic.starts[0].map { $0 * (1 + 0x1p-21) })
      for _ in 1...50 { try begun.advance(lr: lr) }
      for (a, (b, c)) in zip(single.x.array, zip(double.x.array, begun.x.array)) {
        #expect((Double(a) - b).magnitude <= max(tolerance, 16 * (b - c).magnitude))
      }
    }
    try check(optimizer(name))
  }

  /// Whatever may be typed, a run ends in numbers, in NaN or in an error, never in a trap.
  @Test("no valid hyperparameter traps", arguments: everyPreset)
  func extremes(_ name: String) throws {
    func check<O: Optimizer>(_ optimizer: O, _ surface: any Surface) {
      var run = Run(optimizer, on: surface)
      do {
        for _ in 0..<5 { try run.advance(lr: optimizer.baseLearningRate) }
      } catch {
        #expect(!"\(error)".isEmpty)
      }
    }
    for hyperparameter in try optimizer(name).hyperparameters {
      let bounds = hyperparameter.bounds
      for value in [
        bounds.lower, bounds.upper, 0, .leastNonzeroMagnitude, 1 - 0x1p-53, 0.5, 1, 1e300,
      ] {
        guard bounds.contains(value),
          let extreme = try? optimizer(name, [hyperparameter.name: shortest(value)])
        else { continue }
        for surface in planes.values { check(extreme, surface) }
      }
      for value in ["true", "false"] {
        guard let extreme = try? optimizer(name, [hyperparameter.name: value]) else { continue }
        for surface in planes.values { check(extreme, surface) }
      }
    }
  }

  @Test("points and gradients that are not finite do not trap", arguments: everyPreset)
  func notFinite(_ name: String) throws {
    func check<O: Optimizer>(_ optimizer: O, from start: [Double]) {
      var run = Run(optimizer, on: Rosenbrock(), from: start)
      for _ in 0..<3 { _ = try? run.advance() }
    }
    for start in [[Double.nan, 1], [.infinity, 0], [1e200, -1e200], [0, 0], [1, 1]] {
      check(try optimizer(name), from: start)
    }
  }
}

/// Generalising must not lose: each special case gives the same bits as the simpler rule.
@Suite("Special cases of optimizers")
struct OptimizerSpecialCaseTests {
  static let pairs: [(String, [String: String], String, [String: String])] = [
    ("momentum", ["momentum": "0"], "sgd", [:]),
    ("momentum", ["momentum": "0", "form": "displacement"], "sgd", [:]),
    ("nesterov", ["momentum": "0"], "sgd", [:]),
    ("nesterov", ["momentum": "0", "form": "displacement"], "sgd", [:]),
    ("momentum", ["momentum": "0", "weightDecay": "0.1"], "sgd", ["weightDecay": "0.1"]),
    ("adamw", ["weightDecay": "0"], "adam", [:]),
    ("adamw", ["weightDecay": "0", "amsgrad": "true"], "adam", ["amsgrad": "true"]),
    (
      "adam", ["beta1": "0", "beta2": "0"],
      "adam", ["beta1": "0", "beta2": "0", "biasCorrection": "false"]
    ),
    (
      "adam", ["beta1": "0", "beta2": "0.99", "biasCorrection": "false"],
      "rmsprop", ["form": "displacement"]
    ),
    ("adagrad", ["epsilon": "0"], "adagrad", ["epsilon": "0", "epsilonInRoot": "true"]),
    ("rmsprop@cs231n", [:], "rmsprop", ["epsilon": "1e-7"]),
  ]

  @Test("gives the bits of the simpler rule", arguments: pairs.indices)
  func specialCase(_ index: Int) throws {
    let (general, settings, simple, simpleSettings) = Self.pairs[index]
    for surface in planes.values {
      let a = try path(
        of: optimizer(general, settings.merging(["lr": "5e-4"]) { $1 }), on: surface, steps: 500)
      let b = try path(
        of: optimizer(simple, simpleSettings.merging(["lr": "5e-4"]) { $1 }), on: surface,
        steps: 500)
      #expect(a.map(bits) == b.map(bits))
    }
  }

  @Test("the two forms of momentum agree while the learning rate stays, and only then")
  func forms() throws {
    for name in ["momentum", "nesterov"] {
      let settings = ["lr": "5e-4"]
      func end(_ form: String, _ schedules: [any Schedule]) throws -> [Double] {
        try path(
          of: optimizer(name, settings.merging(["form": form]) { $1 }), on: quadratic, steps: 300,
          schedules: [("lr", ScheduleSequence(schedules))]
        ).last!
      }
      let steady = zip(try end("velocity", []), try end("displacement", []))
      for (a, b) in steady { #expect((a - b).magnitude < 1e-13) }
      let cosine = [try schedule("cosine")]
      let changing = zip(try end("velocity", cosine), try end("displacement", cosine))
      #expect(changing.contains { ($0 - $1).magnitude > 1e-6 })
    }
  }

  @Test("adagrad's own decay is the inverse-time schedule")
  func adagradDecay() throws {
    let own = try path(
      of: optimizer("adagrad", ["lr": "0.5", "lrDecay": "0.03"]), on: quadratic, steps: 300)
    let scheduled = try path(
      of: optimizer("adagrad", ["lr": "0.5"]), on: quadratic, steps: 300,
      schedules: [("lr", ScheduleSequence([try schedule("inverse-time", ["k": "0.03"])]))])
    for (a, b) in zip(own, scheduled) {
      for (a, b) in zip(a, b) { #expect((a - b).magnitude < 1e-13) }
    }
  }

  /// α (1 − β₁)/√(1 − β₂) = 3.16 α without the correction, α with it.
  @Test("adam's first step is gigantic without its correction")
  func firstStep() throws {
    func firstStep(_ name: String) throws -> Double {
      let start = Rosenbrock().starts[0]
      let end = try path(
        of: optimizer(name, ["lr": "1e-3", "epsilon": "0"]), on: Rosenbrock(), steps: 1)[0]
      return (end[0] - start[0]).magnitude
    }
    #expect((try firstStep("adam") - 1e-3).magnitude < 1e-15)
    let uncorrected = 1e-3 * (1 - 0.9) / (1 - 0.999).squareRoot()
    #expect((try firstStep("adam@cs231n-uncorrected") - uncorrected).magnitude < 1e-15)
  }

  @Test("a running power is β to the t, in whichever order it is asked for")
  func runningPower() {
    for base in [0.0, 0.5, 0.9, 0.999, 1 - 0x1p-40, 1.0] {
      var running = RunningPower()
      var product = 1.0
      for step in 1...20_000 {
        product *= base
        let value = running(base, step)
        // The plain product carries one rounding for each step.
        #expect((value - product).magnitude <= Double(step) * 0x1p-53 * product + 1e-280)
        if step % 1_000 == 0 {
          var anew = RunningPower()
          #expect(anew(base, step) == value)
        }
      }
    }
    var jumping = RunningPower()
    #expect(jumping(0.5, 3) == 0.125)
    #expect(jumping(0.5, 4) == 0.0625)
    #expect(jumping(0.25, 5) == 0x1p-10)
    #expect(jumping(0.25, 2) == 0.0625)
    #expect(jumping(0.25, 0) == 1)
    #expect(jumping(.nan, 1).isNaN)
  }
}
