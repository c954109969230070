import OptimizerKit

/// DoG, distance over gradients: SGD whose learning rate is the distance gone over the gradients seen.
///
///     r ← max(r, ‖x − x₀‖),   G ← G + ‖g‖²
///     x ← x − α r / √(G + ε) g
///     y ← y + (1 + γ)/(t + γ) (x − y)
///
/// r begins at r₀ (1 + ‖x₀‖), and the first steps are about as long; from there the rate settles at
/// that of the best fixed one up to a logarithm. The paper judges the average y, which counts recent
/// points more; with `average` the loss is reported there, while gradients are taken at x. `dowg`
/// weighs gradients by distances, and grows faster. α is 1. Two vectors of state (one without the
/// average); two norms a step.
///
/// Ivgi, Hinder and Carmon 2023, arXiv 2302.12022; Shamir and Zhang 2013, arXiv 1212.1824 (average).
public struct DoG: VectorOptimizer {
  public static let name = "dog"
  public static let summary = "SGD with a rate of the distance gone over the gradients seen"
  public static let source = "Ivgi, Hinder and Carmon 2023, arXiv 2302.12022"
  public static let family = Family.parameterFree
  public static let presets = [
    Preset("author", "formll/dog with its averager: the defaults here"),
    Preset("optax", "optax.contrib.dog: no average", ["average": false]),
    Preset("layerwise", "formll/dog's LDoG: a rate for each tensor", ["layerwise": true]),
  ]

  @Hyperparameter(
    "learning rate α, by which the rate is multiplied", in: 0..., scale: .log,
    search: 1e-1...10)
  public var lr = 1.0
  @Hyperparameter("r₀, the first step relative to 1 + ‖x₀‖", in: .positive, scale: .log)
  public var start = 1e-6
  @Hyperparameter("ε, added to the sum of squares", in: 0..., scale: .log) public var epsilon = 1e-8
  @Hyperparameter("L2 coefficient λ, added to the gradient as λx", in: 0...)
  public var weightDecay = 0.0
  @Hyperparameter("a rate for each tensor") public var layerwise = false
  @Hyperparameter("report the loss at the average of the points") public var average = true
  @Hyperparameter("γ, how much more recent points count in the average", in: 0...)
  public var gamma = 8.0

  public var invariances: Invariances {
    .adaptive(epsilon: epsilon, weightDecay: weightDecay)
      .union(.rotation).subtracting(.translation)
  }

  public init() {}

  public func makeState<R: Scalar>(at x: Vector<R>, layout: ParameterLayout) -> OptimizerState<R> {
    var state = OptimizerState<R>()
    state["start"] = x
    if average { state["average"] = x }
    return state
  }

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let parts =
      layerwise
      ? context.layout.tensors.map { $0.offset..<($0.offset + $0.count) } : [context.x.indices]
    if weightDecay > 0 { context.gradient.add(R(weightDecay), context.x) }
    let (x, g) = (context.x.mutablePointer(), context.gradient.pointer)
    let origin = context.state.pointer("start", context.x.count)
    let distances = context.state.pointer("distances", parts.count)
    let squares = context.state.pointer("squares", parts.count)
    for (index, part) in parts.enumerated() {
      let (x, g, origin) = (x + part.lowerBound, g + part.lowerBound, origin + part.lowerBound)
      let gone = interleavedSum(part.count) { (x[$0] - origin[$0]).double.squared }.squareRoot()
      let first = context.step == 1 ? start * (1 + norm(origin, part.count)) : 0
      let distance = max(distances[index].double, first, gone)
      let sum = squares[index].double + dot(g, g, part.count)
      distances[index] = R(distance)
      squares[index] = R(sum)
      guard sum + epsilon > 0 else { continue }
      let rate = R(context.lr * distance / (sum + epsilon).squareRoot())
      for i in 0..<part.count { x[i] = x[i] - rate * g[i] }
    }
    if average {
      let share = (1 + gamma) / (Double(context.step) + gamma)
      context.state["average", default: context.x].interpolate(R(share), to: context.x)
    }
  }

  public func evaluationPoint<R: Scalar>(_ x: Vector<R>, state: OptimizerState<R>) -> Vector<R>? {
    average ? state["average"] : nil
  }
}
