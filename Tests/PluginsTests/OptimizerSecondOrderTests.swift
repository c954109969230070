// Newton's method and line searches against what the textbook says of them.

import LinearAlgebra
import OptimizerKit
import Plugins
import Testing

@Suite("Newton and line searches")
struct OptimizerSecondOrderTests {
  @Test("newton is at a quadratic's minimum in one step")
  func newtonQuadratic() throws {
    var run = Run(Newton(), on: quadratic)
    try run.advance()
    // Condition number 100: two digits are lost of sixteen.
    #expect((run.x[0] - 1).magnitude < 1e-13)
    #expect((run.x[1] + 0.5).magnitude < 1e-13)
    #expect(run.counts.hessians == 1)
  }

  /// By hand at (−1.2, 1): g = (−215.6, −88), H = ((1330, 480), (480, 200)), det H = 35,600.
  @Test("newton's first step on rosenbrock, and its quadratic end")
  func newtonRosenbrock() throws {
    var run = Run(Newton(), on: Rosenbrock())
    try run.advance()
    let dx: Double = (200 * 215.6 - 480 * 88) / 35_600
    let dy: Double = (1330 * 88 - 480 * 215.6) / 35_600
    let expected: [Double] = [-1.2 + dx, 1 + dy]
    for (a, b) in zip(run.x.array, expected) { #expect((a - b).magnitude < 1e-12) }
    for _ in 2...7 { try run.advance() }
    #expect((run.x[0] - 1).magnitude < 1e-12)
    #expect((run.x[1] - 1).magnitude < 1e-12)
  }

  @Test("damping makes a saddle a descent, and is gradient descent when large")
  func newtonDamping() throws {
    var damped = Newton()
    try damped.set("damping", to: "1e8")
    var run = Run(damped, on: quadratic)
    let g = quadratic.gradient(at: quadratic.starts[0])
    try run.advance()
    for i in 0..<2 {
      let step = run.x[i] - quadratic.starts[0][i]
      #expect((step * 1e8 + g[i]).magnitude < 1e-4 * g[i].magnitude)
    }
    var saddle = Valley()
    saddle.condition = -1
    let start = [0.5, 0.25]
    var plain = Run(Newton(), on: saddle, from: start)
    try plain.advance()
    #expect(plain.x.array == [0, 0])
    try damped.set("damping", to: "2")
    var escaping = Run(damped, on: saddle, from: start)
    try escaping.advance()
    #expect(escaping.x[1] > start[1])
  }

  @Test("newton says that a Hessian is singular, and does not trap on one that is not finite")
  func newtonSingular() throws {
    let error = #expect(throws: LinearAlgebraError.self) {
      var run = Run(Newton(), on: Gutter())
      try run.advance()
    }
    #expect(error?.description == "the matrix is singular")
    var run = Run(Newton(), on: Rosenbrock(), from: [.nan, 1])
    try run.advance()
    #expect(run.x[0].isNaN && run.x[1].isNaN)
  }

  @Test("newton refuses a dimension whose Hessian does not fit")
  func newtonDimension() throws {
    var rosenbrock = Rosenbrock()
    try rosenbrock.set("dim", to: "100000")
    let error = #expect(throws: OracleError.self) {
      var run = Run(Newton(), on: rosenbrock)
      try run.advance()
    }
    #expect(
      error?.description == "newton: a Hessian of order 100000 is too large; at most 5000")
  }

  /// From (κ, 1) on ½(x² + κy²), steepest descent with exact steps is at
  /// ((κ−1)/(κ+1))ᵏ (κ, (−1)ᵏ) after k steps: the slowest it can be.
  @Test("the exact line search zig-zags as theory says", arguments: [2.0, 10, 100, 1e4])
  func exactZigZag(_ condition: Double) throws {
    let descent = try optimizer("gradient-descent@exact") as! GradientDescent
    var valley = Valley()
    valley.condition = condition
    let points = try path(of: descent, on: valley, steps: 100)
    let rate = (condition - 1) / (condition + 1)
    // Each step's relative rounding error of y is κ times that of x, and is not amplified further.
    let tolerance = max(1e-12, condition * 1e-13)
    for (k, point) in points.enumerated() {
      let size = power(rate, k + 1)
      #expect((point[0] / size - condition).magnitude <= tolerance * condition)
      #expect((point[1] / size - (k % 2 == 0 ? -1 : 1)).magnitude <= tolerance)
    }
  }

  @Test("the exact line search leaves at right angles and costs one product a step")
  func exactRightAngles() throws {
    let descent = try optimizer("gradient-descent@exact") as! GradientDescent
    var run = Run(descent, on: quadratic)
    for _ in 0..<20 {
      let before = quadratic.gradient(at: run.x.array)
      try run.advance()
      let after = quadratic.gradient(at: run.x.array)
      let product = before[0] * after[0] + before[1] * after[1]
      let size = before[0] * before[0] + before[1] * before[1]
      // Near the minimum, at a distance of about 1 from the origin, x itself is rounded by 2⁻⁵³,
      // and the gradient therefore by 100 times that.
      #expect(product.magnitude <= 1e-12 * size + 200 * 0x1p-53 * size.squareRoot())
    }
    #expect(run.counts.hessianVectorProducts == 20)
    #expect(run.counts.losses == 0)
  }

  @Test("where a quadratic falls for ever the exact step is infinite; at a minimum there is none")
  func exactEnds() throws {
    let descent = try optimizer("gradient-descent@exact") as! GradientDescent
    var saddle = Valley()
    saddle.condition = -1
    var falling = Run(descent, on: saddle, from: [0.1, 1])
    try falling.advance()
    #expect(!falling.x[1].isFinite)
    var resting = Run(descent, on: Valley(), from: [0, 0])
    try resting.advance()
    #expect(resting.x.array == [0, 0])
    #expect(resting.counts.hessianVectorProducts == 0)
  }

  @Test("armijo takes the first length that keeps its promise, and counts its trials")
  func armijo() throws {
    let descent = GradientDescent()
    var run = Run(descent, on: Rosenbrock())
    for _ in 0..<200 {
      let x = run.x.array
      let g = Rosenbrock().gradient(at: x)
      let slope = g[0] * g[0] + g[1] * g[1]
      let loss = Rosenbrock().loss(at: x)
      let counted = run.counts.losses
      try run.advance()
      let trials = run.counts.losses - counted - 1
      let length = power(0.5, trials - 1)
      #expect(run.x.array == [x[0] - length * g[0], x[1] - length * g[1]])
      #expect(Rosenbrock().loss(at: run.x.array) <= loss - 1e-4 * length * slope)
      if trials > 1 {
        let longer = [x[0] - 2 * length * g[0], x[1] - 2 * length * g[1]]
        #expect(!(Rosenbrock().loss(at: longer) <= loss - 1e-4 * 2 * length * slope))
      }
    }
    #expect(Rosenbrock().loss(at: run.x.array) < 4.2)
  }

  @Test("armijo gives up on a loss that is not a number, and stays")
  func armijoGivesUp() throws {
    var descent = GradientDescent()
    let meter = EvaluationMeter()
    var context = StepContext(
      x: Vector([1.0, 2.0]), layout: ParameterLayout(coordinates: 2), state: OptimizerState(),
      oracle: Oracle<Double>(
        capabilities: .loss, meter: meter, loss: { _ in .nan }, gradient: { _, _ in }))
    context.begin(step: 1, lr: 1)
    context.gradient = Vector([1.0, 1.0])
    try descent.advance(&context)
    #expect(context.x.array == [1, 2])
    #expect(meter.counts.losses == 101)
  }
}
