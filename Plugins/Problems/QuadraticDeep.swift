import LinearAlgebra
import Networks
import OptimizerKit

/// The noisy quadratic of DeepOBS, with a spectrum as deep networks have it.
///
///     f(θ) = ½ mean (θ − x)ᵀ H (θ − x)   over the x of a minibatch,   H = Rᵀ Λ R
///
/// 100 parameters, all 1 at the start. 90 eigenvalues are uniform in (0, 1), 10 in (30, 60); R is a
/// rotation drawn uniformly by the subgroup algorithm of Diaconis and Shahshahani. The 1,000 training
/// examples x have independent coordinates from N(0, 0.6²); of the 1,000 test examples those are used
/// that fill minibatches, 896 with 128. All is drawn by NumPy's generator from fixed seeds, so that it
/// is the same problem to the last digit: its test loss begins at 353.4468. Validation passes give
/// that test loss, which is what DeepOBS reports. The Hessian does not depend on the point or the
/// minibatch.
///
/// In the runs that DeepOBS has published, every pass has the same minibatches in the same order: their
/// losses repeat with the period of a pass. Training then comes to rest near the mean of the 896
/// examples that are used, where with minibatches drawn anew it would go on jittering. So it is here,
/// the order being that of the seed, unless `reshuffles` is set.
///
/// Schneider, Balles and Hennig 2019 (DeepOBS), arXiv 1903.05499; the spectrum: Chaudhari et al. 2017,
/// arXiv 1611.01838; the rotation: Diaconis and Shahshahani 1987, doi:10.1017/S0269964800000255.
public struct QuadraticDeep: TrainingProblem {
  public static let name = "quadratic-deep"
  public static let summary = "the noisy quadratic of DeepOBS in 100 dimensions"
  public static let shows = "minibatch noise under the spectrum of a deep network"
  public static let source = "Schneider, Balles and Hennig 2019, arXiv 1903.05499"
  public static let family = Family.structured

  @Hyperparameter("examples in a minibatch", in: 1.0...1000, scale: .log) public var batch = 128
  @Hyperparameter("whether every pass has minibatches of its own") public var reshuffles = false

  public init() {}

  static let dimension = 100
  static let examples = 1000

  public var capabilities: OracleCapabilities { [.loss, .gradient, .hessianVectorProduct] }
  public var parameterLayout: ParameterLayout? { ParameterLayout(coordinates: Self.dimension) }
  public var stepsPerPass: Int? { batch > 0 ? Self.examples / batch : nil }

  public func makeSession(seed: UInt64) -> any TrainingSession {
    QuadraticDeepSession(batch: batch, reshuffles: reshuffles, seed: seed)
  }

  /// H; the same generator gives Λ and R.
  static let hessian: Matrix<Double> = {
    var random = MersenneTwister(seed: 42)
    let eigenvalues = (0..<dimension).map { i in
      i < 90 ? random.uniform() : 30 + 30 * random.uniform()
    }
    let rotation = drawRotation(&random)
    var scaled = rotation
    for i in 0..<dimension {
      for j in 0..<dimension { scaled[i, j] *= eigenvalues[i] }
    }
    return rotation.transposedTimes(scaled)
  }()

  /// A rotation of order d from one of order d − 1, from the plane up to all dimensions: with v uniform
  /// on the sphere and e the first axis,
  ///
  ///     R ← D − 2 x xᵀ D,   D = (1 0; 0 R),   x = (e − v) / ‖e − v‖
  ///
  /// and the sign changed at the end.
  static func drawRotation(_ random: inout MersenneTwister) -> Matrix<Double> {
    let angle = 2 * Double.pi * random.uniform()
    var rotation = [
      [Double.cos(angle), Double.sin(angle)], [-Double.sin(angle), Double.cos(angle)],
    ]
    for order in 3...dimension {
      var x = (0..<order).map { _ in random.normal() }
      let length = x.reduce(0) { $0 + $1 * $1 }.squareRoot()
      for i in x.indices { x[i] = (i == 0 ? 1 : 0) - x[i] / length }
      let distance = x.reduce(0) { $0 + $1 * $1 }.squareRoot()
      for i in x.indices { x[i] /= distance }
      rotation =
        [[1] + [Double](repeating: 0, count: order - 1)] + rotation.map { [0] + $0 }
      var projection = [Double](repeating: 0, count: order)
      for (weight, row) in zip(x, rotation) {
        for j in row.indices { projection[j] += weight * row[j] }
      }
      for i in rotation.indices {
        for j in projection.indices { rotation[i][j] -= 2 * x[i] * projection[j] }
      }
    }
    return Matrix(rotation.map { $0.map { -$0 } })
  }

