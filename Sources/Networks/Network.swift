// Layers in sequence and a loss: one flat parameter vector in, loss and one flat gradient out.

import OptimizerKit

/// A feed-forward network over `R`, ready to compute on up to `capacity` examples at a time.
///
/// Parameters and gradient are flat vectors that the caller owns; `layout` says which part is which
/// tensor. All buffers are made once: no pass allocates. (Those of tangents are made when the first
/// Hessian–vector product is asked for.)
public final class Network<R: NetworkScalar> {
  /// The tensors within the parameter vector.
  public let layout: ParameterLayout
  /// The shape of one input example.
  public let input: Shape
  /// The shape of one output.
  public let output: Shape
  /// The most examples in one pass.
  public let capacity: Int
  /// What training minimises.
  public let loss: any Loss

  private let chain: Chain<R>
  private let initializers: [LayerParameter]

  /// Connects `layers`, one after the other.
  ///
  /// - Throws: `ShapeError` where a layer cannot take the output of the one before it.
  public init(
    _ layers: [any Layer], input: Shape, loss: any Loss = SoftmaxCrossEntropy(), capacity: Int
  ) throws(ShapeError) {
    precondition(capacity > 0, "a network needs room for one example")
    let plan = try NetworkPlan(layers, input: input)
    layout = plan.layout
    initializers = plan.parameters
    self.input = input
    self.capacity = capacity
    self.loss = loss
    output = plan.output
    var context = OperationContext(capacity: capacity)
    chain = Chain(plan, context: &context)
    precondition(!chain.stages.isEmpty, "a network needs a layer that computes")
  }

  /// Draws the parameters before the first step into `parameters`, as long as `layout.count`. Each
  /// tensor has a random stream of its own.
  public func initialize(_ parameters: UnsafeMutablePointer<R>, seed: UInt64) {
    for (index, tensor) in layout.tensors.enumerated() {
      var source = RandomSource(seed: seed, purpose: .initialization, step: index)
      let declared = initializers[index]
      declared.initializer.fill(
        UnsafeMutableBufferPointer(start: parameters + tensor.offset, count: tensor.count),
        fanIn: declared.fans.in, fanOut: declared.fans.out, from: &source)
    }
  }

  /// Computes the outputs for `inputs`, examples × elements; they are valid until the next pass.
  @discardableResult
  public func forward(_ inputs: UnsafePointer<R>, parameters: UnsafePointer<R>, pass: Pass)
    -> UnsafePointer<R>
  {
    precondition(pass.examples <= capacity, "more examples than the network has room for")
    return chain.forward(inputs, parameters: parameters, pass: pass)
  }

  /// The mean loss over `batch`.
  public func loss(
    _ batch: Batch<R>, parameters: UnsafePointer<R>, pass: Pass
  ) -> Double {
    let outputs = forward(batch.inputs, parameters: parameters, pass: pass)
    return loss.mean(
      outputs, columns: output.count, batch: batch, features: input.count, gradient: nil)
  }

  /// The mean loss over `batch`, and its gradient with respect to all parameters.
  ///
  /// - Parameter gradient: as long as `layout.count`; written.
  public func lossAndGradient(
    _ batch: Batch<R>, parameters: UnsafePointer<R>, gradient: UnsafeMutablePointer<R>, pass: Pass
  ) -> Double {
    let outputs = forward(batch.inputs, parameters: parameters, pass: pass)
    let outputGradient = chain.outputGradient
    let value = loss.mean(
      outputs, columns: output.count, batch: batch, features: input.count,
      gradient: outputGradient)
    // Nobody needs the gradient of the network's input, often the widest of all signals.
    chain.backward(
      batch.inputs, parameters: parameters, outputGradient: outputGradient,
      parameterGradient: gradient, inputGradient: nil, pass: pass)
    return value
  }

  /// Whether all layers and the loss have tangents, so that `hessianVectorProduct` may be asked for.
  public var hasTangents: Bool { chain.hasTangents && loss is any CurvedLoss }

  /// The Hessian of the mean loss over `batch`, times a direction: the derivative of the gradient along
  /// it. About three times the work of a gradient; the first call takes memory for tangents.
  ///
  /// - Parameters:
  ///   - direction: as long as `layout.count`.
  ///   - product: likewise; written.
  public func hessianVectorProduct(
    _ batch: Batch<R>, parameters: UnsafePointer<R>, direction: UnsafePointer<R>,
    product: UnsafeMutablePointer<R>, pass: Pass
  ) {
    guard chain.hasTangents, let loss = loss as? any CurvedLoss else {
      preconditionFailure("a network without tangents has no Hessian-vector product")
    }
    let outputs = forward(batch.inputs, parameters: parameters, pass: pass)
    let parameters = DualPointer(value: parameters, tangent: direction)
    let tangent = chain.forwardTangent(
      batch.inputs, inputTangent: nil, parameters: parameters, pass: pass)
    // Without parameters nothing moves.
    guard let tangent else { return }
    let outputGradient = chain.dualOutputGradient(pass)
    _ = loss.mean(
      outputs, columns: output.count, batch: batch, features: input.count,
      gradient: outputGradient.value)
    loss.meanGradientTangent(
      DualPointer(value: outputs, tangent: tangent), columns: output.count, batch: batch,
      features: input.count, into: outputGradient.tangent)
    chain.backwardTangent(
      batch.inputs, inputTangent: nil, parameters: parameters, outputGradient: outputGradient,
      parameterGradientTangent: product, inputGradient: nil, pass: pass)
  }

  /// Calls `body` with the signals of each layer, last layer first, whenever a gradient is computed;
  /// nil for nobody.
  public func observe(_ body: ((LayerSignals<R>) -> Void)?) { chain.observe(prefix: "", body) }

  /// How many of the last pass's outputs are largest at their label.
  public func correct(
    _ outputs: UnsafePointer<R>, labels: UnsafePointer<Int32>, examples: Int
  ) -> Int {
    rightAnswers(outputs, columns: output.count, labels: labels, examples: examples)
  }
}

/// How many of `examples` rows are largest at their label.
@inline(__always)
func rightAnswers<T: BinaryFloatingPoint>(
  _ outputs: UnsafePointer<T>, columns: Int, labels: UnsafePointer<Int32>, examples: Int
) -> Int {
  var correct = 0
  for row in 0..<examples {
    let z = outputs + row * columns
    var best = 0
    for j in 0..<columns where z[j] > z[best] { best = j }
    // A NaN compares with nothing, and is right about nothing.
    if best == Int(labels[row]), z[best] == z[best] { correct += 1 }
  }
  return correct
}

/// Zeroed memory for `count` numbers, at the beginning of a cache line.
func allocateAligned<T: BinaryFloatingPoint>(_ count: Int) -> UnsafeMutablePointer<T> {
  let memory = OptimizerKit.allocateAligned(bytes: max(count, 1) * MemoryLayout<T>.stride)
  let typed = memory.bindMemory(to: T.self, capacity: max(count, 1))
  typed.initialize(repeating: 0, count: max(count, 1))
  return typed
}

/// Gives back what `allocateAligned` gave.
func free<T>(aligned pointer: UnsafeMutablePointer<T>) {
  UnsafeMutableRawPointer(pointer).deallocate()
}
