// Batch normalisation, over vectors and over images alike.

import OptimizerKit

/// Batch normalisation, and an activation after it. For each channel, with mean μ and variance σ²
/// (divided by the count) over the minibatch, and over the pixels of an image:
///
///     x̂ = (x − μ) / √(σ² + ε)    y = f(γ x̂ + β)
///
/// γ (from 1) and β (from 0) are learned. Outside of training, running averages stand in for μ and
/// σ²: after each training step r ← (1 − m) r + m s, with s the mean, and the variance divided by
/// the count less one; r begins as 0 and 1. Backward, with N the count and z = γ x̂ + β:
///
///     ∂L/∂β = Σ ∂L/∂z    ∂L/∂γ = Σ x̂ ∂L/∂z
///     ∂L/∂x = γ / √(σ² + ε) · (∂L/∂z − (∂L/∂β + x̂ ∂L/∂γ) / N)
///
/// Ioffe and Szegedy 2015, arXiv 1502.03167; conventions and defaults as torch.nn.BatchNorm2d.
public struct BatchNormalization: Layer {
  public static let kind = "batch-normalization"
  public var remembersTraining: Bool { true }
  public static let formula =
    "y = activation(scale (x - mean) / sqrt(variance + epsilon) + bias), for each channel; in "
    + "training with mean and variance (divided by the count) over examples and pixels of the "
    + "minibatch, otherwise with running averages r, which begin as 0 and 1 and become (1 - "
    + "momentum) r + momentum s after each step, s the mean, or the variance divided by the count - 1"

  /// The function applied to each output.
  public var activation: Activation
  /// ε, which keeps the deviation from 0.
  public var epsilon: Double
  /// m, the weight of the present minibatch in the running averages, in 0...1.
  public var momentum: Double

  public init(
    _ activation: Activation = .identity, epsilon: Double = 1e-5, momentum: Double = 0.1
  ) {
    self.activation = activation
    self.epsilon = epsilon
    self.momentum = momentum
  }

  public func outputShape(_ input: Shape, name: String) throws(ShapeError) -> Shape { input }

  public func parameters(_ input: Shape) -> [LayerParameter] {
    let channels = input.channels
    return [
      LayerParameter(
        "scale", shape: [channels], role: .scale, fanIn: 1, initializer: .constant(1),
        fans: (in: 1, out: 1)),
      LayerParameter(
        "bias", shape: [channels], role: .bias, fanIn: 1, initializer: .zeros,
        fans: (in: 1, out: 1)),
    ]
  }

  public func makeOperation<R: NetworkScalar>(
    _ input: Shape, context: inout OperationContext, over: R.Type
  ) -> (any LayerOperation<R>)? {
    BatchNormalizationOperation<R>(self, channels: input.channels, positions: input.positions)
  }
}

/// What stands between a layer and its activation, as a hyperparameter of networks.
public enum Normalization: String, Choice { case none, batch }

/// The computation of a `BatchNormalization` layer.
final class BatchNormalizationOperation<R: NetworkScalar>: TangentOperation {
  private let layer: BatchNormalization
  private let channels: Int
  private let positions: Int
  /// Running mean and variance, for passes outside of training.
  private(set) var runningMean: [Double]
  private(set) var runningVariance: [Double]
  // Of the present pass, one a channel: γ x̂ + β = scale x + shift, and sums in double precision.
  private let mean: UnsafeMutablePointer<R>
  private let inverseDeviation: UnsafeMutablePointer<R>
  private let scale: UnsafeMutablePointer<R>
  private let shift: UnsafeMutablePointer<R>
  private let sums: ChannelSums<R>
  private let products: ChannelSums<R>
  // For tangents.
  private let meanTangent = Workspace<R>()
  private let inverseDeviationTangent = Workspace<R>()
  private let factors = Workspace<R>()
  private let zeros = Workspace<R>()
  private lazy var tangentSums = ChannelSums<R>(channels: channels)
  private lazy var tangentProducts = ChannelSums<R>(channels: channels)

  init(_ layer: BatchNormalization, channels: Int, positions: Int) {
    self.layer = layer
    self.channels = channels
    self.positions = positions
    runningMean = Array(repeating: 0, count: channels)
    runningVariance = Array(repeating: 1, count: channels)
    mean = allocateAligned(channels)
    inverseDeviation = allocateAligned(channels)
    scale = allocateAligned(channels)
    shift = allocateAligned(channels)
    sums = ChannelSums(channels: channels)
    products = ChannelSums(channels: channels)
  }

