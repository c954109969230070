import LinearAlgebra
import OptimizerKit

/// PSGD with Kronecker factors: a preconditioner that is fitted to the gradients' own noise.
///
///     m ← μ m + (1 − μ) g,   ĝ ← m/(1 − μᵗ)
///     A ← Q₁ ĝ Q₂ᵀ,   B ← Q₁⁻ᵀ z Q₂⁻¹   of a random normal z
///     Q ← Q − γ triu(A Aᵀ − B Bᵀ)/‖A Aᵀ + B Bᵀ‖ Q   for each factor, with Aᵀ A and Bᵀ B for Q₂
///     P ← Q₁ᵀ Q₁ ĝ Q₂ᵀ Q₂,   P ← P · min(1, 1.1/(rms P + 10⁻⁶))
///     x ← x − α (P + λ x)
///
/// The Q are triangular, one for each dimension of a tensor, and minimise gᵀ P g + zᵀ P⁻¹ z: gradients
/// become white. Dimensions of 1 or above `dimension`, biases, gains and surfaces have a diagonal Q.
/// The factors are fitted at every step for the first `flat` steps, then ever less often, down to a
/// share of `least`; every 100 fits they are brought to one size. `shampoo` computes roots of sums
/// instead. The norm is estimated from below. The decay λ is that of matrices alone.
///
/// State: one vector and a matrix of order d for each dimension d; 2 N Σ d operations for N elements
/// a step, and as many and some 3 Σ d³ more for a fit.
///
/// Li 2018, arXiv 1512.04202; Pooladzandi and Li 2024, arXiv 2402.04553; as pytorch_optimizer.Kron.
public struct PSGDKron: VectorOptimizer {
  public static let name = "psgd-kron"
  public static let summary = "triangular factors of a preconditioner, fitted with random vectors"
  public static let source = "Li 2018, arXiv 1512.04202"
  public static let family = Family.matrix
  public static let presets = [
    Preset("pytorch-optimizer", "pytorch_optimizer.Kron: the defaults here")
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...1) public var lr = 1e-3
  @Hyperparameter("momentum μ", in: 0..<1) public var momentum = 0.9
  @Hyperparameter("decoupled weight decay λ of matrices", in: 0...) public var weightDecay = 0.0
  @Hyperparameter("γ, how far a factor moves in a fit", in: 0...1) public var preconditionerLr = 0.1
  @Hyperparameter("the largest dimension with a triangular factor", in: 0.0...1e6)
  public var dimension = 8192
  @Hyperparameter("fit to averaged gradients, and not to those of the step")
  public var fitsAverage = true
  @Hyperparameter("steps with a fit each", in: 0.0...1e9) public var flat = 500
  @Hyperparameter("decay of the share of steps with a fit after these", in: 0...)
  public var fitDecay = 0.001
  @Hyperparameter("the least share of steps with a fit", in: 1e-6...1) public var least = 0.03
  @Hyperparameter("fits between two balancings of the factors; 0 for none", in: 0.0...1e9)
  public var balance = 100

  public init() {}

  public func makeState<R: Scalar>(at x: Vector<R>, layout: ParameterLayout)
    -> OptimizerState<R>
  {
    var state = OptimizerState<R>()
    state["tensors", default: [Factored<R>]()] = layout.tensors.map {
      Factored($0, dimension: dimension)
    }
    return state
  }

  public func remark(on layout: ParameterLayout) -> String? {
    layout.tensors.contains(where: \.isMatrix)
      ? nil : "\(Self.name) finds no matrices, and has a diagonal preconditioner"
  }

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let share = min(1, max(least, exp(-fitDecay * Double(context.step - 1 - flat))))
    let isFitting = context.state["fits", default: Fits()].isDue(share)
    let fits = context.state["fits", default: Fits()].count
    let isBalancing = isFitting && balance > 0 && fits.isMultiple(of: max(balance, 1))
    do {
      for (index, tensor) in context.layout.tensors.enumerated() {
        let g = Matrix(tensor, of: context.gradient)
        let direction = try direction(
          &context.state["tensors", default: [Factored<R>]()][index], g, &context.random,
          correction: 1 - power(momentum, context.step), isFitting, isBalancing)
        if tensor.isMatrix { context.x.scale(R(1 - context.lr * weightDecay), tensor) }
        context.x.add(R(-context.lr), direction, to: tensor)
      }
    } catch {
      context.x.fill(R(.nan))  // a factor without an inverse: the run has diverged
    }
  }

  private func direction<R: Scalar>(
    _ tensor: inout Factored<R>, _ gradient: Matrix<R>, _ random: inout RandomSource,
    correction: Double, _ isFitting: Bool, _ isBalancing: Bool
  ) throws(LinearAlgebraError) -> Matrix<R> {
    tensor.mean.interpolate(R(1 - momentum), to: gradient)
    var average = tensor.mean
    average.scale(R(1 / correction))
    if isBalancing { tensor.balance() }
    if isFitting {
      try tensor.fit(to: fitsAverage ? average : gradient, rate: preconditionerLr, &random)
    }
    var direction = tensor.place.multiply(average, by: tensor.factors)
    direction = tensor.place.multiply(direction, by: tensor.factors, transposed: true)
    let rms = direction.frobeniusNorm / Double(max(direction.elements.count, 1)).squareRoot()
    direction.scale(R(min(1, 1.1 / (rms + 1e-6))))
    return direction
  }
}

