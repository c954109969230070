// A run on the ground.

import OptimizerKit

extension OptimizerConformance {
  /// A run on the ground: a value, so that copying it is taking a checkpoint.
  struct Walk<O: Optimizer, R: Scalar> {
    var optimizer: O
    let ground: Ground
    var x: Vector<R>
    var state: OptimizerState<R>
    var capabilities = OracleCapabilities.everything
    var steps = 0
    /// The learning rates of the levels.
    var rates: [Double?]
    /// What it has asked of the oracle, its copies included.
    let meter = EvaluationMeter()

    init(_ optimizer: O, _ ground: Ground, lr: Double? = nil) {
      self.optimizer = optimizer
      self.ground = ground
      x = Vector((0..<ground.dimension).map { R(ground.start($0)) })
      state = optimizer.makeState(at: x, layout: ground.layout)
      rates = optimizer.declaredRates
      if let lr, let owner = rates.firstIndex(where: { $0 != nil }) { rates[owner] = lr }
    }

    mutating func advance(_ count: Int) throws {
      for _ in 0..<count {
        let isUsed = optimizer.usesGradient
        try advance(
          gradient: isUsed ? ground.product(x) : Vector(repeating: R(.nan), count: x.count))
      }
    }

    /// One step with a gradient of one's choice.
    mutating func advance(gradient: Vector<R>) throws {
      steps += 1
      var context = StepContext(
        x: x, layout: ground.layout, state: state,
        oracle: ground.oracle(capabilities, meter: meter))
      context.begin(step: steps, rates: rates)
      context.gradient = gradient
      context.loss = optimizer.usesGradient ? ground.loss(x) : .nan
      defer {
        x = context.x
        state = context.state
      }
      try optimizer.advance(&context)
    }

    /// Moves every coordinate by eight roundings of `Float`, up and down in turn: about as far as sums of
    /// some hundred of them are off.
    mutating func roundOff() {
      for i in x.indices { x[i] *= R((i + steps).isMultiple(of: 2) ? 1 + 0x1p-21 : 1 - 0x1p-21) }
    }

    /// Point and state, bit for bit: what two equal runs must share.
    var bits: [UInt64] { x.bits + state.bits }
    var point: [Double] { x.array.map(\.double) }
    var loss: Double { ground.loss(optimizer.evaluationPoint(x, state: state) ?? x) }
  }
}

extension Vector {
  var bits: [UInt64] { array.map(\.double.bitPattern) }
}

extension OptimizerState {
  /// Every vector, those of what is wrapped included.
  var bits: [UInt64] { names.flatMap { self[$0]?.bits ?? [] } + (inner?.bits ?? []) }
}
