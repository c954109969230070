// The distributions that tests and intervals rest on.

import Glibc
import OptimizerKit

/// Distribution functions and quantiles. Upper tails are computed as such, so that small ones keep
/// their digits.
///
/// The series and continued fractions are those of the NIST Digital Library of Mathematical
/// Functions (https://dlmf.nist.gov); quantiles are found by bisection.
enum Distributions {
  /// P(Z ≤ x) of a standard normal Z: ½ erfc(−x/√2).
  static func normal(below x: Double) -> Double { 0.5 * erfc(-x * 0.5.squareRoot()) }

  /// The p-quantile of the standard normal distribution, 0 ≤ p ≤ 1.
  static func normalQuantile(_ p: Double) -> Double {
    // Of the two tails the smaller has more digits.
    guard p <= 0.5 else { return -normalQuantile(1 - p) }
    guard p > 0 else { return -.infinity }
    return -root(of: { normal(below: -$0) - p }, in: 0...40)
  }

  /// P(|T| > t) of Student's t with ν > 0 degrees of freedom, t ≥ 0: I_x(ν/2, ½) with
  /// x = ν/(ν + t²).
  static func student(beyond t: Double, degrees: Double) -> Double {
    guard t > 0 else { return 1 }
    guard t.isFinite else { return 0 }
    return incompleteBeta(degrees / (degrees + t * t), 0.5 * degrees, 0.5)
  }

  /// The number t with P(|T| > t) = p, 0 < p ≤ 1.
  static func studentQuantile(beyond p: Double, degrees: Double) -> Double {
    var upper = 1.0
    while student(beyond: upper, degrees: degrees) > p, upper < 1e100 { upper *= 2 }
    return root(of: { student(beyond: $0, degrees: degrees) - p }, in: 0...upper)
  }

  /// P(X > x) of χ² with ν degrees of freedom: Q(ν/2, x/2).
  static func chiSquare(above x: Double, degrees: Double) -> Double {
    x > 0 ? upperGamma(0.5 * degrees, 0.5 * x) : 1
  }

  /// P(X > x) of Fisher's F with a and b degrees of freedom: I_y(b/2, a/2) with y = b/(b + a x).
  static func fisher(above x: Double, _ a: Double, _ b: Double) -> Double {
    guard x > 0 else { return 1 }
    return x.isFinite ? incompleteBeta(b / (b + a * x), 0.5 * b, 0.5 * a) : 0
  }

  /// P(X ≤ k) of the number of heads in n tosses of a fair coin: the sum of C(n, i) 2⁻ⁿ, or, of
  /// many tosses, I_½(n − k, k + 1).
  static func fairCoin(atMost k: Int, of n: Int) -> Double {
    if k < 0 { return 0 }
    if k >= n { return 1 }
    guard n <= 1000 else { return incompleteBeta(0.5, Double(n - k), Double(k + 1)) }
    // From the smaller side, on which sums are exact for as long as C(n, i) is.
    guard 2 * k < n else { return 1 - fairCoin(atMost: n - k - 1, of: n) }
    var term = power(0.5, n)
    var sum = term
    for i in 0..<k {
      term = term * Double(n - i) / Double(i + 1)
      sum += term
    }
    return sum
  }

  /// P(Q ≤ q) of the range of k independent standard normal numbers, the studentized range with
  /// infinitely many degrees of freedom: k ∫ φ(z) (Φ(z) − Φ(z − q))ᵏ⁻¹ dz.
  ///
  /// By the trapezoidal rule, which converges exponentially for what is smooth and falls off as a
  /// Gaussian does (Trefethen and Weideman 2014, doi:10.1137/130932132).
  static func range(below q: Double, of k: Int) -> Double {
    guard q > 0 else { return 0 }
    let step = 0.1
    var sum = 0.0
    for i in -90...90 {
      let z = Double(i) * step
      let inside = normal(below: z) - normal(below: z - q)
      sum += Double.exp(-0.5 * z * z) * power(inside, k - 1)
    }
    return min(1, Double(k) * sum * step / (2 * Double.pi).squareRoot())
  }

  /// The p-quantile of that range, 0 ≤ p < 1, for k ≥ 2.
  static func rangeQuantile(_ p: Double, of k: Int) -> Double {
    root(of: { p - range(below: $0, of: k) }, in: 0...40)
  }

  /// The place where a falling function passes zero: by bisection, to the last digit.
  private static func root(
    of function: (Double) -> Double, in bounds: ClosedRange<Double>
  ) -> Double {
    var (lower, upper) = (bounds.lowerBound, bounds.upperBound)
    while true {
      let middle = 0.5 * (lower + upper)
      guard middle > lower, middle < upper else { return middle }
      if function(middle) > 0 { lower = middle } else { upper = middle }
    }
  }

  /// The regularised incomplete beta function I_x(a, b), 0 ≤ x ≤ 1, a, b > 0: the continued
  /// fraction DLMF 8.17.22, by the algorithm of Lentz (1976, doi:10.1364/AO.15.000668).
  static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    guard x > 0 else { return 0 }
    guard x < 1 else { return 1 }
    // Where the fraction converges slowly, I_x(a, b) = 1 − I_{1−x}(b, a).
    guard x <= (a + 1) / (a + b + 2) else { return 1 - incompleteBeta(1 - x, b, a) }
    let logBeta = lgamma(a).0 + lgamma(b).0 - lgamma(a + b).0
    let front = Double.exp(a * Double.log(x) + b * log1p(-x) - logBeta) / a
    let fraction = lentz { m in
      if m == 0 { return 1 }
      let i = Double(m / 2)
      return m % 2 == 0
        ? i * (b - i) * x / ((a + 2 * i - 1) * (a + 2 * i))
        : -(a + i) * (a + b + i) * x / ((a + 2 * i) * (a + 2 * i + 1))
    }
    return front * fraction
  }

  /// The regularised incomplete gamma function Q(a, x), a > 0, x ≥ 0: the series DLMF 8.11.4 of its
  /// complement for small x, else the continued fraction DLMF 8.9.2.
  static func upperGamma(_ a: Double, _ x: Double) -> Double {
    guard x > 0 else { return 1 }
    guard x.isFinite else { return 0 }
    let front = Double.exp(a * Double.log(x) - x - lgamma(a).0)
    if x < a + 1 {
      var term = 1 / a
      var sum = term
      var n = a
      while term > sum * 1e-17 {
        n += 1
        term *= x / n
        sum += term
      }
      return 1 - front * sum
    }
    // 1/(x + (1−a)/(1 + 1/(x + (2−a)/(1 + 2/(x + …)))))
    var (b, c) = (x + 1 - a, 1 / 1e-300)
    var d = 1 / b
    var value = d
    for i in 1...100_000 {
      let numerator = -Double(i) * (Double(i) - a)
      b += 2
      d = 1 / (numerator * d + b)
      c = b + numerator / c
      value *= c * d
      if abs(c * d - 1) < 1e-16 { break }
    }
    return front * value
  }

  /// 1/(1 + c₁/(1 + c₂/(1 + …))) for the coefficients cₘ; c₀ is 1.
  private static func lentz(_ coefficient: (Int) -> Double) -> Double {
    var (value, c, d) = (1e-300, 1e-300, 0.0)
    for m in 0..<100_000 {
      let numerator = coefficient(m)
      d = 1 + numerator * d
      if d == 0 { d = 1e-300 }
      d = 1 / d
      c = 1 + numerator / c
      if c == 0 { c = 1e-300 }
      value *= c * d
      if abs(c * d - 1) < 1e-16 { break }
    }
    return value
  }
}
