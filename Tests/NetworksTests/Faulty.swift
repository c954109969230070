// Planted faults, which the checks of gradients must find.

import Networks

/// What is wrong with a gradient.
enum PlantedFault: CaseIterable { case parameterSign, parameterForgotten, inputSign }

/// Any layer with a fault in its gradient.
struct Faulty<Right: Layer>: Layer {
  static var kind: String { "faulty" }
  var right: Right
  var fault: PlantedFault

  func outputShape(_ input: Shape, name: String) throws(ShapeError) -> Shape {
    try right.outputShape(input, name: name)
  }
  func parameters(_ input: Shape) -> [LayerParameter] { right.parameters(input) }
  func makeOperation<R: NetworkScalar>(
    _ input: Shape, context: inout OperationContext, over: R.Type
  ) -> (any LayerOperation<R>)? {
    Operation(
      right: right.makeOperation(input, context: &context, over: R.self)!, fault: fault,
      inputs: input.count,
      parameters: right.parameters(input).reduce(0) { $0 + $1.shape.reduce(1, *) })
  }

  final class Operation<R: NetworkScalar>: LayerOperation {
    let right: any LayerOperation<R>
    let fault: PlantedFault
    let inputs: Int
    let parameters: Int

    init(right: any LayerOperation<R>, fault: PlantedFault, inputs: Int, parameters: Int) {
      self.right = right
      self.fault = fault
      self.inputs = inputs
      self.parameters = parameters
    }

    func forward(
      _ input: UnsafePointer<R>, parameters: UnsafePointer<R>, output: UnsafeMutablePointer<R>,
      pass: Pass
    ) {
      right.forward(input, parameters: parameters, output: output, pass: pass)
    }

    func backward(
      _ input: UnsafePointer<R>, output: UnsafePointer<R>, parameters: UnsafePointer<R>,
      outputGradient: UnsafeMutablePointer<R>, parameterGradient: UnsafeMutablePointer<R>,
      inputGradient: UnsafeMutablePointer<R>?, pass: Pass
    ) {
      right.backward(
        input, output: output, parameters: parameters, outputGradient: outputGradient,
        parameterGradient: parameterGradient, inputGradient: inputGradient, pass: pass)
      switch fault {
      case .parameterSign: for i in 0..<self.parameters { parameterGradient[i] *= -1 }
      case .parameterForgotten: parameterGradient[self.parameters - 1] = 0
      case .inputSign: for i in 0..<pass.examples * inputs { inputGradient?[i] *= -1 }
      }
    }
  }
}
