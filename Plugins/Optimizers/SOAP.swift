import LinearAlgebra
import OptimizerKit

/// SOAP: Adam in the eigenbases of Shampoo's statistics.
///
///     L ← βₛ L + (1 − βₛ) G Gᵀ,   R ← βₛ R + (1 − βₛ) Gᵀ G
///     G' ← Qₗᵀ G Qᵣ,   M ← β₁ M + (1 − β₁) G,   V ← β₂ V + (1 − β₂) G'²
///     X ← X − α Qₗ (Qₗᵀ M̂ Qᵣ / (√V̂ + ε)) Qᵣᵀ − α λ X
///
/// Qₗ and Qᵣ are the eigenvectors of L and R of the first gradient, turned every so many steps by one
/// round of power iteration, Q ← the Q of the QR decomposition of L Q, its columns in order of their
/// eigenvalues. The first step only finds them, and moves nothing. A tensor of k dimensions has k bases;
/// dimensions above `dimension`, biases, gains and surfaces have none, and what is left there is
/// `adam` with ε as if √V were not yet corrected. `shampoo` computes roots in place of moments.
///
/// State: two vectors, and two matrices of order d for each dimension d. Time: 6 N Σ d operations for
/// N elements and some 4 Σ d³ more each time that bases are turned.
///
/// Vyas et al. 2024, arXiv 2409.11321; as the authors' file.
public struct SOAP: VectorOptimizer {
  public static let name = "soap"
  public static let summary = "Adam in the eigenbases of Shampoo's statistics"
  public static let source = "Vyas et al. 2024, arXiv 2409.11321"
  public static let family = Family.matrix
  public static let presets = [
    Preset("author", "nikhilvyas/SOAP: the defaults here"),
    Preset("pytorch-optimizer", "pytorch_optimizer.SOAP: the defaults here"),
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...1) public var lr = 3e-3
  @Hyperparameter("decay β₁ of the first moment", in: 0..<1) public var beta1 = 0.95
  @Hyperparameter("decay β₂ of the second moment", in: 0..<1) public var beta2 = 0.95
  @Hyperparameter("decay βₛ of the statistics; -1 for β₂", in: -1.0..<1.0) public var shampooBeta =
    -1.0
  @Hyperparameter("ε, added to the root of v, against division by zero", in: 0..., scale: .log)
  public var epsilon = 1e-8
  @Hyperparameter("decoupled weight decay λ", in: 0...) public var weightDecay = 0.01
  @Hyperparameter("steps between two turns of the bases", in: 1.0...1e6) public var every = 10
  @Hyperparameter("the largest dimension that has a basis", in: 1.0...1e6)
  public var dimension = 10_000
  @Hyperparameter("bases for biases, gains and coordinates too") public var vectors = false
  @Hyperparameter("divide the moments by 1 − βᵗ") public var biasCorrection = true
  @Hyperparameter("divide each tensor's step by its root mean square") public var normalize = false

  public init() {}

  public func makeState<R: Scalar>(at x: Vector<R>, layout: ParameterLayout)
    -> OptimizerState<R>
  {
    var state = OptimizerState<R>()
    state["tensors", default: [Rotated<R>]()] = layout.tensors.map { tensor in
      Rotated(TensorBlock(tensor), dimension: tensor.isMatrix || vectors ? dimension : 0)
    }
    return state
  }

