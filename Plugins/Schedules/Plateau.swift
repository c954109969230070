import OptimizerKit

/// Drops by a factor where the loss has stopped falling.
///
///     a loss is better where it is below (1 − r) best − a
///     after more than `patience` losses in a row that are not: α ← max(γ α, least)
///
/// It reads the loss that comes with the gradient of each step, of a network that of its minibatch, or
/// the mean of `every` of them; NaN is never better. For `cooldown` losses after a drop none counts
/// against it. r is `relative`, a is `absolute` (torch's two kinds of threshold; optax has both at once).
/// The least value is given as it is (`minimum`) or as a share of α₀ (`minimumShare`). Every other
/// schedule, such as `step`, drops when it was told to. Runs with it cannot be done side by side.
///
/// torch.optim.lr_scheduler.ReduceLROnPlateau, where a loss counts from the next step on;
/// optax.contrib.reduce_on_plateau, where it counts at once.
public struct Plateau: ReactiveSchedule {
  public static let name = "plateau"
  public static let summary = "times γ where the loss has stopped falling"
  public static let source = "torch.optim.lr_scheduler.ReduceLROnPlateau"
  public static let family = Family.reactive
  public static let presets = [
    Preset(
      "optax", "reduce_on_plateau: counts at once, gives up one loss earlier, drops however little",
      ["lag": 0, "patience": 9, "leastDrop": 0])
  ]

  @Hyperparameter("γ, the factor of each drop", in: 0...1) public var factor = 0.1
  @Hyperparameter("how many losses in a row may be no better", in: 0.0...1e9)
  public var patience = 10
  @Hyperparameter("losses after a drop that do not count against it", in: 0.0...1e9)
  public var cooldown = 0
  @Hyperparameter("r, what is better as a share of the best", in: 0..<1) public var relative = 1e-4
  @Hyperparameter("a, what is better in absolute terms", in: 0...) public var absolute = 0.0
  @Hyperparameter("how many losses are averaged", in: 1.0...1e9) public var every = 1
  @Hyperparameter("the least value", in: 0...) public var minimum = 0.0
  @Hyperparameter("the least value as a share of the first", in: 0...1)
  public var minimumShare = 0.0
  @Hyperparameter("drops that are no larger are left out", in: 0...) public var leastDrop = 1e-8
  @Hyperparameter("steps from a loss to the first value that it changes", in: 0.0...1)
  public var lag = 1

  private var best = Double.infinity
  private var bad = 0
  private var cooling = 0
  private var mean = 0.0
  private var count = 0
  /// The values after the last loss and after the one before; nil where there was no drop.
  private var current: Double?
  private var previous: Double?

  public init() {}

  public func validate() throws(HyperparameterError) {
    if minimum != 0, minimumShare != 0 {
      throw .inconsistent(
        plugin: Self.name, reason: "minimum and minimumShare exclude each other; give one")
    }
  }

  public func value(base: Double, step: Int, steps: Int) -> Double {
    (lag == 0 ? current : previous) ?? base
  }

  public func range(base: Double) -> ClosedRange<Double> { min(least(base), base)...base }

  private func least(_ base: Double) -> Double { minimum + minimumShare * base }

  public mutating func read(loss: Double, base: Double) {
    previous = current
    mean = (Double(count) * mean + loss) / Double(count + 1)
    count += 1
    guard count >= every else { return }
    let loss = mean
    (mean, count) = (0, 0)
    if loss < (1 - relative) * best - absolute {
      best = loss
      bad = 0
    } else {
      bad += 1
    }
    if cooling > 0 {
      cooling -= 1
      bad = 0
    }
    guard bad > patience else { return }
    let value = current ?? base
    let lower = max(value * factor, least(base))
    if value - lower > leastDrop { current = lower }
    cooling = cooldown
    bad = 0
  }
}
