import OptimizerKit

/// CAME: Adafactor with a momentum that is trusted where it agrees with the steps.
///
///     r, c ← averages over rows and columns of g² + ε₁, decay β₂
///     u ← g / √(r cᵀ / mean r),   u ← u / max(1, RMS(u) / d)
///     m ← β₁ m + (1 − β₁) u
///     R, C ← averages over rows and columns of (u − m)² + ε₂, decay β₃
///     x ← x − α λ x − α m / √(R Cᵀ / mean R)
///
/// Where u strays from its average m, the instability (u − m)² is large and the step small. It is to
/// `adafactor` what `adabelief` is to `adam`, with rates that do not depend on the parameters. Biases
/// and gains have v in place of r and c, and move by α m. One vector of state, and four numbers for
/// each row and column.
///
/// Luo et al. 2023, arXiv 2307.02047.
public struct CAME: VectorOptimizer {
  public static let name = "came"
  public static let summary = "factored second moments, and a momentum weighted by its reliability"
  public static let source = "Luo et al. 2023, arXiv 2307.02047"
  public static let family = Family.memory
  public static let presets = [
    Preset("pytorch-optimizer", "pytorch_optimizer.CAME: the defaults here")
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-5...1) public var lr = 2e-4
  @Hyperparameter("decay β₁ of the momentum", in: 0..<1) public var beta1 = 0.9
  @Hyperparameter("decay β₂ of the second moments", in: 0..<1) public var beta2 = 0.999
  @Hyperparameter("decay β₃ of the instability", in: 0..<1) public var beta3 = 0.9999
  @Hyperparameter("ε₁, added to g²", in: 0..., scale: .log) public var epsilon = 1e-30
  @Hyperparameter("ε₂, added to the instability", in: 0..., scale: .log)
  public var instabilityEpsilon = 1e-16
  @Hyperparameter("d, the root mean square to which a step is shortened", in: .positive)
  public var clip = 1.0
  @Hyperparameter("decoupled weight decay λ: x shrinks by αλx a step", in: 0...)
  public var weightDecay = 0.0

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let tensors = context.layout.tensors
    let factors = tensors.map { FactoredTensor($0) }
    let sizes = zip(tensors, factors).map { tensor, factored in
      factored.map { ($0.rowCount, $0.columnCount) } ?? (0, tensor.count)
    }
    let rowCount = sizes.reduce(0) { $0 + $1.0 }
    let columnCount = sizes.reduce(0) { $0 + $1.1 }
    var rows = context.state.pointer("row", rowCount)
    var columns = context.state.pointer("column", columnCount)
    var unstableRows = context.state.pointer("unstable row", rowCount)
    var unstableColumns = context.state.pointer("unstable column", columnCount)
    let momenta = context.state.pointer("m", context.x.count)
    let (beta1, rate) = (R(self.beta1), R(context.lr))
    let kept = R(1 - context.lr * weightDecay)
    let (added, addedInstability) = (R(epsilon), R(instabilityEpsilon))
    for (index, tensor) in tensors.enumerated() {
      let count = tensor.count
      let x = context.x.mutablePointer() + tensor.offset
      let g = context.gradient.mutablePointer() + tensor.offset
      let m = momenta + tensor.offset
      if let factored = factors[index] {
        factored.average(weight: 1 - beta2, rows, columns) { g[$0].squared + added }
        factored.normalize(g, rows, columns)
      } else {
        let (beta2, rest) = (R(self.beta2), R(1 - self.beta2))
        for i in 0..<count {
          columns[i] = beta2 * columns[i] + rest * (g[i].squared + added)
          g[i] = g[i] / columns[i].squareRoot()
        }
      }
      let scale = R(1 / max(1, norm(g, count) / Double(count).squareRoot() / clip))
      let taken = R(1 - self.beta1)
      for i in 0..<count {
        g[i] = scale * g[i]
        m[i] = beta1 * m[i] + taken * g[i]
      }
      if let factored = factors[index] {
        factored.average(weight: 1 - beta3, unstableRows, unstableColumns) {
          (g[$0] - m[$0]).squared + addedInstability
        }
        g.update(from: m, count: count)
        factored.normalize(g, unstableRows, unstableColumns)
        for i in 0..<count { x[i] = kept * x[i] - rate * g[i] }
      } else {
        for i in 0..<count { x[i] = kept * x[i] - rate * m[i] }
      }
      rows += sizes[index].0
      columns += sizes[index].1
      unstableRows += sizes[index].0
      unstableColumns += sizes[index].1
    }
  }
}
