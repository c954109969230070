// How parameters are drawn before the first step.

import LinearAlgebra
import OptimizerKit

/// How the elements of a tensor are drawn.
///
/// LeCun keeps the variance of signals through linear layers; Xavier makes a compromise between
/// forward and backward; Kaiming keeps it forward through rectifiers, which drop half of it. What
/// CS231n writes as Xavier, N / √fan-in, is `lecunNormal`.
///
/// An orthogonal matrix keeps the norm of every signal, not only the mean over signals, so that
/// deep linear networks train as fast as shallow ones.
///
/// LeCun et al. 1998 (Efficient BackProp), doi:10.1007/3-540-49430-8_2; Glorot and Bengio 2010
/// (Xavier), AISTATS; He et al. 2015, arXiv 1502.01852 (Kaiming); Saxe et al. 2014,
/// arXiv 1312.6120 (orthogonal).
public enum Initializer: Sendable, Equatable {
  /// The same value for all.
  case constant(Double)
  /// Normal with mean 0 and this standard deviation.
  case normal(Double)
  /// The same without what lies beyond two standard deviations, which is drawn again: the deviation
  /// that comes out is 0.88 of the stated one, as TensorFlow's `truncated_normal` has it.
  case truncatedNormal(Double)
  /// Uniform in ±bound.
  case uniform(Double)
  /// Normal, variance 2 / fan-in.
  case kaimingNormal
  /// Uniform, variance 2 / fan-in: ±√(6 / fan-in).
  case kaimingUniform
  /// Normal, variance 2 / (fan-in + fan-out).
  case xavierNormal
  /// Uniform, variance 2 / (fan-in + fan-out): ±√(6 / (fan-in + fan-out)).
  case xavierUniform
  /// Normal, variance 1 / fan-in.
  case lecunNormal
  /// Uniform, variance 1 / fan-in: ±√(3 / fan-in).
  case lecunUniform
  /// Uniform in ±1/√fan-in: what torch.nn.Linear does for weights and biases.
  case torch
  /// This gain times a matrix of outputs × fan-in with orthonormal rows or columns, whichever are
  /// fewer, all such matrices alike probable. A tensor that is no such matrix, such as a bias, is
  /// taken as one row.
  case orthogonal(gain: Double)

  /// Zero.
  public static let zeros = Initializer.constant(0)
  /// Orthonormal rows or columns.
  public static let orthogonal = Initializer.orthogonal(gain: 1)

  /// Draws the elements of a tensor.
  ///
  /// - Parameters:
  ///   - fanIn: the inputs that one output sums over.
  ///   - fanOut: the outputs that one input contributes to.
  public func fill<R: NetworkScalar>(
    _ elements: UnsafeMutableBufferPointer<R>, fanIn: Int, fanOut: Int,
    from source: inout RandomSource
  ) {
    switch distribution(fanIn: Double(fanIn), fanOut: Double(fanOut)) {
    case .constant(let value):
      for i in elements.indices { elements[i] = R(value) }
    case .normal(let deviation):
      for i in elements.indices { elements[i] = R(deviation * source.normal()) }
    case .truncatedNormal(let deviation):
      for i in elements.indices {
        var draw = source.normal()
        while draw.magnitude > 2 { draw = source.normal() }
        elements[i] = R(deviation * draw)
      }
    case .uniform(let bound):
      for i in elements.indices { elements[i] = R(bound * (2 * source.uniform() - 1)) }
    case .orthogonal(let gain):
      let isMatrix = fanIn > 0 && elements.count % fanIn == 0
      let columns = isMatrix ? fanIn : elements.count
      let rows = isMatrix ? elements.count / fanIn : 1
      fillOrthogonal(elements, rows: rows, columns: columns, gain: gain, from: &source)
    }
  }

