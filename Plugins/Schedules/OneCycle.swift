import OptimizerKit

/// Up from a small value to the hyperparameter's own and down to almost nothing: one cycle.
///
///     a α₀ → p α₀    up to step q T, by half a cosine or a straight line
///     p α₀ → b α₀    up to step T
///
/// a is `start`, p is `peak`, b is `final`; with `fall` the value is back at a α₀ by that share of the
/// budget, and a third phase leads to b α₀. Momentum follows the opposite way, from its own value down
/// to 0.85 of 0.95 and back:
/// `momentum[momentum=0.95]:one-cycle:momentum=one-cycle@momentum`. `cyclic` goes up and down
/// many times.
///
/// Smith and Topin 2018, arXiv 1708.07120; torch.optim.lr_scheduler.OneCycleLR, whose last step has the
/// final value; optax.cosine_onecycle_schedule and linear_onecycle_schedule, which reach it after the
/// last (`reachesEnd`).
public struct OneCycle: Schedule {
  public static let name = "one-cycle"
  public static let summary = "up from a small value and down to almost nothing"
  public static let source = "Smith and Topin 2018, arXiv 1708.07120"
  public static let family = Family.cyclic
  public static let presets = [
    Preset("torch", "OneCycleLR's defaults: a cosine in two phases"),
    Preset(
      "three-phase", "OneCycleLR with three_phase, as in the paper: up and down, then to the end",
      ["fall": 0.6]),
    Preset(
      "optax", "cosine_onecycle_schedule: the final value comes after the last step",
      ["reachesEnd": false]),
    Preset(
      "optax-linear", "linear_onecycle_schedule: straight lines, three phases",
      ["reachesEnd": false, "interpolation": "linear", "fall": 0.85]),
    Preset(
      "momentum", "the opposite way, for a momentum of 0.95: down to 0.85 and back",
      ["start": 1, "peak": "0.8947368421052632", "final": 1]),
  ]

  /// How the value goes from one level to the next.
  public enum Interpolation: String, Choice { case cosine, linear }

  @Hyperparameter("q, the share of the budget of the first phase", in: 0...1) public var rise = 0.3
  @Hyperparameter("the share after which it is back at the start; 0 for two phases", in: 0...1)
  public var fall = 0.0
  @Hyperparameter("a, the first value as a share", in: 0...) public var start = 0.04
  @Hyperparameter("p, the value between the phases as a share", in: 0...) public var peak = 1.0
  @Hyperparameter("b, the last value as a share", in: 0...) public var final = 4e-6
  @Hyperparameter("how the value goes from one to the next")
  public var interpolation = Interpolation.cosine
  @Hyperparameter("whether the last step has the last value, rather than the one after it")
  public var reachesEnd = true

  public init() {}

  public func validate() throws(HyperparameterError) {
    if fall != 0, fall < rise {
      throw .inconsistent(plugin: Self.name, reason: "fall is before rise; give 0 or more than it")
    }
  }

  public func value(base: Double, step: Int, steps: Int) -> Double {
    let budget = Double(steps)
    /// Where the phase number `phase` ends that takes the budget up to `share`.
    func end(_ share: Double, _ phase: Double) -> Double {
      reachesEnd ? share * budget - phase : (share * budget).rounded(.down)
    }
    var levels = [(end: end(rise, 1), value: peak), (end: end(1, 1), value: final)]
    if fall > 0 { levels.insert((end: end(fall, 2), value: start), at: 1) }
    let t = Double(step)
    var begin = (end: 0.0, value: start)
    for level in levels.dropLast() {
      if t <= level.end { return base * between(begin, level, at: t) }
      begin = level
    }
    return base * between(begin, levels[levels.count - 1], at: t)
  }

  private func between(
    _ a: (end: Double, value: Double), _ b: (end: Double, value: Double), at t: Double
  ) -> Double {
    let progress = b.end > a.end ? min((t - a.end) / (b.end - a.end), 1) : 1
    let weight = interpolation == .linear ? 1 - progress : (1 + cos(.pi * progress)) / 2
    return weight * a.value + (1 - weight) * b.value
  }
}
