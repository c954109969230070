// How parameters are drawn before the first step.

import OptimizerKit

/// How the elements of a tensor are drawn.
///
/// Xavier keeps the variance of signals through linear layers, forward and backward; Kaiming keeps
/// it forward through rectifiers, which drop half of it.
///
/// LeCun et al. 1998 (Efficient BackProp); Glorot and Bengio 2010 (Xavier), AISTATS;
/// He et al. 2015, arXiv 1502.01852 (Kaiming).
public enum Initializer: Sendable, Equatable {
  /// The same value for all.
  case constant(Double)
  /// Normal with mean 0 and this standard deviation.
  case normal(Double)
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
  /// Uniform in ±1/√fan-in: what torch.nn.Linear does for weights and biases.
  case torch

  /// Zero.
  public static let zeros = Initializer.constant(0)

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
    case .uniform(let bound):
      for i in elements.indices { elements[i] = R(bound * (2 * source.uniform() - 1)) }
    }
  }

  enum Distribution { case constant(Double), normal(Double), uniform(Double) }

  func distribution(fanIn: Double, fanOut: Double) -> Distribution {
    switch self {
    case .constant(let value): .constant(value)
    case .normal(let deviation): .normal(deviation)
    case .uniform(let bound): .uniform(bound)
    case .kaimingNormal: .normal((2 / fanIn).squareRoot())
    case .kaimingUniform: .uniform((6 / fanIn).squareRoot())
    case .xavierNormal: .normal((2 / (fanIn + fanOut)).squareRoot())
    case .xavierUniform: .uniform((6 / (fanIn + fanOut)).squareRoot())
    case .lecunNormal: .normal((1 / fanIn).squareRoot())
    case .torch: .uniform((1 / fanIn).squareRoot())
    }
  }
}
