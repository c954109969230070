import OptimizerKit

/// A factor of its own at each of some steps, in jumps or joined.
///
///     vᵢ = α₀ f₁ f₂ … fᵢ,   the value at boundary bᵢ; v₀ = α₀ at b₀ = 0
///
/// Between boundaries it stays where it is (`jump`), or goes from vᵢ to vᵢ₊₁ in a straight line (`linear`)
/// or half a cosine (`cosine`). Where no boundaries are given, they divide the budget into equal
/// parts. `multistep` has one factor for all.
///
/// optax.piecewise_constant_schedule and piecewise_interpolate_schedule.
public struct Piecewise: Schedule {
  public static let name = "piecewise"
  public static let summary = "a factor of its own at each of some steps, in jumps or joined"
  public static let source =
    "optax.piecewise_constant_schedule, optax.piecewise_interpolate_schedule"
  public static let family = Family.decay

  /// How the value goes from one boundary to the next.
  public enum Interpolation: String, Choice { case jump, linear, cosine }

  @Hyperparameter("the steps of the boundaries; none for equal parts of the budget")
  public var boundaries: NumberList<Int> = []
  @Hyperparameter("the factor at each boundary")
  public var factors: NumberList<Double> = [0.3, 0.1]
  @Hyperparameter("how the value goes from one to the next")
  public var interpolation = Interpolation.jump

  public init() {}

  public func validate() throws(HyperparameterError) {
    let steps = boundaries.values
    if !steps.isEmpty, steps.count != factors.values.count {
      throw .inconsistent(
        plugin: Self.name,
        reason: "\(steps.count) boundaries and \(factors.values.count) factors; give as many")
    }
    if zip(steps, steps.dropFirst()).contains(where: { $0 >= $1 }) {
      throw .inconsistent(
        plugin: Self.name, reason: "boundaries = \(boundaries.hyperparameterText) do not rise")
    }
  }

  public func value(base: Double, step: Int, steps: Int) -> Double {
    var value = base
    var begin = 0
    for (index, factor) in factors.values.enumerated() {
      let count = factors.values.count
      let end =
        boundaries.values.isEmpty
        ? Int(Double(steps) * (Double(index + 1) / Double(count + 1))) : boundaries.values[index]
      if step < end {
        if interpolation == .jump { return value }
        let progress = Double(step - begin) / Double(end - begin)
        let weight = interpolation == .linear ? 1 - progress : (1 + cos(.pi * progress)) / 2
        return weight * value + (1 - weight) * (value * factor)
      }
      value *= factor
      begin = end
    }
    return value
  }
}
