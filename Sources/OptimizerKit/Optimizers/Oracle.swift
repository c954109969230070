// What an optimizer may ask of a problem beyond the gradient that it is handed. Every call is counted.

/// A problem cannot do what was asked.
public struct OracleError: Error, CustomStringConvertible {
  public let description: String
  public init(_ description: String) { self.description = description }
}

/// Evaluations of a problem at points of the optimizer's choice. On a minibatch problem all calls
/// within one step see the minibatch of that step; none leaves a trace in the problem.
///
/// What is counted: `loss` one loss, `gradient` one gradient, `lossAndGradient` one gradient too (the
/// pass that gives the gradient gives the loss), a Hessian–vector product one, a Hessian one. Residuals
/// with their derivatives count as one gradient, which follows from them: g = Jᵀr.
public struct Oracle<R: Scalar> {
  /// What it can do.
  public let capabilities: OracleCapabilities

  let meter: EvaluationMeter
  let lossAt: (Vector<R>) -> Double
  let gradientAt: (Vector<R>, inout Vector<R>) -> Void
  let bothAt: (Vector<R>, inout Vector<R>) -> Double
  let productAt: ((Vector<R>, Vector<R>) -> Vector<R>?)?
  let residualsAt: ((Vector<R>) throws -> Residuals<R>)?

  /// An oracle made of closures; the lab makes one for each run.
  ///
  /// - Parameters:
  ///   - capabilities: what it answers; the rest it refuses.
  ///   - meter: what counts its calls.
  ///   - loss: f(x).
  ///   - gradient: writes ∇f(x).
  ///   - lossAndGradient: writes ∇f(x) and returns f(x), where that is cheaper than both.
  ///   - hessianVectorProduct: ∇²f(x) v; nil where there turns out to be none.
  ///   - residuals: r(x) and J(x) where f = ½ ‖r‖².
  public init(
    capabilities: OracleCapabilities, meter: EvaluationMeter = EvaluationMeter(),
    loss: @escaping (Vector<R>) -> Double,
    gradient: @escaping (Vector<R>, inout Vector<R>) -> Void,
    lossAndGradient: ((Vector<R>, inout Vector<R>) -> Double)? = nil,
    hessianVectorProduct: ((Vector<R>, Vector<R>) -> Vector<R>?)? = nil,
    residuals: ((Vector<R>) throws -> Residuals<R>)? = nil
  ) {
    self.capabilities = capabilities
    self.meter = meter
    lossAt = loss
    gradientAt = gradient
    bothAt =
      lossAndGradient
      ?? {
        gradient($0, &$1)
        return loss($0)
      }
    productAt = hessianVectorProduct
    residualsAt = residuals
  }

  /// An oracle that answers nothing.
  public static var none: Oracle {
    Oracle(capabilities: [], loss: { _ in .nan }, gradient: { _, _ in })
  }

  private func check(_ needed: OracleCapabilities) throws {
    meter.asked.formUnion(needed)
    guard capabilities.isSuperset(of: needed) else {
      throw OracleError("the problem does not offer \(needed.subtracting(capabilities))")
    }
  }

  /// f(x).
  public func loss(at x: Vector<R>) throws -> Double {
    try check(.loss)
    meter.counts.losses += 1
    return lossAt(x)
  }

  /// ∇f(x).
  public func gradient(at x: Vector<R>) throws -> Vector<R> {
    var g = Vector(repeating: R.zero, count: x.count)
    try gradient(at: x, into: &g)
    return g
  }

  /// Writes ∇f(x) to `gradient`, which is as long as `x`.
  public func gradient(at x: Vector<R>, into gradient: inout Vector<R>) throws {
    try check(.gradient)
    meter.counts.gradients += 1
    gradientAt(x, &gradient)
  }

  /// f(x) and ∇f(x), at the price of one gradient.
  public func lossAndGradient(at x: Vector<R>) throws -> (loss: Double, gradient: Vector<R>) {
    var g = Vector(repeating: R.zero, count: x.count)
    let loss = try lossAndGradient(at: x, into: &g)
    return (loss, g)
  }

  /// Writes ∇f(x) to `gradient`, which is as long as `x`, and returns f(x), at the price of one
  /// gradient.
  public func lossAndGradient(at x: Vector<R>, into gradient: inout Vector<R>) throws -> Double {
    try check([.loss, .gradient])
    meter.counts.gradients += 1
    return bothAt(x, &gradient)
  }

