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
}
