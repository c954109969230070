import OptimizerKit

/// Lévy's function: waves along each axis in a bowl.
///
///     f(x) = sin²(πw₁) + Σ_{i<n} (wᵢ − 1)² (1 + 10 sin²(πwᵢ + 1)) + (wₙ − 1)² (1 + sin²(2πwₙ))
///     wᵢ = 1 + (xᵢ − 1)/4
///
/// Minimum 0 at (1, …, 1). The waves are as high as the bowl is at their place: they fade towards
/// the minimum, so that whoever comes near arrives. `levy13` is its relative in the plane.
///
/// Lévy and Montalvo 1985, doi:10.1137/0906002; Laguna and Martí 2005.
public struct Levy: Surface {
  public static let name = "levy"
  public static let summary = "a bowl with waves along each axis"
  public static let shows = "local minima that fade towards the global one"
  public static let source = "Lévy and Montalvo 1985, doi:10.1137/0906002"
  public static let family = Family.multimodal

  @Hyperparameter("dimension n", in: 1.0...1e6) public var dim = 2

  public init() {}

  public var dimension: Int { dim }
  public var starts: [[Double]] { [(0..<dim).map { $0 % 2 == 0 ? -7 : 8 }] }
  public var minima: [[Double]] { [Array(repeating: 1, count: dim)] }
  public var minimumLoss: Double? { 0 }
  public var viewport: Viewport? { dim == 2 ? Viewport(x: -10...10, y: -10...10) : nil }

  private let pi = Double.pi

  public func loss<X: Coordinates>(at x: X) -> X.Value {
    var sum = sin(pi * (1.0 + 0.25 * (x[0] - 1.0))).squared
    for i in 0..<x.count {
      let v = 0.25 * (x[i] - 1.0)
      let wave =
        i < x.count - 1
        ? 10.0 * sin(pi * (1.0 + v) + 1.0).squared : sin(2.0 * pi * (1.0 + v)).squared
      sum += v.squared * (1.0 + wave)
    }
    return sum
  }

  public func gradient<X: Coordinates>(at x: X, into g: inout X) {
    for i in 0..<x.count {
      // The derivative of sin² t is sin 2t.
      let v = 0.25 * (x[i] - 1.0)
      let w = 1.0 + v
      if i < x.count - 1 {
        let wave = 1.0 + 10.0 * sin(pi * w + 1.0).squared
        let slope = 10.0 * pi * sin(2.0 * (pi * w + 1.0))
        g[i] = 0.25 * (2.0 * v * wave + v.squared * slope)
      } else {
        let wave = 1.0 + sin(2.0 * pi * w).squared
        let slope = 2.0 * pi * sin(4.0 * pi * w)
        g[i] = 0.25 * (2.0 * v * wave + v.squared * slope)
      }
    }
    g[0] = g[0] + 0.25 * pi * sin(2.0 * pi * (1.0 + 0.25 * (x[0] - 1.0)))
  }
}
