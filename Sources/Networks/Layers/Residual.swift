// The residual block.

import OptimizerKit

/// A residual block: y = f(F(x) + S(x)), with F a sequence of layers and S the shortcut, by default
/// the identity.
///
/// He et al. 2016, arXiv 1512.03385. Where F changes the shape, a shortcut of layers must do the
/// same: `[Convolution(32, size: 1, stride: 2)]`.
public struct Residual: Layer {
  public static let kind = "residual"
  public static let formula =
    "y = activation(body(x) + shortcut(x)), where no layers are the identity"

  /// F.
  public var body: [any Layer]
  /// S; none for the identity.
  public var shortcut: [any Layer]
  /// f, applied to the sum.
  public var activation: Activation

  public var remembersTraining: Bool { (body + shortcut).contains(where: \.remembersTraining) }

  public init(
    _ body: [any Layer], shortcut: [any Layer] = [], activation: Activation = .relu
  ) {
    self.body = body
    self.shortcut = shortcut
    self.activation = activation
  }

  public var window: Window? {
    let (field, stride) = reach(of: body)
    return Window(size: field, stride: stride)
  }

  public func settings(_ input: Shape, name: String) -> [String: Fact] {
    func facts(_ layers: [any Layer], _ prefix: String) -> Fact {
      (try? NetworkPlan(layers, input: input))?.facts(prefix: prefix) ?? .nothing
    }
    return [
      "activation": .text(activation.rawValue), "body": facts(body, name + "."),
      "shortcut": facts(shortcut, name + ".shortcut."),
    ]
  }

  public func outputShape(_ input: Shape, name: String) throws(ShapeError) -> Shape {
    let output = try NetworkPlan(body, input: input, prefix: name + ".").output
    let other = try NetworkPlan(shortcut, input: input, prefix: name + ".shortcut.").output
    guard output == other else {
      throw ShapeError(
        layer: name,
        expected: shortcut.isEmpty
          ? "what its body keeps in shape, or a shortcut that changes it likewise (the body makes "
            + "it \(output))"
          : "a shortcut that ends in the shape of the body, \(output) (it ends in \(other))",
        found: input)
    }
    return output
  }

  public func parameters(_ input: Shape) -> [LayerParameter] {
    guard let body = try? NetworkPlan(body, input: input),
      let shortcut = try? NetworkPlan(shortcut, input: input)
    else { return [] }
    return body.parameters
      + shortcut.parameters.map {
        var parameter = $0
        parameter.name = "shortcut." + parameter.name
        return parameter
      }
  }

  public func makeOperation<R: NetworkScalar>(
    _ input: Shape, context: inout OperationContext, over: R.Type
  ) -> (any LayerOperation<R>)? {
    guard let body = try? NetworkPlan(body, input: input),
      let shortcut = try? NetworkPlan(shortcut, input: input)
    else { return nil }
    return ResidualOperation<R>(
      body: body, shortcut: shortcut, input: input, activation: activation, context: &context)
  }
}

/// The computation of a `Residual` block.
final class ResidualOperation<R: NetworkScalar>: TangentOperation {
  private let body: Chain<R>
  private let shortcut: Chain<R>
  private let bodyParameters: Int
  private let input: Shape
  private let output: Shape
  private let activation: Activation
  // The gradient with respect to the input, by way of the shortcut.
  private let shortcutGradient: UnsafeMutablePointer<R>
  private let shortcutGradientTangent = Workspace<R>()
  private let zeros = Workspace<R>()

  init(
    body: NetworkPlan, shortcut: NetworkPlan, input: Shape, activation: Activation,
    context: inout OperationContext
  ) {
    self.body = Chain(body, context: &context)
    self.shortcut = Chain(shortcut, context: &context)
    bodyParameters = body.count
    self.input = input
    output = body.output
    self.activation = activation
    shortcutGradient = allocateAligned(
      shortcut.steps.isEmpty ? 0 : context.capacity * input.count)
  }

  deinit { free(aligned: shortcutGradient) }

  func forward(
    _ input: UnsafePointer<R>, parameters: UnsafePointer<R>, output: UnsafeMutablePointer<R>,
    pass: Pass
  ) {
    let count = pass.examples * self.output.count
    let first = body.forward(input, parameters: parameters, pass: pass)
    let second = shortcut.forward(input, parameters: parameters + bodyParameters, pass: pass)
    add(first, second, into: output, count: count)
    activation.apply(
      output, bias: nil, rows: count / self.output.channels, columns: self.output.channels)
  }

