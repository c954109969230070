// Wrappers that are small enough to be followed by hand.

import OptimizerKit

/// The plugins that come with the lab, the drill, and the wrappers of this file.
let catalogueWithWrappers: PluginCatalogue = {
  var lab = catalogueWithDrill
  lab.register(Scaled.self, file: "Scaled.swift", sourceHash: "scaled")
  lab.register(Paced.self, file: "Paced.swift", sourceHash: "paced")
  lab.register(Asking.self, file: "Asking.swift", sourceHash: "asking")
  lab.register(Ready.self, file: "Ready.swift", sourceHash: "ready")
  return lab
}()

/// A multiple of the gradient; no learning rate of its own.
struct Scaled: Wrapper {
  static let name = "scaled"
  static let summary = "a multiple of the gradient"
  static let presets = [Preset("half", "half of it", ["factor": 0.5])]
  @Hyperparameter("the multiple", in: 0...) var factor = 1.0
  @Hyperparameter("a number that nothing depends on", in: 0...) var other = 1.0
  var inner: any Optimizer = GradientStep()
  init() {}
  mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    context.gradient.scale(R(factor))
    try context.step(&inner)
  }
}

/// A learning rate of its own, which it adds to the first parameter after the step of what it wraps.
struct Paced: Wrapper {
  static let name = "paced"
  static let summary = "moves by a rate of its own"
  @Hyperparameter("learning rate", in: 0..., scale: .log) var lr = 1.0
  var inner: any Optimizer = GradientStep()
  init() {}
  mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let lr = context.lr
    try context.step(&inner)
    context.x[0] += R(lr)
  }
}

/// Asks for the gradient once more, so that a step costs two, and goes along their mean.
struct Asking: Wrapper {
  static let name = "asking"
  static let summary = "two gradients a step"
  var ownRequirements: OracleCapabilities { [.gradient] }
  var inner: any Optimizer = GradientStep()
  init() {}
  mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    let again = try context.oracle.gradient(at: context.x)
    context.gradient.add(R(1.0), again)
    context.gradient.scale(R(0.5))
    try context.step(&inner)
  }
}

/// Knows what it wraps where nothing is said.
struct Ready: Wrapper {
  static let name = "ready"
  static let summary = "around sgd unless something else is named"
  static let defaultInner: String? = "sgd[lr=0.5]"
  var inner: any Optimizer = GradientStep()
  init() {}
  mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    try context.step(&inner)
  }
}
