// One training run of a network.

import OptimizerKit

/// A network in single precision with the data that it is trained and validated on.
public final class NetworkSession: TrainingSession {
  let network: Network<Float>
  private let training: any Examples
  /// The validation examples in all views that their predictions are averaged over; the first as they
  /// are.
  let validationViews: [any Examples]
  private let readTest: (() throws -> any Examples)?
  private let views: Views
  private let start: [Float]
  private let regularizer: Regularizer?
  private let constraint: MaxNorm?
  private let seed: UInt64
  /// Whether no layer remembers training.
  public let isValidatedByParametersAlone: Bool
  private let batch: Int
  private var order: MinibatchOrder
  let inputs: UnsafeMutablePointer<Float>
  let labels: UnsafeMutablePointer<Int32>
  /// The step whose minibatch lies in `inputs`; 0 where none does.
  var gathered = 0

  /// How many examples a validation pass takes at a time.
  static let validationBatch = 500

  /// A session of `layers` on `training` examples, in minibatches of `batch`.
  ///
  /// - Parameters:
  ///   - regularizer: what is added to the training loss.
  ///   - constraint: what `project` projects parameters onto.
  ///   - views: what predictions that are validated or tested are averaged over.
  ///   - start: the first parameters before the first step; the others are drawn.
  ///   - readTest: gives the examples to test on.
  /// - Throws: `ShapeError`, where layers do not fit the examples or each other; `DataError`, where
  ///   examples have no such views.
  public init(
    _ layers: [any Layer], loss: any Loss = SoftmaxCrossEntropy(), training: any Examples,
    validation: any Examples, batch: Int, seed: UInt64, regularizer: Regularizer? = nil,
    constraint: MaxNorm? = nil, views: Views = .none, start: [Float] = [],
    readTest: (() throws -> any Examples)? = nil
  ) throws {
    try views.check(loss)
    validationViews = try views.applied(to: validation)
    let capacity = max(batch, min(Self.validationBatch, validation.count))
    network = try Network(layers, input: training.shape, loss: loss, capacity: capacity)
    try loss.check(output: network.output, input: training.shape, classes: training.classes)
    self.training = training
    self.readTest = readTest
    self.views = views
    self.start = start
    self.regularizer = regularizer
    self.constraint = constraint
    self.seed = seed
    isValidatedByParametersAlone = !layers.contains(where: \.remembersTraining)
    self.batch = batch
    order = MinibatchOrder(count: training.count, batch: batch, seed: seed)
    inputs = allocateAligned(capacity * training.shape.count)
    labels = .allocate(capacity: capacity)
    labels.initialize(repeating: 0, count: capacity)
  }

  deinit {
    free(aligned: inputs)
    labels.deallocate()
  }

  public var layout: ParameterLayout { network.layout }
  public var stepsPerEpoch: Int { order.stepsPerEpoch }

  public func initialParameters() -> Vector<Float> {
    var x = Vector<Float>(repeating: 0, count: layout.count)
    let target = x.mutablePointer()
    network.initialize(target, seed: seed)
    precondition(start.count <= layout.count, "no more than there are parameters")
    for (i, value) in start.enumerated() { target[i] = value }
    return x
  }

  public func lossAndGradient(
    at x: Vector<Float>, step: Int, gradient: inout Vector<Float>, isTracked: Bool
  ) -> Double {
    precondition(x.count == layout.count && gradient.count == layout.count, "vectors of the layout")
    gather(step)
    return withExtendedLifetime(x) {
      let target = gradient.mutablePointer()
      let loss = network.lossAndGradient(
        minibatch(batch), parameters: x.pointer, gradient: target,
        pass: Pass(
          examples: batch, isTraining: true, seed: seed, step: step, isTracked: isTracked))
      guard let regularizer else { return loss }
      return loss + regularizer.term(x.pointer, layout: layout, addingTo: target)
    }
  }

  public func loss(at x: Vector<Float>, step: Int) -> Double {
    precondition(x.count == layout.count, "vectors of the layout")
    gather(step)
    return withExtendedLifetime(x) {
      let loss = network.loss(
        minibatch(batch), parameters: x.pointer,
        pass: Pass(examples: batch, isTraining: true, seed: seed, step: step))
      guard let regularizer else { return loss }
      return loss + regularizer.term(x.pointer, layout: layout)
    }
  }

  /// The product of the Hessian of the mean loss of the minibatch of `step` at `x` with `v`; nil where
  /// a layer or the loss has no tangents.
  public func hessianVectorProduct(at x: Vector<Float>, step: Int, _ v: Vector<Float>)
    -> Vector<Float>?
  {
    precondition(x.count == layout.count && v.count == layout.count, "vectors of the layout")
    guard network.hasTangents else { return nil }
    gather(step)
    var product = Vector<Float>(repeating: 0, count: layout.count)
    let target = product.mutablePointer()
    withExtendedLifetime((x, v)) {
      network.hessianVectorProduct(
        minibatch(batch), parameters: x.pointer, direction: v.pointer, product: target,
        pass: Pass(examples: batch, isTraining: true, seed: seed, step: step))
      regularizer?.addHessianVectorProduct(v.pointer, layout: layout, to: target)
    }
    return product
  }

