// Methods for sums of squares: what the textbook says of them.

import LinearAlgebra
import OptimizerKit
import Plugins
import Testing

@Suite("Gauss–Newton and Levenberg–Marquardt")
struct LeastSquaresTests {
  static let methods = ["gauss-newton", "levenberg-marquardt", "levenberg-marquardt@marquardt"]

  private func surface(_ name: String) throws -> any Surface {
    try #require(try catalogue.problem(PluginSpec(name: name, settings: [])) as? any Surface)
  }

  /// The normal equations in one step; with a condition number of 10 of J, 14 digits are left.
  @Test("gauss-newton solves linear least squares in one step")
  func linear() throws {
    for name in ["least-squares", "quadratic", "booth", "sphere"] {
      let surface = try surface(name)
      var run = Run(GaussNewton(), on: surface)
      try run.advance()
      let minimum = surface.minima[0]
      let start = surface.starts[0]
      let size = zip(start, minimum).map { ($0 - $1).magnitude }.max() ?? 1
      for (x, expected) in zip(run.x.array, minimum) {
        #expect((x - expected).magnitude <= 1e-13 * size, "\(name)")
      }
      #expect(run.counts.gradients == 1)
      #expect(run.counts.losses == 0)
    }
  }

  /// r₁ = √200 (y − x²), r₂ = √2 (1 − x): the linear one is met by the first step, the other by the
  /// second.
  @Test("gauss-newton is at rosenbrock's minimum after two steps")
  func rosenbrock() throws {
    var run = Run(GaussNewton(), on: Rosenbrock())
    try run.advance()
    #expect((run.x[0] - 1).magnitude < 1e-14)
    #expect((run.x[1] - (1.44 - 2.4 * 2.2)).magnitude < 1e-13)
    try run.advance()
    #expect((run.x[0] - 1).magnitude < 1e-14 && (run.x[1] - 1).magnitude < 1e-13)
  }

  /// Where the residuals vanish, the distance to the minimum is squared from step to step:
  /// its logarithm doubles.
  @Test("convergence is quadratic where the residuals vanish", arguments: methods)
  func quadraticConvergence(_ name: String) throws {
    func check<O: Optimizer>(_ optimizer: O) throws {
      let himmelblau = Himmelblau()
      var run = Run(optimizer, on: himmelblau, from: [3.4, 2.3])
      var distances: [Double] = []
      for _ in 1...12 {
        try run.advance()
        distances.append(max((run.x[0] - 3).magnitude, (run.x[1] - 2).magnitude))
      }
      #expect(distances.last! < 1e-14)
      // A damping that falls by a third or a tenth a step costs some of the digits.
      let power = name == "gauss-newton" ? 1.8 : 1.05
      for (before, after) in zip(distances, distances.dropFirst())
      where before < 0.01 && after > 1e-12 {
        #expect(Double.log(after) < power * Double.log(before), "\(distances)")
      }
    }
    try check(optimizer(name))
  }

  /// Powell's J is singular at the minimum: each step halves the distance.
  @Test("convergence is linear, by a half, where J is singular at the minimum")
  func singular() throws {
    let surface = try surface("powell-singular")
    var run = Run(GaussNewton(), on: surface)
    for _ in 1...4 { try run.advance() }
    for _ in 1...10 {
      let before = run.x.norm
      try run.advance()
      #expect((run.x.norm / before - 0.5).magnitude < 1e-6)
    }
  }

  /// Every step ends lower, or stays; J has no full rank here, which stops `gauss-newton`.
  @Test(
    "levenberg-marquardt only falls, from anywhere",
    arguments: ["nielsen", "marquardt"],
    [
      "rosenbrock", "beale", "colville", "powell-singular", "phase-retrieval",
      "matrix-factorization",
    ])
  func falls(_ preset: String, _ problem: String) throws {
    func check<O: Optimizer>(_ optimizer: O) throws {
      let surface = try surface(problem)
      var run = Run(optimizer, on: surface)
      var loss = surface.loss(at: run.x)
      for _ in 1...150 {
        let before = run.x
        try run.advance()
        let after = surface.loss(at: run.x)
        // The loss and half the sum of squares are rounded each in its own way.
        #expect(after <= loss + 1e-13 * loss + 1e-30 || run.x.isSame(as: before))
        loss = after
      }
      let lowest = try #require(surface.minimumLoss)
      #expect(loss - lowest <= 1e-12)
      #expect(run.counts.gradients == 150)
    }
    try check(optimizer("levenberg-marquardt@\(preset)"))
  }

