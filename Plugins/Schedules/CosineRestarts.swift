import OptimizerKit

/// Half cosines one after the other, each from the full value: warm restarts.
///
///     w = t/W                                   for t < W, then
///     w = (1 + cos(π (t − W)/(Tᵢ − W))) / 2     t counted from the last restart
///     α = w δⁱ α₀ + (1 − w) α₁
///
/// A cycle takes Tᵢ = T₀ mⁱ steps, i restarts after the first; T₀ is `period`, m is `growth`. Where T₀ is
/// not given, three whole cycles fill the budget. Each cycle may begin with a rise of W steps (`warmup`)
/// and reach only a share δ of the peak before it (`decay`). The final value α₁ is given as it is
/// (`final`, torch's eta_min) or as a share of α₀ (`finalShare`). `cosine` is a single cycle.
///
/// Loshchilov and Hutter 2017, arXiv 1608.03983 (SGDR); torch's CosineAnnealingWarmRestarts, which has
/// neither rise nor δ; optax.sgdr_schedule of such cycles.
public struct CosineRestarts: Schedule {
  public static let name = "cosine-restarts"
  public static let summary = "half cosines, each from the full value again"
  public static let source = "Loshchilov and Hutter 2017, arXiv 1608.03983"
  public static let family = Family.cyclic
  public static let presets = [
    Preset(
      "equal", "T_mult of torch's default, 1: cycles of one length", ["growth": 1])
  ]

  @Hyperparameter("T₀, the steps of the first cycle; 0 for three in the budget", in: 0.0...1e9)
  public var period = 0
  @Hyperparameter("m, how much longer each cycle is than the one before", in: 1.0...1000)
  public var growth = 2
  @Hyperparameter("α₁, the value at the end of a cycle", in: 0...) public var final = 0.0
  @Hyperparameter("the value at the end of a cycle as a share of α₀", in: 0...1)
  public var finalShare = 0.0
  @Hyperparameter("W, the steps of a rise at the beginning of each cycle", in: 0.0...1e9)
  public var warmup = 0
  @Hyperparameter("δ, the share of the peak that is left after each restart", in: 0...1)
  public var decay = 1.0

  public init() {}

  public func validate() throws(HyperparameterError) {
    if final != 0, finalShare != 0 {
      throw .inconsistent(
        plugin: Self.name, reason: "final and finalShare exclude each other; give one")
    }
    if period > 0, warmup >= period {
      throw .inconsistent(
        plugin: Self.name, reason: "the warmup of \(warmup) steps takes a whole period; give less")
    }
  }

  public func value(base: Double, step: Int, steps: Int) -> Double {
    let final = final + finalShare * base
    let growth = Double(growth)
    var length = Double(period)
    if period == 0 {
      length = max((Double(steps) / (1 + growth + growth * growth)).rounded(.up), 1)
    }
    var t = Double(step)
    var cycle = 0
    if growth == 1 {
      cycle = step / Int(length)
      t -= Double(cycle) * length
    } else {
      while t >= length {
        t -= length
        length *= growth
        cycle += 1
      }
    }
    let rise = Double(warmup)
    let weight =
      t < rise ? t / rise : (1 + cos(.pi * (t - rise) / max(length - rise, 1))) / 2
    return weight * (base * power(decay, cycle)) + (1 - weight) * final
  }
}