  /// Projects parameters onto the constraint, if there is one: to be called after each update.
  public func project(_ x: inout Vector<Float>) {
    guard let constraint else { return }
    precondition(x.count == layout.count, "vectors of the layout")
    constraint.project(x.mutablePointer(), layout: layout)
  }

  public func minibatchIndices(step: Int) -> [Int32] {
    order.withIndices(step: step) { Array($0) }
  }

  /// First layer first. A unit is a channel: dead where it is 0 for every example and at every pixel.
  public func layerStatistics(at x: Vector<Float>, step: Int) -> [LayerStatistics] {
    layers(at: x, step: step) { LayerStatistics(of: $0, examples: self.batch) }
  }

  /// First layer first.
  public func layerValues(at x: Vector<Float>, step: Int) -> [LayerValues] {
    layers(at: x, step: step) { signals in
      let count = self.batch * signals.shape.count
      return LayerValues(
        layer: signals.layer, units: signals.shape.channels,
        outputs: Array(UnsafeBufferPointer(start: signals.output, count: count)),
        gradients: Array(UnsafeBufferPointer(start: signals.outputGradient, count: count)))
    }
  }

  /// What `look` makes of the signals of each layer, first layer first, for the minibatch of `step` as it is
  /// trained on, in a pass that leaves no trace.
  private func layers<T>(
    at x: Vector<Float>, step: Int, _ look: @escaping (LayerSignals<Float>) -> T
  ) -> [T] {
    precondition(x.count == layout.count, "vectors of the layout")
    gather(step)
    var seen: [T] = []
    network.observe { seen.append(look($0)) }
    defer { network.observe(nil) }
    var gradient = Vector<Float>(repeating: 0, count: layout.count)
    _ = withExtendedLifetime(x) {
      network.lossAndGradient(
        minibatch(batch), parameters: x.pointer, gradient: gradient.mutablePointer(),
        pass: Pass(examples: batch, isTraining: true, seed: seed, step: step))
    }
    return seen.reversed()
  }

  public func validate(_ x: Vector<Float>) -> ValidationMetrics {
    metrics(x, seenAs: validationViews)
  }

  public func validate(_ x: Vector<Float>, most: Int) -> ValidationMetrics {
    metrics(x, seenAs: validationViews, most: most)
  }

  /// Mean loss, without the regularizer's term, and accuracy over at most so many training examples, the
  /// first ones, as they are outside of training: what the gap to validation is measured from.
  public func trainingMetrics(_ x: Vector<Float>, most: Int = .max) -> ValidationMetrics {
    metrics(x, on: training, most: most)
  }

  public func openTest() throws -> ((Vector<Float>) -> ValidationMetrics)? {
    guard let views = try testViews() else { return nil }
    return { self.metrics($0, seenAs: views) }
  }

  /// The test examples in all views that their predictions are averaged over; nil where there are none.
  func testViews() throws -> [any Examples]? { try readTest.map { try views.applied(to: $0()) } }

  /// Mean loss, without the regularizer's term, and accuracy over `examples`, of the same shape as
  /// those trained on. The accuracy is NaN where the loss is not one of classification.
  ///
  /// - Parameter most: of how many examples at most, the first ones.
  public func metrics(_ x: Vector<Float>, on examples: any Examples, most: Int = .max)
    -> ValidationMetrics
  {
    precondition(x.count == layout.count, "vectors of the layout")
    precondition(examples.shape == training.shape, "examples of the same shape")
    gathered = 0
    var loss = 0.0
    var correct = 0
    var start = 0
    let all = min(examples.count, most)
    while start < all {
      let end = min(start + network.capacity, all)
      let indices = (start..<end).map(Int32.init)
      indices.withUnsafeBufferPointer { examples.gather($0, inputs: inputs, labels: labels) }
      let part = minibatch(end - start)
      let outputs = withExtendedLifetime(x) {
        network.forward(
          part.inputs, parameters: x.pointer,
          pass: Pass(examples: part.examples, isTraining: false))
      }
      loss +=
        network.loss.mean(
          outputs, columns: network.output.count, batch: part, features: network.input.count,
          gradient: nil)
        * Double(part.examples)
      correct += network.correct(outputs, labels: part.labels, examples: part.examples)
      start = end
    }
    let count = Double(max(all, 1))
    return ValidationMetrics(
      loss: loss / count,
      accuracy: network.loss.isClassification ? Double(correct) / count : .nan)
  }

  private func gather(_ step: Int) {
    if step == gathered { return }
    order.withIndices(step: step) {
      training.gather($0, inputs: inputs, labels: labels, seed: seed, step: step)
    }
    gathered = step
  }

  private func minibatch(_ examples: Int) -> Batch<Float> {
    Batch(inputs: inputs, labels: labels, examples: examples)
  }
}