/// When factors are fitted.
private struct Fits: Sendable {
  private var steps = 0
  var count = 0

  /// Whether this step is one of a share of all.
  mutating func isDue(_ share: Double) -> Bool {
    steps += 1
    guard Double(steps) >= 1 / share else { return false }
    steps = 0
    count += 1
    return true
  }
}

/// What is kept of one tensor.
private struct Factored<R: Scalar>: Sendable {
  let place: TensorBlock
  var mean: Matrix<R>
  /// Upper triangular, or a diagonal in one column.
  var factors: [Matrix<R>]

  init(_ tensor: ParameterLayout.Tensor, dimension: Int) {
    place = TensorBlock(tensor)
    mean = Matrix(repeating: R.zero, rows: tensor.rows, columns: tensor.columns)
    factors = place.shape.map { size in
      size == 1 || size > dimension || !tensor.isMatrix
        ? Matrix(repeating: R(1.0), rows: size, columns: 1) : .identity(size)
    }
  }

  /// Brings the factors to one largest element, and keeps their product.
  mutating func balance() {
    guard factors.count > 1 else { return }
    let sizes = factors.map(\.largestMagnitude)
    let mean = exp(sizes.reduce(0) { $0 + .log($1) } / Double(sizes.count))
    for k in factors.indices where sizes[k] > 0 { factors[k].scale(R(mean / sizes[k])) }
  }

  mutating func fit(to gradient: Matrix<R>, rate: Double, _ random: inout RandomSource)
    throws(LinearAlgebraError)
  {
    var noise = Matrix(repeating: R.zero, rows: gradient.rows, columns: gradient.columns)
    let z = noise.mutablePointer()
    for i in noise.elements.indices { z[i] = R(random.normal()) }
    let inverses = try factors.map { factor throws(LinearAlgebraError) in
      try factor.inverseTransposed()
    }
    let none = factors.map { Matrix(repeating: R.zero, rows: $0.rows, columns: $0.columns) }
    var white = none
    place.addStatistics(
      of: place.multiply(gradient, by: factors), alpha: R(1.0), beta: R(0.0), to: &white)
    var inverse = none
    place.addStatistics(
      of: place.multiply(noise, by: inverses), alpha: R(1.0), beta: R(0.0), to: &inverse)
    for k in factors.indices {
      var sum = white[k]
      sum.add(R(1.0), inverse[k])
      white[k].add(R(-1.0), inverse[k])
      move(k, along: white[k], rate / (sum.lowerBoundOfNorm() + 0x1p-126))
    }
  }

  /// Q ← Q − t triu(D) Q
  private mutating func move(_ k: Int, along difference: Matrix<R>, _ t: Double) {
    guard factors[k].columns > 1 else {
      let q = factors[k].mutablePointer()
      let d = difference.elements.pointer
      for i in factors[k].elements.indices { q[i] -= R(t) * d[i] * q[i] }
      return
    }
    var upper = difference
    let u = upper.mutablePointer()
    for i in 0..<upper.rows {
      for j in 0..<i { u[i * upper.columns + j] = R.zero }
    }
    factors[k].add(R(-t), upper * factors[k])
  }
}

extension Matrix where R: Scalar {
  /// Q⁻ᵀ of a triangular matrix, or of a diagonal in one column.
  fileprivate func inverseTransposed() throws(LinearAlgebraError) -> Matrix {
    guard columns == 1 else { return try transposed.solve(.identity(rows)) }
    var inverse = self
    let elements = inverse.mutablePointer()
    for i in 0..<rows { elements[i] = R(1.0) / elements[i] }
    return inverse
  }

  /// A number that the norm of a symmetric matrix is not below: ‖A v‖ for v the direction of its
  /// largest column; of a diagonal in one column, its largest element.
  fileprivate func lowerBoundOfNorm() -> Double {
    let largest = largestMagnitude
    guard columns > 1, largest > 0, largest.isFinite else { return largest }
    var scaled = self
    scaled.scale(R(1 / largest))
    let a = scaled.elements.pointer
    let sums = (0..<rows).map { i in
      (0..<columns).reduce(R.zero) { $0 + a[i * columns + $1] * a[i * columns + $1] }
    }
    guard let row = sums.indices.max(by: { sums[$0] < sums[$1] }) else { return largest }
    var v = Matrix(repeating: R.zero, rows: rows, columns: 1)
    let elements = v.mutablePointer()
    for j in 0..<columns { elements[j] = a[row * columns + j] }
    var image = scaled * v
    let norm = image.frobeniusNorm
    image.scale(R(1 / Swift.max(norm, 0x1p-126)))
    return largest * (scaled * image).frobeniusNorm
  }
}
