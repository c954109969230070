// Activation functions, and the loops that apply them together with a bias.

import OptimizerKit

/// A function that is applied to each element after a linear map.
///
/// Each derivative is a function of the output y alone, so that backward needs no second buffer;
/// where a function has a kink, at 0, it is that of the left side.
///
/// Within `Dense(128, .relu)` it costs least, since it shares a loop with the bias. It is also a
/// layer of its own, `Activation.relu`, for use after a normalisation.
///
/// Maas et al. 2013 (leaky ReLU); Clevert et al. 2016, arXiv 1511.07289 (ELU); Klambauer et al.
/// 2017, arXiv 1706.02515 (SELU); Rosenblatt 1958, doi:10.1037/h0042519 (step).
public enum Activation: String, Choice {
  /// y = z.
  case identity
  /// y = max(0, z); y' = 1 where y > 0, else 0.
  case relu
  /// y = max(0.01 z, z); y' = 1 where y > 0, else 0.01.
  case leakyReLU = "leaky-relu"
  /// y = z where z > 0, else eᶻ − 1; y' = 1 where y > 0, else y + 1.
  case elu
  /// y = λ z where z > 0, else λα (eᶻ − 1); y' = λ where y > 0, else y + λα. λ = 1.0507... and
  /// α = 1.6732... make mean 0 and variance 1 a stable fixed point of layers whose weights have
  /// variance 1 / fan-in (`lecun-normal`).
  case selu
  /// y = tanh z; y' = 1 − y².
  case tanh
  /// y = 1 / (1 + e⁻ᶻ); y' = y (1 − y).
  case sigmoid
  /// y = 1 where z > 0, else 0; y' = 0 everywhere, so that nothing before it is trained.
  case step

  /// λ and λα of SELU (Klambauer et al. 2017, equation 14).
  private static let seluScale = 1.0507009873554804934193349852946
  private static let seluFloor = seluScale * 1.6732632423543772848170429916717

  /// What it computes, for whoever rebuilds a network elsewhere.
  var formula: String {
    switch self {
    case .identity: "z"
    case .relu: "max(0, z), with slope 0 at 0"
    case .leakyReLU: "max(0.01 z, z), with slope 0.01 at 0"
    case .elu: "z where z > 0, else exp(z) - 1"
    case .selu:
      "\(Self.seluScale) z where z > 0, else \(Self.seluFloor) (exp(z) - 1)"
    case .tanh: "tanh(z)"
    case .sigmoid: "1 / (1 + exp(-z))"
    case .step: "1 where z > 0, else 0; with slope 0"
    }
  }

  /// values ← f(values + bias) for each row. NaN stays NaN.
  ///
  /// - Parameters:
  ///   - values: rows × columns.
  ///   - bias: one for each column; nil for none.
  @_specialize(where R == Float)
  @_specialize(where R == Double)
  func apply<R: NetworkScalar>(
    _ values: UnsafeMutablePointer<R>, bias: UnsafePointer<R>?, rows: Int, columns: Int
  ) {
    @inline(__always)
    func each(_ f: (R) -> R) {
      guard let bias else {
        for i in 0..<rows * columns { values[i] = f(values[i]) }
        return
      }
      for row in 0..<rows {
        let values = values + row * columns
        for j in 0..<columns { values[j] = f(values[j] + bias[j]) }
      }
    }
    switch self {
    case .identity: if bias != nil { each { $0 } }
    // In this order of arguments NaN stays NaN, and the loop vectorises.
    case .relu: each { max($0, 0) }
    case .leakyReLU:
      let slope = R(0.01)
      each { max($0, slope * $0) }
    case .elu: each { $0 > 0 ? $0 : R.exponentialMinusOne($0) }
    case .selu:
      let (scale, floor) = (R(Self.seluScale), R(Self.seluFloor))
      each { $0 > 0 ? scale * $0 : floor * R.exponentialMinusOne($0) }
    case .tanh: each { R.hyperbolicTangent($0) }
    case .sigmoid: each { 1 / (1 + R.exponential(-$0)) }
    case .step: each { $0 > 0 ? 1 : ($0 <= 0 ? 0 : $0) }
    }
  }

