// What is added to the training loss so that weights stay small.

import OptimizerKit

/// The elastic net: l1 Σ |w| + l2 Σ w², over the tensors of the role weight.
///
///     ∂/∂w = l1 sign(w) + 2 l2 w    sign(0) = 0
///
/// With l2 alone it is ridge regression's penalty as CS231n writes it, without a half: gradient
/// descent on it is what other libraries call a weight decay of 2 l2. With l1 alone it is the lasso's.
/// Biases, scales and slopes are left alone. It belongs to the loss that is trained, not to that which
/// is validated. (Decoupled decay, as in AdamW, belongs to the optimizer.)
///
/// Hoerl and Kennard 1970, doi:10.1080/00401706.1970.10488634; Tibshirani 1996,
/// doi:10.1111/j.2517-6161.1996.tb02080.x; Zou and Hastie 2005,
/// doi:10.1111/j.1467-9868.2005.00503.x.
public struct Regularizer: Sendable, Equatable {
  /// The factor of Σ |w|.
  public var l1: Double
  /// The factor of Σ w².
  public var l2: Double

  public init(l1: Double = 0, l2: Double = 0) {
    self.l1 = l1
    self.l2 = l2
  }

  /// The term; adds its gradient to `gradient`, where there is one.
  ///
  /// - Parameters:
  ///   - parameters: as long as `layout.count`.
  ///   - gradient: likewise.
  public func term<R: NetworkScalar>(
    _ parameters: UnsafePointer<R>, layout: ParameterLayout,
    addingTo gradient: UnsafeMutablePointer<R>? = nil
  ) -> Double {
    let (lasso, ridge) = (R(l1), R(l2))
    var total = 0.0
    for tensor in layout.tensors where tensor.role == .weight {
      let weights = parameters + tensor.offset
      if let gradient {
        addGradient(
          of: weights, count: tensor.count, lasso: lasso, ridge: ridge,
          to: gradient + tensor.offset)
      }
      total += elasticNet(weights, count: tensor.count, lasso: lasso, ridge: ridge)
    }
    return total
  }

  /// product ← product + ∇²(the term) direction: 2 l2 times the direction's weights.
  public func addHessianVectorProduct<R: NetworkScalar>(
    _ direction: UnsafePointer<R>, layout: ParameterLayout, to product: UnsafeMutablePointer<R>
  ) {
    for tensor in layout.tensors where tensor.role == .weight {
      addGradient(
        of: direction + tensor.offset, count: tensor.count, lasso: 0, ridge: R(l2),
        to: product + tensor.offset)
    }
  }
}

/// lasso Σ |w| + ridge Σ w².
@_specialize(where R == Float)
@_specialize(where R == Double)
private func elasticNet<R: NetworkScalar>(
  _ weights: UnsafePointer<R>, count: Int, lasso: R, ridge: R
) -> Double {
  interleavedSum(count) { i in
    let w = weights[i]
    return Double(lasso * abs(w) + ridge * (w * w))
  }
}

/// gradient ← gradient + lasso sign(w) + 2 ridge w.
@_specialize(where R == Float)
@_specialize(where R == Double)
private func addGradient<R: NetworkScalar>(
  of weights: UnsafePointer<R>, count: Int, lasso: R, ridge: R,
  to gradient: UnsafeMutablePointer<R>
) {
  let twice = 2 * ridge
  for i in 0..<count {
    let w = weights[i]
    let sign = w > 0 ? lasso : (w < 0 ? -lasso : 0)
    gradient[i] += sign + twice * w
  }
}
