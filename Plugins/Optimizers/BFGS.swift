import OptimizerKit

/// BFGS: Newton's step with an inverse Hessian that is learnt from gradients.
///
///     d ← −H g
///     x ← x + t d,   t by a line search to the strong Wolfe conditions
///     H ← (I − ρ s yᵀ) H (I − ρ y sᵀ) + ρ s sᵀ,   s = t d,  y = g₊ − g,  ρ = 1 / sᵀy
///
/// H begins as I; after n steps on a quadratic it is the inverse Hessian, and the convergence is
/// superlinear. `lbfgs` keeps the last pairs (s, y) in place of H, `newton` asks for the Hessian
/// itself. A step is one iteration: the gradient that it is handed and one for each length that the
/// search tries, mostly one; O(n²) time, a matrix of state. Where no length is found, x stays and H
/// begins anew.
///
/// Broyden, Fletcher, Goldfarb and Shanno 1970; Nocedal and Wright 2006, chapter 6,
/// doi:10.1007/978-0-387-40065-5; first length and search are those of scipy.optimize.
public struct BFGS: VectorOptimizer {
  public static let name = "bfgs"
  public static let summary = "an inverse Hessian learnt from gradients, with a Wolfe line search"
  public static let source = "Nocedal and Wright 2006, chapter 6, doi:10.1007/978-0-387-40065-5"
  public static let family = Family.secondOrder
  public static let presets = [
    Preset(
      "scipy", "scipy.optimize.minimize(method='BFGS'), with its tolerance",
      ["gradientTolerance": 1e-5])
  ]

  @Hyperparameter("c₁, the share of the slope's promise that is demanded", in: 0..<1)
  public var sufficientDecrease = 1e-4
  @Hyperparameter("c₂, the share of the slope that may be left", in: 0..<1)
  public var flatness = 0.9
  @Hyperparameter("largest element of a gradient that counts as 0", in: 0..., scale: .log)
  public var gradientTolerance = 1e-10

  /// The largest dimension: its matrix takes 200 MB.
  static let largestDimension = 5_000

  public var requirements: OracleCapabilities { [.loss, .gradient] }

  public var invariances: Invariances { .linear() }

  public init() {}

  public func validate() throws(HyperparameterError) {
    if !(sufficientDecrease < flatness) {
      throw .inconsistent(
        plugin: Self.name, reason: "sufficientDecrease must be less than flatness")
    }
  }

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let n = context.x.count
    guard n <= Self.largestDimension else {
      throw OracleError(
        "bfgs: a matrix of order \(n) is too large; at most \(Self.largestDimension)")
    }
    guard !(context.gradient.largestMagnitude <= gradientTolerance) else { return }
    try descend(
      &context.x, context.gradient, loss: context.loss, asking: context.oracle,
      &context.state["memory", default: Memory<R>()])
  }

  private func descend<R: Scalar>(
    _ x: inout Vector<R>, _ gradient: Vector<R>, loss: Double, asking oracle: Oracle<R>,
    _ memory: inout Memory<R>
  ) throws {
    let direction = memory.direction(gradient)
    var line = SearchLine(
      from: x, along: direction, loss: loss, gradient: gradient, asking: oracle)
    let found = try line.wolfeLength(
      change: memory.change ?? -gradient.norm / 2, decrease: sufficientDecrease,
      flatness: flatness)
    line.release()
    guard let found else {
      memory = Memory()
      return
    }
    x.add(R(found.length), direction)
    memory.change = found.loss - loss
    memory.update(s: found.length * direction, y: found.gradient - gradient)
  }
}

/// What is kept from step to step.
private struct Memory<R: Scalar>: Sendable {
  /// The inverse Hessian; the identity where it is empty.
  private var inverse = Matrix(repeating: R.zero, rows: 0, columns: 0)
  /// By how much the loss changed in the last step.
  var change: Double?

  /// −H g
  func direction(_ g: Vector<R>) -> Vector<R> {
    inverse.rows == 0 ? -1 * g : -1 * product(g)
  }

  private func product(_ v: Vector<R>) -> Vector<R> {
    let n = v.count
    var result = Vector(repeating: R.zero, count: n)
    let target = result.mutablePointer()
    // H is symmetric: row by row is column by column, and this way the loop vectorises.
    for j in 0..<n {
      let factor = v.pointer[j]
      let row = inverse.elements.pointer + j * n
      for i in 0..<n { target[i] = target[i] + factor * row[i] }
    }
    return result
  }

  mutating func update(s: Vector<R>, y: Vector<R>) {
    let n = s.count
    if inverse.rows == 0 { inverse = .identity(n) }
    let curvature = y.dot(s)
    let rho = curvature == 0 ? 1000 : 1 / curvature
    let h = product(y)
    // H + (ρ² yᵀHy + ρ) s sᵀ − ρ (s (Hy)ᵀ + Hy sᵀ)
    let own = R(rho * (rho * y.dot(h) + 1))
    let cross = R(rho)
    let elements = inverse.mutablePointer()
    for i in 0..<n {
      let row = elements + i * n
      let alongS = own * s.pointer[i] - cross * h.pointer[i]
      let alongH = cross * s.pointer[i]
      for j in 0..<n { row[j] = row[j] + (alongS * s.pointer[j] - alongH * h.pointer[j]) }
    }
  }
}