  /// gradient ← gradient · f'(z), and biasGradient ← its sum over rows.
  ///
  /// - Parameters:
  ///   - gradient: ∂loss/∂y, rows × columns; on return ∂loss/∂z.
  ///   - output: y, rows × columns.
  ///   - biasGradient: one for each column; written; nil where there is no bias.
  @_specialize(where R == Float)
  @_specialize(where R == Double)
  func multiplyByDerivative<R: NetworkScalar>(
    _ gradient: UnsafeMutablePointer<R>, output: UnsafePointer<R>,
    biasGradient: UnsafeMutablePointer<R>?, rows: Int, columns: Int
  ) {
    @inline(__always)
    func each(_ f: (_ g: R, _ y: R) -> R) {
      guard let biasGradient else {
        for i in 0..<rows * columns { gradient[i] = f(gradient[i], output[i]) }
        return
      }
      for j in 0..<columns { biasGradient[j] = 0 }
      for row in 0..<rows {
        let gradient = gradient + row * columns
        let output = output + row * columns
        for j in 0..<columns {
          let g = f(gradient[j], output[j])
          gradient[j] = g
          biasGradient[j] += g
        }
      }
    }
    switch self {
    case .identity: if biasGradient != nil { each { g, _ in g } }
    case .relu where biasGradient == nil: multiply(gradient, rows * columns, output, below: 0)
    case .relu: each { g, y in y > 0 ? g : 0 }
    case .leakyReLU where biasGradient == nil:
      multiply(gradient, rows * columns, output, below: R(0.01))
    case .leakyReLU:
      let slope = R(0.01)
      each { g, y in y > 0 ? g : slope * g }
    case .elu: each { g, y in g * (y > 0 ? 1 : y + 1) }
    case .selu:
      let (scale, floor) = (R(Self.seluScale), R(Self.seluFloor))
      each { g, y in g * (y > 0 ? scale : y + floor) }
    case .tanh: each { g, y in g * (1 - y * y) }
    case .sigmoid: each { g, y in g * (y * (1 - y)) }
    case .step: each { _, _ in 0 }
    }
  }

  /// gradient ← gradient · f'(z), and its tangent likewise: that of f'(z), a function of y, is its
  /// derivative times the tangent of y.
  ///
  /// - Parameters:
  ///   - gradient: ∂loss/∂y and its tangent; on return ∂loss/∂z and its tangent.
  ///   - output: y and its tangent.
  func multiplyByDerivative<R: NetworkScalar>(
    _ gradient: MutableDualPointer<R>, output: DualPointer<R>, count: Int
  ) {
    multiplyByDerivative(
      gradient.tangent, output: output.value, biasGradient: nil, rows: 1, columns: count)
    addCurvature(gradient, output: output, count: count)
    multiplyByDerivative(
      gradient.value, output: output.value, biasGradient: nil, rows: 1, columns: count)
  }

  /// gradient.tangent ← gradient.tangent + gradient · (the tangent of f'(z)).
  @_specialize(where R == Float)
  @_specialize(where R == Double)
  private func addCurvature<R: NetworkScalar>(
    _ gradient: MutableDualPointer<R>, output: DualPointer<R>, count: Int
  ) {
    let (g, gTangent) = (gradient.value, gradient.tangent)
    let (y, yTangent) = (output.value, output.tangent)
    @inline(__always)
    func each(_ derivative: (R) -> R) {
      for i in 0..<count { gTangent[i] += g[i] * (derivative(y[i]) * yTangent[i]) }
    }
    switch self {
    case .identity, .relu, .leakyReLU, .step: break
    case .elu, .selu: each { $0 > 0 ? 0 : 1 }
    case .tanh: each { -2 * $0 }
    case .sigmoid: each { 1 - 2 * $0 }
    }
  }
}

