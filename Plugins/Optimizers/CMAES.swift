import LinearAlgebra
import OptimizerKit

/// CMA-ES: a normal distribution that moves to its better samples and learns their shape.
///
///     zₖ ~ N(0, I),  yₖ = C¹ᐟ² zₖ,  λ samples m + σ yₖ, ordered by loss, with weights wₖ
///     m  ← m + σ ⟨y⟩,   ⟨y⟩ = Σ wₖ yₖ and ⟨z⟩ = Σ wₖ zₖ over the better half
///     p  ← (1 − cₛ) p + √(cₛ (2 − cₛ) μₑ) ⟨z⟩
///     σ  ← σ exp(cₛ/d (‖p‖/E‖N(0, I)‖ − 1))
///     q  ← (1 − cᶜ) q + h √(cᶜ (2 − cᶜ) μₑ) ⟨y⟩
///     C  ← (1 + c₁ (1 − h) cᶜ (2 − cᶜ) − c₁ − cᵤ Σ wₖ) C + c₁ q qᵀ + cᵤ Σ wₖ yₖ yₖᵀ
///
/// The (μ/μ_w, λ) evolution strategy with covariance matrix adaptation: C comes to be in proportion to
/// the inverse Hessian, as in `bfgs`, but from the order of losses alone, so that nothing changes when
/// the loss is replaced by a monotone function of it. x is the mean m, which the method itself never
/// evaluates. With `active` the worse half counts against its directions. All rates follow from the
/// dimension. A step is one generation: λ = 4 + ⌊3 ln n⌋ losses, O(λ n²) time and O(n³) for C¹ᐟ² every
/// few generations; two matrices of state, no gradient.
///
/// Hansen 2016, "The CMA evolution strategy: a tutorial", arXiv 1604.00772.
public struct CMAES: VectorOptimizer {
  public static let name = "cma-es"
  public static let summary = "samples of a normal distribution that learns its covariance"
  public static let source = "Hansen 2016, arXiv 1604.00772"
  public static let family = Family.gradientFree
  public static let presets = [
    Preset("tutorial", "table 1 of the tutorial: the defaults here"),
    Preset("positive", "weights of the better half only, as in its listing", ["active": false]),
  ]

  @Hyperparameter(
    "σ, the standard deviation of the first samples in each coordinate", in: .positive, scale: .log,
    search: 1e-3...10)
  public var sigma = 0.3
  @Hyperparameter("λ, the samples of a generation; 0 for 4 + 3 ln n", in: 0.0...1e4)
  public var population = 0
  @Hyperparameter("whether the worse half has weights below 0") public var active = true

  /// The largest dimension: its eigenvectors take a second.
  static let largestDimension = 2_000

  public var requirements: OracleCapabilities { [.loss] }
  public var usesGradient: Bool { false }

  public var invariances: Invariances { [.scale, .translation] }

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let n = context.x.count
    guard n <= Self.largestDimension else {
      throw OracleError(
        "cma-es: a covariance of order \(n) is too large; at most \(Self.largestDimension)")
    }
    let rates = CMARates(dimension: n, population: population, isActive: active)
    try sample(
      &context.state["distribution", default: Distribution(order: n, sigma: sigma)],
      around: &context.x, rates, &context.random, asking: context.oracle)
  }

  private func sample<R: Scalar>(
    _ distribution: inout Distribution, around mean: inout Vector<R>, _ rates: CMARates,
    _ random: inout RandomSource, asking oracle: Oracle<R>
  ) throws {
    let n = mean.count
    let count = rates.weights.count
    var z = Matrix(repeating: 0.0, rows: count, columns: n)
    let numbers = z.mutablePointer()
    for i in 0..<count * n { numbers[i] = random.normal() }
    let y = z * distribution.root
    var losses: [Double] = []
    var point = Vector(repeating: R.zero, count: n)
    for k in 0..<count {
      let target = point.mutablePointer()
      let step = y.elements.pointer + k * n
      for i in 0..<n { target[i] = mean.pointer[i] + R(distribution.sigma * step[i]) }
      losses.append(try oracle.loss(at: point))
    }
    let order = losses.indices.sorted { a, b in
      (losses[a].isNaN ? .infinity : losses[a], a) < (losses[b].isNaN ? .infinity : losses[b], b)
    }
    let sigma = distribution.sigma
    let step = try distribution.adapt(to: z, y, order: order, rates)
    mean.add(R(sigma), Vector(step.array.map { R($0) }))
  }
}

/// The numbers that follow from dimension and population.
private struct CMARates {
  /// One for each sample, the best first.
  let weights: [Double]
  /// How many of them are of the better half, and how many samples these are worth.
  let parents: Int
  let effective: Double
  let sigma, damping, path, rankOne, rankMany: Double
  /// E‖N(0, I)‖
  let length: Double
  /// Every how many generations C¹ᐟ² is computed.
  let period: Int

