// The surfaces of the golden data, with their operations in the order of `generate.py`.

import OptimizerKit
import Plugins

let surfaces: [String: any Surface] = planes.merging(["rosenbrock4": rosenbrock4]) { $1 }

/// Those of two coordinates.
let planes: [String: any Surface] = [
  "rosenbrock": Rosenbrock(), "quadratic": TurnedQuadratic(), "beale": BealeSurface(),
  "himmelblau": HimmelblauSurface(),
]

private let rosenbrock4 = {
  var surface = Rosenbrock()
  surface.dim = 4
  return surface
}()

/// Eigenvalues 100 and 1, turned by 30 degrees; minimum at (1, −0.5).
struct TurnedQuadratic: Surface {
  static let name = "turned-quadratic"
  static let summary = "for tests"
  var dimension: Int { 2 }
  var starts: [[Double]] { [[-1, 1.5]] }
  var minima: [[Double]] { [[1, -0.5]] }
  var isQuadratic: Bool { true }
  var residualCount: Int { 2 }

  /// By the Cholesky decomposition of the Hessian, whose determinant is 100.
  func residuals<X: Coordinates>(at p: X, into r: Strided<X.Value>) {
    let (a, b) = (p[0] - 1.0, p[1] + 0.5)
    r[0] = 75.25.squareRoot() * a + (42.868257487329714 / 75.25.squareRoot()) * b
    r[1] = (100 / 75.25).squareRoot() * b
  }

  func loss<X: Coordinates>(at p: X) -> X.Value {
    let a = p[0] - 1.0
    let b = p[1] + 0.5
    return 0.5 * (75.25 * a * a + 25.75 * b * b) + 42.868257487329714 * a * b
  }
  func gradient<X: Coordinates>(at p: X, into g: inout X) {
    let a = p[0] - 1.0
    let b = p[1] + 0.5
    g[0] = 75.25 * a + 42.868257487329714 * b
    g[1] = 42.868257487329714 * a + 25.75 * b
  }
}

/// ½ (x² + κ y²): the valley that steepest descent with exact steps crosses from side to side.
struct Valley: Surface {
  static let name = "valley"
  static let summary = "for tests"
  var condition = 10.0
  var dimension: Int { 2 }
  var starts: [[Double]] { [[condition, 1]] }
  var minima: [[Double]] { [[0, 0]] }
  var isQuadratic: Bool { true }
  var residualCount: Int { condition > 0 ? 2 : 0 }

  func residuals<X: Coordinates>(at p: X, into r: Strided<X.Value>) {
    r[0] = p[0]
    r[1] = condition.squareRoot() * p[1]
  }

  func loss<X: Coordinates>(at p: X) -> X.Value {
    0.5 * (p[0].squared + condition * p[1].squared)
  }
  func gradient<X: Coordinates>(at p: X, into g: inout X) {
    g[0] = p[0]
    g[1] = condition * p[1]
  }
}

/// Beale's function.
struct BealeSurface: Surface {
  static let name = "test-beale"
  static let summary = "for tests"
  var dimension: Int { 2 }
  var starts: [[Double]] { [[1, 1]] }
  var minima: [[Double]] { [[3, 0.5]] }
  var residualCount: Int { 3 }

  func residuals<X: Coordinates>(at p: X, into r: Strided<X.Value>) {
    Beale().residuals(at: p, into: r)
  }

  func loss<X: Coordinates>(at p: X) -> X.Value {
    let x = p[0]
    let y = p[1]
    let u = 1.5 - x + x * y
    let v = 2.25 - x + x * (y * y)
    let w = 2.625 - x + x * (y * y * y)
    return u.squared + v.squared + w.squared
  }
  func gradient<X: Coordinates>(at p: X, into g: inout X) {
    let x = p[0]
    let y = p[1]
    let u = 1.5 - x + x * y
    let v = 2.25 - x + x * (y * y)
    let w = 2.625 - x + x * (y * y * y)
    let gu = 2.0 * u * (y - 1.0)
    let gv = 2.0 * v * (y * y - 1.0)
    let gw = 2.0 * w * (y * y * y - 1.0)
    g[0] = gu + gv + gw
    let hu = 2.0 * u * x
    let hv = 4.0 * v * (x * y)
    let hw = 6.0 * w * (x * (y * y))
    g[1] = hu + hv + hw
  }
}

/// Himmelblau's function.
struct HimmelblauSurface: Surface {
  static let name = "test-himmelblau"
  static let summary = "for tests"
  var dimension: Int { 2 }
  var starts: [[Double]] { [[-0.5, 0.5]] }
  var minima: [[Double]] { [[3, 2]] }
  var residualCount: Int { 2 }

  func residuals<X: Coordinates>(at p: X, into r: Strided<X.Value>) {
    Himmelblau().residuals(at: p, into: r)
  }

  func loss<X: Coordinates>(at p: X) -> X.Value {
    (p[0].squared + p[1] - 11.0).squared + (p[0] + p[1].squared - 7.0).squared
  }
  func gradient<X: Coordinates>(at p: X, into g: inout X) {
    let u = p[0] * p[0] + p[1] - 11.0
    let v = p[0] + p[1] * p[1] - 7.0
    g[0] = 4.0 * p[0] * u + 2.0 * v
    g[1] = 2.0 * u + 4.0 * p[1] * v
  }
}

/// x² + y, whose Hessian has no inverse.
struct Gutter: Surface {
  static let name = "gutter"
  static let summary = "for tests"
  var dimension: Int { 2 }
  var starts: [[Double]] { [[1, 1]] }
  var minima: [[Double]] { [] }

  func loss<X: Coordinates>(at p: X) -> X.Value { p[0].squared + p[1] }
  func gradient<X: Coordinates>(at p: X, into g: inout X) {
    g[0] = 2.0 * p[0]
    g[1] = 1.0 + 0.0 * p[1]
  }
}
