import LinearAlgebra
import OptimizerKit

/// Shampoo: the gradient preconditioned along each dimension of a tensor.
///
///     L ← β₂ L + w G Gᵀ,   R ← β₂ R + w Gᵀ G,   w = 1 − β₂, or 1 where β₂ = 1
///     M ← β₁ M + (1 − β₁) G
///     P ← (L̂ + ε I)⁻¹ᐟ⁴ M̂ (R̂ + ε I)⁻¹ᐟ⁴
///     X ← X − α (P + λ X)
///
/// A hat divides by 1 − βᵗ (nothing for β₂ = 1). For a tensor of k dimensions there is a matrix along
/// each of them, and the exponent is −1/(2k): of a vector it is the full matrix of Adagrad, as on a
/// surface. Dimensions are merged while their product is small, and cut where they are large, so that
/// no matrix is larger than `dimension`. Grafting gives P the length, tensor by tensor, of the step
/// that another method would make of M̂. `soap` runs Adam in the eigenbases of L and R.
///
/// All is computed in double precision, since an ε of 1e-12 is less than single precision can tell.
///
/// State: a matrix of order d and its root for each dimension d, one vector for β₁, one for grafting.
/// Time: 2 N Σ d operations for N elements, twice, and some 20 Σ d³ each time that roots are computed.
///
/// Gupta, Koren and Singer 2018, arXiv 1802.09568; Anil et al. 2020, arXiv 2002.09018 (grafting); Shi
/// et al. 2023, arXiv 2309.06497, whose distributed_shampoo is followed.
public struct Shampoo: VectorOptimizer {
  public static let name = "shampoo"
  public static let summary = "preconditioned along each dimension of a tensor by inverse roots"
  public static let source = "Gupta, Koren and Singer 2018, arXiv 1802.09568"
  public static let family = Family.matrix
  public static let presets = [
    Preset("facebook", "facebookresearch distributed_shampoo: the defaults here"),
    Preset(
      "pytorch-optimizer",
      "pytorch_optimizer.Shampoo: α 1e-3, ε 1e-6, no average, nothing merged, coupled decay",
      [
        "lr": 1e-3, "beta1": 0.0, "epsilon": 1e-6, "decoupled": false, "merge": false,
        "dimension": 1_000_000,
      ]),
    Preset(
      "paper", "the paper's, with the older ports' α 0.1 and ε 1e-4: no average, nothing merged",
      ["lr": 0.1, "beta1": 0.0, "epsilon": 1e-4, "merge": false, "dimension": 1_000_000]),
  ]

  /// Whose step lends its length.
  public enum Grafting: String, Choice { case none, sgd, adagrad, rmsprop, adam }

  @Hyperparameter("learning rate α", in: 0..., scale: .log, search: 1e-4...10) public var lr = 0.01
  @Hyperparameter("decay β₁ of the average of gradients", in: 0..<1) public var beta1 = 0.9
  @Hyperparameter("decay β₂ of the statistics; 1 sums them", in: 0...1) public var beta2 = 1.0
  @Hyperparameter("ε, added to the statistics before their roots", in: .positive, scale: .log)
  public var epsilon = 1e-12
  @Hyperparameter("momentum μ of the steps", in: 0..<1) public var momentum = 0.0
  @Hyperparameter("look ahead with the momentum") public var nesterov = false
  @Hyperparameter("weight decay λ", in: 0...) public var weightDecay = 0.0
  @Hyperparameter("weight decay past the preconditioner, and not added to the gradient")
  public var decoupled = true
  @Hyperparameter("divide averages by 1 − βᵗ") public var biasCorrection = true
  @Hyperparameter("steps between two computations of the roots", in: 1.0...1e6) public var every = 1
  @Hyperparameter("the largest order of a matrix; larger dimensions are cut", in: 1.0...1e6)
  public var dimension = 1024
  @Hyperparameter("merge dimensions whose product is not larger") public var merge = true
  @Hyperparameter("whose step lends its length") public var grafting = Grafting.none
  @Hyperparameter("decay of the squares for rmsprop and adam, as grafts", in: 0..<1)
  public var graftBeta2 = 0.999
  @Hyperparameter("ε, added to the root of the squares of a graft", in: 0..., scale: .log)
  public var graftEpsilon = 1e-8

  public init() {}

  public func makeState<R: Scalar>(at x: Vector<R>, layout: ParameterLayout)
    -> OptimizerState<R>
  {
    var state = OptimizerState<R>()
    state["blocks", default: [Block]()] = layout.tensors.flatMap {
      TensorBlock.blocks(of: $0, largest: dimension, merging: merge).map(Block.init)
    }
    return state
  }

