// With settings that take their effect away, wrappers are what they wrap, bit for bit.

import OptimizerKit
import Plugins
import Testing

@Suite("Wrappers that do nothing")
struct WrapperNeutralTests {
  /// Settings with which a wrapper changes nothing.
  static let neutral: [(String, [String: String])] = [
    ("accumulate", ["k": "1"]), ("accumulate@torch", ["k": "1"]),
    ("agc", ["ratio": "1e300"]),
    // There are no matrices on a surface.
    ("centralized", [:]),
    ("clip", ["norm": "1e300"]), ("clip@optax", ["norm": "1e300"]),
    ("clip-value", ["value": "1e300"]),
    ("decoupled-decay", ["weightDecay": "0"]), ("decoupled-decay@fixed", ["weightDecay": "0"]),
    ("decoupled-decay", ["weightDecay": "0", "order": "after"]),
    // An average is where the loss is reported; the path is as it was.
    ("ema", [:]), ("ema@optax", [:]), ("ema@tensorflow", [:]),
    ("gradient-dropout", ["rate": "0"]),
    ("grokfast", ["factor": "0"]), ("grokfast@window", ["factor": "0"]),
    ("grokfast@window", ["window": "1000"]),
    ("gsam", ["rho": "0"]), ("looksam", ["rho": "0"]),
    ("lookahead", ["alpha": "1"]), ("lookahead", ["k": "1000000"]),
    ("muon", [:]), ("adamuon", [:]), ("normuon", [:]),
    ("noisy", ["variance": "0"]),
    ("polyak-averaging", [:]), ("polyak-averaging", ["start": "1e9"]),
    ("role-rates", [:]), ("role-rates", ["weight": "0", "first": "3"]),
    ("sam", ["rho": "0"]), ("sam@asam", ["rho": "0"]),
    ("swa", [:]),
  ]

  /// What has no such settings: a length, a factor or a mask of its own in every step.
  static let neverNeutral = ["cautious", "mechanic", "normalized", "schedule-free", "trust-ratio"]

  @Test("every wrapper says with which settings it changes nothing, or that there are none")
  func everyWrapperIsNamed() {
    let named = Self.neutral.map { String($0.0.split(separator: "@")[0]) } + Self.neverNeutral
    #expect(Set(named) == Set(wrapperNames))
  }

  @Test(
    "neutral settings change nothing", arguments: neutral.indices,
    ["momentum", "adamw", "lbfgs", "nested"])
  func bitsOfWhatIsWrapped(_ index: Int, _ inner: String) throws {
    let (name, settings) = Self.neutral[index]
    func check<R: Scalar>(_: R.Type) throws {
      func end(_ optimizer: some Optimizer) throws -> [Double] {
        var run = Run(optimizer, on: quadratic, in: R.self)
        for _ in 0..<30 { try run.advance() }
        return run.x.array.map(\.double)
      }
      let plain =
        inner == "nested"
        ? try wrapper("sam", [:], wrapper("noisy", [:], optimizer("adam"))) : try optimizer(inner)
      #expect(bits(try end(wrapper(name, settings, plain))) == bits(try end(plain)))
    }
    try check(Float.self)
    try check(Double.self)
  }

  /// What goes against the gradient anyway is left alone by a mask of what goes with it.
  @Test(arguments: ["cautious", "cautious@unscaled"])
  func cautionIsNothingToDescent(_ name: String) throws {
    func end(_ optimizer: some Optimizer) throws -> [Double] {
      try path(of: optimizer, on: quadratic, steps: 30)[29]
    }
    let sgd = try optimizer("sgd", ["lr": "1e-3"])
    #expect(bits(try end(wrapper(name, [:], sgd))) == bits(try end(sgd)))
  }

  /// Every wrapper around every other, and around itself: a run in numbers.
  @Test("wrappers nest at will", arguments: wrapperNames, wrapperNames)
  func nesting(_ outer: String, _ inner: String) throws {
    let nested = try wrapper(outer, [:], wrapper(inner, [:], optimizer("sgd", ["lr": "1e-3"])))
    func check(_ optimizer: some Optimizer) throws {
      var run = Run(optimizer, on: quadratic)
      for _ in 0..<12 { try run.advance() }
      var again = Run(optimizer, on: quadratic)
      for _ in 0..<6 { try again.advance() }
      var copy = again
      for _ in 0..<6 { try again.advance() }
      for _ in 0..<6 { try copy.advance() }
      #expect(run.x.norm.isFinite)
      #expect(bits(again.x.array) == bits(run.x.array) && bits(copy.x.array) == bits(run.x.array))
    }
    try check(nested)
    #expect(nested.levels.map { type(of: $0).name } == [outer, inner, "sgd"])
  }

  static let presets: [String] = catalogue.wrappers.flatMap { entry in
    [entry.name] + entry.presets.map { "\(entry.name)@\($0.name)" }
  }

  /// Whatever may be typed, a run ends in numbers, in NaN or in an error, never in a trap.
  @Test("no valid hyperparameter traps", arguments: presets)
  func extremes(_ name: String) throws {
    func check<O: Optimizer>(_ optimizer: O, from start: [Double]? = nil) {
      var run = Run(optimizer, on: quadratic, from: start)
      for _ in 0..<5 {
        guard (try? run.advance()) != nil else { return }
        _ = run.optimizer.evaluationPoint(run.x, state: run.state)
      }
    }
    for hyperparameter in try wrapper(name).hyperparameters {
      let bounds = hyperparameter.bounds
      let numbers = [
        bounds.lower, bounds.upper, 0, .leastNonzeroMagnitude, 1 - 0x1p-53, 0.5, 1, 1e300,
      ].filter(bounds.contains).map(shortest)
      for value in numbers + ["true", "false"] {
        guard
          let extreme = try? wrapper(name, [hyperparameter.name: value], optimizer("momentum"))
        else { continue }
        check(extreme)
        check(extreme, from: [.nan, .infinity])
        check(extreme, from: [0, 0])
      }
    }
  }
}
