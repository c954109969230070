// What must hold of the wrappers that come with the lab.

import LinearAlgebra
import OptimizerKit
import Plugins
import Testing

@Suite("Wrappers that come with the lab")
struct WrapperPropertyTests {
  /// lookahead[k=3]:alpha=ramp(sam[rho=0.02]:rho=...(clip[norm=20](momentum:cosine))): schedules at
  /// every level, a checkpoint in the middle, in both precisions.
  @Test func nested() throws {
    let nested = try wrapper(
      "lookahead", ["k": "3"],
      wrapper("sam", ["rho": "0.02"], wrapper("clip", ["norm": "20"], optimizer("momentum"))))
    func check<R: Scalar>(_: R.Type) throws -> [Double] {
      func steps(_ run: inout Run<some Optimizer, R>, _ steps: Range<Int>) throws {
        let levels = run.optimizer.levels
        for step in steps {
          let share = Double(step) / 60
          run.optimizer.set(try levels[0].scheduledHyperparameter("alpha"), at: 0, to: 1 - share)
          run.optimizer.set(try levels[1].scheduledHyperparameter("rho"), at: 1, to: 0.02 * share)
          run.optimizer.set(try levels[2].scheduledHyperparameter("norm"), at: 2, to: 20 - share)
          run.optimizer.set(try levels[3].scheduledHyperparameter("momentum"), at: 3, to: share)
          try run.advance(rates: [nil, nil, nil, 3e-4 * (1 - share)])
        }
      }
      func go(_ optimizer: some Optimizer) throws -> [Double] {
        var run = Run(optimizer, on: Rosenbrock(), in: R.self)
        try steps(&run, 0..<31)
        var checkpoint = run
        let before = checkpoint.x.array.map(\.double)
        try steps(&run, 31..<60)
        #expect(checkpoint.x.array.map(\.double) == before)
        try steps(&checkpoint, 31..<60)
        #expect(bits(checkpoint.x.array.map(\.double)) == bits(run.x.array.map(\.double)))
        #expect(run.counts == checkpoint.counts)
        // One gradient of SAM a step but the first, in which rho is 0.
        #expect(run.counts.gradients == 59)
        return run.x.array.map(\.double)
      }
      return try go(nested)
    }
    let (single, double) = (try check(Float.self), try check(Double.self))
    // 60 steps of a few roundings of 2⁻²⁴ at a curvature of 1,000 with steps of 3e-4.
    for (a, b) in zip(single, double) { #expect((a - b).magnitude < 1e-4) }
    #expect(nested.levels.map { type(of: $0).name } == ["lookahead", "sam", "clip", "momentum"])
  }

  /// SAM asks for one gradient a step, and says so.
  @Test func samNeedsGradients() throws {
    #expect(try wrapper("sam", [:], optimizer("sgd")).requirements == [.loss, .gradient])
    #expect(try wrapper("sam", ["rho": "0"], optimizer("sgd")).requirements == [])
    #expect(try wrapper("clip", [:], optimizer("newton")).requirements == [.hessian])
  }

  /// SamsungLabs/ASAM goes by the name: what is called a weight, the scales of batch normalisation and the
  /// slopes of PReLU among them, is measured by its size, and biases are not.
  @Test func samsungLeavesOutBiasesAlone() throws {
    var sam = try wrapper("sam@samsung", ["rho": "0.25"], GradientStep())
    var layout = ParameterLayout()
    layout.append("w", shape: [1, 2], role: .weight, fanIn: 2)
    layout.append("s", shape: [1], role: .scale, fanIn: 1)
    layout.append("b", shape: [1], role: .bias, fanIn: 1)
    let (x, g) = ([1.0, -2, 3, 10], [0.5, 1, 2, 4])
    let near = NearPoint()
    var context = StepContext(
      x: Vector(x), layout: layout, state: sam.makeState(at: Vector(x), layout: layout),
      oracle: Oracle<Double>(
        capabilities: [.loss, .gradient], loss: { _ in 0 },
        gradient: { point, _ in near.x = point.array }))
    context.gradient = Vector(g)
    context.begin(step: 1, lr: 1)
    try sam.advance(&context)
    let sizes = [1.01, 2.01, 3.01, 1]
    let norm = zip(sizes, g).reduce(0) { $0 + $1.0 * $1.0 * $1.1 * $1.1 }.squareRoot()
    for i in x.indices {
      #expect((near.x[i] - (x[i] + 0.25 / norm * sizes[i] * sizes[i] * g[i])).magnitude < 1e-14)
    }
  }

  private final class NearPoint { var x: [Double] = [] }

  /// A clipped gradient is as long as asked, and one that is no number does not pass.
  @Test func clipping() throws {
    for form in ["torch", "optax"] {
      var clip = try wrapper("clip", ["norm": "2", "form": form], GradientStep())
      let x = Vector([0.0, 0])
      let layout = ParameterLayout(coordinates: 2)
      var context = StepContext(
        x: x, layout: layout, state: clip.makeState(at: x, layout: layout), oracle: .none)
      for (g, expected) in [([6.0, 8], 2.0), ([0.6, 0.8], 1), ([0, 0], 0)] {
        context.x = Vector([0, 0])
        context.gradient = Vector(g)
        context.begin(step: 1, lr: 1)
        try clip.advance(&context)
        #expect((context.x.norm - expected).magnitude < 1e-6)
      }
      context.gradient = Vector([.nan, 1])
      try clip.advance(&context)
      #expect(context.x[0].isNaN)
    }
  }

  // MARK: muon

  /// Weights of two layers, a kernel, biases and a scale.
  static var layout: ParameterLayout {
    var layout = ParameterLayout()
    layout.append("kernel", shape: [4, 3, 2, 2], role: .weight, fanIn: 12)
    layout.append("kernel.bias", shape: [4], role: .bias, fanIn: 1)
    layout.append("scale", shape: [4], role: .scale, fanIn: 1)
    layout.append("wide", shape: [3, 8], role: .weight, fanIn: 8)
    layout.append("tall", shape: [9, 2], role: .weight, fanIn: 2)
    return layout
  }

  static func start<R: Scalar>(_: R.Type) -> Vector<R> {
    var random = RandomSource(seed: 2, purpose: .instance)
    return Vector((0..<layout.count).map { _ in R(random.normal()) })
  }

  /// The singular values of each matrix's step lie where five iterations put them, and what is
  /// wrapped moves the rest as it would alone.
  @Test func muonMovesMatrices() throws {
    let layout = Self.layout
    func check<R: Scalar>(_: R.Type, last: Bool) throws {
      let x: Vector<R> = Self.start(R.self)
      var muon = try wrapper(
        "muon", ["lr": "1", "weightDecay": "0", "last": "\(last)"], optimizer("sgd", ["lr": "0.5"]))
      var context = StepContext(
        x: x, layout: layout, state: muon.makeState(at: x, layout: layout), oracle: .none)
      context.gradient.assign(x)
      context.begin(step: 1, rates: muon.declaredRates)
      try muon.advance(&context)
      for tensor in layout.tensors {
        if tensor.role == .weight, last || tensor.name != "tall" {
          var step = Matrix(tensor, of: x)
          step.add(R(-1.0), Matrix(tensor, of: context.x))
          step.scale(R(1 / max(1, Double(tensor.rows) / Double(tensor.columns)).squareRoot()))
          let gram =
            tensor.rows < tensor.columns
            ? step.timesTransposed(step) : step.transposedTimes(step)
          let values = try gram.symmetricEigendecomposition().values
          for i in values.indices {
            let value = values[i].double.squareRoot()
            #expect(value > 0.68 && value < 1.14, "\(tensor.name)")
          }
        } else {
          for i in tensor.offset..<tensor.offset + tensor.count {
            #expect(context.x[i].double == (x[i] - R(0.5) * x[i]).double, "\(tensor.name)")
          }
        }
      }
    }
    for last in [true, false] {
      try check(Float.self, last: last)
      try check(Double.self, last: last)
    }
  }

  /// Momentum matrices of the matrices only, and the state of what is wrapped of the rest only.
  @Test func muonKeepsLittle() throws {
    let muon = try wrapper("muon", [:], optimizer("adamw"))
    let x: Vector<Float> = Self.start(Float.self)
    let state = muon.makeState(at: x, layout: Self.layout)
    let momentum = try #require(state["matrices", as: [[Matrix<Float>]].self])
    #expect(momentum.map(\.count) == [1, 1, 1])
    #expect(momentum.map { $0[0].rows } == [4, 3, 9])
    #expect(momentum.map { $0[0].columns } == [12, 8, 2])
    #expect(state.inner?["m"]?.count == 8)
    #expect(Muon.defaultInner == "adamw")
  }

  /// On a surface there are no matrices: it is what it wraps.
  @Test func muonOnASurface() throws {
    func end(_ optimizer: some Optimizer) throws -> [Double] {
      var run = Run(optimizer, on: Rosenbrock())
      for _ in 0..<30 { try run.advance() }
      return run.x.array
    }
    let adam = try optimizer("adamw", ["lr": "1e-2"])
    #expect(bits(try end(wrapper("muon", [:], adam))) == bits(try end(adam)))
  }

  /// A gradient of zeros is no division by zero.
  @Test(arguments: ["muon", "muon@keller"]) func muonRests(_ name: String) throws {
    var muon = try wrapper(name, ["weightDecay": "0"], optimizer("sgd"))
    let x: Vector<Double> = Self.start(Double.self)
    var context = StepContext(
      x: x, layout: Self.layout, state: muon.makeState(at: x, layout: Self.layout), oracle: .none)
    context.begin(step: 1, rates: muon.declaredRates)
    try muon.advance(&context)
    #expect(context.x.array == x.array)
  }

  // MARK: schedule-free

  /// With r = 0 and a constant rate, x is the mean of all z: on a quadratic of one dimension, with
  /// β = 1, plain averaging.
  @Test func scheduleFreeAverages() throws {
    var run = Run(
      try #require(try wrapper("schedule-free", ["beta": "1"], SGD()) as? ScheduleFree),
      on: quadratic)
    var sum = Vector([0.0, 0])
    for step in 1...20 {
      try run.advance(lr: 1e-3)
      sum.add(1, try #require(run.state["z"]))
      let mean = (1 / Double(step)) * sum
      let point = try #require(run.optimizer.evaluationPoint(run.x, state: run.state))
      #expect((point - mean).norm <= 1e-14 * mean.norm)
    }
  }

  // MARK: lbfgs

  /// Superlinear convergence: along the whole of Rosenbrock's valley to its minimum, with a handful
  /// of gradients for the last digits, where nothing stops it early.
  @Test func lbfgsConverges() throws {
    var lbfgs = LBFGS()
    try lbfgs.set("changeTolerance", to: "0")
    var run = Run(lbfgs, on: Rosenbrock())
    for _ in 0..<3 { try run.advance() }
    #expect((run.x[0] - 1).magnitude < 1e-9 && (run.x[1] - 1).magnitude < 1e-9)
    #expect(run.counts.gradients < 60)
    #expect(run.counts.losses == 0)
  }

  /// n steps on a quadratic of n dimensions: the pairs span the space.
  @Test func lbfgsOnAQuadratic() throws {
    var surface = Quadratic()
    try surface.set("dim", to: "8")
    surface.resolve()
    var lbfgs = LBFGS()
    try lbfgs.set("iterations", to: "100")
    try lbfgs.set("gradientTolerance", to: "1e-12")
    try lbfgs.set("changeTolerance", to: "0")
    var run = Run(lbfgs, on: surface)
    try run.advance()
    #expect(run.x.norm < 1e-8 * 100)
  }

  @Test func lbfgsSaysWhatItNeeds() throws {
    #expect(LBFGS().requirements == [.loss, .gradient])
    var fixed = LBFGS()
    try fixed.set("lineSearch", to: "none")
    #expect(fixed.requirements == [.loss, .gradient])
    try fixed.set("iterations", to: "1")
    #expect(fixed.requirements == [])
  }
}