/// values ← values · slope where output ≤ 0. As a loop over single numbers this would write some of
/// them only, and not vectorise.
@inline(__always)
private func multiply<R: NetworkScalar>(
  _ values: UnsafeMutablePointer<R>, _ count: Int, _ output: UnsafePointer<R>, below slope: R
) {
  SIMD16<R>.eachGroup(count) { first, left in
    let value = SIMD16(values + first, count: left)
    let isAbove = R.isLarger(SIMD16(output + first, count: left), than: .zero)
    let scaled = slope == 0 ? .zero : slope * value
    scaled.replacing(with: value, where: isAbove).store(values + first, count: left)
  }
}

extension Activation: Layer {
  public static let kind = "activation"
  public static let formula =
    "y = activation(x)"

  public func outputShape(_ input: Shape, name: String) throws(ShapeError) -> Shape { input }

  public func settings(_ input: Shape, name: String) -> [String: Fact] {
    ["activation": .text(rawValue)]
  }

  public func makeOperation<R: NetworkScalar>(
    _ input: Shape, context: inout OperationContext, over: R.Type
  ) -> (any LayerOperation<R>)? {
    self == .identity ? nil : ActivationOperation<R>(activation: self, elements: input.count)
  }
}

/// The computation of an activation that is a layer of its own.
final class ActivationOperation<R: NetworkScalar>: TangentOperation {
  let activation: Activation
  let elements: Int

  /// How many elements are copied before the function is applied to them where they lie: few
  /// enough to stay in the nearest cache.
  static var block: Int { 2048 }

  init(activation: Activation, elements: Int) {
    self.activation = activation
    self.elements = elements
  }

  func forward(
    _ input: UnsafePointer<R>, parameters: UnsafePointer<R>, output: UnsafeMutablePointer<R>,
    pass: Pass
  ) {
    let count = pass.examples * elements
    for start in stride(from: 0, to: count, by: Self.block) {
      let part = min(Self.block, count - start)
      (output + start).update(from: input + start, count: part)
      activation.apply(output + start, bias: nil, rows: 1, columns: part)
    }
  }

  func backward(
    _ input: UnsafePointer<R>, output: UnsafePointer<R>, parameters: UnsafePointer<R>,
    outputGradient: UnsafeMutablePointer<R>, parameterGradient: UnsafeMutablePointer<R>,
    inputGradient: UnsafeMutablePointer<R>?, pass: Pass
  ) {
    guard let inputGradient else { return }
    let count = pass.examples * elements
    for start in stride(from: 0, to: count, by: Self.block) {
      let part = min(Self.block, count - start)
      (inputGradient + start).update(from: outputGradient + start, count: part)
      activation.multiplyByDerivative(
        inputGradient + start, output: output + start, biasGradient: nil, rows: 1, columns: part)
    }
  }

  func forwardTangent(
    _ input: UnsafePointer<R>, inputTangent: UnsafePointer<R>?, output: UnsafePointer<R>,
    parameters: DualPointer<R>, outputTangent: UnsafeMutablePointer<R>, pass: Pass
  ) {
    guard let inputTangent else { return }
    let count = pass.examples * elements
    outputTangent.update(from: inputTangent, count: count)
    activation.multiplyByDerivative(
      outputTangent, output: output, biasGradient: nil, rows: 1, columns: count)
  }

  func backwardTangent(
    _ input: UnsafePointer<R>, inputTangent: UnsafePointer<R>?, output: DualPointer<R>,
    parameters: DualPointer<R>, outputGradient: MutableDualPointer<R>,
    parameterGradientTangent: UnsafeMutablePointer<R>, inputGradient: MutableDualPointer<R>?,
    pass: Pass
  ) {
    guard let inputGradient else { return }
    let count = pass.examples * elements
    inputGradient.update(from: outputGradient, count: count)
    activation.multiplyByDerivative(inputGradient, output: output, count: count)
  }
}
