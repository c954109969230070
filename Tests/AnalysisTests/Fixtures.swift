// Paths and surfaces with known answers.

import OptimizerKit

/// ½ Σ λᵢ xᵢ².
struct Bowl: Surface {
  static let name = "bowl"
  static let summary = "a quadratic for tests"
  var eigenvalues: [Double] = [1, 100]

  init() {}
  init(_ eigenvalues: [Double]) { self.eigenvalues = eigenvalues }

  var dimension: Int { eigenvalues.count }
  var starts: [[Double]] { [[100] + Array(repeating: 1, count: dimension - 1)] }
  var minima: [[Double]] { [Array(repeating: 0, count: dimension)] }
  var minimumLoss: Double? { 0 }
  var isQuadratic: Bool { true }
  var viewport: Viewport? { dimension == 2 ? Viewport(x: -120...120, y: -20...20) : nil }

  func loss<X: Coordinates>(at x: X) -> X.Value {
    var sum = X.Value.zero
    for i in 0..<dimension { sum += 0.5 * eigenvalues[i] * x[i].squared }
    return sum
  }
  func gradient<X: Coordinates>(at x: X, into g: inout X) {
    for i in 0..<dimension { g[i] = eigenvalues[i] * x[i] }
  }
}

/// x² − y².
struct Pass: Surface {
  static let name = "pass"
  static let summary = "a saddle for tests"
  init() {}
  var dimension: Int { 2 }
  var starts: [[Double]] { [[1, 1e-3]] }
  var minima: [[Double]] { [] }
  var saddle: [Double]? { [0, 0] }
  func loss<X: Coordinates>(at x: X) -> X.Value { x[0].squared - x[1].squared }
  func gradient<X: Coordinates>(at x: X, into g: inout X) {
    g[0] = 2.0 * x[0]
    g[1] = -2.0 * x[1]
  }
}

/// A trajectory through the given points.
func trajectory(_ points: [[Double]], losses: [Double]? = nil, every: Int = 1) -> Trajectory {
  var result = Trajectory()
  result.dimension = points.first?.count ?? 0
  result.steps = points.indices.map { $0 * every }
  result.losses = losses ?? points.map { _ in 0 }
  result.gradientNorms = points.map { _ in 0 }
  result.learningRates = points.map { _ in 0 }
  result.points = points.flatMap { $0 }
  return result
}

/// Runs heavy ball (with μ = 0: gradient descent) or Nesterov's method on a surface.
func descent(
  on surface: some Surface, from start: [Double]? = nil, lr: Double, momentum: Double = 0,
  nesterov: Bool = false, steps: Int
) -> Trajectory {
  var x = start ?? surface.starts[0]
  var v = x.map { _ in 0.0 }
  var points = [x]
  for _ in 0..<steps {
    let g = surface.gradient(at: x)
    for i in x.indices {
      v[i] = momentum * v[i] + g[i]
      x[i] -= lr * (nesterov ? g[i] + momentum * v[i] : v[i])
    }
    points.append(x)
  }
  return trajectory(points, losses: surface.evaluated(points).losses)
}
