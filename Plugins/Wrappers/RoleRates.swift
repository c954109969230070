import OptimizerKit

/// A learning rate for each role: the steps of weights, biases and scales by factors of their own.
///
///     x ← x + f (x' − x)     where what is wrapped goes from x to x'
///
/// f is that of the tensor's role, times `first` for the weights of the first layer and `last` for
/// those of the last. A factor of 0 freezes: `role-rates[first=0](adam)`. For what moves in proportion
/// to its learning rate it is a group of parameters with a rate of its own, as in torch. One vector of
/// state, none with factors of 1, with which it is what it wraps. The points of surfaces have no role
/// and move as they would.
///
/// Bengio 2012, arXiv 1206.5533 (rates for each layer); torch's parameter groups.
public struct RoleRates: Wrapper {
  public static let name = "role-rates"
  public static let summary =
    "factors on the steps of weights, biases, scales, first and last layer"
  public static let source = "Bengio 2012, arXiv 1206.5533"
  public static let family = Family.updates
  public static let presets = [
    Preset("caffe", "biases twice as fast, as Caffe's examples have it", ["bias": 2.0])
  ]

  @Hyperparameter("factor of weights", in: 0..., search: 0...10) public var weight = 1.0
  @Hyperparameter("factor of biases", in: 0..., search: 0...10) public var bias = 1.0
  @Hyperparameter("factor of scales", in: 0..., search: 0...10) public var scale = 1.0
  @Hyperparameter("further factor of the first weights", in: 0..., search: 0...10)
  public var first = 1.0
  @Hyperparameter("further factor of the last weights", in: 0..., search: 0...10)
  public var last = 1.0

  public var inner: any Optimizer = GradientStep()

  public init() {}

  public mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    guard [weight, bias, scale, first, last].contains(where: { $0 != 1 }) else {
      return try context.step(&inner)
    }
    context.state["before", default: context.x].assign(context.x)
    try context.step(&inner)
    guard let before = context.state["before"] else { return }
    let x = context.x.mutablePointer()
    let old = before.pointer
    let tensors = context.layout.tensors
    let firstWeight = tensors.firstIndex { $0.role == .weight }
    let lastWeight = tensors.lastIndex { $0.role == .weight }
    for (index, tensor) in tensors.enumerated() {
      var factor = self.factor(of: tensor.role)
      if index == firstWeight { factor *= first }
      if index == lastWeight { factor *= last }
      if factor == 1 { continue }
      let f = R(factor)
      for i in tensor.range { x[i] = old[i] + f * (x[i] - old[i]) }
    }
  }

  private func factor(of role: ParameterLayout.Role) -> Double {
    switch role {
    case .weight: weight
    case .bias: bias
    case .scale: scale
    case .coordinate: 1
    }
  }
}
