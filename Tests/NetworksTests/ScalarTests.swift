import Foundation
import Networks
import Testing

@Suite("elementary functions in single precision")
struct ScalarTests {
  /// The largest distance from the exact value, in units in the last place.
  func ulps(
    _ range: ClosedRange<Float>, _ f: (Float) -> Float, _ exact: (Double) -> Double
  ) -> Double {
    var worst = 0.0
    let points = 200_000
    for k in 0...points {
      let x = range.lowerBound + (range.upperBound - range.lowerBound) * Float(k) / Float(points)
      let right = exact(Double(x))
      worst = max(worst, abs(Double(f(x)) - right) / Double(Float(right).ulp))
    }
    return worst
  }

  @Test func exponential() {
    #expect(ulps(-87...88, Float.exponential, Foundation.exp) <= 2)
    #expect(Float.exponential(0) == 1)
    #expect(Float.exponential(.nan).isNaN)
    #expect(Float.exponential(-.infinity) < 1.3e-38)
    #expect(Float.exponential(.infinity).isFinite)
  }

  @Test func exponentialMinusOne() {
    #expect(ulps(-87...88, Float.exponentialMinusOne, Foundation.expm1) <= 3)
    #expect(ulps(-0.4...0.4, Float.exponentialMinusOne, Foundation.expm1) <= 3)
    #expect(ulps(-1e-6...1e-6, Float.exponentialMinusOne, Foundation.expm1) <= 3)
    #expect(Float.exponentialMinusOne(0) == 0)
    #expect(Float.exponentialMinusOne(.nan).isNaN)
    #expect(Float.exponentialMinusOne(-.infinity) == -1)
    #expect(Float.exponentialMinusOne(.infinity).isFinite)
  }

  @Test func hyperbolicTangent() {
    #expect(ulps(-12...12, Float.hyperbolicTangent, Foundation.tanh) <= 6)
    #expect(ulps(-0.1...0.1, Float.hyperbolicTangent, Foundation.tanh) <= 6)
    #expect(Float.hyperbolicTangent(0) == 0)
    #expect(Float.hyperbolicTangent(.nan).isNaN)
    #expect(abs(Float.hyperbolicTangent(.infinity) - 1) < 1e-6)
  }
}
