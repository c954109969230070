// Runs side by side give the same bits as runs alone.

import OptimizerKit
import Plugins
import Testing

@Suite("Runs side by side")
struct LaneDescentTests {
  static let rules = PluginCatalogue.builtIn().optimizers.filter {
    $0.make() is any CoordinateRule
  }.map(\.name)

  /// 300 runs: more than a block, and not a whole number of them.
  @Test("each run ends where it would alone", arguments: rules, ["rosenbrock", "rastrigin"])
  func agree(_ rule: String, _ problem: String) throws {
    let catalogue = PluginCatalogue.builtIn()
    let optimizer = try catalogue.optimizer(PluginSpec(name: rule, settings: []))
    let rule = try #require(optimizer as? any CoordinateRule)
    let made = try catalogue.problem(PluginSpec(name: problem, settings: []))
    let surface = try #require(made as? any Surface)
    let rates = (0..<300).map { 1e-6 * Double($0 + 1) }
    let starts = (0..<300).map { [-1.2 + 0.001 * Double($0), 1] }
    var together = LaneDescent(rule, on: surface, from: starts, rates: rates)
    together.advance(steps: 20)
    together.advance(steps: 17)
    #expect(together.step == 37)
    for run in [0, 1, 255, 256, 299] {
      var alone = rule
      var state: OptimizerState<Double> = alone.state(count: 2)
      var point = Planar(starts[run][0], starts[run][1])
      [rates[run]].withUnsafeBufferPointer {
        alone.descend(
          surface.planarGradient(seed: 1), point: &point, state: &state, firstStep: 1, rates: $0,
          steps: 37, path: nil)
      }
      #expect(together.point(run) == [point.x, point.y], "run \(run)")
    }
  }

  /// Runs that differ in everything: rule settings, rates that follow schedules, starts and seeds;
  /// some end early. Each is where it would be alone, at every step.
  @Test("runs with hyperparameters of their own", arguments: rules, [true, false])
  func individual(_ name: String, _ isIndividual: Bool) throws {
    let noisy = PluginSpec(
      name: "quadratic",
      settings: [.init(name: "noise", value: "0.5"), .init(name: "condition", value: "3")])
    let surface = try #require(try catalogue.problem(noisy) as? any Surface)
    let steps = 24
    let count = 70  // more than two blocks
    let base = try #require(try optimizer(name) as? any CoordinateRule)
    var lanes: [LaneDescent.Lane] = []
    for k in 0..<count {
      var rule: any CoordinateRule = base
      if isIndividual {
        for hyperparameter in ["momentum", "beta1", "decay", "weightDecay", "initialAccumulator"]
        where rule.hyperparameters.contains(where: { $0.name == hyperparameter }) {
          try rule.set(hyperparameter, to: "\(0.01 * Double(k))")
        }
      }
      let start = [1 + 0.1 * Double(k), -2]
      lanes.append(.init(rule, from: start, seed: UInt64(k / 3)))
    }
    func rate(_ k: Int, _ step: Int) -> Double { 1e-3 * Double(k + 1) / Double(step + 1) }
    var together = try #require(LaneDescent(lanes, on: surface))
    var path = [Double](repeating: .nan, count: count * 2)
    for step in 0..<steps {
      let rates = together.lanes.map { rate($0, step) }
      together.advance(steps: 1, rates: rates, path: &path)
      if step == 9 { together.keep { $0 % 5 != 0 } }
    }
    #expect(together.lanes == (0..<count).filter { $0 % 5 != 0 })
    for k in [1, 2, 31, 33, 69] {
      let place = try #require(together.lanes.firstIndex(of: k))
      var alone = lanes[k].rule
      var state: OptimizerState<Double> = alone.state(count: 2)
      var point = Planar(lanes[k].start[0], lanes[k].start[1])
      (0..<steps).map { rate(k, $0) }.withUnsafeBufferPointer {
        alone.descend(
          surface.planarGradient(seed: lanes[k].seed), point: &point, state: &state, firstStep: 1,
          rates: $0, steps: steps, path: nil)
      }
      #expect(bits(together.point(place)) == bits([point.x, point.y]), "run \(k)")
      #expect(bits(Array(path[2 * place..<2 * place + 2])) == bits([point.x, point.y]))
    }
  }

  /// In chunks, with a path: the same bits as step by step.
  @Test func chunks() throws {
    let rule = try #require(try optimizer("adam") as? any CoordinateRule)
    let lanes = (0..<40).map {
      LaneDescent.Lane(rule, from: [-1.2, 1 + 0.1 * Double($0)], rate: 1e-3 * Double($0 + 1))
    }
    var single = try #require(LaneDescent(lanes, on: Rosenbrock()))
    var chunked = single
    let steps = 7
    var path = [Double](repeating: .nan, count: 40 * steps * 2)
    chunked.advance(steps: steps, path: &path)
    for step in 0..<steps {
      single.advance(steps: 1)
      for k in 0..<40 {
        let row = (k * steps + step) * 2
        #expect(bits(Array(path[row..<row + 2])) == bits(single.point(k)))
      }
    }
  }

  /// A hyperparameter that follows a schedule in one run only.
  @Test func settingSingleRuns() throws {
    let momentum = Momentum()
    let place = try momentum.scheduledHyperparameter("momentum")
    let lanes = (0..<3).map { _ in LaneDescent.Lane(momentum, from: [-1.2, 1], rate: 1e-4) }
    var together = try #require(LaneDescent(lanes, on: Rosenbrock(), individually: true))
    var run = Run(momentum, on: Rosenbrock())
    for step in 0..<20 {
      let value = 0.5 + 0.01 * Double(step)
      together.set(place, of: 1, to: value)
      together.advance(steps: 1)
      run.optimizer.set(place, at: 0, to: value)
      try run.advance(lr: 1e-4)
    }
    #expect(bits(together.point(1)) == bits(run.x.array))
    #expect(bits(together.point(0)) == bits(together.point(2)))
    #expect(together.point(0) != together.point(1))
  }

  /// What cannot run side by side is said to be so.
  @Test func whatDoesNotFit() throws {
    func lanes(_ names: [String], starts: [Double] = [1, 1]) throws -> LaneDescent? {
      LaneDescent(
        try names.map { name in
          .init(try #require(try optimizer(name) as? any CoordinateRule), from: starts)
        },
        on: Rosenbrock())
    }
    #expect(try lanes(["sgd", "sgd"]) != nil)
    #expect(try lanes(["sgd", "adam"]) == nil)
    #expect(try lanes([]) == nil)
    #expect(try lanes(["sgd"], starts: [1]) == nil)
    let maximal = try #require(try optimizer("adam", ["amsgrad": "true"]) as? any CoordinateRule)
    let plain = try #require(try optimizer("adam") as? any CoordinateRule)
    #expect(
      LaneDescent(
        [.init(maximal, from: [1, 1]), .init(plain, from: [1, 1])], on: Rosenbrock()) == nil)
  }
}
