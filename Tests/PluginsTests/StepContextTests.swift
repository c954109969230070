// What a step may do to its context, and what that costs.

import OptimizerKit
import Plugins
import Testing

@Suite("The context of a step")
struct StepContextTests {
  /// Where the elements of a vector lie.
  static func place<R: Real>(_ vector: Vector<R>?) -> UnsafePointer<R>? { vector?.pointer }

  static func context<R: Scalar>(
    _ optimizer: some Optimizer, count: Int, oracle: Oracle<R>? = nil
  ) -> StepContext<R> {
    let x = Vector(repeating: R(1.0), count: count)
    let layout = ParameterLayout(coordinates: count)
    return StepContext(
      x: x, layout: layout, state: optimizer.makeState(at: x, layout: layout),
      oracle: oracle ?? .none)
  }

  /// Parameters, gradient and state stay where they are: no step copies any of them.
  @Test("steps are in place", arguments: everyRule)
  func inPlace(_ name: String) throws {
    func check<O: Optimizer, R: Scalar>(_ optimizer: O, _: R.Type) throws {
      var optimizer = optimizer
      var context: StepContext<R> = Self.context(optimizer, count: 1000)
      func places() -> [UnsafePointer<R>?] {
        [Self.place(context.x), Self.place(context.gradient)]
          + context.state.names.map { Self.place(context.state[$0]) }
      }
      context.gradient.fill(R(0.5))
      context.begin(step: 1, lr: 1e-3)
      try optimizer.advance(&context)  // may part `x` from the start that it shares
      let before = places()
      for step in 2...4 {
        context.begin(step: step, lr: 1e-3)
        try optimizer.advance(&context)
      }
      #expect(places() == before)
    }
    let optimizer = try optimizer(name)
    try check(optimizer, Float.self)
    try check(optimizer, Double.self)
  }

  /// The same through two wrappers, with a vector and a value of their own.
  @Test func wrappersStepInPlace() throws {
    let inner = try optimizer("adam")
    var optimizer: any Optimizer = Averaging(Averaging(inner))
    var context: StepContext<Float> = Self.context(optimizer, count: 1000)
    func places() -> [UnsafePointer<Float>?] {
      let (outer, middle) = (context.state, context.state.inner)
      let innermost = middle?.inner
      return [
        Self.place(context.x), Self.place(outer["average"]), Self.place(middle?["average"]),
        Self.place(innermost?["m"]), Self.place(innermost?["v"]),
        Self.place(outer["list", as: [Vector<Float>].self]?[0]),
      ]
    }
    var before: [UnsafePointer<Float>?] = []
    for step in 1...4 {
      context.begin(step: step, rates: optimizer.declaredRates)
      try optimizer.advance(&context)
      if step == 1 { before = places() }
    }
    #expect(places() == before)
    #expect(before.allSatisfy { $0 != nil })
    #expect(context.state["steps", as: Int.self] == 4)
  }

  /// A copy of the state is a value, whatever it holds.
  @Test func aCopyOfTheStateIsACheckpoint() {
    var state = OptimizerState<Double>()
    state["v"] = Vector([1, 2])
    state["pairs", default: [[Int]]()].append([1])
    state["matrix", default: Matrix<Double>.identity(2)][0, 1] = 5
    let copy = state
    state["v"]![0] = 7
    state["v", default: Vector([0])].add(1, Vector([0, 1]))
    state["pairs", default: [[Int]]()][0].append(2)
    state["matrix", default: Matrix<Double>.identity(2)][0, 1] = 6
    #expect(state["v"]?.array == [7, 3])
    #expect(copy["v"]?.array == [1, 2])
    #expect(state["pairs", as: [[Int]].self] == [[1, 2]])
    #expect(copy["pairs", as: [[Int]].self] == [[1]])
    #expect(state["matrix", as: Matrix<Double>.self]?[0, 1] == 6)
    #expect(copy["matrix", as: Matrix<Double>.self]?[0, 1] == 5)
    #expect(copy["pairs", as: Double.self] == nil)
    #expect(state.names == ["v"] && state.valueNames == ["pairs", "matrix"])
    state["v"] = nil
    state.remove("pairs")
    #expect(state.names.isEmpty && state.valueNames == ["matrix"])
    #expect(copy.names == ["v"] && copy.valueNames == ["pairs", "matrix"])
  }

