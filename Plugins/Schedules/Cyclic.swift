import OptimizerKit

/// Up and down between two values, again and again.
///
///     α(t) = α₀ (a + (p − a) A(t) Λ(t))
///
/// Λ rises from 0 to 1 in `up` steps and falls back in `down` steps; a is `start`, p is `peak`. The height
/// A is 1 (`triangular`), halved with each cycle (`triangular2`) or γᵗ (`exp-range`). Where no steps are
/// given, four cycles fill the budget. Momentum follows the opposite way, from its own value down to 0.8
/// of 0.9 and back: `momentum:cyclic:momentum=cyclic@momentum`. `one-cycle` goes up and down once.
///
/// Smith 2017, arXiv 1506.01186; torch.optim.lr_scheduler.CyclicLR, which is given the lower value a α₀
/// as base_lr and the upper one p α₀ as max_lr.
public struct Cyclic: Schedule {
  public static let name = "cyclic"
  public static let summary = "up and down between two values, again and again"
  public static let source = "Smith 2017, arXiv 1506.01186"
  public static let family = Family.cyclic
  public static let presets = [
    Preset(
      "torch", "CyclicLR's default of 2,000 steps up and as many down", ["up": 2000, "down": 2000]),
    Preset("triangular2", "half as high with each cycle", ["mode": "triangular2"]),
    Preset(
      "momentum", "the opposite way, for a momentum of 0.9: down to 0.8 and back",
      ["start": 1, "peak": "0.8888888888888889"]),
  ]

  /// How the height of the cycles changes.
  public enum Mode: String, Choice {
    case triangular, triangular2
    case exponentialRange = "exp-range"
  }

  @Hyperparameter("a, the value at the ends of a cycle as a share", in: 0...)
  public var start = 0.25
  @Hyperparameter("p, the value in its middle as a share", in: 0...) public var peak = 1.0
  @Hyperparameter("the steps up; 0 for an eighth of the budget", in: 0.0...1e9) public var up = 0
  @Hyperparameter("the steps down; 0 for as many as up", in: 0.0...1e9) public var down = 0
  @Hyperparameter("how the height of the cycles changes") public var mode = Mode.triangular
  @Hyperparameter("γ, the factor of the height each step in exp-range", in: 0...1)
  public var gamma = 1.0

  public init() {}

  public func value(base: Double, step: Int, steps: Int) -> Double {
    let up = up > 0 ? up : max((steps + 7) / 8, 1)
    let down = down > 0 ? down : up
    let t = step % (up + down)
    let share = t <= up ? Double(t) / Double(up) : Double(up + down - t) / Double(down)
    let height =
      switch mode {
      case .triangular: 1.0
      case .triangular2: power(0.5, step / (up + down))
      case .exponentialRange: power(gamma, step)
      }
    let weight = share * height
    return base * ((1 - weight) * start + weight * peak)
  }
}
