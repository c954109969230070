import OptimizerKit

/// Nero: relative steps for each neuron, whose weights keep mean 0 and length 1.
///
///     v ← β v + (1 − β) ‖g‖²                for each row of a matrix, each element of a bias
///     x ← x − α s g / (√(v / (1 − βᵗ)) + ε)
///     x ← (x − mean x) / (‖x − mean x‖ + ε)    for each row of a matrix
///
/// s is how long the rows of the tensor are at first, on the average: 1 for matrices, which are made
/// so before the first step. The constraint, a normalisation of weights in place of signals, is what
/// makes α a change in angle. `fromage` is its predecessor, tensor by tensor. On a point of a surface
/// every coordinate is a neuron. A number of state for each neuron, a pass over it for its norm and
/// two for the constraint.
///
/// Liu, Bernstein et al. 2021, arXiv 2102.07227.
public struct Nero: VectorOptimizer {
  public static let name = "nero"
  public static let summary =
    "relative steps for each neuron, its weights kept at mean 0 and length 1"
  public static let source = "Liu, Bernstein et al. 2021, arXiv 2102.07227"
  public static let family = Family.layerwise
  public static let presets = [
    Preset("pytorch-optimizer", "pytorch_optimizer.Nero: the defaults here")
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-4...1) public var lr = 1e-2
  @Hyperparameter("decay β of the squared norms", in: 0..<1) public var beta = 0.999
  @Hyperparameter("ε, against division by zero", in: 0..., scale: .log) public var epsilon = 1e-8
  @Hyperparameter("keep rows at mean 0 and length 1") public var constraints = true

  private var power = RunningPower()

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let tensors = context.layout.tensors
    if context.step == 1 {
      for tensor in tensors where constraints && tensor.shape.count > 1 {
        constrain(context.x.mutablePointer() + tensor.offset, tensor.rows, tensor.columns)
      }
    }
    let averages = context.state.pointer("v", tensors.reduce(0) { $0 + $1.rows })
    let scales = context.state.pointer("s", tensors.count)
    let correction = 1 / (1 - power(beta, context.step))
    var average = averages
    for (index, tensor) in tensors.enumerated() {
      let x = context.x.mutablePointer() + tensor.offset
      let g = context.gradient.pointer + tensor.offset
      let (rows, columns) = (tensor.rows, tensor.columns)
      if context.step == 1 {
        let mean = (0..<rows).reduce(0) { $0 + norm(x + $1 * columns, columns) } / Double(rows)
        scales[index] = R(mean == 0 ? 0.01 : mean)
      }
      let rate = context.lr * scales[index].double
      for row in 0..<rows {
        let (x, g) = (x + row * columns, g + row * columns)
        let square = beta * average[row].double + (1 - beta) * dot(g, g, columns)
        average[row] = R(square)
        let root = (correction * square).squareRoot() + epsilon
        guard root != 0 else { continue }
        let share = R(rate / root)
        for j in 0..<columns { x[j] = x[j] - share * g[j] }
      }
      if constraints && tensor.shape.count > 1 { constrain(x, rows, columns) }
      average += rows
    }
  }

  private func constrain<R: Scalar>(_ x: UnsafeMutablePointer<R>, _ rows: Int, _ columns: Int) {
    for row in 0..<rows {
      let x = x + row * columns
      let mean = R(interleavedSum(columns) { x[$0].double } / Double(columns))
      for j in 0..<columns { x[j] = x[j] - mean }
      let scale = R(1 / (norm(x, columns) + epsilon))
      for j in 0..<columns { x[j] = scale * x[j] }
    }
  }
}
