// The gradient check: analytic gradients against centred differences.

import OptimizerKit

/// The gradient of a network problem's training loss against centred differences, tensor by tensor.
///
///     dᵢ = (L(x + h eᵢ) − L(x − h eᵢ)) / 2h    error = ‖g − d‖ / (‖g‖ + ‖d‖)
///
/// Differences are taken in double precision, of the very minibatch, dropout masks and regularizer of a
/// training step. In single precision a difference of losses has no digits to spare: with h = 10⁻³ and a
/// loss of 2, rounding alone makes an error of 10⁻⁴, more than many gradients. What trains, in single
/// precision, is held against the gradient in double precision instead.
///
/// With h = 10⁻⁵ the truncation error is of order h² = 10⁻¹⁰ and the rounding error of order
/// 10⁻¹⁶ L / h. Where a rectifier or a maximum changes sides within x ± h, differences say nothing: those
/// with h and h/8 do not agree. They are taken with shorter h then, and an element is left out, and
/// counted, where no two agree; the analytic gradient has no part in that. Of a large tensor some
/// elements spread over it are taken.
///
/// CS231n, "Neural Networks Part 3: gradient checks".
public struct GradientCheck {
  /// What came of a tensor.
  public struct TensorError: Sendable, Equatable {
    /// Its name: `dense1.weight`.
    public let tensor: String
    /// The relative error over the elements that were compared; NaN where there were none.
    public let error: Double
    /// How many elements were compared.
    public let elements: Int
    /// How many lay at a kink.
    public let kinks: Int
  }

  /// The tensors within the parameter vector.
  public var layout: ParameterLayout { network.layout }
  private let network: Network<Double>
  private let single: Network<Float>
  private let regularizer: Regularizer?
  private let inputs: [Float]
  private let labels: [Int32]
  private let pass: Pass
  /// The parameters before the first step.
  public let start: [Double]

  /// Above this, a gradient is wrong: a thousand times what truncation and rounding make of a right one,
  /// and a thousandth of what a forgotten term does.
  public static let limit = 1e-5
  /// The same between single and double precision, where a rectifier near 0 may fall on either side.
  public static let singleLimit = 1e-2

  /// The check of a step of a problem's training.
  ///
  /// - Parameters:
  ///   - seed: of the run.
  ///   - step: the step, from 1, whose minibatch is taken.
  ///   - most: of how many examples at most, the first ones of the minibatch.
  /// - Throws: where the data cannot be read, or layers do not fit.
  public init(
    _ problem: some NetworkProblem, seed: UInt64 = 1, step: Int = 1, examples most: Int = .max
  ) throws {
    try problem.validate()
    let examples = problem.examples
    let training = try examples.load().training
    var order = MinibatchOrder(count: training.count, batch: examples.batch, seed: seed)
    let indices = order.withIndices(step: step) { Array($0.prefix(most)) }
    let layers = problem.layers
    network = try Network(
      layers, input: training.shape, loss: problem.loss, capacity: indices.count)
    single = try Network(layers, input: training.shape, loss: problem.loss, capacity: indices.count)
    regularizer = problem.regularizer
    pass = Pass(examples: indices.count, isTraining: true, seed: seed, step: step)
    var inputs = [Float](repeating: 0, count: indices.count * training.shape.count)
    var labels = [Int32](repeating: 0, count: indices.count)
    inputs.withUnsafeMutableBufferPointer { inputs in
      labels.withUnsafeMutableBufferPointer { labels in
        indices.withUnsafeBufferPointer { indices in
          guard let inputs = inputs.baseAddress, let labels = labels.baseAddress else { return }
          training.gather(indices, inputs: inputs, labels: labels, seed: seed, step: step)
        }
      }
    }
    self.inputs = inputs
    self.labels = labels
    var start = [Float](repeating: 0, count: network.layout.count)
    single.initialize(&start, seed: seed)
    self.start = start.map(Double.init)
  }

  /// The start with every parameter moved by a normal number of deviation 0.01: off the kinks that zero
  /// weights lie on, and away from where a tensor has no gradient because another is zero.
  public var nearStart: [Double] {
    var source = RandomSource(seed: pass.seed, purpose: .instance)
    return start.map { $0 + 0.01 * source.normal() }
  }

  /// The training loss, the regularizer's term included.
  public func loss(at x: [Double]) -> Double {
    inputs.map(Double.init).withUnsafeBufferPointer { loss(at: x, inputs: $0.baseAddress) }
  }

  private func loss(at x: [Double], inputs: UnsafePointer<Double>?) -> Double {
    labels.withUnsafeBufferPointer { labels in
      guard let inputs, let labels = labels.baseAddress else { return .nan }
      return network.loss(
        Batch(inputs: inputs, labels: labels, examples: pass.examples), parameters: x, pass: pass)
        + (regularizer?.term(x, layout: layout) ?? 0)
    }
  }

