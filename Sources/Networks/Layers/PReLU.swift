// The rectifier whose slope is learned.

import OptimizerKit

/// The parametric rectifier: y = z where z > 0, else a z, with a slope a for each channel.
///
///     ∂L/∂z = ∂L/∂y · (z > 0 ? 1 : a)    ∂L/∂a = Σ ∂L/∂y · z over z ≤ 0
///
/// A layer of its own, after one without an activation. The slopes are of the role `scale`, so that
/// no weight decay draws them to 0. They may become negative, hence the derivative is taken from z
/// rather than from y.
///
/// He et al. 2015, arXiv 1502.01852.
public struct PReLU: Layer {
  public static let kind = "prelu"
  public static let formula =
    "y = x where x > 0, else slope x, with a slope for each channel"

  /// The slopes before the first step.
  public var slope: Double

  public init(slope: Double = 0.25) { self.slope = slope }

  public func outputShape(_ input: Shape, name: String) throws(ShapeError) -> Shape { input }

  public func parameters(_ input: Shape) -> [LayerParameter] {
    [
      LayerParameter(
        "slope", shape: [input.channels], role: .scale, fanIn: 1, initializer: .constant(slope),
        fans: (in: 1, out: 1))
    ]
  }

  public func makeOperation<R: NetworkScalar>(
    _ input: Shape, context: inout OperationContext, over: R.Type
  ) -> (any LayerOperation<R>)? {
    PReLUOperation<R>(channels: input.channels, positions: input.positions)
  }
}

/// The computation of a `PReLU` layer.
final class PReLUOperation<R: NetworkScalar>: TangentOperation {
  let channels: Int
  let positions: Int
  private let zeros = Workspace<R>()

  init(channels: Int, positions: Int) {
    self.channels = channels
    self.positions = positions
  }

  func forward(
    _ input: UnsafePointer<R>, parameters: UnsafePointer<R>, output: UnsafeMutablePointer<R>,
    pass: Pass
  ) {
    rectify(
      input, slopes: parameters, into: output, rows: pass.examples * positions, columns: channels)
  }

  func backward(
    _ input: UnsafePointer<R>, output: UnsafePointer<R>, parameters: UnsafePointer<R>,
    outputGradient: UnsafeMutablePointer<R>, parameterGradient: UnsafeMutablePointer<R>,
    inputGradient: UnsafeMutablePointer<R>?, pass: Pass
  ) {
    let rows = pass.examples * positions
    slopeGradient(
      outputGradient, input: input, into: parameterGradient, rows: rows, columns: channels)
    if let inputGradient {
      multiplyBySlopes(
        outputGradient, input: input, slopes: parameters, into: inputGradient, rows: rows,
        columns: channels)
    }
  }

  func forwardTangent(
    _ input: UnsafePointer<R>, inputTangent: UnsafePointer<R>?, output: UnsafePointer<R>,
    parameters: DualPointer<R>, outputTangent: UnsafeMutablePointer<R>, pass: Pass
  ) {
    let rows = pass.examples * positions
    multiplyBySlopes(
      inputTangent ?? UnsafePointer(zeros.room(rows * channels)), input: input,
      slopes: parameters.value, into: outputTangent, rows: rows, columns: channels)
    addBySlopes(
      input, input: input, slopes: parameters.tangent, to: outputTangent, rows: rows,
      columns: channels)
  }

  func backwardTangent(
    _ input: UnsafePointer<R>, inputTangent: UnsafePointer<R>?, output: DualPointer<R>,
    parameters: DualPointer<R>, outputGradient: MutableDualPointer<R>,
    parameterGradientTangent: UnsafeMutablePointer<R>, inputGradient: MutableDualPointer<R>?,
    pass: Pass
  ) {
    let rows = pass.examples * positions
    slopeGradient(
      outputGradient.tangent, input: input, into: parameterGradientTangent, rows: rows,
      columns: channels)
    guard let inputTangent, let inputGradient else { return }
    addSlopeGradient(
      outputGradient.value, input: input, inputTangent: inputTangent, to: parameterGradientTangent,
      rows: rows, columns: channels)
    for (gradient, target) in [
      (outputGradient.value, inputGradient.value), (outputGradient.tangent, inputGradient.tangent),
    ] {
      multiplyBySlopes(
        gradient, input: input, slopes: parameters.value, into: target, rows: rows,
        columns: channels)
    }
    addBySlopes(
      outputGradient.value, input: input, slopes: parameters.tangent, to: inputGradient.tangent,
      rows: rows, columns: channels)
  }
}

/// output ← x where x > 0, else slope · x.
@_specialize(where R == Float)
@_specialize(where R == Double)
private func rectify<R: NetworkScalar>(
  _ input: UnsafePointer<R>, slopes: UnsafePointer<R>, into output: UnsafeMutablePointer<R>,
  rows: Int, columns: Int
) {
  for row in 0..<rows {
    let x = input + row * columns
    let y = output + row * columns
    for j in 0..<columns { y[j] = x[j] > 0 ? x[j] : slopes[j] * x[j] }
  }
}

/// inputGradient ← gradient where x > 0, else slope · gradient.
@_specialize(where R == Float)
@_specialize(where R == Double)
private func multiplyBySlopes<R: NetworkScalar>(
  _ gradient: UnsafePointer<R>, input: UnsafePointer<R>, slopes: UnsafePointer<R>,
  into inputGradient: UnsafeMutablePointer<R>, rows: Int, columns: Int
) {
  for row in 0..<rows {
    let x = input + row * columns
    let g = gradient + row * columns
    let dx = inputGradient + row * columns
    for j in 0..<columns { dx[j] = x[j] > 0 ? g[j] : slopes[j] * g[j] }
  }
}

/// target ← target + slope · values where x ≤ 0.
@_specialize(where R == Float)
@_specialize(where R == Double)
private func addBySlopes<R: NetworkScalar>(
  _ values: UnsafePointer<R>, input: UnsafePointer<R>, slopes: UnsafePointer<R>,
  to target: UnsafeMutablePointer<R>, rows: Int, columns: Int
) {
  for row in 0..<rows {
    let x = input + row * columns
    let v = values + row * columns
    let sum = target + row * columns
    for j in 0..<columns { sum[j] += x[j] > 0 ? 0 : slopes[j] * v[j] }
  }
}

/// sums ← sums + those of gradient · inputTangent over the rows where x ≤ 0.
@_specialize(where R == Float)
@_specialize(where R == Double)
private func addSlopeGradient<R: NetworkScalar>(
  _ gradient: UnsafePointer<R>, input: UnsafePointer<R>, inputTangent: UnsafePointer<R>,
  to sums: UnsafeMutablePointer<R>, rows: Int, columns: Int
) {
  for row in 0..<rows {
    let x = input + row * columns
    let xTangent = inputTangent + row * columns
    let g = gradient + row * columns
    for j in 0..<columns { sums[j] += x[j] > 0 ? 0 : g[j] * xTangent[j] }
  }
}

/// sums ← the sums of gradient · x over the rows where x ≤ 0.
@_specialize(where R == Float)
@_specialize(where R == Double)
private func slopeGradient<R: NetworkScalar>(
  _ gradient: UnsafePointer<R>, input: UnsafePointer<R>, into sums: UnsafeMutablePointer<R>,
  rows: Int, columns: Int
) {
  for j in 0..<columns { sums[j] = 0 }
  for row in 0..<rows {
    let x = input + row * columns
    let g = gradient + row * columns
    for j in 0..<columns { sums[j] += x[j] > 0 ? 0 : g[j] * x[j] }
  }
}
