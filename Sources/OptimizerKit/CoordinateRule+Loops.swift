// The loops that run a coordinate rule. They are inlinable, so that each rule's module gets its own
// copy of them, specialised for the rule; through the protocol they cost one indirect call a step
// (or one for a whole descent), not one a coordinate.

extension CoordinateRule {
  // MARK: state

  public func makeState(for layout: ParameterLayout) -> OptimizerState<Float> {
    state(count: layout.count)
  }
  public func makeState(for layout: ParameterLayout) -> OptimizerState<Double> {
    state(count: layout.count)
  }

  /// The state for `count` coordinates.
  public func state<R: Real>(count: Int) -> OptimizerState<R> {
    var state = OptimizerState<R>()
    for slot in State.allCases.prefix(slotCount) {
      state["\(slot)"] = Vector(repeating: R(initialValue(of: slot)), count: count)
    }
    return state
  }

  // MARK: one step over a parameter vector

  @inlinable
  public mutating func advance(
    _ x: inout Vector<Float>, gradient: Vector<Float>, state: inout OptimizerState<Float>,
    oracle: inout Oracle<Float>, step: Int, lr: Double
  ) throws {
    prepare(step: step)
    updateAll(
      x.mutablePointer(), gradient.pointer, count: x.count, offset: 0, &state,
      UniformRate(Float(lr)))
  }

  @inlinable
  public mutating func advance(
    _ x: inout Vector<Double>, gradient: Vector<Double>, state: inout OptimizerState<Double>,
    oracle: inout Oracle<Double>, step: Int, lr: Double
  ) throws {
    prepare(step: step)
    updateAll(
      x.mutablePointer(), gradient.pointer, count: x.count, offset: 0, &state, UniformRate(lr))
  }

  /// Updates many runs at once: coordinate d of run k is `x[d * lanes + k]`, and run k has the
  /// learning rate `rates[k]`.
  @inlinable
  public mutating func advanceLanes(
    _ x: UnsafeMutablePointer<Double>, gradient: UnsafePointer<Double>,
    state: inout OptimizerState<Double>, step: Int, rates: UnsafePointer<Double>, lanes: Int,
    dimension: Int
  ) {
    prepare(step: step)
    for d in 0..<dimension {
      let offset = d * lanes
      updateAll(
        x + offset, gradient + offset, count: lanes, offset: offset, &state, LaneRates(rates))
    }
  }

  /// The plain loop over coordinates, once for each number of state variables: the optimiser of
  /// the compiler turns each into vector code.
  @inlinable @inline(__always)
  func updateAll<Rate: RateSource>(
    _ x: UnsafeMutablePointer<Rate.R>, _ g: UnsafePointer<Rate.R>, count: Int, offset: Int,
    _ state: inout OptimizerState<Rate.R>, _ rate: Rate
  ) {
    let zero = Rate.R(0.0)
    switch slotCount {
    case 0:
      for i in 0..<count {
        var s = Slots<State, Rate.R>()
        update(&x[i], gradient: g[i], state: &s, lr: rate[i])
      }
    case 1:
      let a = state.pointer(0) + offset
      for i in 0..<count {
        var s = Slots<State, Rate.R>(a[i], zero, zero, zero)
        update(&x[i], gradient: g[i], state: &s, lr: rate[i])
        a[i] = s.a
      }
    case 2:
      let a = state.pointer(0) + offset
      let b = state.pointer(1) + offset
      for i in 0..<count {
        var s = Slots<State, Rate.R>(a[i], b[i], zero, zero)
        update(&x[i], gradient: g[i], state: &s, lr: rate[i])
        a[i] = s.a
        b[i] = s.b
      }
    case 3:
      let a = state.pointer(0) + offset
      let b = state.pointer(1) + offset
      let c = state.pointer(2) + offset
      for i in 0..<count {
        var s = Slots<State, Rate.R>(a[i], b[i], c[i], zero)
        update(&x[i], gradient: g[i], state: &s, lr: rate[i])
        a[i] = s.a
        b[i] = s.b
        c[i] = s.c
      }
    default:
      let a = state.pointer(0) + offset
      let b = state.pointer(1) + offset
      let c = state.pointer(2) + offset
      let d = state.pointer(3) + offset
      for i in 0..<count {
        var s = Slots<State, Rate.R>(a[i], b[i], c[i], d[i])
        update(&x[i], gradient: g[i], state: &s, lr: rate[i])
        a[i] = s.a
        b[i] = s.b
        c[i] = s.c
        d[i] = s.d
      }
    }
  }

