// Optimizers around optimizers: levels, learning rates, parts of the parameters.

import OptimizerKit
import Plugins
import Testing

@Suite("Wrappers")
struct WrapperTests {
  /// A wrapper that does nothing gives the bits of what it wraps, at any depth, in both precisions.
  @Test("doing nothing changes nothing", arguments: everyPreset)
  func transparent(_ name: String) throws {
    func check<R: Scalar>(_: R.Type) throws {
      func end(_ optimizer: some Optimizer) throws -> [Double] {
        var run = Run(optimizer, on: quadratic, in: R.self)
        for _ in 0..<50 { try run.advance() }
        return run.x.array.map(\.double)
      }
      let plain = try optimizer(name)
      #expect(bits(try end(Averaging(Averaging(plain)))) == bits(try end(plain)))
    }
    try check(Float.self)
    try check(Double.self)
  }

  /// What is required is what any level requires.
  @Test func requirementsAreUnited() throws {
    #expect(Averaging(Newton()).requirements == [.hessian])
    #expect(Asking(Averaging(Newton())).requirements == [.hessian, .loss])
    #expect(Asking(SGD()).requirements == [.loss])
  }

  /// The rate of a level without one is that of the next level inwards; a wrapper may change it, and
  /// one with a rate of its own does not.
  @Test func learningRates() throws {
    let sgd = try optimizer("sgd", ["lr": "0.25"])
    let plain = Averaging(Halving(sgd))
    #expect(plain.declaredRates == [nil, nil, 0.25])
    #expect(plain.baseLearningRate == 0.25)
    #expect(plain.levels.count == 3)
    #expect(try step(plain, rates: [nil, nil, 0.25]) == 1 - 0.125)
    #expect(try step(plain, rates: [nil, nil, 0.5]) == 1 - 0.25)

    // Own rates: the wrapper moves by its own, what it wraps by another.
    let own = Owning(Halving(sgd))
    #expect(own.declaredRates == [4, nil, 0.25])
    #expect(own.baseLearningRate == 4)
    #expect(try step(own, rates: [4, nil, 0.25]) == 1 - 0.125 + 4)
    #expect(try step(Averaging(own), rates: [nil, 3, nil, 0.25]) == 1 - 0.125 + 3)
    // One rate for all is that of every level that does not own one.
    var context = Self.context(plain)
    context.begin(step: 1, lr: 0.5)
    var optimizer: any Optimizer = plain
    try optimizer.advance(&context)
    #expect(context.x[0] == 1 - 0.25)
    #expect(context.lr == 0.5)
  }

  static func context(_ optimizer: some Optimizer) -> StepContext<Double> {
    let x = Vector([1.0])
    let layout = ParameterLayout(coordinates: 1)
    var context = StepContext(
      x: x, layout: layout, state: optimizer.makeState(at: x, layout: layout), oracle: .none)
    context.gradient[0] = 1
    return context
  }

  func step(_ optimizer: some Optimizer, rates: [Double?]) throws -> Double {
    var optimizer = optimizer
    var context = Self.context(optimizer)
    context.begin(step: 1, rates: rates)
    try optimizer.advance(&context)
    return context.x[0]
  }

  /// A hyperparameter of any level is set without knowing what it is.
  @Test func settingAtADepth() throws {
    var optimizer: any Optimizer = Averaging(Owning(try PluginsTests.optimizer("momentum")))
    let levels = optimizer.levels
    let place = try levels[2].scheduledHyperparameter("momentum")
    optimizer.set(place, at: 2, to: 0.25)
    optimizer.set(try levels[1].scheduledHyperparameter("lr"), at: 1, to: 7)
    optimizer.set(place, at: 3, to: 9)  // there is no such level
    #expect(optimizer.levels[2].hyperparameters.first { $0.name == "momentum" }?.number == 0.25)
    #expect(optimizer.declaredRates == [nil, 7, 0.01])
    #expect(levels[2].hyperparameters.first { $0.name == "momentum" }?.number == 0.9)
  }