  init(dimension: Int, population: Int, isActive: Bool) {
    let n = Double(dimension)
    let count = population > 0 ? max(population, 2) : 4 + Int(3 * log(n))
    let raw = (1...count).map { log(Double(count + 1) / 2) - log(Double($0)) }
    let parents = count / 2
    self.parents = parents
    func sums(_ weights: ArraySlice<Double>) -> (sum: Double, effective: Double) {
      let sum = weights.reduce(0, +)
      return (sum, sum * sum / weights.reduce(0) { $0 + $1 * $1 })
    }
    let better = sums(raw[..<parents])
    let worse = sums(raw[parents...])
    let effective = better.effective
    self.effective = effective
    sigma = (effective + 2) / (n + effective + 5)
    damping = 1 + 2 * max(0, ((effective - 1) / (n + 1)).squareRoot() - 1) + sigma
    path = (4 + effective / n) / (n + 4 + 2 * effective / n)
    rankOne = 2 / ((n + 1.3) * (n + 1.3) + effective)
    rankMany = min(
      1 - rankOne,
      2 * (0.25 + effective + 1 / effective - 2) / ((n + 2) * (n + 2) + effective))
    length = n.squareRoot() * (1 - 1 / (4 * n) + 1 / (21 * n * n))
    period = max(1, Int(1 / (10 * n * (rankOne + rankMany))))
    let loss =
      isActive
      ? min(
        1 + rankOne / rankMany, 1 + 2 * worse.effective / (effective + 2),
        (1 - rankOne - rankMany) / (n * rankMany)) : 0
    weights = raw.enumerated().map { k, weight in
      k < parents ? weight / better.sum : -loss * weight / worse.sum
    }
  }
}

/// The distribution but for its mean, in double precision.
private struct Distribution: Sendable {
  var sigma: Double
  private(set) var root: Matrix<Double>
  private var covariance: Matrix<Double>
  private var sigmaPath: Vector<Double>
  private var path: Vector<Double>
  private var generation = 0

  init(order: Int, sigma: Double) {
    self.sigma = sigma
    root = .identity(order)
    covariance = root
    sigmaPath = Vector(repeating: 0, count: order)
    path = sigmaPath
  }

  /// Takes the samples in, of which `order` has the best first; gives ⟨y⟩.
  mutating func adapt(
    to z: Matrix<Double>, _ y: Matrix<Double>, order: [Int], _ rates: CMARates
  ) throws -> Vector<Double> {
    let n = root.rows
    generation += 1
    var meanZ = Vector(repeating: 0.0, count: n)
    var meanY = meanZ
    // Samples with their weights, for the covariance.
    var weighted = y
    let rows = weighted.mutablePointer()
    for (rank, k) in order.enumerated() {
      var weight = rates.weights[rank]
      let (zk, yk) = (z.elements.pointer + k * n, y.elements.pointer + k * n)
      if rank < rates.parents {
        let (sumZ, sumY) = (meanZ.mutablePointer(), meanY.mutablePointer())
        for i in 0..<n {
          sumZ[i] += weight * zk[i]
          sumY[i] += weight * yk[i]
        }
      } else {
        // As long as the average sample, so that C stays positive definite.
        var square = 0.0
        for i in 0..<n { square += zk[i] * zk[i] }
        weight *= square > 0 ? Double(n) / square : 0
      }
      for i in 0..<n { rows[k * n + i] = weight * yk[i] }
    }
    let (cs, cc) = (rates.sigma, rates.path)
    sigmaPath.scale(1 - cs)
    sigmaPath.add((cs * (2 - cs) * rates.effective).squareRoot(), meanZ)
    let length = sigmaPath.norm / rates.length
    sigma *= exp(cs / rates.damping * (length - 1))
    let begun = 1 - power(1 - cs, 2 * generation)
    let isSteady = length / begun.squareRoot() < 1.4 + 2 / Double(n + 1)
    path.scale(1 - cc)
    if isSteady { path.add((cc * (2 - cc) * rates.effective).squareRoot(), meanY) }
    let lost = isSteady ? 0 : cc * (2 - cc)
    let (c1, cmu) = (rates.rankOne, rates.rankMany)
    covariance.scale(1 + c1 * lost - c1 - cmu * rates.weights.reduce(0, +))
    let row = Matrix(path, rows: 1, columns: n)
    covariance.add(c1, row.transposedTimes(row))
    covariance.add(cmu, weighted.transposedTimes(y))
    if generation % rates.period == 0 { root = try squareRoot(of: covariance) }
    return meanY
  }

  private func squareRoot(of matrix: Matrix<Double>) throws -> Matrix<Double> {
    let found = try matrix.symmetricEigendecomposition()
    var scaled = found.vectors
    let elements = scaled.mutablePointer()
    for j in 0..<scaled.columns {
      let factor = max(found.values[j], 0).squareRoot()
      for i in 0..<scaled.rows { elements[i * scaled.columns + j] *= factor }
    }
    return scaled.timesTransposed(found.vectors)
  }
}
