import OptimizerKit

/// A linear rise, then a fall with the inverse square root of time.
///
///     α(t) = s α₀ min(1/√n, n/(w √w)),   n = t + 1
///
/// w is `warmup`, 1 for none. The scale s is √w, so that the peak, at n = w, is α₀; or it is 1/√d of
/// the model dimension d as in the Transformer, where α₀ is a factor near 1 (`adam[lr=1]` with
/// `inverse-sqrt@noam`). It falls more slowly than `inverse-time`, and its length need not be known
/// beforehand.
///
/// Vaswani et al. 2017, arXiv 1706.03762, section 5.3, whose optimizer is known as Noam; with a scale of
/// √w also fairseq's inverse_sqrt.
public struct InverseSqrt: Schedule {
  public static let name = "inverse-sqrt"
  public static let summary = "1/√t after a linear rise"
  public static let source = "Vaswani et al. 2017, arXiv 1706.03762"
  public static let family = Family.decay
  public static let presets = [
    Preset(
      "noam", "the Transformer's: 4,000 steps of rise and d = 512, for a learning rate of 1",
      ["warmup": 4000, "modelDimension": 512])
  ]

  @Hyperparameter("w, the steps of the rise; 1 for none", in: 1.0...1e9) public var warmup = 1
  @Hyperparameter("d of the scale 1/√d; 0 for the scale that makes α₀ the peak", in: 0.0...1e9)
  public var modelDimension = 0

  public init() {}

  public func value(base: Double, step: Int, steps: Int) -> Double {
    let n = Double(step) + 1
    let w = Double(warmup)
    let root = w.squareRoot()
    let scale = modelDimension > 0 ? 1 / Double(modelDimension).squareRoot() : root
    return base * scale * min(1 / n.squareRoot(), n / (w * root))
  }
}
