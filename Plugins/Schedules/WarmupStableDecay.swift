import OptimizerKit

/// A rise, a long plateau and a short fall: a trapezium.
///
///     α(t) = α₀ t/W                              for t < W
///     α(t) = α₀                                  up to T − D
///     α(t) = α₀ (b + (1 − b) (1 − √p)),          p = (t − (T − D))/D
///
/// The fall is 1 − √p, 1 − p (`linear`), 1 − p² or half a cosine. The plateau does not depend on T: a run can
/// be made longer, or the fall be tried from any of its points. W, D and the length T are shares
/// of the budget and the budget. `warmup+cosine` falls all the time.
///
/// Zhai et al. 2022, arXiv 2106.04560; Hu et al. 2024, arXiv 2404.06395 (WSD); the fall by 1 − √p: Hägele
/// et al. 2024, arXiv 2405.18392. pytorch_optimizer.get_wsd_schedule.
public struct WarmupStableDecay: Schedule {
  public static let name = "wsd"
  public static let summary = "a rise, a plateau and a short fall"
  public static let source =
    "Hu et al. 2024, arXiv 2404.06395; Hägele et al. 2024, arXiv 2405.18392"
  public static let family = Family.decay
  public static let presets = [
    Preset("trapezoidal", "a straight fall", ["shape": "linear"])
  ]

  /// The form of the fall.
  public enum Shape: String, Choice {
    case root = "1-sqrt"
    case linear, cosine
    case square = "1-square"
  }

  @Hyperparameter("W, the rise as a share of the budget", in: 0...1) public var warmup = 0.05
  @Hyperparameter("D, the fall as a share of the budget", in: 0...1) public var decay = 0.2
  @Hyperparameter("b, the value at the end as a share", in: 0...1) public var final = 0.0
  @Hyperparameter("the form of the fall") public var shape = Shape.root

  public init() {}

  public func validate() throws(HyperparameterError) {
    if warmup + decay > 1 {
      throw .inconsistent(
        plugin: Self.name, reason: "warmup and decay together are more than the whole budget")
    }
  }

  public func value(base: Double, step: Int, steps: Int) -> Double {
    let t = Double(step)
    let rise = (warmup * Double(steps)).rounded()
    let fall = (decay * Double(steps)).rounded()
    if t < rise { return base * t / rise }
    let begin = Double(steps) - fall
    guard t > begin, fall > 0 else { return base }
    let progress = min((t - begin) / fall, 1)
    let weight =
      switch shape {
      case .root: 1 - progress.squareRoot()
      case .linear: 1 - progress
      case .cosine: (1 + cos(.pi * progress)) / 2
      case .square: 1 - progress * progress
      }
    return base * (weight + (1 - weight) * final)
  }
}
