import OptimizerKit

/// Adafactor: second moments of a matrix kept as averages over its rows and columns.
///
///     r ← β r + (1 − β) (row means of g² + ε)        with β = min(β₂, 1 − t^−c)
///     c ← β c + (1 − β) (column means of g² + ε)
///     u ← g / √(r cᵀ / mean r)                       g / √v for biases and gains
///     u ← u / max(1, RMS(u) / d)
///     x ← x − ρ max(ε₂, RMS(x)) u                    with ρ = min(α, 1/√t)
///
/// RMS is the root mean square of a tensor. The estimate r cᵀ / mean r is the best of rank one in
/// divergence; the state of a matrix m × n shrinks from mn to m + n numbers, and there is no momentum
/// unless β₁ is set. Steps are relative to the tensor's own size, as in `lars`. `came` adds
/// momentum and trust in it. Two dimensions are factored, the last ones or the longest; the others
/// count as several matrices.
///
/// The weight decay is that of the reference: x shrinks by αλx (torch), by the step's own rate times
/// λx (pytorch_optimizer), or by λx (optax).
///
/// Shazeer and Stern 2018, arXiv 1804.04235.
public struct Adafactor: VectorOptimizer {
  public static let name = "adafactor"
  public static let summary = "second moments of rows and columns, steps relative to the parameters"
  public static let source = "Shazeer and Stern 2018, arXiv 1804.04235"
  public static let family = Family.memory
  public static let presets = [
    Preset("paper", "the defaults here"),
    Preset(
      "torch", "torch.optim.Adafactor: ε bounds r cᵀ from below, and is not added to g²",
      ["epsilon": 1.1920928955078125e-07, "floor": "bound"]),
    Preset(
      "optax",
      "optax.adafactor: the rate does not fall, the two longest dimensions are factored where both "
        + "have 128 and more, λ is multiplied by no rate",
      [
        "relativeStep": false, "longest": true, "shortest": 128, "decayRate": "none",
      ]),
    Preset(
      "pytorch-optimizer",
      "pytorch_optimizer.AdaFactor: β at most 0.999, momentum 0.9, λ multiplied by the step's rate",
      ["beta1": 0.9, "beta2": 0.999, "decayRate": "step"]),
  ]

  /// What ε does.
  public enum Floor: String, Choice { case add, bound }
  /// What λ is multiplied by.
  public enum DecayRate: String, Choice { case lr, step, none }

  @Hyperparameter("the largest learning rate α", in: 0..., scale: .log, search: 1e-4...1)
  public var lr = 1e-2
  @Hyperparameter("the rate is at most 1/√t") public var relativeStep = true
  @Hyperparameter("rates are relative to the root mean square of a tensor")
  public var relativeScale = true
  @Hyperparameter("decay β₁ of an average of the steps; 0 for none", in: 0..<1) public var beta1 =
    0.0
  @Hyperparameter("the largest decay β₂ of the second moments", in: 0...1) public var beta2 = 1.0
  @Hyperparameter("c, the power of t by which the decay goes to 1", in: 0...) public var power = 0.8
  @Hyperparameter("d, the root mean square to which a step is shortened; 0 for no limit", in: 0...)
  public var clip = 1.0
  @Hyperparameter("ε of the second moments", in: 0..., scale: .log) public var epsilon = 1e-30
  @Hyperparameter("ε₂, the least root mean square of a tensor that counts", in: 0..., scale: .log)
  public var epsilonScale = 1e-3
  @Hyperparameter("add ε to g², or bound the root of r cᵀ by it") public var floor = Floor.add
  @Hyperparameter("decoupled weight decay λ", in: 0...) public var weightDecay = 0.0
  @Hyperparameter("what λ is multiplied by: α, the rate of the step, or nothing")
  public var decayRate = DecayRate.lr
  @Hyperparameter("factor the two longest dimensions, and not the last two")
  public var longest = false
  @Hyperparameter("dimensions shorter than this are not factored", in: 0.0...1e9)
  public var shortest = 0

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let tensors = context.layout.tensors
    let factors = tensors.map { FactoredTensor($0, longest: longest, shortest: shortest) }
    let sizes = zip(tensors, factors).map { tensor, factored in
      factored.map { ($0.rowCount, $0.columnCount) } ?? (0, tensor.count)
    }
    var rows = context.state.pointer("row", sizes.reduce(0) { $0 + $1.0 })
    var columns = context.state.pointer("column", sizes.reduce(0) { $0 + $1.1 })
    let momenta = beta1 > 0 ? context.state.pointer("m", context.x.count) : nil
    let t = Double(context.step)
    let weight = max(1 - beta2, exp(-power * log(t)))
    let largest = relativeStep ? min(context.lr, 1 / t.squareRoot()) : context.lr
    let bounds = floor == .bound
    let added = R(bounds ? 0 : epsilon)
    for (index, tensor) in tensors.enumerated() {
      let count = tensor.count
      let x = context.x.mutablePointer() + tensor.offset
      let g = context.gradient.mutablePointer() + tensor.offset
      let size = relativeScale ? max(epsilonScale, norm(x, count) / Double(count).squareRoot()) : 1
      let rate = largest * size
      if let factored = factors[index] {
        factored.average(weight: weight, rows, columns) { g[$0].squared + added }
        factored.normalize(
          g, rows, columns, leastMean: bounds ? epsilon : 0, least: bounds ? epsilon : 0)
      } else {
        let (rest, share) = (R(1 - weight), R(weight))
        let most = R(bounds ? 1 / epsilon : .infinity)
        for i in 0..<count {
          columns[i] = rest * columns[i] + share * (g[i].squared + added)
          g[i] = g[i] * minimum(R(1.0) / columns[i].squareRoot(), most)
        }
      }
      let root = norm(g, count) / Double(count).squareRoot()
      let scale = R(rate / (clip > 0 ? max(1, root / clip) : 1))
      let decay: Double =
        switch decayRate {
        case .lr: context.lr * weightDecay
        case .step: rate * weightDecay
        case .none: weightDecay
        }
      let kept = R(1 - decay)
      if let m = momenta.map({ $0 + tensor.offset }) {
        let (beta, taken) = (R(beta1), R(1 - beta1) * scale)
        for i in 0..<count {
          m[i] = beta * m[i] + taken * g[i]
          x[i] = kept * x[i] - m[i]
        }
      } else {
        for i in 0..<count { x[i] = kept * x[i] - scale * g[i] }
      }
      rows += sizes[index].0
      columns += sizes[index].1
    }
  }
}