  func backward(
    _ input: UnsafePointer<R>, output: UnsafePointer<R>, parameters: UnsafePointer<R>,
    outputGradient: UnsafeMutablePointer<R>, parameterGradient: UnsafeMutablePointer<R>,
    inputGradient: UnsafeMutablePointer<R>?, pass: Pass
  ) {
    let count = pass.examples * self.output.count
    activation.multiplyByDerivative(
      outputGradient, output: output, biasGradient: nil, rows: count / self.output.channels,
      columns: self.output.channels)
    // Each branch may overwrite the gradient that it is handed: the body gets a copy.
    let copy = body.outputGradient
    copy.update(from: outputGradient, count: count)
    body.backward(
      input, parameters: parameters, outputGradient: copy, parameterGradient: parameterGradient,
      inputGradient: inputGradient, pass: pass)
    let hasLayers = !shortcut.stages.isEmpty
    if hasLayers {
      shortcut.backward(
        input, parameters: parameters + bodyParameters, outputGradient: outputGradient,
        parameterGradient: parameterGradient + bodyParameters,
        inputGradient: inputGradient == nil ? nil : shortcutGradient, pass: pass)
    }
    if let inputGradient {
      add(
        UnsafePointer(inputGradient), UnsafePointer(hasLayers ? shortcutGradient : outputGradient),
        into: inputGradient, count: pass.examples * self.input.count)
    }
  }

  var tangents: (any TangentOperation<R>)? {
    body.hasTangents && shortcut.hasTangents ? self : nil
  }

  func forwardTangent(
    _ input: UnsafePointer<R>, inputTangent: UnsafePointer<R>?, output: UnsafePointer<R>,
    parameters: DualPointer<R>, outputTangent: UnsafeMutablePointer<R>, pass: Pass
  ) {
    let count = pass.examples * self.output.count
    let first = body.forwardTangent(
      input, inputTangent: inputTangent, parameters: parameters, pass: pass)
    let second = shortcut.forwardTangent(
      input, inputTangent: inputTangent, parameters: parameters + bodyParameters, pass: pass)
    let zeros = UnsafePointer(zeros.room(count))
    add(first ?? zeros, second ?? zeros, into: outputTangent, count: count)
    activation.multiplyByDerivative(
      outputTangent, output: output, biasGradient: nil, rows: 1, columns: count)
  }

  func backwardTangent(
    _ input: UnsafePointer<R>, inputTangent: UnsafePointer<R>?, output: DualPointer<R>,
    parameters: DualPointer<R>, outputGradient: MutableDualPointer<R>,
    parameterGradientTangent: UnsafeMutablePointer<R>, inputGradient: MutableDualPointer<R>?,
    pass: Pass
  ) {
    let count = pass.examples * self.output.count
    activation.multiplyByDerivative(outputGradient, output: output, count: count)
    let copy = body.dualOutputGradient(pass)
    copy.update(from: outputGradient, count: count)
    body.backwardTangent(
      input, inputTangent: inputTangent, parameters: parameters, outputGradient: copy,
      parameterGradientTangent: parameterGradientTangent, inputGradient: inputGradient, pass: pass)
    var other = outputGradient
    let inputCount = pass.examples * self.input.count
    if !shortcut.stages.isEmpty {
      other = MutableDualPointer(
        value: shortcutGradient, tangent: shortcutGradientTangent.room(inputCount))
      shortcut.backwardTangent(
        input, inputTangent: inputTangent, parameters: parameters + bodyParameters,
        outputGradient: outputGradient,
        parameterGradientTangent: parameterGradientTangent + bodyParameters,
        inputGradient: inputGradient == nil ? nil : other, pass: pass)
    }
    if let inputGradient {
      add(other.value, to: inputGradient.value, count: inputCount)
      add(other.tangent, to: inputGradient.tangent, count: inputCount)
    }
  }

  func observe(prefix: String, _ observer: ((LayerSignals<R>) -> Void)?) {
    body.observe(prefix: prefix, observer)
    shortcut.observe(prefix: prefix + "shortcut.", observer)
  }
}

/// sum ← a + b.
@_specialize(where R == Float)
@_specialize(where R == Double)
private func add<R: NetworkScalar>(
  _ a: UnsafePointer<R>, _ b: UnsafePointer<R>, into sum: UnsafeMutablePointer<R>, count: Int
) {
  for i in 0..<count { sum[i] = a[i] + b[i] }
}