  /// With D the diagonal of JᵀJ the path is that of other units, seen in them.
  @Test("marquardt's scaling does not see the units", arguments: ["diagonal", "largest-diagonal"])
  func units(_ scaling: String) throws {
    func path(_ steep: Double) throws -> [[Double]] {
      var method = LevenbergMarquardt()
      try method.set("scaling", to: scaling)
      var run = Run(method, on: Units(unit: steep), from: [-1.2, steep])
      return try (1...15).map { _ in
        try run.advance()
        return [run.x[0], run.x[1] / steep]
      }
    }
    for (a, b) in zip(try path(1), try path(1024)) {
      #expect((a[0] - b[0]).magnitude < 1e-9 && (a[1] - b[1]).magnitude < 1e-9)
    }
  }

  @Test("at a stationary point nothing moves, and nothing is tried", arguments: methods)
  func rest(_ name: String) throws {
    func check<O: Optimizer>(_ optimizer: O) throws {
      var run = Run(optimizer, on: Rosenbrock(), from: [1, 1])
      try run.advance()
      #expect(run.x.array == [1, 1] && run.counts.losses == 0)
      // The minimum, where the residuals are not 0: all lengths are tried once.
      let squares = try surface("least-squares")
      var ended = Run(optimizer, on: squares, from: squares.minima[0])
      for _ in 1...100 { try ended.advance() }
      #expect(ended.counts.losses < 1000)
      for (x, expected) in zip(ended.x.array, squares.minima[0]) {
        #expect((x - expected).magnitude < 1e-12 * squares.minima[0].map(\.magnitude).max()!)
      }
    }
    try check(optimizer(name))
  }

  @Test("a Jacobian without full rank is said, and one that is not finite does not trap")
  func broken() throws {
    let error = #expect(throws: LinearAlgebraError.self) {
      var run = Run(GaussNewton(), on: Beale(), from: [1, 1])
      try run.advance()
    }
    #expect(error?.description == "the matrix has not full column rank")
    for name in Self.methods {
      func check<O: Optimizer>(_ optimizer: O) throws {
        var run = Run(optimizer, on: Rosenbrock(), from: [.nan, 1])
        try run.advance()
        #expect(run.x[0].isNaN && run.x[1].isNaN)
      }
      try check(optimizer(name))
    }
  }

  @Test("a budget of gradients is spent by Jacobians, or by losses where these are more")
  func budget() {
    var counts = EvaluationCounts()
    (counts.gradients, counts.losses) = (3, 2)
    #expect(counts.spent(by: LevenbergMarquardt(), steps: 3) == 3)
    counts.losses = 7
    #expect(counts.spent(by: LevenbergMarquardt(), steps: 3) == 7)
    #expect(counts.spent(by: GaussNewton(), steps: 9) == 9)
    #expect(counts.spent(by: SGD(), steps: 3) == 3)
  }

  /// A wrapper that lets them move some tensors gives them the residuals as functions of these.
  @Test("residuals of some tensors")
  func tensors() throws {
    let surface = try surface("matrix-factorization")
    var part = Parts()
    var context = StepContext(
      x: Vector(surface.starts[0]), layout: surface.layout,
      state: part.makeState(at: Vector(surface.starts[0]), layout: surface.layout),
      oracle: oracle(of: surface, as: Double.self))
    context.begin(step: 1, lr: 1)
    try part.advance(&context)
    // U alone: a linear problem, solved in one step. V stays.
    let start = surface.starts[0]
    #expect(Array(context.x.array[12...]) == Array(start[12...]))
    let gradient = surface.gradient(at: context.x.array)
    #expect(gradient[..<12].allSatisfy { $0.magnitude < 1e-12 })
    #expect(gradient[12...].contains { $0.magnitude > 1e-6 })
  }
}

/// Lets Gauss–Newton move the first tensor.
private struct Parts: Wrapper {
  static let name = "parts"
  static let summary = "for tests"
  var inner: any Optimizer = GaussNewton()
  func makeState<R: Scalar>(at x: Vector<R>, layout: ParameterLayout) -> OptimizerState<R> {
    OptimizerState(wrapping: inner, at: x, layout: layout, on: [0])
  }
  mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    try context.step(&inner, on: [0])
  }
}

/// Rosenbrock's valley with y in other units.
private struct Units: Surface {
  static let name = "units"
  static let summary = "for tests"
  var unit = 1.0
  var dimension: Int { 2 }
  var starts: [[Double]] { [[-1.2, unit]] }
  var minima: [[Double]] { [[1, unit]] }
  var residualCount: Int { 2 }
  init() {}
  init(unit: Double) { self.unit = unit }

  func residuals<X: Coordinates>(at p: X, into r: Strided<X.Value>) {
    r[0] = 10.0 * (p[1] / unit - p[0].squared)
    r[1] = 1.0 - p[0]
  }
  func loss<X: Coordinates>(at p: X) -> X.Value {
    50.0 * (p[1] / unit - p[0].squared).squared + 0.5 * (1.0 - p[0]).squared
  }
  func gradient<X: Coordinates>(at p: X, into g: inout X) {
    let r = 100.0 * (p[1] / unit - p[0].squared)
    g[0] = -2.0 * p[0] * r - (1.0 - p[0])
    g[1] = r / unit
  }
}
