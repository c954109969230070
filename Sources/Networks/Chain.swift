// Operations one after the other: what a network computes, and each branch of a residual block.

import OptimizerKit

/// The operations of a plan in sequence, with memory for the signals between them.
final class Chain<R: NetworkScalar> {
  struct Stage {
    let name: String
    let operation: any LayerOperation<R>
    /// Nil where it has no tangents.
    let tangents: (any TangentOperation<R>)?
    let parameters: Int  // where its parameters begin
    let hasParameters: Bool
    let shape: Shape  // of its output
    let output: UnsafeMutablePointer<R>
    let outputTangent = Workspace<R>()
  }
  let stages: [Stage]
  private var observer: (prefix: String, body: (LayerSignals<R>) -> Void)?
  private let outputCount: Int
  private let widest: Int
  // Two gradients of signals, taken in turn: what a stage is handed, and what it hands on.
  private let gradients: (UnsafeMutablePointer<R>, UnsafeMutablePointer<R>)
  private let gradientTangents = (Workspace<R>(), Workspace<R>())

  init(_ plan: NetworkPlan, context: inout OperationContext) {
    var stages: [Stage] = []
    for step in plan.steps {
      guard let operation = step.layer.makeOperation(step.input, context: &context, over: R.self)
      else { continue }
      stages.append(
        Stage(
          name: step.name, operation: operation, tangents: operation.tangents,
          parameters: step.parameters, hasParameters: step.parameterCount > 0, shape: step.output,
          output: allocateAligned(context.capacity * step.output.count)))
    }
    self.stages = stages
    outputCount = plan.output.count
    widest = plan.steps.map(\.input.count).reduce(plan.output.count, max)
    gradients = (
      allocateAligned(context.capacity * widest), allocateAligned(context.capacity * widest)
    )
  }

  deinit {
    for stage in stages { free(aligned: stage.output) }
    free(aligned: gradients.0)
    free(aligned: gradients.1)
  }

  /// The output for `inputs`; valid until the next pass.
  func forward(_ inputs: UnsafePointer<R>, parameters: UnsafePointer<R>, pass: Pass)
    -> UnsafePointer<R>
  {
    var signal = inputs
    for stage in stages {
      stage.operation.forward(
        signal, parameters: parameters + stage.parameters, output: stage.output, pass: pass)
      signal = UnsafePointer(stage.output)
    }
    return signal
  }

  /// The gradients with respect to parameters and input, after a `forward` of the same pass.
  ///
  /// - Parameters:
  ///   - outputGradient: ∂loss/∂output; may be overwritten. The property of that name has room for it.
  ///   - inputGradient: ∂loss/∂input, written; nil where nobody needs it.
  func backward(
    _ inputs: UnsafePointer<R>, parameters: UnsafePointer<R>,
    outputGradient: UnsafeMutablePointer<R>, parameterGradient: UnsafeMutablePointer<R>,
    inputGradient: UnsafeMutablePointer<R>?, pass: Pass
  ) {
    if stages.isEmpty {
      inputGradient?.update(from: outputGradient, count: pass.examples * outputCount)
    }
    var upstream = outputGradient
    var (downstream, other) = (gradients.1, gradients.0)
    var index = stages.count - 1
    while index >= 0 {
      let stage = stages[index]
      let isFirst = index == 0
      if let observer {
        observer.body(
          LayerSignals(
            layer: observer.prefix + stage.name, shape: stage.shape,
            output: UnsafePointer(stage.output), outputGradient: UnsafePointer(upstream)))
      }
      stage.operation.backward(
        isFirst ? inputs : UnsafePointer(stages[index - 1].output),
        output: UnsafePointer(stage.output), parameters: parameters + stage.parameters,
        outputGradient: upstream, parameterGradient: parameterGradient + stage.parameters,
        inputGradient: isFirst ? inputGradient : downstream, pass: pass)
      upstream = downstream
      swap(&downstream, &other)
      index -= 1
    }
  }