  // MARK: a whole descent in the plane

  /// Runs `steps` updates from `point`, everything in registers.
  ///
  /// - Parameters:
  ///   - gradient: the gradient of the surface at a point, for the step with a number.
  ///   - point: the start; on return, the end.
  ///   - state: the optimizer's state, of two coordinates.
  ///   - firstStep: the number of the first update, from 1.
  ///   - rates: the learning rate of each step, or one for all.
  ///   - path: where the point after each step is written, if anywhere.
  @inlinable
  public mutating func descend(
    _ gradient: PlanarGradient, point: inout Planar<Double>, state: inout OptimizerState<Double>,
    firstStep: Int, rates: UnsafeBufferPointer<Double>, steps: Int,
    path: UnsafeMutablePointer<Planar<Double>>?
  ) {
    var rule = self
    var p = point
    var sx = Slots<State, Double>()
    var sy = Slots<State, Double>()
    let slots = slotCount
    for k in 0..<slots {
      let values = state.pointer(k)
      sx[place: k] = values[0]
      sy[place: k] = values[1]
    }
    let stride = rates.count > 1 ? 1 : 0
    let rate = rates.baseAddress!
    for i in 0..<steps {
      rule.prepare(step: firstStep + i)
      let g = gradient(p, firstStep + i)
      let lr = rate[i * stride]
      rule.update(&p.x, gradient: g.x, state: &sx, lr: lr)
      rule.update(&p.y, gradient: g.y, state: &sy, lr: lr)
      if let path { path[i] = p }
    }
    for k in 0..<slots {
      let values = state.pointer(k)
      values[0] = sx[place: k]
      values[1] = sy[place: k]
    }
    point = p
    self = rule
  }

  // MARK: where the loss is reported

  public func evaluationParameters(_ x: Vector<Float>, state: OptimizerState<Float>)
    -> Vector<Float>?
  { Self.hasEvaluationPoint ? evaluationVector(x, state: state) : nil }

  public func evaluationParameters(_ x: Vector<Double>, state: OptimizerState<Double>)
    -> Vector<Double>?
  { Self.hasEvaluationPoint ? evaluationVector(x, state: state) : nil }

  func evaluationVector<R: Real>(_ x: Vector<R>, state: OptimizerState<R>) -> Vector<R> {
    var result = x
    for i in x.indices {
      var s = Slots<State, R>()
      for k in 0..<slotCount { s[place: k] = state.vectors[k][i] }
      result[i] = evaluationPoint(x[i], state: s)
    }
    return result
  }
}

/// The learning rate of each coordinate in a loop.
@usableFromInline
protocol RateSource {
  associatedtype R: Real
  subscript(i: Int) -> R { get }
}

/// The same for all.
@usableFromInline
struct UniformRate<R: Real>: RateSource {
  @usableFromInline let rate: R
  @inlinable @inline(__always) init(_ rate: R) { self.rate = rate }
  @inlinable subscript(i: Int) -> R { @inline(__always) get { rate } }
}

/// One for each run side by side.
@usableFromInline
struct LaneRates: RateSource {
  @usableFromInline let rates: UnsafePointer<Double>
  @inlinable @inline(__always) init(_ rates: UnsafePointer<Double>) { self.rates = rates }
  @inlinable subscript(i: Int) -> Double { @inline(__always) get { rates[i] } }
}