  deinit {
    for pointer in [mean, inverseDeviation, scale, shift] { free(aligned: pointer) }
  }

  @_specialize(where R == Float)
  @_specialize(where R == Double)
  func forward(
    _ input: UnsafePointer<R>, parameters: UnsafePointer<R>, output: UnsafeMutablePointer<R>,
    pass: Pass
  ) {
    let rows = pass.examples * positions
    let (scale, shift, channels) = (scale, shift, channels)
    if pass.isTraining {
      measure(input, rows: rows, isTracked: pass.isTracked)
    } else {
      for c in 0..<channels {
        mean[c] = R(runningMean[c])
        inverseDeviation[c] = R(1 / (runningVariance[c] + layer.epsilon).squareRoot())
      }
    }
    for c in 0..<channels {
      scale[c] = parameters[c] * inverseDeviation[c]
      shift[c] = parameters[channels + c] - mean[c] * scale[c]
    }
    ChannelSums<R>.eachBlock(of: rows) { block in
      for row in block {
        let x = input + row * channels
        let y = output + row * channels
        for c in 0..<channels { y[c] = x[c] * scale[c] + shift[c] }
      }
      layer.activation.apply(
        output + block.lowerBound * channels, bias: nil, rows: block.count, columns: channels)
    }
  }

  /// Mean and deviation of the minibatch: two passes, so that a mean far from 0 costs no digits.
  @_specialize(where R == Float)
  @_specialize(where R == Double)
  private func measure(_ input: UnsafePointer<R>, rows: Int, isTracked: Bool) {
    let (mean, channels) = (mean, channels)
    let count = Double(rows)
    sums.reset()
    ChannelSums<R>.eachBlock(of: rows) { block in
      sums.add(block) { row, total in
        let x = input + row * channels
        for c in 0..<channels { total[c] += x[c] }
      }
    }
    for c in 0..<channels { mean[c] = R(sums[c] / count) }
    if isTracked {
      for c in 0..<channels {
        runningMean[c] += layer.momentum * (sums[c] / count - runningMean[c])
      }
    }
    sums.reset()
    ChannelSums<R>.eachBlock(of: rows) { block in
      sums.add(block) { row, total in
        let x = input + row * channels
        for c in 0..<channels {
          let difference = x[c] - mean[c]
          total[c] += difference * difference
        }
      }
    }
    for c in 0..<channels {
      inverseDeviation[c] = R(1 / (sums[c] / count + layer.epsilon).squareRoot())
    }
    if isTracked {
      for c in 0..<channels {
        let variance = sums[c] / max(count - 1, 1)
        runningVariance[c] += layer.momentum * (variance - runningVariance[c])
      }
    }
  }

  @_specialize(where R == Float)
  @_specialize(where R == Double)
  func backward(
    _ input: UnsafePointer<R>, output: UnsafePointer<R>, parameters: UnsafePointer<R>,
    outputGradient: UnsafeMutablePointer<R>, parameterGradient: UnsafeMutablePointer<R>,
    inputGradient: UnsafeMutablePointer<R>?, pass: Pass
  ) {
    let rows = pass.examples * positions
    let (mean, inverseDeviation, channels) = (mean, inverseDeviation, channels)
    sums.reset()
    products.reset()
    // Block by block, so that what is read is read from memory once.
    ChannelSums<R>.eachBlock(of: rows) { block in
      let begin = block.lowerBound * channels
      layer.activation.multiplyByDerivative(
        outputGradient + begin, output: output + begin, biasGradient: nil, rows: block.count,
        columns: channels)
      sums.add(block) { row, total in
        let g = outputGradient + row * channels
        for c in 0..<channels { total[c] += g[c] }
      }
      products.add(block) { row, total in
        let x = input + row * channels
        let g = outputGradient + row * channels
        for c in 0..<channels { total[c] += g[c] * (x[c] - mean[c]) }
      }
    }
    for c in 0..<channels {
      parameterGradient[channels + c] = R(sums[c])
      parameterGradient[c] = R(products[c]) * inverseDeviation[c]
    }
    guard let inputGradient else { return }
    // ∂L/∂x = a g − b − d (x − μ), with a, b, d of each channel. Outside of training, mean and
    // deviation do not depend on x, and only the first term is left.
    let share: R = pass.isTraining ? 1 / R(rows) : 0
    let (a, b, d) = (scale, shift, sums.scratch)
    for c in 0..<channels {
      a[c] = parameters[c] * inverseDeviation[c]
      b[c] = a[c] * parameterGradient[channels + c] * share
      d[c] = a[c] * parameterGradient[c] * inverseDeviation[c] * share
    }
    for row in 0..<rows {
      let x = input + row * channels
      let g = outputGradient + row * channels
      let dx = inputGradient + row * channels
      for c in 0..<channels {
        let centred = x[c] - mean[c]
        dx[c] = a[c] * g[c] - b[c] - d[c] * centred
      }
    }
  }

