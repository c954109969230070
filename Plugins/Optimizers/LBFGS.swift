import OptimizerKit

/// L-BFGS: Newton's step with an inverse Hessian built from the last m steps.
///
///     d ← −H g   by the two-loop recursion over the pairs sᵢ = xᵢ₊₁ − xᵢ, yᵢ = gᵢ₊₁ − gᵢ,
///                with H₀ = (sᵀy / yᵀy) I
///     x ← x + t d
///
/// t is the learning rate, or is found by a line search to the strong Wolfe conditions
/// f(x + td) ≤ f + c₁ t gᵀd and |∇f(x + td)ᵀd| ≤ −c₂ gᵀd: torch's, with cubic interpolation, or optax's,
/// which doubles the length and then zooms in. It converges superlinearly on smooth problems and does not
/// see their condition number for long; noise in the gradient spoils the pairs. The first step has no pair
/// to go by: torch tries 1/‖g‖₁ as its length, optax has H₀ = I/‖g‖₂, both 1 at most. torch leaves out pairs
/// with sᵀy ≤ 10⁻¹⁰, optax only those with 0. A step of the lab is `iterations` iterations, as in torch,
/// where each call of `step` begins with the gradient that it is handed; one in optax. O(m n) time an
/// iteration, 2 m vectors of state; one gradient an iteration, and some more for the search.
///
/// Liu and Nocedal 1989, doi:10.1007/BF01589116; Nocedal and Wright 2006, chapters 3 and 7,
/// doi:10.1007/978-0-387-40065-5; the conventions are those of torch.optim.LBFGS and optax.lbfgs.
public struct LBFGS: VectorOptimizer {
  public static let name = "lbfgs"
  public static let summary = "limited-memory BFGS with a strong Wolfe line search"
  public static let source = "Liu and Nocedal 1989, doi:10.1007/BF01589116"
  public static let family = Family.secondOrder
  public static let presets = [
    Preset(
      "torch", "torch.optim.LBFGS: fixed steps of length α; it diverges easily",
      ["lineSearch": "none"]),
    Preset("torch-wolfe", "torch.optim.LBFGS(line_search_fn='strong_wolfe'): the defaults here"),
    Preset(
      "optax", "optax.lbfgs: ten pairs, one iteration a step, at most twenty lengths by zooming in",
      [
        "lineSearch": "zoom", "iterations": 1, "evaluations": 21, "history": 10,
        "scaledStart": true, "leastCurvature": 0.0, "gradientTolerance": 0.0,
        "changeTolerance": 0.0,
      ]),
    Preset(
      "textbook", "one iteration a step, with as many evaluations as the search needs",
      ["iterations": 1, "evaluations": 26]),
  ]

  /// How the length of a step is found.
  public enum LineSearch: String, Choice {
    case none
    case strongWolfe = "strong-wolfe"
    case zoom
  }

  @Hyperparameter("learning rate α: the length of a step, or the first that is tried", in: 0...)
  public var lr = 1.0
  @Hyperparameter("iterations in a step", in: 1.0...1000) public var iterations = 20
  @Hyperparameter("most gradients in a step; 0 for 5/4 of the iterations", in: 0.0...1e4)
  public var evaluations = 0
  @Hyperparameter("pairs m that are kept", in: 1.0...1000) public var history = 100
  @Hyperparameter("largest element of a gradient that counts as 0", in: 0..., scale: .log)
  public var gradientTolerance = 1e-7
  @Hyperparameter("change of parameters or loss that counts as none", in: 0..., scale: .log)
  public var changeTolerance = 1e-9
  @Hyperparameter("how the length of a step is found")
  public var lineSearch = LineSearch.strongWolfe
  @Hyperparameter("least sᵀy of a pair; with 0 any but 0", in: 0..., scale: .log)
  public var leastCurvature = 1e-10
  @Hyperparameter("whether H₀ is I/‖g‖₂ in the first step, in place of a length of 1/‖g‖₁")
  public var scaledStart = false

  public var requirements: OracleCapabilities {
    lineSearch == .none && iterations == 1 ? [] : [.loss, .gradient]
  }

