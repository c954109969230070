// How sharply the loss of a network curves, measured.

import OptimizerKit

extension Sharpness {
  /// That of the loss of the minibatch of `step`, at `x`, by the method of Lanczos to a part in a thousand; nil
  /// where there are no Hessian–vector products or they are not finite.
  ///
  /// - Parameter preconditioner: the diagonal P of the optimizer.
  public init?(
    of session: any TrainingSession, at x: Vector<Float>, step: Int,
    preconditioner: Vector<Float>? = nil
  ) {
    let order = x.count
    func largest(_ scale: [Double]?) -> Double? {
      Lanczos.largestEigenvalue(order: order) { direction in
        var v = Vector<Float>(repeating: 0, count: order)
        for i in 0..<order { v[i] = Float(direction[i] * (scale?[i] ?? 1)) }
        guard let product = session.hessianVectorProduct(at: x, step: step, v) else { return nil }
        return (0..<order).map { Double(product[$0]) * (scale?[$0] ?? 1) }
      }
    }
    guard let plain = largest(nil) else { return nil }
    let scale = preconditioner.map { p in (0..<order).map { 1 / Double(p[$0]).squareRoot() } }
    let isUsable = scale?.allSatisfy(\.isFinite) ?? false
    self.init(plain: plain, preconditioned: isUsable ? largest(scale) : nil)
  }
}
