import Foundation
import Networks
import OptimizerKit
import Plugins
import Testing

@Suite("network problems")
struct ProblemTests {
  func problem(_ name: String, _ settings: KeyValuePairs<String, String>) throws
    -> any TrainingProblem
  {
    let settings = settings.map { PluginSpec.Setting(name: $0.key, value: $0.value) }
    let made = try PluginCatalogue.builtIn().problem(PluginSpec(name: name, settings: settings))
    return try #require(made as? any TrainingProblem)
  }

  /// Trains with plain gradient steps, and returns the losses and the last parameters.
  func train(_ session: any TrainingSession, steps: Int, lr: Float)
    -> (losses: [Double], parameters: Vector<Float>)
  {
    var x = session.initialParameters()
    var gradient = Vector<Float>(repeating: 0, count: x.count)
    let losses = (1...steps).map { step in
      let loss = session.lossAndGradient(at: x, step: step, gradient: &gradient)
      x.add(-lr, gradient)
      return loss
    }
    return (losses, x)
  }

  @Test func theDefaultIsTheNetOfTheBenchmarks() throws {
    let session = try problem("mlp", [:]).makeSession(seed: 1)
    #expect(session.layout.count == 109_386)
    #expect(
      session.layout.tensors.map(\.shape) == [
        [128, 784], [128], [64, 128], [64], [10, 64], [10],
      ])
    #expect(session.stepsPerEpoch == 390)
  }

  /// With the small weights of the last layer every class is about as likely.
  @Test(arguments: ["mlp", "softmax-regression", "cnn", "2c2d", "resnet"])
  func theFirstLossIsThatOfAGuess(_ name: String) throws {
    let isDense = name == "mlp" || name == "softmax-regression"
    let session = try problem(name, ["batch": isDense ? "512" : "8"]).makeSession(seed: 1)
    let loss = session.loss(at: session.initialParameters(), step: 1)
    // Logits of deviation σ move the mean loss over n examples by about σ / √n; σ is 0.1 or less
    // in all of them, n 512 or 8.
    #expect(abs(loss - log(10)) < (isDense ? 0.02 : 0.1))
  }

  /// A network that cannot learn a few examples by heart is wired wrongly.
  @Test(
    arguments: [
      ("mlp", ["hidden": "32"]), ("cnn", ["filters": "8x16"]),
      ("cnn", ["filters": "8x16", "normalization": "batch"]), ("resnet", ["filters": "8x16"]),
    ] as [(String, [String: String])])
  func aTinySubsetIsFitted(_ name: String, settings: [String: String]) throws {
    let size = ["trainSize": "16", "batch": "16"]
    let made = try PluginCatalogue.builtIn().problem(
      PluginSpec(
        name: name,
        settings: settings.merging(size) { $1 }.map { PluginSpec.Setting(name: $0, value: $1) }))
    let problem = try #require(made as? any NetworkProblem)
    let data = try DataSource.fashionMNIST.load().training.prefix(16)
    // Validated on what it is trained on.
    let session = try NetworkSession(
      problem.layers, training: data, validation: data, batch: 16, seed: 1)
    var adam = try PluginCatalogue.builtIn().optimizer(PluginSpec(name: "adam", settings: []))
    let x = session.initialParameters()
    var context = StepContext(
      x: x, layout: session.layout, state: adam.makeState(at: x, layout: session.layout),
      oracle: .none)
    for step in 1...(name == "resnet" ? 160 : 80) {
      _ = session.lossAndGradient(at: context.x, step: step, gradient: &context.gradient)
      context.begin(step: step, lr: 0.005)
      try adam.advance(&context)
    }
    #expect(session.validate(context.x).accuracy == 1)
  }

  /// Gradients that an optimizer asks for beside the training pass leave the running statistics of
  /// batch normalisation alone, so that a validation sees nothing of them.
  @Test func askedGradientsLeaveNoTrace() throws {
    func validation(asking isTracked: Bool?) throws -> ValidationMetrics {
      let settings: KeyValuePairs = [
        "normalization": "batch", "filters": "4x4", "trainSize": "64", "batch": "16",
      ]
      let session = try problem("cnn", settings).makeSession(seed: 1)
      var x = session.initialParameters()
      var gradient = Vector<Float>(repeating: 0, count: x.count)
      var other = gradient
      for step in 1...6 {
        _ = session.lossAndGradient(at: x, step: step, gradient: &gradient)
        if let isTracked {
          var near = x
          near.add(0.05, gradient)
          _ = session.lossAndGradient(at: near, step: step, gradient: &other, isTracked: isTracked)
          _ = session.loss(at: near, step: step)
        }
        x.add(-0.05, gradient)
      }
      return session.validate(x)
    }
    let plain = try validation(asking: nil)
    #expect(try validation(asking: false) == plain)
    #expect(try validation(asking: true) != plain)
  }

  @Test func everyNetworkHasATarget() throws {
    let networks = PluginCatalogue.builtIn().problems.compactMap {
      $0.make() as? any NetworkProblem
    }
    #expect(networks.count >= 8)
    for network in networks { #expect(network.target != nil, "\(type(of: network).name)") }
  }

  @Test func targetsBelongToSettings() throws {
    var mlp = MLP()
    let usual = mlp.target
    #expect(usual == MLP.targets[""])
    try mlp.set("hidden", to: "32")
    #expect(mlp.target == nil)
    for preset in MLP.presets where preset.name == "deep" {
      mlp = MLP()
      for setting in preset.settings { try mlp.set(setting.name, to: setting.value) }
    }
    #expect(mlp.target == MLP.targets["deep"])
    #expect(mlp.target != usual)
  }

  @Test(
    arguments: [
      ("mlp", ["trainSize": "256", "batch": "64"]), ("cnn", ["trainSize": "16", "batch": "8"]),
      ("cnn", ["trainSize": "16", "batch": "8", "augmentation": "flip+crop4"]),
    ] as [(String, KeyValuePairs<String, String>)])
  func theSameSeedGivesTheSameBytes(_ name: String, settings: KeyValuePairs<String, String>) throws
  {
    let problem = try problem(name, settings)
    let first = train(try problem.makeSession(seed: 3), steps: 9, lr: 0.1)
    let interrupted = try problem.makeSession(seed: 3)
    // A whole validation pass of the CNN takes its time in a debug build.
    if name == "mlp" { _ = interrupted.validate(interrupted.initialParameters()) }
    _ = interrupted.loss(at: interrupted.initialParameters(), step: 2)
    let second = train(interrupted, steps: 9, lr: 0.1)
    #expect(first.losses == second.losses)
    #expect(first.parameters.array.map(\.bitPattern) == second.parameters.array.map(\.bitPattern))
    let other = train(try problem.makeSession(seed: 4), steps: 1, lr: 0.1)
    #expect(other.losses[0] != first.losses[0])
  }

  @Test func lossAndGradientAgreeOnTheLoss() throws {
    let session = try problem("mlp", ["trainSize": "256", "batch": "64"]).makeSession(seed: 1)
    let x = session.initialParameters()
    var gradient = Vector<Float>(repeating: .nan, count: x.count)
    let loss = session.lossAndGradient(at: x, step: 2, gradient: &gradient)
    _ = session.validate(x)
    #expect(session.loss(at: x, step: 2) == loss)
    #expect(gradient.norm > 0)
  }

  @Test func validationCountsWhatIsRight() throws {
    let session = try problem("softmax-regression", [:]).makeSession(seed: 1)
    // Zero weights: every class alike, the first is taken; a tenth of the images is of that class.
    let metrics = session.validate(session.initialParameters())
    #expect(abs(metrics.loss - log(10)) < 1e-6)
    #expect(abs(metrics.accuracy - 0.1) < 0.01)
  }

  /// Examples are passed in parts: the last one, which is shorter, counts for as many as it has.
  @Test func metricsDoNotDependOnTheParts() throws {
    let data = try DataSource.moons.load(.normalize)
    func metrics(batch: Int) throws -> ValidationMetrics {
      let session = try NetworkSession(
        [Dense(8, .tanh), Dense(2)], training: data.training, validation: data.validation,
        batch: batch, seed: 1)
      return session.metrics(session.initialParameters(), on: data.training.prefix(1130))
    }
    // In parts of 500, 500 and 130, and as a whole.
    let (parts, whole) = (try metrics(batch: 20), try metrics(batch: 1130))
    #expect(abs(parts.loss - whole.loss) < 1e-6 * whole.loss)
    #expect(parts.accuracy == whole.accuracy)
  }

  @Test func aBatchLargerThanTheDataIsRefused() {
    #expect(
      message { _ = try problem("mlp", ["trainSize": "100"]) }
        == "mlp: batch = 128 is larger than the 100 training examples; expected 1 to 100")
  }

  @Test func wrongWidthsAreRefused() {
    for text in ["128-64", "128x", "0", "x", "", "128x64.5", "-3"] {
      #expect(
        message { _ = try problem("mlp", ["hidden": text]) }
          == "mlp: hidden = \(text) is not valid; expected widths from 1 to 65536 joined by x, "
          + "such as 128x64, or none")
    }
  }

  @Test func noHiddenLayerIsSoftmaxRegression() throws {
    let session = try problem("mlp", ["hidden": "none"]).makeSession(seed: 1)
    #expect(session.layout.count == 7850)
  }

  @Test func presetsAreValid() throws {
    for preset in MLP.presets {
      var problem = MLP()
      for setting in preset.settings { try problem.set(setting.name, to: setting.value) }
      try problem.validate()
    }
    var torch = MLP()
    try torch.set("init", to: "torch")
    let x = try torch.makeSession(seed: 1).initialParameters()
    // ±1/√784 for the first layer, biases included.
    let first = x.array.prefix(784 * 128 + 128)
    #expect(first.allSatisfy { abs($0) <= 1 / 28 })
    #expect(first.max()! > 0.999 / 28)
  }
}
