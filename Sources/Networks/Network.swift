// Layers in sequence and a loss: one flat parameter vector in, loss and one flat gradient out.

import OptimizerKit

/// A feed-forward network over `R`, ready to compute on up to `capacity` examples at a time.
///
/// Parameters and gradient are flat vectors that the caller owns; `layout` says which part is which
/// tensor. All buffers are made once: no pass allocates.
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

  private struct Stage {
    let operation: any LayerOperation<R>
    let parameters: Int  // where its parameters begin
    let output: UnsafeMutablePointer<R>
  }
  private var stages: [Stage] = []
  // Two gradients of signals, taken in turn: what a layer is handed, and what it hands on.
  private let gradients: (UnsafeMutablePointer<R>, UnsafeMutablePointer<R>)
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
    for step in plan.steps {
      guard
        let operation = step.layer.makeOperation(step.input, capacity: capacity, over: R.self)
      else { continue }
      stages.append(
        Stage(
          operation: operation, parameters: step.parameters,
          output: allocateAligned(capacity * step.output.count)))
    }
    precondition(!stages.isEmpty, "a network needs a layer that computes")
    // Nobody needs the gradient of the network's input, often the widest of all signals.
    let widest = plan.steps.map(\.output.count).max() ?? 0
    gradients = (
      allocateAligned(capacity * widest), allocateAligned(capacity * widest)
    )
  }

  deinit {
    for stage in stages { free(aligned: stage.output) }
    free(aligned: gradients.0)
    free(aligned: gradients.1)
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
    var signal = inputs
    for stage in stages {
      stage.operation.forward(
        signal, parameters: parameters + stage.parameters, output: stage.output, pass: pass)
      signal = UnsafePointer(stage.output)
    }
    return signal
  }

  /// The mean loss over `batch`.
  public func loss(
    _ batch: Batch<R>, parameters: UnsafePointer<R>, pass: Pass
  ) -> Double {
    let outputs = forward(batch.inputs, parameters: parameters, pass: pass)
    return loss.mean(outputs, columns: output.count, batch: batch, gradient: nil)
  }

  /// The mean loss over `batch`, and its gradient with respect to all parameters.
  ///
  /// - Parameter gradient: as long as `layout.count`; written.
  public func lossAndGradient(
    _ batch: Batch<R>, parameters: UnsafePointer<R>, gradient: UnsafeMutablePointer<R>, pass: Pass
  ) -> Double {
    let outputs = forward(batch.inputs, parameters: parameters, pass: pass)
    var (upstream, downstream) = gradients
    let value = loss.mean(outputs, columns: output.count, batch: batch, gradient: upstream)
    var index = stages.count - 1
    while index >= 0 {
      let stage = stages[index]
      let isFirst = index == 0
      stage.operation.backward(
        isFirst ? batch.inputs : UnsafePointer(stages[index - 1].output),
        output: UnsafePointer(stage.output), parameters: parameters + stage.parameters,
        outputGradient: upstream, parameterGradient: gradient + stage.parameters,
        inputGradient: isFirst ? nil : downstream, pass: pass)
      swap(&upstream, &downstream)
      index -= 1
    }
    return value
  }

  /// How many of the last pass's outputs are largest at their label.
  public func correct(
    _ outputs: UnsafePointer<R>, labels: UnsafePointer<Int32>, examples: Int
  ) -> Int {
    let columns = output.count
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
}

/// Layers with their shapes and parameters worked out; no memory for signals yet.
struct NetworkPlan {
  struct Step {
    let layer: any Layer
    let input: Shape
    let output: Shape
    let parameters: Int
  }
  var steps: [Step] = []
  var layout = ParameterLayout()
  var parameters: [LayerParameter] = []
  var output: Shape

  init(_ layers: [any Layer], input: Shape) throws(ShapeError) {
    output = input
    var numbers: [String: Int] = [:]
    for layer in layers {
      let kind = type(of: layer).kind
      numbers[kind, default: 0] += 1
      let name = kind + String(numbers[kind]!)
      let next = try layer.outputShape(output, name: name)
      steps.append(Step(layer: layer, input: output, output: next, parameters: layout.count))
      for parameter in layer.parameters(output) {
        layout.append(
          "\(name).\(parameter.name)", shape: parameter.shape, role: parameter.role,
          fanIn: parameter.fanIn)
        parameters.append(parameter)
      }
      output = next
    }
  }
}

/// Zeroed memory for `count` numbers, at the beginning of a cache line.
func allocateAligned<T: BinaryFloatingPoint>(_ count: Int) -> UnsafeMutablePointer<T> {
  let memory = UnsafeMutableRawPointer.allocate(
    byteCount: max(count, 1) * MemoryLayout<T>.stride, alignment: 64)
  let typed = memory.bindMemory(to: T.self, capacity: max(count, 1))
  typed.initialize(repeating: 0, count: max(count, 1))
  return typed
}

/// Gives back what `allocateAligned` gave.
func free<T>(aligned pointer: UnsafeMutablePointer<T>) {
  UnsafeMutableRawPointer(pointer).deallocate()
}
