import OptimizerKit

/// L-BFGS: Newton's step with an inverse Hessian built from the last m steps.
///
///     d ← −H g   by the two-loop recursion over the pairs sᵢ = xᵢ₊₁ − xᵢ, yᵢ = gᵢ₊₁ − gᵢ,
///                with H₀ = (sᵀy / yᵀy) I
///     x ← x + t d
///
/// t is the learning rate, or is found by a line search to the strong Wolfe conditions
/// f(x + td) ≤ f + c₁ t gᵀd and |∇f(x + td)ᵀd| ≤ −c₂ gᵀd, with cubic interpolation. It converges
/// superlinearly on smooth problems and does not see their condition number for long; noise in the
/// gradient spoils the pairs. A step of the lab is `iterations` iterations, as in torch, where each
/// call of `step` begins with the gradient that it is handed. O(m n) time an iteration, 2 m vectors
/// of state; one gradient an iteration, and some more for the search.
///
/// Liu and Nocedal 1989, doi:10.1007/BF01589116; Nocedal and Wright 2006, chapters 3 and 7,
/// doi:10.1007/978-0-387-40065-5; the conventions are those of torch.optim.LBFGS.
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
      "textbook", "one iteration a step, with as many evaluations as the search needs",
      ["iterations": 1, "evaluations": 26]),
  ]

  /// How the length of a step is found.
  public enum LineSearch: String, Choice {
    case none
    case strongWolfe = "strong-wolfe"
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

  public var requirements: OracleCapabilities {
    lineSearch == .none && iterations == 1 ? [] : [.loss, .gradient]
  }

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    guard !(largest(context.gradient) <= gradientTolerance) else { return }
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
    for iteration in 1...iterations {
      memory.turn(at: gradient, history: history)
      let before = loss
      let slope = gradient.dot(memory.direction)
      memory.length = memory.iterations == 1 ? min(1, 1 / sum(gradient)) * lr : lr
      if slope > -changeTolerance { break }
      switch lineSearch {
      case .none:
        x.add(R(memory.length), memory.direction)
        // Nobody looks at the gradient after the last one.
        if iteration < iterations {
          loss = try oracle.lossAndGradient(at: x, into: &gradient)
          used += 1
        }
      case .strongWolfe:
        var search = WolfeSearch(x, memory.direction, loss: loss, slope: slope)
        let found = try search.run(
          gradient, first: memory.length, most: most - used, asking: oracle,
          smallest: changeTolerance / largest(memory.direction))
        used += search.count
        search.release()  // `x` is written next
        loss = found.loss
        gradient = found.gradient
        memory.length = found.length
        x.add(R(memory.length), memory.direction)
      }
      if iteration == iterations || used >= most || largest(gradient) <= gradientTolerance
        || memory.length.magnitude * largest(memory.direction) <= changeTolerance
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
  mutating func turn(at g: Vector<R>, history: Int) {
    iterations += 1
    guard iterations > 1 else {
      gradient = Vector(repeating: R.zero, count: g.count)
      gradient.assign(g)
      direction = -1 * g
      return
    }
    let y = g - gradient
    let s = length * direction
    let curvature = y.dot(s)
    if curvature > 1e-10 {
      if pairs.count >= history { pairs.removeFirst(pairs.count - history + 1) }
      scale = curvature / y.dot(y)
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

/// A search for a length t along d that meets the strong Wolfe conditions: the lengths are bracketed,
/// and the bracket narrowed, by cubic interpolation. Nocedal and Wright 2006, algorithms 3.5 and 3.6,
/// in the form of torch.optim.LBFGS.
private struct WolfeSearch<R: Scalar> {
  /// A length that was tried.
  struct Trial {
    var length: Double
    var loss: Double
    /// ∇f(x + td)ᵀd
    var slope: Double
    var gradient: Vector<R>
  }

  static var decrease: Double { 1e-4 }
  static var flatness: Double { 0.9 }

  /// How many lengths were tried.
  private(set) var count = 0
  private var start: Vector<R>
  private let direction: Vector<R>
  private let loss: Double
  private let slope: Double
  private var point: Vector<R>

  /// A search from `x` along `direction`, where the loss is `loss` and rises by `slope`.
  init(_ x: Vector<R>, _ direction: Vector<R>, loss: Double, slope: Double) {
    start = x
    self.direction = direction
    self.loss = loss
    self.slope = slope
    point = Vector(repeating: R.zero, count: x.count)
  }

  /// Lets go of the start.
  mutating func release() { start = point }

  private mutating func trial(_ length: Double, asking oracle: Oracle<R>) throws -> Trial {
    point.assign(start)
    point.add(R(length), direction)
    count += 1
    let found = try oracle.lossAndGradient(at: point)
    return Trial(
      length: length, loss: found.loss, slope: found.gradient.dot(direction),
      gradient: found.gradient)
  }

  private func rises(_ trial: Trial) -> Bool {
    trial.loss > loss + Self.decrease * trial.length * slope
  }
  private func isFlat(_ trial: Trial) -> Bool {
    trial.slope.magnitude <= -Self.flatness * slope
  }

  /// The best length that was found, after at most one trial more than `most`.
  ///
  /// - Parameters:
  ///   - gradient: that at the start.
  ///   - first: the first length to be tried.
  ///   - smallest: brackets narrower than this are not narrowed further.
  mutating func run(
    _ gradient: Vector<R>, first: Double, most: Int, asking oracle: Oracle<R>, smallest: Double
  ) throws -> Trial {
    let begin = Trial(length: 0, loss: loss, slope: slope, gradient: gradient)
    var previous = begin
    var current = try trial(first, asking: oracle)
    var tried = 0
    var bracket: (Trial, Trial)?
    while tried < most, bracket == nil {
      if rises(current) || (tried > 1 && current.loss >= previous.loss) {
        bracket = (previous, current)
      } else if isFlat(current) {
        return current
      } else if current.slope >= 0 {
        bracket = (previous, current)
      } else {
        let length = interpolate(
          previous, current,
          in: current.length + 0.01 * (current.length - previous.length), 10 * current.length)
        previous = current
        current = try trial(length, asking: oracle)
        tried += 1
      }
    }
    let ends = bracket ?? (begin, current)
    return tried < most
      ? try narrow(ends.0, ends.1, tried, most, asking: oracle, smallest: smallest)
      : (ends.0.loss <= ends.1.loss ? ends.0 : ends.1)
  }

  private mutating func narrow(
    _ a: Trial, _ b: Trial, _ tried: Int, _ most: Int, asking oracle: Oracle<R>, smallest: Double
  ) throws -> Trial {
    var tried = tried
    // In the order in which they came; `low` is the one with the lower loss.
    var ends = [a, b]
    var low = a.loss <= b.loss ? 0 : 1
    var wasClose = false
    while tried < most, !((ends[1].length - ends[0].length).magnitude < smallest) {
      let bottom = min(ends[0].length, ends[1].length)
      let top = max(ends[0].length, ends[1].length)
      var length = interpolate(ends[0], ends[1], in: bottom, top)
      // Too close to an end twice running, or at it: a tenth of the bracket away from it.
      let margin = 0.1 * (top - bottom)
      if min(top - length, length - bottom) < margin {
        if wasClose || length >= top || length <= bottom {
          let isNearTop = (length - top).magnitude < (length - bottom).magnitude
          length = isNearTop ? top - margin : bottom + margin
          wasClose = false
        } else {
          wasClose = true
        }
      } else {
        wasClose = false
      }
      let current = try trial(length, asking: oracle)
      tried += 1
      if rises(current) || current.loss >= ends[low].loss {
        ends[1 - low] = current
        low = ends[0].loss <= ends[1].loss ? 0 : 1
      } else {
        let isDone = isFlat(current)
        if !isDone, current.slope * (ends[1 - low].length - ends[low].length) >= 0 {
          ends[1 - low] = ends[low]
        }
        ends[low] = current
        if isDone { break }
      }
    }
    return ends[low]
  }

  /// The minimum of the cubic through two trials, kept within bounds; their middle where it has none.
  private func interpolate(_ a: Trial, _ b: Trial, in lower: Double, _ upper: Double) -> Double {
    let d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.length - b.length)
    let square = d1 * d1 - a.slope * b.slope
    guard square >= 0 else { return (lower + upper) / 2 }
    let d2 = square.squareRoot()
    let (near, far) = a.length <= b.length ? (a, b) : (b, a)
    let share = (far.slope + d2 - d1) / (far.slope - near.slope + 2 * d2)
    return min(max(far.length - (far.length - near.length) * share, lower), upper)
  }
}

/// max |vᵢ|; NaN where an element is.
private func largest<R: Scalar>(_ v: Vector<R>) -> Double {
  var largest = 0.0
  for i in v.indices {
    let size = v[i].double.magnitude
    if size.isNaN { return size }
    if size > largest { largest = size }
  }
  return largest
}

/// Σ |vᵢ|
private func sum<R: Scalar>(_ v: Vector<R>) -> Double {
  var sum = 0.0
  for i in v.indices { sum += v[i].double.magnitude }
  return sum
}