  /// Some tensors only: they move as they would alone, the others stay, and the oracle follows.
  @Test func partsOfTheParameters() throws {
    var layout = ParameterLayout()
    layout.append("a", shape: [2], role: .bias, fanIn: 1)
    layout.append("w", shape: [2, 2], role: .weight, fanIn: 2)
    layout.append("b", shape: [1], role: .bias, fanIn: 1)
    func check<R: Scalar>(_: R.Type) throws {
      let x = Vector((0..<7).map { R(Double($0 + 1)) })
      let meter = EvaluationMeter()
      // ½ ‖x‖²
      let oracle = Oracle<R>(
        capabilities: [.loss, .gradient, .hessianVectorProduct, .hessian], meter: meter,
        loss: { 0.5 * $0.dot($0) }, gradient: { $1 = $0 }, hessianVectorProduct: { $1 })
      for inner in [try optimizer("adam"), Newton(), GradientDescent()] as [any Optimizer] {
        var wrapper = Partial(inner)
        var context = StepContext(
          x: x, layout: layout,
          state: wrapper.makeState(at: x, layout: layout), oracle: oracle)
        var alone = inner
        let part = Vector([x[0], x[1], x[6]])
        var small = ParameterLayout()
        small.append("a", shape: [2], role: .bias, fanIn: 1)
        small.append("b", shape: [1], role: .bias, fanIn: 1)
        var expected = StepContext(
          x: part, layout: small, state: alone.makeState(at: part, layout: small), oracle: oracle)
        for step in 1...3 {
          context.gradient.assign(context.x)
          context.begin(step: step, rates: wrapper.declaredRates)
          try wrapper.advance(&context)
          expected.gradient.assign(expected.x)
          expected.begin(step: step, rates: alone.declaredRates)
          try alone.advance(&expected)
        }
        let moved = [context.x[0], context.x[1], context.x[6]].map(\.double)
        let size = type(of: inner).name == "gradient-descent" ? 1e-6 : 0
        for (a, b) in zip(moved, expected.x.array.map(\.double)) {
          #expect((a - b).magnitude <= size, "\(type(of: inner).name)")
        }
        #expect((2..<6).allSatisfy { context.x[$0].double == x[$0].double })
        #expect(context.x[0].double != x[0].double)
        #expect(context.state.inner?.names == alone.makeState(at: part, layout: small).names)
      }
    }
    try check(Float.self)
    try check(Double.self)
  }

  /// The tensors of what is wrapped are the same at every step.
  @Test func partsDoNotChange() throws {
    var layout = ParameterLayout()
    layout.append("a", shape: [1], role: .bias, fanIn: 1)
    layout.append("b", shape: [1], role: .bias, fanIn: 1)
    let x = Vector([1.0, 1])
    var context = StepContext(
      x: x, layout: layout, state: OptimizerState(), oracle: .none)
    var inner: any Optimizer = SGD()
    context.begin(step: 1, lr: 1)
    try context.step(&inner, on: [0])
    #expect(throws: OracleError.self) { try context.step(&inner, on: [1]) }
    #expect(throws: OracleError.self) { try context.step(&inner) }
    try context.step(&inner, on: [0])
    try context.step(&inner, on: [])
  }

  /// Where what is wrapped reports the loss is passed on, also of some tensors only.
  @Test func evaluationPoints() throws {
    let run = Run(Averaging(Elsewhere()), on: quadratic, from: [2, 4])
    let point = run.optimizer.evaluationPoint(run.x, state: run.state)
    #expect(point?.array == [3, 5])
    var layout = ParameterLayout()
    layout.append("a", shape: [1], role: .bias, fanIn: 1)
    layout.append("w", shape: [1, 1], role: .weight, fanIn: 1)
    let x = Vector([2.0, 4])
    let partial = Partial(Elsewhere())
    let state = partial.makeState(at: x, layout: layout)
    #expect(partial.evaluationPoint(x, state: state)?.array == [3, 4])
    #expect(Averaging(SGD()).evaluationPoint(x, state: OptimizerState()) == nil)
  }
}

/// Half the learning rate of what it wraps.
private struct Halving: Wrapper {
  static let name = "halving"
  static let summary = "for tests"
  var inner: any Optimizer = GradientStep()
  init() {}
  init(_ inner: any Optimizer) { self.inner = inner }
  mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    context.lr *= 0.5
    try context.step(&inner)
  }
}

/// Adds its own learning rate to the parameters, after the step of what it wraps.
private struct Owning: Wrapper {
  static let name = "owning"
  static let summary = "for tests"
  @Hyperparameter("learning rate", in: 0...) var lr = 4.0
  var inner: any Optimizer = GradientStep()
  init() {}
  init(_ inner: any Optimizer) { self.inner = inner }
  mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    try context.step(&inner)
    context.x[0] += context.lr
  }
}

/// Asks for a loss.
private struct Asking: Wrapper {
  static let name = "asking"
  static let summary = "for tests"
  var inner: any Optimizer = GradientStep()
  var ownRequirements: OracleCapabilities { [.loss] }
  init() {}
  init(_ inner: any Optimizer) { self.inner = inner }
  mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    try context.step(&inner)
  }
}

/// Steps what it wraps on the biases only.
private struct Partial: Wrapper {
  static let name = "partial"
  static let summary = "for tests"
  var inner: any Optimizer = GradientStep()
  init() {}
  init(_ inner: any Optimizer) { self.inner = inner }
  private func biases(_ layout: ParameterLayout) -> [Int] {
    layout.tensors.indices.filter { layout.tensors[$0].role == .bias }
  }
  func makeState<R: Scalar>(at x: Vector<R>, layout: ParameterLayout) -> OptimizerState<R> {
    OptimizerState(wrapping: inner, at: x, layout: layout, on: biases(layout))
  }
  mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    try context.step(&inner, on: biases(context.layout))
  }
}

/// Reports the loss at x + 1.
private struct Elsewhere: CoordinateRule {
  static let name = "elsewhere"
  static let summary = "for tests"
  static let hasEvaluationPoint = true
  enum State: Int, StateNames { case shift }
  func initialValue(of slot: State) -> Double { 1 }
  init() {}
  func update<R: Real>(_ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R) {
    x -= lr * g
  }
  func evaluationPoint<R: Real>(_ x: R, state s: Slots<State, R>) -> R { x + s[.shift] }
}