  /// Examples row by row, in single precision as DeepOBS has them.
  static let training = examples(seed: 42)
  static let test = examples(seed: 43)

  private static func examples(seed: UInt32) -> [Float] {
    var random = MersenneTwister(seed: seed)
    return (0..<examples * dimension).map { _ in Float(0.6 * random.normal()) }
  }
}

/// What the loss of some examples depends on: with mean x̄,
///
///     ½ mean (θ − x)ᵀ H (θ − x) = ½ (θ − x̄)ᵀ H (θ − x̄) + ½ mean (x − x̄)ᵀ H (x − x̄)
private struct Cloud {
  let mean: Vector<Double>
  /// The second part, the loss at the mean.
  let floor: Double

  /// - Parameter rows: examples, row by row.
  init(_ rows: Matrix<Double>, under hessian: Matrix<Double>) {
    var mean = Vector(repeating: 0.0, count: rows.columns)
    let target = mean.mutablePointer()
    let elements = rows.elements.pointer
    let share = 1 / Double(rows.rows)
    for i in 0..<rows.rows {
      for j in 0..<rows.columns { target[j] += share * elements[i * rows.columns + j] }
    }
    var centred = rows
    let offsets = centred.mutablePointer()
    for i in 0..<rows.rows {
      for j in 0..<rows.columns { offsets[i * rows.columns + j] -= target[j] }
    }
    floor = 0.5 * share * (centred * hessian).elements.dot(centred.elements)
    self.mean = mean
    extendLifetime(rows)
  }
}

private final class QuadraticDeepSession: TrainingSession {
  private let hessian = QuadraticDeep.hessian
  private let test: Cloud
  private let reshuffles: Bool
  private var order: MinibatchOrder
  /// The minibatches of a pass that is always the same, by their place in it.
  private var clouds: [Int: Cloud] = [:]

  init(batch: Int, reshuffles: Bool, seed: UInt64) {
    let used = QuadraticDeep.examples / batch * batch
    let values = QuadraticDeep.test.prefix(used * QuadraticDeep.dimension)
    test = Cloud(
      Matrix(Vector(values.map(Double.init)), rows: used, columns: QuadraticDeep.dimension),
      under: hessian)
    self.reshuffles = reshuffles
    order = MinibatchOrder(count: QuadraticDeep.examples, batch: batch, seed: seed)
  }

  let layout = ParameterLayout(coordinates: QuadraticDeep.dimension)
  var stepsPerEpoch: Int { order.stepsPerEpoch }
  func initialParameters() -> Vector<Float> { Vector(repeating: 1, count: layout.count) }

  func lossAndGradient(
    at x: Vector<Float>, step: Int, gradient: inout Vector<Float>, isTracked: Bool
  ) -> Double {
    evaluate(x, cloud(step)) { gradient[$0] = Float($1) }
  }

  func loss(at x: Vector<Float>, step: Int) -> Double { evaluate(x, cloud(step)) }

  func hessianVectorProduct(at x: Vector<Float>, step: Int, _ v: Vector<Float>) -> Vector<Float>? {
    let product = hessian * column(v.indices.map { Double(v[$0]) })
    return Vector(product.elements.array.map { Float($0) })
  }

  func validate(_ x: Vector<Float>) -> ValidationMetrics {
    ValidationMetrics(loss: evaluate(x, test), accuracy: .nan)
  }

  func minibatchIndices(step: Int) -> [Int32] {
    let step = reshuffles ? step : (step - 1) % stepsPerEpoch + 1
    return order.withIndices(step: step) { Array($0) }
  }

  private func column(_ values: [Double]) -> Matrix<Double> {
    Matrix(Vector(values), rows: values.count, columns: 1)
  }

  /// The loss, and its gradient H (θ − x̄), element by element.
  private func evaluate(
    _ x: Vector<Float>, _ cloud: Cloud, _ write: (Int, Double) -> Void = { _, _ in }
  ) -> Double {
    let offset = column(x.indices.map { Double(x[$0]) - cloud.mean[$0] })
    let slope = hessian * offset
    for i in x.indices { write(i, slope.elements[i]) }
    return 0.5 * offset.elements.dot(slope.elements) + cloud.floor
  }

  private func cloud(_ step: Int) -> Cloud {
    let place = (step - 1) % stepsPerEpoch
    if let known = clouds[place] { return known }
    let indices = minibatchIndices(step: step)
    let size = QuadraticDeep.dimension
    let values = indices.flatMap { index in
      QuadraticDeep.training[Int(index) * size..<(Int(index) + 1) * size].lazy.map(Double.init)
    }
    let cloud = Cloud(
      Matrix(Vector(values), rows: indices.count, columns: size), under: hessian)
    if !reshuffles { clouds[place] = cloud }
    return cloud
  }
}