  @_specialize(where R == Float)
  @_specialize(where R == Double)
  func forwardTangent(
    _ input: UnsafePointer<R>, inputTangent: UnsafePointer<R>?, output: UnsafePointer<R>,
    parameters: DualPointer<R>, outputTangent: UnsafeMutablePointer<R>, pass: Pass
  ) {
    let rows = pass.examples * positions
    let (mean, channels) = (mean, channels)
    let inputTangent = inputTangent ?? UnsafePointer(zeros.room(rows * channels))
    let meanTangent = meanTangent.room(channels)
    let inverseDeviationTangent = inverseDeviationTangent.room(channels)
    meanTangent.update(repeating: 0, count: channels)
    inverseDeviationTangent.update(repeating: 0, count: channels)
    if pass.isTraining { measureTangent(input, inputTangent, rows: rows) }
    // R{z} = a R{x − μ} + R{a} (x − μ) + R{β}, with a = γ / √(σ² + ε).
    let a = factors.room(6 * channels)
    let aTangent = a + channels
    let shiftTangent = parameters.tangent + channels
    let deviation = DualPointer(
      value: inverseDeviation, tangent: inverseDeviationTangent)
    for c in 0..<channels {
      let factor = parameters[c] * deviation[c]
      a[c] = R(factor.value)
      aTangent[c] = R(factor.derivative)
    }
    for row in 0..<rows {
      let x = input + row * channels
      let dx = inputTangent + row * channels
      let dy = outputTangent + row * channels
      for c in 0..<channels {
        let first = a[c] * (dx[c] - meanTangent[c])
        let second = aTangent[c] * (x[c] - mean[c])
        dy[c] = first + second + shiftTangent[c]
      }
    }
    layer.activation.multiplyByDerivative(
      outputTangent, output: output, biasGradient: nil, rows: rows, columns: channels)
  }

  /// The tangents of the minibatch's mean and inverse deviation s = 1 / √(σ² + ε): R{μ} is the mean
  /// of R{x}, and R{s} = −s³ times that of (x − μ) R{x − μ}.
  @_specialize(where R == Float)
  @_specialize(where R == Double)
  private func measureTangent(
    _ input: UnsafePointer<R>, _ inputTangent: UnsafePointer<R>, rows: Int
  ) {
    let (mean, channels) = (mean, channels)
    let meanTangent = meanTangent.room(channels)
    let inverseDeviationTangent = inverseDeviationTangent.room(channels)
    let count = Double(rows)
    tangentSums.reset()
    ChannelSums<R>.eachBlock(of: rows) { block in
      tangentSums.add(block) { row, total in
        let dx = inputTangent + row * channels
        for c in 0..<channels { total[c] += dx[c] }
      }
    }
    for c in 0..<channels { meanTangent[c] = R(tangentSums[c] / count) }
    tangentSums.reset()
    ChannelSums<R>.eachBlock(of: rows) { block in
      tangentSums.add(block) { row, total in
        let x = input + row * channels
        let dx = inputTangent + row * channels
        for c in 0..<channels { total[c] += (x[c] - mean[c]) * (dx[c] - meanTangent[c]) }
      }
    }
    for c in 0..<channels {
      let s = Double(inverseDeviation[c])
      inverseDeviationTangent[c] = R(-s * s * s * tangentSums[c] / count)
    }
  }

