// Layers with their shapes and parameters worked out, before any memory is taken.

import OptimizerKit

/// What becomes of layers once the shape of the input is known.
struct NetworkPlan {
  struct Step {
    let name: String
    let layer: any Layer
    let input: Shape
    let output: Shape
    let parameters: Int  // where its parameters begin
    let parameterCount: Int
  }
  var steps: [Step] = []
  /// All tensors in order, named by layer: `dense1.weight`.
  var parameters: [LayerParameter] = []
  /// The number of parameters.
  var count = 0
  var output: Shape

  /// Connects `layers`, one after the other.
  ///
  /// - Parameter prefix: what the names of layers begin with: a block's name with a dot.
  /// - Throws: `ShapeError` where a layer cannot take the output of the one before it.
  init(_ layers: [any Layer], input: Shape, prefix: String = "") throws(ShapeError) {
    output = input
    var numbers: [String: Int] = [:]
    for layer in layers {
      let kind = type(of: layer).kind
      numbers[kind, default: 0] += 1
      let name = kind + String(numbers[kind]!)
      let next = try layer.outputShape(output, name: prefix + name)
      let begin = count
      for var parameter in layer.parameters(output) {
        parameter.name = "\(name).\(parameter.name)"
        parameters.append(parameter)
        count += parameter.shape.reduce(1, *)
      }
      steps.append(
        Step(
          name: name, layer: layer, input: output, output: next, parameters: begin,
          parameterCount: count - begin))
      output = next
    }
  }

  /// What each layer makes of an example.
  var outline: [LayerOutline] {
    steps.indices.map { index in
      let step = steps[index]
      return LayerOutline(
        layer: step.name, output: step.output.axes, parameters: step.parameterCount,
        receptiveField: step.output.axes.count == 3
          ? receptiveField(of: steps[...index].map(\.layer)) : nil)
    }
  }

  /// Whether all layers have tangents.
  var hasTangents: Bool {
    var context = OperationContext(capacity: 1)
    return Chain<Float>(self, context: &context).hasTangents
  }

  /// Which part of the parameter vector is which tensor.
  var layout: ParameterLayout {
    var layout = ParameterLayout()
    for tensor in parameters {
      layout.append(tensor.name, shape: tensor.shape, role: tensor.role, fanIn: tensor.fanIn)
    }
    return layout
  }
}