  /// Whether all operations have tangents.
  var hasTangents: Bool { stages.allSatisfy { $0.tangents != nil } }

  /// The tangent of the output, after a `forward` of the same pass; nil where nothing moves.
  func forwardTangent(
    _ inputs: UnsafePointer<R>, inputTangent: UnsafePointer<R>?, parameters: DualPointer<R>,
    pass: Pass
  ) -> UnsafePointer<R>? {
    var signal = inputs
    var tangent = inputTangent
    for stage in stages {
      if let operation = stage.tangents, tangent != nil || stage.hasParameters {
        let outputTangent = stage.outputTangent.room(pass.examples * stage.shape.count)
        operation.forwardTangent(
          signal, inputTangent: tangent, output: UnsafePointer(stage.output),
          parameters: parameters + stage.parameters, outputTangent: outputTangent, pass: pass)
        tangent = UnsafePointer(outputTangent)
      }
      signal = UnsafePointer(stage.output)
    }
    return tangent
  }

  /// The gradient with respect to the input, and the tangents of both gradients, after a
  /// `forwardTangent` of the same pass.
  ///
  /// - Parameters:
  ///   - outputGradient: as in `backward`, with its tangent; `dualOutputGradient` has room for it.
  ///   - inputGradient: written; nil where `inputTangent` is.
  func backwardTangent(
    _ inputs: UnsafePointer<R>, inputTangent: UnsafePointer<R>?, parameters: DualPointer<R>,
    outputGradient: MutableDualPointer<R>, parameterGradientTangent: UnsafeMutablePointer<R>,
    inputGradient: MutableDualPointer<R>?, pass: Pass
  ) {
    // Nothing moves before the first parameters.
    let first = inputTangent == nil ? stages.firstIndex { $0.hasParameters } ?? stages.count : 0
    if stages.isEmpty {
      inputGradient?.update(from: outputGradient, count: pass.examples * outputCount)
    }
    func output(_ index: Int) -> DualPointer<R> {
      let stage = stages[index]
      return DualPointer(
        value: UnsafePointer(stage.output),
        tangent: UnsafePointer(stage.outputTangent.room(pass.examples * stage.shape.count)))
    }
    var upstream = outputGradient
    var (other, downstream) = dualGradients(pass)
    for index in (first..<stages.count).reversed() {
      let stage = stages[index]
      let isFirst = index == first
      stage.tangents?.backwardTangent(
        index == 0 ? inputs : UnsafePointer(stages[index - 1].output),
        inputTangent: isFirst ? inputTangent : output(index - 1).tangent, output: output(index),
        parameters: parameters + stage.parameters, outputGradient: upstream,
        parameterGradientTangent: parameterGradientTangent + stage.parameters,
        inputGradient: isFirst ? inputGradient : downstream, pass: pass)
      upstream = downstream
      swap(&downstream, &other)
    }
  }

  private func dualGradients(_ pass: Pass) -> (MutableDualPointer<R>, MutableDualPointer<R>) {
    let count = pass.examples * widest
    return (
      MutableDualPointer(value: gradients.0, tangent: gradientTangents.0.room(count)),
      MutableDualPointer(value: gradients.1, tangent: gradientTangents.1.room(count))
    )
  }

  /// Calls `body` in every `backward`, last stage first, for each stage and what lies within it;
  /// nil for nobody.
  ///
  /// - Parameter prefix: what the names of stages begin with.
  func observe(prefix: String, _ body: ((LayerSignals<R>) -> Void)?) {
    observer = body.map { (prefix, $0) }
    for stage in stages { stage.operation.observe(prefix: prefix + stage.name + ".", body) }
  }

  /// Memory for the gradient of the output.
  var outputGradient: UnsafeMutablePointer<R> { gradients.0 }

  /// Memory for the gradient of the output and its tangent.
  func dualOutputGradient(_ pass: Pass) -> MutableDualPointer<R> { dualGradients(pass).0 }
}
