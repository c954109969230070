// The loops that run a coordinate rule. They are inlinable, so that each rule's module gets its own
// copy of them, specialised for the rule; through the protocol they cost one indirect call a step
// (or one for a whole descent), not one a coordinate.

extension CoordinateRule {
  // MARK: state

  public func makeState<R: Scalar>(at x: Vector<R>, layout: ParameterLayout)
    -> OptimizerState<R>
  { state(count: x.count) }

  /// The state for `count` coordinates.
  public func state<R: Scalar>(count: Int) -> OptimizerState<R> {
    var state = OptimizerState<R>()
    for slot in State.allCases.prefix(slotCount) {
      state["\(slot)"] = Vector(repeating: R(initialValue(of: slot)), count: count)
    }
    return state
  }

  // MARK: one step over a parameter vector

  @inlinable
  public mutating func _step(_ context: inout StepContext<Float>) throws {
    prepare(step: context.step)
    updateAll(
      context.x.mutablePointer(), context.gradient.pointer, count: context.x.count, offset: 0,
      &context.state, UniformRate(Float(context.lr)))
  }

  @inlinable
  public mutating func _step(_ context: inout StepContext<Double>) throws {
    prepare(step: context.step)
    updateAll(
      context.x.mutablePointer(), context.gradient.pointer, count: context.x.count, offset: 0,
      &context.state, UniformRate(context.lr))
  }

  // MARK: one step of many runs side by side

  /// Updates many runs at once: coordinate d of run k is `x[d * lanes + k]`, its state likewise,
  /// and run k has the learning rate `rates[k]`.
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

  /// Updates many runs at once, laid out as in the other loop; run k follows `rules[k]`, which may
  /// differ from the others in anything but `slotCount`.
  @inlinable
  public static func advanceLanes(
    _ rules: UnsafeMutablePointer<Self>, _ x: UnsafeMutablePointer<Double>,
    gradient: UnsafePointer<Double>, state: inout OptimizerState<Double>, step: Int,
    rates: UnsafePointer<Double>, lanes: Int, dimension: Int
  ) {
    guard lanes > 0 else { return }
    let slots = rules[0].slotCount
    withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Double>.self, capacity: 4) { places in
      for k in 0..<slots { places[k] = state.pointer(k) }
      for lane in 0..<lanes {
        rules[lane].prepare(step: step)
        let lr = rates[lane]
        var i = lane
        for _ in 0..<dimension {
          var s = Slots<State, Double>()
          for k in 0..<slots { s[place: k] = places[k][i] }
          rules[lane].update(&x[i], gradient: gradient[i], state: &s, lr: lr)
          for k in 0..<slots { places[k][i] = s[place: k] }
          i += lanes
        }
      }
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

  public func evaluationPoint<R: Scalar>(_ x: Vector<R>, state: OptimizerState<R>) -> Vector<R>? {
    guard Self.hasEvaluationPoint else { return nil }
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
