import OptimizerKit

/// Grokfast: the slow part of the gradient is amplified.
///
///     h ← β h + (1 − β) g,   g ← g + λ h      (an average; h begins as the first gradient)
///     g ← g + λ mean(the last w gradients)    (a window, as soon as there are w of them)
///
/// A low-pass filter before what is wrapped, where momentum is one behind it: the slow components, on
/// which generalisation long after overfitting (grokking) rests, become 1 + λ times as strong. One
/// vector of state, or w of them with the window. With λ = 0 it is what it wraps.
///
/// Lee et al. 2024, arXiv 2405.20233.
public struct Grokfast: Wrapper {
  public static let name = "grokfast"
  public static let summary = "the slow part of gradients amplified"
  public static let source = "Lee et al. 2024, arXiv 2405.20233"
  public static let family = Family.gradients
  public static let presets = [
    Preset("author", "gradfilter_ema of the authors: the defaults here"),
    Preset("pytorch-optimizer", "pytorch_optimizer's gradfilter_ema: the defaults here"),
    Preset(
      "window", "gradfilter_ma of the authors: a window of 100, λ 5",
      ["filter": "window", "factor": 5.0]),
  ]

  /// What the slow part is.
  public enum Filter: String, Choice { case average, window }

  @Hyperparameter("factor λ of the slow part", in: 0..., search: 0...10) public var factor = 2.0
  @Hyperparameter("the slow part: an exponential average or the mean of a window")
  public var filter = Filter.average
  @Hyperparameter("decay β of the average", in: 0..<1) public var beta = 0.98
  @Hyperparameter("gradients w of the window", in: 1.0...10_000) public var window = 100

  public var inner: any Optimizer = GradientStep()

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    if factor > 0 {
      switch filter {
      case .average:
        context.state["slow", default: context.gradient]
          .interpolate(R(1 - beta), to: context.gradient)
        if let slow = context.state["slow"] { context.gradient.add(R(factor), slow) }
      case .window:
        let isFull = context.state["window", default: Window<R>()]
          .take(context.gradient, size: window)
        if isFull, let sum = context.state["window", as: Window<R>.self]?.sum {
          context.gradient.add(R(factor / Double(window)), sum)
        }
      }
    }
    try context.step(&inner)
  }

  /// The last gradients, and their sum.
  private struct Window<R: Scalar>: Sendable {
    var gradients: [Vector<R>] = []
    var sum = Vector(repeating: R(0.0), count: 0)
    var place = 0

    /// Takes a gradient in; returns whether there are as many as there may be.
    mutating func take(_ gradient: Vector<R>, size: Int) -> Bool {
      if gradients.isEmpty { sum = Vector(repeating: R(0.0), count: gradient.count) }
      if gradients.count < size {
        gradients.append(Vector(repeating: R(0.0), count: gradient.count))
      }
      sum.add(R(-1.0), gradients[place])
      gradients[place].assign(gradient)
      sum.add(R(1.0), gradient)
      place += 1
      if place == size {
        place = 0
        // Anew once in a while, so that roundings do not pile up.
        sum.fill(R(0.0))
        for gradient in gradients { sum.add(R(1.0), gradient) }
      }
      return gradients.count == size
    }
  }
}