  /// Elements row by row. The orthonormal columns of Q lie one after the other: they are the rows
  /// of a wide matrix, the columns of a tall one.
  private func fillOrthogonal<R: NetworkScalar>(
    _ elements: UnsafeMutableBufferPointer<R>, rows: Int, columns: Int, gain: Double,
    from source: inout RandomSource
  ) {
    let (long, short) = (max(rows, columns), min(rows, columns))
    let normal = (0..<rows * columns).map { _ in source.normal() }
    let q = orthonormalColumns(of: normal, rows: long, columns: short)
    let isWide = columns >= rows
    for i in 0..<rows {
      for j in 0..<columns {
        elements[i * columns + j] = R(gain * q[isWide ? i * columns + j : j * rows + i])
      }
    }
  }

  enum Distribution {
    case constant(Double), normal(Double), truncatedNormal(Double), uniform(Double)
    case orthogonal(Double)
  }

  func distribution(fanIn: Double, fanOut: Double) -> Distribution {
    switch self {
    case .constant(let value): .constant(value)
    case .normal(let deviation): .normal(deviation)
    case .truncatedNormal(let deviation): .truncatedNormal(deviation)
    case .uniform(let bound): .uniform(bound)
    case .kaimingNormal: .normal((2 / fanIn).squareRoot())
    case .kaimingUniform: .uniform((6 / fanIn).squareRoot())
    case .xavierNormal: .normal((2 / (fanIn + fanOut)).squareRoot())
    case .xavierUniform: .uniform((6 / (fanIn + fanOut)).squareRoot())
    case .lecunNormal: .normal((1 / fanIn).squareRoot())
    case .lecunUniform: .uniform((3 / fanIn).squareRoot())
    case .torch: .uniform((1 / fanIn).squareRoot())
    case .orthogonal(let gain): .orthogonal(gain)
    }
  }
}

/// An initializer as a hyperparameter: `kaiming-normal`, `normal(0.01)`, `orthogonal`.
extension Initializer: HyperparameterValue {
  /// Those that are a name alone.
  private static let named: [(name: String, value: Initializer)] = [
    ("kaiming-normal", .kaimingNormal), ("kaiming-uniform", .kaimingUniform),
    ("xavier-normal", .xavierNormal), ("xavier-uniform", .xavierUniform),
    ("lecun-normal", .lecunNormal), ("lecun-uniform", .lecunUniform), ("torch", .torch),
    ("orthogonal", .orthogonal), ("zeros", .zeros),
  ]

  public static var expectation: String {
    "one of {kaiming,xavier,lecun}-{normal,uniform}, torch, zeros, orthogonal(gain), "
      + "normal(deviation), truncated-normal(deviation), uniform(bound), constant(value)"
  }

  public init?(hyperparameter text: String) {
    if let known = Self.named.first(where: { $0.name == text }) {
      self = known.value
      return
    }
    guard text.hasSuffix(")"), let open = text.firstIndex(of: "("),
      let number = Double(text[text.index(after: open)...].dropLast()), number.isFinite
    else { return nil }
    switch (text[..<open], number) {
    case ("normal", 0...): self = .normal(number)
    case ("truncated-normal", 0...): self = .truncatedNormal(number)
    case ("uniform", 0...): self = .uniform(number)
    case ("constant", _): self = .constant(number)
    case ("orthogonal", _): self = .orthogonal(gain: number)
    default: return nil
    }
  }

  public var hyperparameterText: String {
    if let known = Self.named.first(where: { $0.value == self }) { return known.name }
    switch self {
    case .constant(let value): return "constant(\(shortest(value)))"
    case .normal(let deviation): return "normal(\(shortest(deviation)))"
    case .truncatedNormal(let deviation): return "truncated-normal(\(shortest(deviation)))"
    case .uniform(let bound): return "uniform(\(shortest(bound)))"
    case .orthogonal(let gain): return "orthogonal(\(shortest(gain)))"
    case .kaimingNormal, .kaimingUniform, .xavierNormal, .xavierUniform, .lecunNormal,
      .lecunUniform, .torch:
      preconditionFailure("these have names")
    }
  }

  public var hyperparameterNumber: Double? { nil }
}
