import OptimizerKit

/// SM3: Adagrad with a number for each row and column in place of one for each weight.
///
///     ν ← β min(r, c) + (1 − β) g²    for each weight, from the numbers of its row and column
///     r, c ← the largest ν of the row, of the column
///     m ← μ m + (1 − μ) g / √(ν + ε)
///     x ← x − α m
///
/// With β = 0, as in the paper, ν ← min(r, c) + g² is an upper bound of the sum of squares that
/// `adagrad` keeps, and tight where rows or columns are alike. A tensor of more dimensions has a
/// number for each index of each of them; a bias has ν itself. With β, ν is an average rather than a
/// sum, and r and c do not fall. One vector of state for the momentum, and two small ones.
///
/// Anil et al. 2019, arXiv 1901.11150 (SM3-II).
public struct SM3: VectorOptimizer {
  public static let name = "sm3"
  public static let summary = "Adagrad with a number for each row and column"
  public static let source = "Anil et al. 2019, arXiv 1901.11150"
  public static let family = Family.memory
  public static let presets = [
    Preset("optax", "optax.sm3: the defaults here"),
    Preset(
      "pytorch-optimizer", "pytorch_optimizer.SM3: no momentum, ε 1e-30",
      ["momentum": 0.0, "epsilon": 1e-30]),
  ]

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-4...10) public var lr = 1e-1
  @Hyperparameter("decay μ of the average of the steps", in: 0..<1) public var momentum = 0.9
  @Hyperparameter("β, by which ν forgets; 0 for a sum", in: 0..<1) public var beta = 0.0
  @Hyperparameter("ε, added to ν inside the root", in: 0..., scale: .log) public var epsilon = 1e-8

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let tensors = context.layout.tensors
    let count = tensors.reduce(0) { $0 + $1.shape.reduce(0, +) }
    let (x, g) = (context.x.mutablePointer(), context.gradient.pointer)
    let m = context.state.pointer("m", context.x.count)
    let next = context.state.pointer("largest", count)
    let now = context.state.pointer("before", count)
    now.update(from: next, count: count)
    if beta == 0 { next.update(repeating: R.zero, count: count) }
    let (kept, share) = (R(beta > 0 ? beta : 1), R(1 - beta))
    let (momentum, taken) = (R(self.momentum), R(1 - self.momentum))
    let (epsilon, rate) = (R(self.epsilon), R(context.lr))
    // Row after row of the last dimension, whose numbers begin at `last`; those of the dimensions
    // before it lie before.
    var last = 0
    for tensor in tensors {
      guard let length = tensor.shape.last else { continue }
      let outer = tensor.shape.dropLast()
      last += outer.reduce(0, +)
      for row in 0..<outer.reduce(1, *) {
        var least = R(Double.infinity)
        var (place, index) = (last, row)
        for size in outer.reversed() {
          place -= size
          least = minimum(least, now[place + index % size])
          index /= size
        }
        let start = tensor.offset + row * length
        let (x, g, m) = (x + start, g + start, m + start)
        let (before, after, bound) = (now + last, next + last, least)
        let largest = interleavedMaximum(length) { j in
          let nu = kept * minimum(bound, before[j]) + share * g[j].squared
          after[j] = maximum(after[j], nu)
          let step = select(R.zero < nu, g[j] / (nu + epsilon).squareRoot(), R.zero)
          m[j] = momentum * m[j] + taken * step
          x[j] = x[j] - rate * m[j]
          return nu.double
        }
        (place, index) = (last, row)
        for size in outer.reversed() {
          place -= size
          next[place + index % size] = maximum(next[place + index % size], R(largest))
          index /= size
        }
      }
      last += length
    }
  }
}
