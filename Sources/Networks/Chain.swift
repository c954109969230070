// Operations one after the other: what a network computes, and each branch of a residual block.

import OptimizerKit

/// The operations of a plan in sequence, with memory for the signals between them.
final class Chain<R: NetworkScalar> {
  struct Stage {
    let name: String
    let operation: any LayerOperation<R>
    let parameters: Int  // where its parameters begin
    let shape: Shape  // of its output
    let output: UnsafeMutablePointer<R>
  }
  let stages: [Stage]
  private var observer: (prefix: String, body: (LayerSignals<R>) -> Void)?
  private let outputCount: Int
  // Two gradients of signals, taken in turn: what a stage is handed, and what it hands on.
  private let gradients: (UnsafeMutablePointer<R>, UnsafeMutablePointer<R>)

  init(_ plan: NetworkPlan, context: inout OperationContext) {
    var stages: [Stage] = []
    for step in plan.steps {
      guard let operation = step.layer.makeOperation(step.input, context: &context, over: R.self)
      else { continue }
      stages.append(
        Stage(
          name: step.name, operation: operation, parameters: step.parameters, shape: step.output,
          output: allocateAligned(context.capacity * step.output.count)))
    }
    self.stages = stages
    outputCount = plan.output.count
    let widest = plan.steps.map(\.input.count).reduce(plan.output.count, max)
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
}