  public func remark(on layout: ParameterLayout) -> String? {
    layout.tensors.contains(where: \.isMatrix)
      ? nil : "\(Self.name) finds no matrices, and is Adagrad with full matrices"
  }

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    do {
      for i in 0..<(context.state["blocks", as: [Block].self]?.count ?? 0) {
        try move(
          &context.state["blocks", default: [Block]()][i], &context.x, context.gradient,
          step: context.step, lr: context.lr)
      }
    } catch is LinearAlgebraError {
      context.x.fill(R(.nan))  // what is not finite has no roots: the run has diverged
    }
  }

  private func move<R: Scalar>(
    _ block: inout Block, _ parameters: inout Vector<R>, _ gradient: Vector<R>, step: Int,
    lr: Double
  ) throws {
    var x: Matrix<Double> = block.place.read(parameters).converted()
    var g: Matrix<Double> = block.place.read(gradient).converted()
    if !decoupled { g.add(weightDecay, x) }
    block.place.addStatistics(
      of: g, alpha: beta2 < 1 ? 1 - beta2 : 1, beta: beta2, to: &block.statistics)
    if step.isMultiple(of: every) {
      let order = Double(2 * block.statistics.count)
      let correction = correction(beta2, step)
      for k in block.statistics.indices {
        // (S/c + ε)⁻¹ᐟᵖ = c¹ᐟᵖ (S + c ε)⁻¹ᐟᵖ
        block.roots[k] = try block.statistics[k].inverseRoot(order, damping: epsilon * correction)
        if correction != 1 { block.roots[k].scale(exp(log(correction) / order)) }
      }
    }
    if grafting != .none, grafting != .sgd {
      let decay = grafting == .adagrad ? 1 : graftBeta2
      block.squares.add(squaresOf: g, decay, grafting == .adagrad ? 1 : 1 - decay)
    }
    if beta1 > 0 {
      block.average.interpolate(1 - beta1, to: g)
      g.assign(block.average)
      g.scale(1 / correction(beta1, step))
    }
    var direction = g
    if grafting == .none {
      direction = block.place.multiply(g, by: block.roots)
    } else {
      direction = grafted(g, block.squares, step)
      if step >= every {
        let length = direction.frobeniusNorm
        direction = block.place.multiply(g, by: block.roots)
        direction.scale(length / (direction.frobeniusNorm + 1e-16))
      }
    }
    if decoupled { direction.add(weightDecay, x) }
    if momentum > 0 {
      block.momentum.scale(momentum)
      block.momentum.add(1.0, direction)
      if nesterov {
        direction.add(momentum, block.momentum)
      } else {
        direction.assign(block.momentum)
      }
    }
    x.add(-lr, direction)
    block.place.write(x.converted(), to: &parameters)
  }

  private func correction(_ decay: Double, _ step: Int) -> Double {
    biasCorrection && decay < 1 ? 1 - power(decay, step) : 1
  }

  /// The step that the grafted method would make of `g`.
  private func grafted(_ g: Matrix<Double>, _ squares: Matrix<Double>, _ step: Int)
    -> Matrix<Double>
  {
    guard grafting != .sgd else { return g }
    let correction = grafting == .adam ? 1 / (1 - power(graftBeta2, step)) : 1
    var result = g
    let target = result.mutablePointer()
    let s = squares.elements.pointer
    for i in g.elements.indices {
      target[i] = target[i] / ((correction * s[i]).squareRoot() + graftEpsilon)
    }
    return result
  }
}

extension Matrix where R: Scalar {
  /// self ← κ self + α g², element by element.
  fileprivate mutating func add(squaresOf g: Matrix, _ kept: R, _ added: R) {
    let (to, from) = (mutablePointer(), g.elements.pointer)
    for i in elements.indices { to[i] = kept * to[i] + added * from[i] * from[i] }
  }

  /// The same in another precision.
  fileprivate func converted<T: Scalar>() -> Matrix<T> {
    if let same = self as? Matrix<T> { return same }
    var result = Matrix<T>(repeating: T.zero, rows: rows, columns: columns)
    let (from, to) = (elements.pointer, result.mutablePointer())
    for i in elements.indices { to[i] = T(from[i].double) }
    return result
  }
}

/// What is kept of a tensor, or of a box of one.
private struct Block: Sendable {
  let place: TensorBlock
  var statistics: [Matrix<Double>]
  /// The inverse roots; of order 0 until they are computed first.
  var roots: [Matrix<Double>]
  var average, squares, momentum: Matrix<Double>

  init(_ place: TensorBlock) {
    self.place = place
    statistics = place.shape.map { Matrix(repeating: 0, rows: $0, columns: $0) }
    roots = place.shape.map { _ in Matrix(repeating: 0, rows: 0, columns: 0) }
    average = Matrix(
      repeating: 0, rows: place.shape[0], columns: place.shape.dropFirst().reduce(1, *))
    (squares, momentum) = (average, average)
  }
}
