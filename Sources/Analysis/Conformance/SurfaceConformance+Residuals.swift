// Are the residuals of a surface those of its loss?

import OptimizerKit

extension SurfaceConformance {
  /// f = ½ ‖r‖², and the Jacobian is that of r.
  static func residualFindings(_ surface: some Surface, _ samples: [[Double]])
    -> [ConformanceFinding]
  {
    let m = surface.residualCount
    guard m >= 0 else {
      return [ConformanceFinding("residuals", "fewer than none", actual: "\(m)")]
    }
    let offers = surface.capabilities.contains(.residuals)
    if offers != (m > 0) {
      return [
        ConformanceFinding(
          "residuals", "capabilities and residualCount = \(m) do not agree",
          expected: m > 0 ? "capabilities with .residuals" : "capabilities without .residuals")
      ]
    }
    let n = surface.dimension
    guard m > 0 else { return [] }
    // A column costs as much as a loss: in many dimensions a few of them, and no Jacobian.
    let columns = n <= 50 ? Array(0..<n) : [0, 1, n / 2, n - 1]
    for x in samples.prefix(n <= 50 ? samples.count : 2) + surface.starts.prefix(1) {
      let duals = columns.map { dualResiduals(surface, at: x, along: $0) }
      let plain = duals[0].map(\.value)
      if let i = plain.firstIndex(where: { !$0.isFinite }) {
        return [
          ConformanceFinding(
            "residuals", "number \(i) is not finite, or not written, at \(describe(x))",
            actual: "\(plain[i])")
        ]
      }
      let loss = surface.loss(at: x)
      let half = 0.5 * dot(plain, plain)
      if !((half - loss).magnitude <= 1e-10 * half + 1e-300) {
        return [
          ConformanceFinding(
            "residuals", "half their sum of squares is not the loss at \(describe(x))",
            expected: rounded(loss), actual: rounded(half))
        ]
      }
      guard m * n <= 50_000 else { continue }
      let (values, jacobian) = surface.residualsAndJacobian(at: x)
      guard values.count == m, jacobian.count == m * n else {
        return [
          ConformanceFinding(
            "residuals", "residuals and Jacobian are not of their size",
            expected: "\(m) and \(m * n)", actual: "\(values.count) and \(jacobian.count)")
        ]
      }
      let size = plain.map(\.magnitude).max() ?? 0
      if let i = values.indices.first(where: {
        !((values[$0] - plain[$0]).magnitude <= 1e-10 * size)
      }) {
        return [
          ConformanceFinding(
            "residuals", "number \(i) differs from that of residuals(at:into:) at \(describe(x))",
            expected: rounded(plain[i]), actual: rounded(values[i]))
        ]
      }
      let steepest = duals.joined().map(\.derivative.magnitude).max() ?? 0
      for (k, column) in zip(columns, duals) {
        for (i, dual) in column.enumerated() {
          let found = jacobian[i * n + k]
          if (found - dual.derivative).magnitude <= 1e-10 * steepest { continue }
          return [
            ConformanceFinding(
              "Jacobian",
              "row \(i), column \(k) is not the derivative of the residual at \(describe(x))",
              expected: rounded(dual.derivative), actual: rounded(found))
          ]
        }
      }
    }
    return []
  }

  /// r and ∂r/∂xₖ by dual numbers, from the residuals alone.
  private static func dualResiduals(_ surface: some Surface, at x: [Double], along k: Int)
    -> [Dual]
  {
    var point = x.enumerated().map { Dual($1, derivative: $0 == k ? 1 : 0) }
    var result = [Dual](repeating: Dual(.nan, derivative: .nan), count: surface.residualCount)
    point.withUnsafeMutableBufferPointer { point in
      result.withUnsafeMutableBufferPointer { result in
        surface.residuals(
          at: Strided(point.baseAddress!, count: x.count),
          into: Strided(result.baseAddress!, count: result.count))
      }
    }
    return result
  }
}