  /// The order of vectors is that in which they were set, also after one was changed in place.
  @Test func vectorsKeepTheirOrder() {
    var state = OptimizerState<Double>()
    for (index, name) in ["a", "b", "c"].enumerated() { state[name] = Vector([Double(index)]) }
    state["b"]!.scale(10)
    state["d", default: Vector([0])][0] = 3
    #expect(state.names == ["a", "b", "c", "d"])
    #expect(state.names.map { state[$0]?[0] } == [0, 10, 2, 3])
  }

  /// Each run and step has random numbers of its own, the same ones again.
  @Test func randomNumbers() {
    let optimizer = SGD()
    func draws(_ seed: UInt64, _ step: Int) -> UInt64 {
      let x = Vector([0.0])
      let layout = ParameterLayout(coordinates: 1)
      var context = StepContext(
        x: x, layout: layout, state: optimizer.makeState(at: x, layout: layout), oracle: .none,
        seed: seed)
      context.begin(step: step, lr: 1)
      return context.random.next()
    }
    var expected = RandomSource(seed: 3, purpose: .optimizer, step: 5)
    #expect(draws(3, 5) == expected.next())
    #expect(Set([draws(3, 5), draws(3, 6), draws(4, 5)]).count == 3)
  }

  /// What a problem does not offer is refused, and what is asked is counted.
  @Test func oraclesCountAndRefuse() throws {
    let meter = EvaluationMeter()
    let oracle: Oracle<Double> = oracle(of: quadratic, meter: meter)
    let x = Vector([1.0, 2])
    let both = try oracle.lossAndGradient(at: x)
    #expect(both.loss == quadratic.loss(at: [1, 2]))
    #expect(both.gradient.array == quadratic.gradient(at: [1, 2]))
    #expect((try oracle.gradient(at: x)).array == both.gradient.array)
    #expect((try oracle.loss(at: x)) == both.loss)
    _ = try oracle.hessianVectorProduct(at: x, x)
    _ = try oracle.hessian(at: x)
    let residuals = try oracle.residuals(at: x)
    #expect((residuals.loss - both.loss).magnitude <= 1e-13 * both.loss)
    for (g, expected) in zip(residuals.gradient.array, both.gradient.array) {
      #expect((g - expected).magnitude <= 1e-13 * both.gradient.largestMagnitude)
    }
    var expected = EvaluationCounts()
    expected.losses = 1
    expected.gradients = 3  // one of them with the residuals
    expected.hessianVectorProducts = 1
    expected.hessians = 1
    #expect(meter.counts == expected)
    meter.countHandedGradient()
    #expect(meter.counts.gradients == 4)

    let little = Oracle<Double>(
      capabilities: .loss, meter: meter, loss: { _ in 1 }, gradient: { _, _ in })
    #expect(throws: OracleError.self) { try little.gradient(at: x) }
    let error = #expect(throws: OracleError.self) { try little.lossAndGradient(at: x) }
    #expect(error?.description == "the problem does not offer gradients elsewhere")
    #expect(throws: OracleError.self) { try little.hessianVectorProduct(at: x, x) }
    #expect(throws: OracleError.self) { try little.hessian(at: x) }
    let refusal = #expect(throws: OracleError.self) { try little.residuals(at: x) }
    #expect(refusal?.description == "the problem does not offer residuals")
    #expect(meter.counts.gradients == 4)
  }
}

/// Keeps an average of the parameters, a count and a list: a wrapper with state of every kind.
struct Averaging: Wrapper {
  static let name = "averaging"
  static let summary = "for tests"
  var inner: any Optimizer = GradientStep()
  init() {}
  init(_ inner: any Optimizer) { self.inner = inner }

  mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    try context.step(&inner)
    let count = context.x.count
    context.state["average", default: Vector(repeating: R.zero, count: count)]
      .interpolate(R(0.5), to: context.x)
    context.state["steps", default: 0] += 1
    context.state["list", default: [Vector(repeating: R.zero, count: count)]][0]
      .add(R(1.0), context.x)
  }
}