  @_specialize(where R == Float)
  @_specialize(where R == Double)
  func backwardTangent(
    _ input: UnsafePointer<R>, inputTangent: UnsafePointer<R>?, output: DualPointer<R>,
    parameters: DualPointer<R>, outputGradient: MutableDualPointer<R>,
    parameterGradientTangent: UnsafeMutablePointer<R>, inputGradient: MutableDualPointer<R>?,
    pass: Pass
  ) {
    let rows = pass.examples * positions
    let (mean, channels) = (mean, channels)
    let inputTangent = inputTangent ?? UnsafePointer(zeros.room(rows * channels))
    let meanTangent = meanTangent.room(channels)
    let (gradient, gradientTangent) = (outputGradient.value, outputGradient.tangent)
    layer.activation.multiplyByDerivative(
      outputGradient, output: output, count: rows * channels)
    for sums in [sums, products, tangentSums, tangentProducts] { sums.reset() }
    ChannelSums<R>.eachBlock(of: rows) { block in
      sums.add(block) { row, total in
        let g = gradient + row * channels
        for c in 0..<channels { total[c] += g[c] }
      }
      tangentSums.add(block) { row, total in
        let dg = gradientTangent + row * channels
        for c in 0..<channels { total[c] += dg[c] }
      }
      products.add(block) { row, total in
        let x = input + row * channels
        let g = gradient + row * channels
        for c in 0..<channels { total[c] += g[c] * (x[c] - mean[c]) }
      }
      tangentProducts.add(block) { row, total in
        let x = input + row * channels
        let dx = inputTangent + row * channels
        let g = gradient + row * channels
        let dg = gradientTangent + row * channels
        for c in 0..<channels {
          total[c] += dg[c] * (x[c] - mean[c]) + g[c] * (dx[c] - meanTangent[c])
        }
      }
    }
    // As in `backward`, with dual numbers.
    let share = Dual(pass.isTraining ? 1 / Double(rows) : 0)
    let deviation = DualPointer(
      value: inverseDeviation, tangent: inverseDeviationTangent.room(channels))
    let a = factors.room(6 * channels)
    let (b, d) = (a + channels, a + 2 * channels)
    let (aTangent, bTangent, dTangent) = (a + 3 * channels, a + 4 * channels, a + 5 * channels)
    for c in 0..<channels {
      let shiftGradient = Dual(sums[c], derivative: tangentSums[c])
      let scaleGradient = Dual(products[c], derivative: tangentProducts[c]) * deviation[c]
      parameterGradientTangent[channels + c] = R(shiftGradient.derivative)
      parameterGradientTangent[c] = R(scaleGradient.derivative)
      let scale = parameters[c] * deviation[c]
      let first = scale * shiftGradient * share
      let second = scale * scaleGradient * deviation[c] * share
      (a[c], aTangent[c]) = (R(scale.value), R(scale.derivative))
      (b[c], bTangent[c]) = (R(first.value), R(first.derivative))
      (d[c], dTangent[c]) = (R(second.value), R(second.derivative))
    }
    guard let inputGradient else { return }
    for row in 0..<rows {
      let x = input + row * channels
      let dx = inputTangent + row * channels
      let g = gradient + row * channels
      let dg = gradientTangent + row * channels
      let target = inputGradient.value + row * channels
      let targetTangent = inputGradient.tangent + row * channels
      for c in 0..<channels {
        let centred = x[c] - mean[c]
        let centredTangent = dx[c] - meanTangent[c]
        target[c] = a[c] * g[c] - b[c] - d[c] * centred
        let first = aTangent[c] * g[c] + a[c] * dg[c]
        let second = dTangent[c] * centred + d[c] * centredTangent
        targetTangent[c] = first - bTangent[c] - second
      }
    }
  }
}

/// Sums over rows, one a channel: rows in blocks in the signal's own precision, blocks in double
/// precision, so that the error does not grow with the number of rows.
final class ChannelSums<R: NetworkScalar> {
  /// Room for one number a channel; overwritten by `add`.
  let scratch: UnsafeMutablePointer<R>
  private let channels: Int
  private let totals: UnsafeMutablePointer<Double>

  init(channels: Int) {
    self.channels = channels
    scratch = allocateAligned(channels)
    totals = allocateAligned(channels)
  }

  deinit {
    free(aligned: scratch)
    free(aligned: totals)
  }

  /// The sum over the rows since the last `reset`.
  subscript(channel: Int) -> Double { totals[channel] }

  func reset() { totals.update(repeating: 0, count: channels) }

  /// Calls `body` with 64 rows at a time, few enough to stay in the cache from one use to the next.
  @inline(__always)
  static func eachBlock(of rows: Int, _ body: (Range<Int>) -> Void) {
    var begin = 0
    while begin < rows {
      let end = min(begin + 64, rows)
      body(begin..<end)
      begin = end
    }
  }

  /// Calls `body` for each row of a block with the memory to add it to.
  @inline(__always)
  func add(_ block: Range<Int>, _ body: (_ row: Int, _ total: UnsafeMutablePointer<R>) -> Void) {
    let (totals, scratch, channels) = (totals, scratch, channels)
    scratch.update(repeating: 0, count: channels)
    for row in block { body(row, scratch) }
    for c in 0..<channels { totals[c] += Double(scratch[c]) }
  }
}
