// The loops that run a rule write back all that it keeps, however many state variables it has.

import OptimizerKit
import Plugins
import Testing

/// Each state variable remembers the gradient in a way of its own, and each of them moves the
/// coordinate.
private struct Remembering<Names: StateNames & CaseIterable>: CoordinateRule {
  static var name: String { "remembering" }
  static var summary: String { "for the tests of the loops" }
  typealias State = Names
  @Hyperparameter("learning rate", in: 0...) var lr = 0.125
  init() {}

  func initialValue(of slot: Names) -> Double { Double(slot.rawValue) }

  func update<R: Real>(_ x: inout R, gradient g: R, state s: inout Slots<Names, R>, lr: R) {
    for (i, name) in Names.allCases.enumerated() {
      s[name] = 0.5 * s[name] + Double(i + 1) * g
      x -= lr * s[name]
    }
  }
}

private enum One: Int, StateNames { case a }
private enum Two: Int, StateNames { case a, b }
private enum Three: Int, StateNames { case a, b, c }
private enum Four: Int, StateNames { case a, b, c, d }

@Suite("The loops of a rule")
struct CoordinateRuleTests {
  private static let rules: [any CoordinateRule] = [
    Remembering<NoState>(), Remembering<One>(), Remembering<Two>(), Remembering<Three>(),
    Remembering<Four>(),
  ]

  /// What a coordinate does under these gradients, by plain arithmetic. All numbers have few binary
  /// digits: nothing is rounded.
  private func expected(
    _ slots: Int, from start: Double, _ gradients: [Double], lr: Double = 0.125
  ) -> Double {
    var x = start
    var state = (0..<slots).map(Double.init)
    for g in gradients {
      for i in 0..<slots {
        state[i] = 0.5 * state[i] + Double(i + 1) * g
        x -= lr * state[i]
      }
    }
    return x
  }

  private static let gradients = [1.0, -2, 0.5, 4, 0]
  private static let starts = [0.0, 1, -2, 0.5, 8, -0.25, 3]

  private func walk<R: Scalar>(_ rule: some CoordinateRule, _ type: R.Type) throws -> [Double] {
    var rule = rule
    let count = Self.starts.count
    let x = Vector(Self.starts.map { R($0) })
    let layout = ParameterLayout(coordinates: count)
    var context = StepContext(
      x: x, layout: layout, state: rule.makeState(at: x, layout: layout),
      oracle: oracle(of: Sphere()))
    for (step, gradient) in Self.gradients.enumerated() {
      context.begin(step: step + 1, lr: 0.125)
      context.gradient = Vector(repeating: R(gradient), count: count)
      try rule.advance(&context)
    }
    return context.x.array.map(\.double)
  }

  @Test(arguments: 0...4) func vectors(_ slots: Int) throws {
    let wanted = Self.starts.map { expected(slots, from: $0, Self.gradients) }
    #expect(try walk(Self.rules[slots], Double.self) == wanted)
    #expect(try walk(Self.rules[slots], Float.self) == wanted)
  }

  @Test(arguments: 0...4) func lanesOfOneRule(_ slots: Int) {
    lanes(Self.rules[slots], slots)
  }

  private func lanes<Rule: CoordinateRule>(_ rule: Rule, _ slots: Int) {
    var rule = rule
    let lanes = Self.starts.count
    let rates = (0..<lanes).map { 0.125 * Double($0 + 1) }
    // Two coordinates a run, the second the mirror of the first.
    let starts = Self.starts + Self.starts.map { -$0 }
    let wanted = starts.indices.map {
      expected(slots, from: starts[$0], Self.gradients, lr: rates[$0 % lanes])
    }
    var x = starts
    var state: OptimizerState<Double> = rule.state(count: x.count)
    for (step, g) in Self.gradients.enumerated() {
      rule.advanceLanes(
        &x, gradient: [Double](repeating: g, count: x.count), state: &state, step: step + 1,
        rates: rates, lanes: lanes, dimension: 2)
    }
    #expect(x == wanted)

    // The same where each run has a rule of its own.
    var rules = [Rule](repeating: rule, count: lanes)
    var other = starts
    var states: OptimizerState<Double> = rule.state(count: other.count)
    for (step, g) in Self.gradients.enumerated() {
      Rule.advanceLanes(
        &rules, &other, gradient: [Double](repeating: g, count: other.count), state: &states,
        step: step + 1, rates: rates, lanes: lanes, dimension: 2)
    }
    #expect(other == wanted)
  }
}