  /// The analytic gradient, in double precision.
  public func gradient(at x: [Double]) -> [Double] {
    gradient(at: x, of: network, inputs: inputs.map(Double.init))
  }

  /// The analytic gradient that trains, in single precision.
  public func gradientInSinglePrecision(at x: [Double]) -> [Double] {
    gradient(at: x.map(Float.init), of: single, inputs: inputs).map(Double.init)
  }

  private func gradient<R: NetworkScalar>(at x: [R], of network: Network<R>, inputs: [R]) -> [R] {
    var gradient = [R](repeating: .nan, count: layout.count)
    inputs.withUnsafeBufferPointer { inputs in
      labels.withUnsafeBufferPointer { labels in
        gradient.withUnsafeMutableBufferPointer { gradient in
          guard let inputs = inputs.baseAddress, let labels = labels.baseAddress,
            let gradient = gradient.baseAddress
          else { return }
          _ = network.lossAndGradient(
            Batch(inputs: inputs, labels: labels, examples: pass.examples), parameters: x,
            gradient: gradient, pass: pass)
          _ = regularizer?.term(x, layout: layout, addingTo: gradient)
        }
      }
    }
    return gradient
  }

  /// The relative error of a gradient at `x` against centred differences, for each tensor.
  ///
  /// - Parameter most: about how many elements of each tensor are taken.
  public func errors(of gradient: [Double], at x: [Double], elements most: Int = 12)
    -> [TensorError]
  {
    let inputs = inputs.map(Double.init)
    return inputs.withUnsafeBufferPointer { inputs in
      var moved = x
      func difference(_ i: Int, _ h: Double) -> Double {
        defer { moved[i] = x[i] }
        moved[i] = x[i] + h
        let above = loss(at: moved, inputs: inputs.baseAddress)
        moved[i] = x[i] - h
        return (above - loss(at: moved, inputs: inputs.baseAddress)) / (2 * h)
      }
      // Beside rounding, 10⁻¹⁶ L / h an element, less is no gradient.
      let floor = 1e-5 * max(1, abs(loss(at: x, inputs: inputs.baseAddress)))
      return layout.tensors.map { tensor in
        let places = Self.places(tensor.count, most: most).map { tensor.offset + $0 }
        let first = places.map { difference($0, Self.step) }
        let scale = max(first.map(abs).max() ?? 0, floor)
        var (distance, ours, theirs) = (0.0, 0.0, 0.0)
        var kinks = 0
        for (place, wide) in zip(places, first) {
          guard let d = Self.settled(from: wide, within: 1e-6 * scale, { difference(place, $0) })
          else {
            kinks += 1
            continue
          }
          distance += (gradient[place] - d).squared
          ours += gradient[place].squared
          theirs += d.squared
        }
        let compared = places.count - kinks
        return TensorError(
          tensor: tensor.name,
          error: compared == 0
            ? .nan
            : distance.squareRoot() / max(ours.squareRoot() + theirs.squareRoot(), floor),
          elements: compared, kinks: kinks)
      }
    }
  }

  /// The relative difference between the gradients in single and in double precision, for each tensor,
  /// over all of its elements.
  public func singlePrecisionErrors(at x: [Double]) -> [TensorError] {
    let (single, double) = (gradientInSinglePrecision(at: x), gradient(at: x))
    func norm(_ values: some Sequence<Double>) -> Double {
      values.reduce(0) { $0 + $1.squared }.squareRoot()
    }
    // Rounding leaves something of what cancels: a tensor whose gradient is nothing beside the others'.
    let floor = 1e-4 * norm(double)
    return layout.tensors.map { tensor in
      let range = tensor.offset..<tensor.offset + tensor.count
      let distance = norm(zip(single[range], double[range]).map { $0 - $1 })
      let size = norm(single[range]) + norm(double[range])
      return TensorError(
        tensor: tensor.name, error: distance == 0 ? 0 : distance / max(size, floor),
        elements: tensor.count, kinks: 0)
    }
  }

  /// h.
  private static let step = 1e-5

  /// The first difference that agrees with the next one, taken with an eighth of its step; nil where none
  /// does before rounding drowns them.
  private static func settled(
    from wide: Double, within tolerance: Double, _ difference: (Double) -> Double
  ) -> Double? {
    var (wide, h) = (wide, step)
    for _ in 0..<3 {
      h /= 8
      let narrow = difference(h)
      if abs(narrow - wide) <= tolerance { return wide }
      wide = narrow
    }
    return nil
  }

  /// Places spread over a tensor, by a stride that is prime, so that it meets every channel and every
  /// element of a filter.
  private static func places(_ count: Int, most: Int) -> StrideTo<Int> {
    let primes = [1, 2, 3, 5, 7, 13, 31, 61, 127, 257, 509, 1021, 2053, 4099, 8191, 16_381]
    return stride(
      from: 0, to: count, by: primes.first { count / $0 <= most } ?? max(1, count / most))
  }
}
