// The ground on which optimizers are tried: a convex quadratic over parameters of every shape.

import OptimizerKit

extension OptimizerConformance {
  /// ½ Σ λᵢ xᵢ² + c (Σ xᵢ)²: curvatures of 1 to 4 and a coupling, minimum 0 at the origin.
  struct Ground {
    /// What it is over, in words: "a tall matrix of 5 × 2".
    let name: String
    let layout: ParameterLayout
    /// Whether it is a part of a larger ground, where it shows that what has gone down stays down.
    var isPart = false
    var dimension: Int { layout.count }
    /// Twice the c of the coupling, which adds at most 2 to 3 to the curvatures.
    private var coupling: Double { min(0.5, 2.5 / Double(dimension)) }

    init(dimension: Int) {
      name = "a point of \(dimension) coordinates"
      layout = ParameterLayout(coordinates: dimension)
    }

    init(_ name: String, _ layout: ParameterLayout) {
      self.name = name
      self.layout = layout
    }

    /// A point of five coordinates.
    static let vector = Ground(dimension: 5)

    func curvature(_ i: Int) -> Double { 1 + Double(3 * i) / Double(dimension) }
    /// Exact in single precision, nowhere near the minimum, and so uneven that matrices of it have
    /// full rank.
    func start(_ i: Int) -> Double {
      let k = (7 * i * i + 5 * i) % 23 - 11
      return 0.25 * Double(k) + (k < 0 ? -0.5 : 0.5)
    }

    func loss<R: Real>(_ x: Vector<R>) -> Double {
      var sum = 0.0
      var squares = 0.0
      for i in x.indices {
        sum += x[i].double
        squares += curvature(i) * x[i].double * x[i].double
      }
      return 0.5 * squares + 0.5 * coupling * sum * sum
    }

    func product<R: Real>(_ v: Vector<R>) -> Vector<R> {
      var sum = R.zero
      for i in v.indices { sum += v[i] }
      return Vector(v.indices.map { curvature($0) * v[$0] + coupling * sum })
    }

    func oracle<R: Scalar>(
      _ capabilities: OracleCapabilities = .everything, meter: EvaluationMeter = EvaluationMeter()
    ) -> Oracle<R> {
      Oracle(
        capabilities: capabilities, meter: meter, loss: { loss($0) },
        gradient: { $1 = product($0) }, hessianVectorProduct: { product($1) },
        residuals: { residuals($0) })
    }

    /// √λᵢ xᵢ, and the coupling as one more.
    func residuals<R: Scalar>(_ x: Vector<R>) -> Residuals<R> {
      let n = dimension
      var values = Vector(repeating: R.zero, count: n + 1)
      var jacobian = Matrix(repeating: R.zero, rows: n + 1, columns: n)
      let root = R(coupling.squareRoot())
      for i in 0..<n {
        jacobian[i, i] = R(curvature(i).squareRoot())
        jacobian[n, i] = root
        values[i] = jacobian[i, i] * x[i]
        values[n] += root * x[i]
      }
      return Residuals(values: values, jacobian: jacobian)
    }
  }
}

extension OracleCapabilities {
  /// All that a problem may offer.
  static let everything: OracleCapabilities = [
    .loss, .gradient, .hessianVectorProduct, .hessian, .quadratic, .residuals,
  ]
}