  public var invariances: Invariances { lineSearch == .zoom ? [] : .coordinateWise() }

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    guard !(context.gradient.largestMagnitude <= gradientTolerance) else { return }
    try minimise(
      &context.x, &context.gradient, loss: context.loss, lr: context.lr, asking: context.oracle,
      &context.state["memory", default: Memory<R>()])
  }

  private func minimise<R: Scalar>(
    _ x: inout Vector<R>, _ gradient: inout Vector<R>, loss: Double, lr: Double,
    asking oracle: Oracle<R>, _ memory: inout Memory<R>
  ) throws {
    let most = evaluations > 0 ? evaluations : max(iterations * 5 / 4, 1)
    var used = 1
    var loss = loss
    /// Goes as far along the direction as a search says.
    func search(_ find: (inout SearchLine<R>) throws -> SearchLine<R>.Trial) throws {
      var line = SearchLine(
        from: x, along: memory.direction, loss: loss, gradient: gradient, asking: oracle)
      let found = try find(&line)
      used += line.count
      line.release()  // `x` is written next
      loss = found.loss
      gradient = found.gradient
      memory.length = found.length
      x.add(R(memory.length), memory.direction)
    }
    for iteration in 1...iterations {
      memory.turn(
        at: gradient, history: history, leastCurvature: leastCurvature, isScaled: scaledStart)
      let before = loss
      let isShort = memory.iterations == 1 && !scaledStart
      memory.length = isShort ? min(1, 1 / gradient.sumOfMagnitudes) * lr : lr
      // optax goes along a direction that rises, too.
      if lineSearch != .zoom, gradient.dot(memory.direction) > -changeTolerance { break }
      switch lineSearch {
      case .none:
        x.add(R(memory.length), memory.direction)
        // Nobody looks at the gradient after the last one.
        if iteration < iterations {
          loss = try oracle.lossAndGradient(at: x, into: &gradient)
          used += 1
        }
      case .strongWolfe:
        try search { line in
          try line.cubicWolfeLength(
            first: memory.length, most: most - used,
            smallest: changeTolerance / memory.direction.largestMagnitude)
        }
      case .zoom:
        // The direction is scaled by the rate, and lengths are tried from 1.
        memory.direction.scale(R(memory.length))
        try search { line in try line.zoomLength(first: 1, most: most - used) }
      }
      if iteration == iterations || used >= most
        || gradient.largestMagnitude <= gradientTolerance
        || memory.length.magnitude * memory.direction.largestMagnitude <= changeTolerance
        || (loss - before).magnitude < changeTolerance
      {
        break
      }
    }
  }
}

/// What is kept from iteration to iteration.
private struct Memory<R: Scalar>: Sendable {
  /// sᵢ and yᵢ with 1/(sᵢᵀyᵢ), the oldest first.
  var pairs: [(s: Vector<R>, y: Vector<R>, rho: Double)] = []
  /// d and t of the last step.
  var direction = Vector(repeating: R.zero, count: 0)
  var length = 0.0
  /// The gradient from which the last step was made.
  var gradient = Vector(repeating: R.zero, count: 0)
  /// The scale of H₀.
  var scale = 1.0
  /// How many iterations there were.
  var iterations = 0

  /// Takes the last step into account and turns the direction to −H g.
  mutating func turn(at g: Vector<R>, history: Int, leastCurvature: Double, isScaled: Bool) {
    iterations += 1
    guard iterations > 1 else {
      gradient = Vector(repeating: R.zero, count: g.count)
      gradient.assign(g)
      direction = -(isScaled ? min(1, 1 / g.norm) : 1) * g
      return
    }
    let y = g - gradient
    let s = length * direction
    let curvature = y.dot(s)
    let square = y.dot(y)
    // What has underflowed, at a minimum, has no inverse.
    let isKept =
      leastCurvature > 0
      ? curvature > leastCurvature : min(curvature.magnitude, square) >= .leastNormalMagnitude
    if isKept {
      if pairs.count >= history { pairs.removeFirst(pairs.count - history + 1) }
      scale = curvature / square
      pairs.append((s, y, 1 / curvature))
    }
    gradient.assign(g)
    direction.assign(g)
    direction.scale(R(-1.0))
    var shares = [Double](repeating: 0, count: pairs.count)
    for i in pairs.indices.reversed() {
      shares[i] = pairs[i].s.dot(direction) * pairs[i].rho
      direction.add(R(-shares[i]), pairs[i].y)
    }
    direction.scale(R(scale))
    for i in pairs.indices {
      let share = pairs[i].y.dot(direction) * pairs[i].rho
      direction.add(R(shares[i] - share), pairs[i].s)
    }
  }
}