  public func remark(on layout: ParameterLayout) -> String? {
    vectors || layout.tensors.contains(where: \.isMatrix)
      ? nil : "\(Self.name) finds no matrices, and is adam without its first step"
  }

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    do {
      for i in context.layout.tensors.indices {
        try move(
          &context.state["tensors", default: [Rotated<R>]()][i], &context.x, context.gradient,
          step: context.step - 1, lr: context.lr)
      }
    } catch is LinearAlgebraError {
      context.x.fill(R(.nan))  // what is not finite has no bases: the run has diverged
    }
  }

  /// The step of one tensor; `step` is 0 when the bases are found.
  private func move<R: Scalar>(
    _ tensor: inout Rotated<R>, _ parameters: inout Vector<R>, _ gradient: Vector<R>, step: Int,
    lr: Double
  ) throws {
    let g = tensor.place.read(gradient)
    if step > 0 {
      tensor.mean.interpolate(R(1 - beta1), to: g)
      tensor.addSquares(of: tensor.place.multiply(g, by: tensor.bases, transposed: true), beta2)
      var direction = tensor.place.multiply(tensor.mean, by: tensor.bases, transposed: true)
      let d = direction.mutablePointer()
      let v = tensor.squares.elements.pointer
      for i in direction.elements.indices { d[i] = d[i] / (v[i].squareRoot() + R(epsilon)) }
      direction = tensor.place.multiply(direction, by: tensor.bases)
      var length = lr
      if biasCorrection {
        length *= (1 - power(beta2, step)).squareRoot() / (1 - power(beta1, step))
      }
      if normalize {
        let rms = direction.frobeniusNorm / Double(direction.elements.count).squareRoot()
        length /= rms + epsilon
      }
      var x = tensor.place.read(parameters)
      x.add(R(-length), direction)
      x.scale(R(1 - lr * weightDecay))
      tensor.place.write(x, to: &parameters)
    }
    let decay = shampooBeta < 0 ? beta2 : shampooBeta
    tensor.place.addStatistics(of: g, alpha: R(1 - decay), beta: R(decay), to: &tensor.statistics)
    if step == 0 {
      try tensor.findBases()
    } else if step.isMultiple(of: every) {
      try tensor.turnBases()
    }
  }
}

/// What is kept of one tensor.
private struct Rotated<R: Scalar>: Sendable {
  let place: TensorBlock
  var mean, squares: Matrix<R>
  /// Those of order 0 are of dimensions without a basis.
  var statistics: [Matrix<R>]
  var bases: [Matrix<R>]

  init(_ place: TensorBlock, dimension: Int) {
    self.place = place
    mean = Matrix(
      repeating: R.zero, rows: place.shape[0], columns: place.shape.dropFirst().reduce(1, *))
    squares = mean
    statistics = place.shape.map { size in
      let order = size <= dimension ? size : 0
      return Matrix(repeating: R.zero, rows: order, columns: order)
    }
    bases = statistics
  }

  mutating func addSquares(of g: Matrix<R>, _ decay: Double) {
    let (kept, added) = (R(decay), R(1 - decay))
    let v = squares.mutablePointer()
    let g = g.elements.pointer
    for i in squares.elements.indices { v[i] = kept * v[i] + added * g[i] * g[i] }
  }

  /// The eigenvectors of the statistics, those of the largest eigenvalues first.
  mutating func findBases() throws(LinearAlgebraError) {
    for k in bases.indices where statistics[k].rows > 0 {
      let vectors = try statistics[k].symmetricEigendecomposition().vectors
      bases[k] = vectors.selecting(columns: (0..<vectors.columns).reversed())
    }
  }

  /// One round of power iteration, from the bases as they are.
  mutating func turnBases() throws(LinearAlgebraError) {
    for k in bases.indices where statistics[k].rows > 0 {
      let product = statistics[k] * bases[k]
      let values = bases[k].columnProducts(with: product)
      let order = values.indices.sorted { values[$0] > values[$1] }
      bases[k] = try product.selecting(columns: order).qr().q
      sortSquares(along: k, order)
    }
  }

  /// Puts V into the order of the columns of a basis.
  private mutating func sortSquares(along k: Int, _ order: [Int]) {
    let inner = place.shape[(k + 1)...].reduce(1, *)
    let before = squares
    let from = before.elements.pointer
    let to = squares.mutablePointer()
    for outer in stride(from: 0, to: squares.elements.count, by: order.count * inner) {
      for (new, old) in order.enumerated() {
        (to + outer + new * inner).update(from: from + outer + old * inner, count: inner)
      }
    }
    extendLifetime(before)
  }
}

extension Matrix where R: Scalar {
  fileprivate func selecting(columns order: [Int]) -> Matrix {
    var result = Matrix(repeating: R.zero, rows: rows, columns: order.count)
    let from = elements.pointer
    let to = result.mutablePointer()
    for i in 0..<rows {
      for (new, old) in order.enumerated() { to[i * order.count + new] = from[i * columns + old] }
    }
    return result
  }

  /// The scalar product of each column with the same one of another matrix.
  fileprivate func columnProducts(with other: Matrix) -> [R] {
    var sums = [R](repeating: R.zero, count: columns)
    let (a, b) = (elements.pointer, other.elements.pointer)
    for i in 0..<rows {
      for j in 0..<columns { sums[j] += a[i * columns + j] * b[i * columns + j] }
    }
    return sums
  }
}