  /// ∇²f(x) v.
  public func hessianVectorProduct(at x: Vector<R>, _ v: Vector<R>) throws -> Vector<R> {
    try check(.hessianVectorProduct)
    let product = try product(at: x, v)
    meter.counts.hessianVectorProducts += 1
    return product
  }

  /// ∇²f(x), n × n; symmetric, so row- or column-major alike. Costs n Hessian–vector products,
  /// counted as one Hessian.
  public func hessian(at x: Vector<R>) throws -> [Double] {
    try check(.hessian)
    var matrix: [Double] = []
    matrix.reserveCapacity(x.count * x.count)
    var unit = Vector(repeating: R.zero, count: x.count)
    for i in x.indices {
      unit[i] = R(1.0)
      matrix += try product(at: x, unit).array.map(\.double)
      unit[i] = R.zero
    }
    meter.counts.hessians += 1
    return matrix
  }

  /// r(x) and its Jacobian J(x), where f(x) = ½ ‖r(x)‖²; counted as one gradient.
  public func residuals(at x: Vector<R>) throws -> Residuals<R> {
    try check(.residuals)
    guard let residualsAt else { throw OracleError("the problem has no residuals") }
    let residuals = try residualsAt(x)
    meter.counts.gradients += 1
    return residuals
  }

  private func product(at x: Vector<R>, _ v: Vector<R>) throws -> Vector<R> {
    guard let product = productAt?(x, v) else {
      throw OracleError("the problem has no Hessian-vector product")
    }
    return product
  }
}

extension Oracle<Float> {
  /// What an optimizer may ask of a training session: of the minibatch of the current step, and
  /// without a trace in running statistics.
  ///
  /// - Parameter step: the current step.
  public init(
    _ session: any TrainingSession, _ capabilities: OracleCapabilities, meter: EvaluationMeter,
    step: @escaping () -> Int
  ) {
    func both(_ x: Vector<Float>, _ g: inout Vector<Float>) -> Double {
      session.lossAndGradient(at: x, step: step(), gradient: &g, isTracked: false)
    }
    self.init(
      capabilities: capabilities, meter: meter,
      loss: { session.loss(at: $0, step: step()) }, gradient: { _ = both($0, &$1) },
      lossAndGradient: both,
      hessianVectorProduct: { session.hessianVectorProduct(at: $0, step: step(), $1) })
  }
}

extension Oracle {
  /// The same without an answer, and without hold of any parameters.
  var silent: Oracle {
    Oracle(capabilities: [], meter: meter, loss: { _ in .nan }, gradient: { _, _ in })
  }

  /// The problem as a function of some tensors, the others being what they are in `x`.
  func restricted(to part: TensorPart, of x: Vector<R>) -> Oracle {
    func whole(_ values: Vector<R>) -> Vector<R> {
      var whole = x
      part.scatter(values, into: &whole)
      return whole
    }
    let (lossAt, gradientAt, bothAt, productAt) = (lossAt, gradientAt, bothAt, productAt)
    let residualsAt = residualsAt
    return Oracle(
      capabilities: capabilities, meter: meter,
      loss: { lossAt(whole($0)) },
      gradient: { values, g in
        var all = Vector(repeating: R.zero, count: x.count)
        gradientAt(whole(values), &all)
        part.gather(all, into: &g)
      },
      lossAndGradient: { values, g in
        var all = Vector(repeating: R.zero, count: x.count)
        let loss = bothAt(whole(values), &all)
        part.gather(all, into: &g)
        return loss
      },
      hessianVectorProduct: productAt.map { productAt in
        { values, v in
          var all = Vector(repeating: R.zero, count: x.count)
          part.scatter(v, into: &all)
          return productAt(whole(values), all).map(part.gather)
        }
      },
      residuals: residualsAt.map { residualsAt in
        { values in try residualsAt(whole(values)).restricted(to: part) }
      })
  }
}

extension Residuals {
  /// The same residuals as functions of some tensors.
  fileprivate func restricted(to part: TensorPart) -> Residuals {
    var columns = Matrix(repeating: R.zero, rows: values.count, columns: part.layout.count)
    for i in 0..<values.count {
      let row = Vector((0..<jacobian.columns).map { jacobian[i, $0] })
      for (k, derivative) in part.gather(row).array.enumerated() { columns[i, k] = derivative }
    }
    return Residuals(values: values, jacobian: columns)
  }
}
