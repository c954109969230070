// Dropout: leaving out units at random, in training only.

import OptimizerKit

/// Each element is kept with probability p in training, and set to 0 otherwise; so that expectations
/// agree, elements are scaled in training or in testing:
///
///             training               testing
///     inverted    y = x m / p            y = x
///     plain       y = x m                y = p x           m = 1 with probability p, else 0
///
/// The mask is rand < p. (The notes of CS231n have `randn > p` in one place, and multiply the second
/// layer by the first mask in another: slips.) It is drawn from seed, step and the layer's place in
/// the network, so that all passes of a step see the same mask. p is rounded to a multiple of 2⁻³²,
/// less than what single precision resolves of 1 / p.
///
/// Hinton et al. 2012, arXiv 1207.0580; Srivastava et al. 2014, JMLR 15:1929–1958.
public struct Dropout: Layer {
  public static let kind = "dropout"
  public static let formula =
    "in training y = x m / keep (inverted) or x m (plain), otherwise x or keep x; m is drawn anew "
    + "for each step from the stream (seed, dropout, step, k) for the k-th dropout layer of the "
    + "network, from 1; each draw serves two elements of examples x elements, its lower 32 bits the "
    + "first; m = 1 where they are below min(round(keep 2^32), 2^32 - 1), else 0; with keep = 1 y = x"

  /// Where the scaling takes place.
  public enum Scaling: String, Sendable, CaseIterable {
    /// By 1 / p in training.
    case inverted
    /// By p in testing.
    case plain
  }

  /// The probability p with which an element is kept, in 0.001 ... 1; 1 is the identity.
  public var keep: Double
  /// Where the scaling takes place.
  public var scaling: Scaling

  public init(keep: Double, _ scaling: Scaling = .inverted) {
    self.keep = keep
    self.scaling = scaling
  }

  public func outputShape(_ input: Shape, name: String) throws(ShapeError) -> Shape {
    guard keep >= 0.001, keep <= 1 else {
      throw ShapeError(
        layer: name, expected: "a keep probability in [0.001, 1] (it has \(shortest(keep)))",
        found: input)
    }
    return input
  }

  public func makeOperation<R: NetworkScalar>(
    _ input: Shape, context: inout OperationContext, over: R.Type
  ) -> (any LayerOperation<R>)? {
    let stream = context.nextStream()
    if keep == 1 { return nil }
    return DropoutOperation<R>(
      keep: keep, scaling: scaling, elements: input.count, capacity: context.capacity,
      stream: stream)
  }
}

/// The computation of a `Dropout` layer.
final class DropoutOperation<R: NetworkScalar>: LinearOperation {
  let keep: Double
  let scaling: Dropout.Scaling
  let elements: Int
  let stream: Int
  // 0 where an element is left out, else what it is multiplied by.
  let mask: UnsafeMutablePointer<R>
  let words: UnsafeMutablePointer<UInt64>

  /// Random words that are drawn at a time; each serves two elements.
  static var block: Int { 512 }

  init(keep: Double, scaling: Dropout.Scaling, elements: Int, capacity: Int, stream: Int) {
    self.keep = keep
    self.scaling = scaling
    self.elements = elements
    self.stream = stream
    mask = allocateAligned(capacity * elements)
    words = .allocate(capacity: Self.block)
  }

  deinit {
    free(aligned: mask)
    words.deallocate()
  }

  func forward(
    _ input: UnsafePointer<R>, parameters: UnsafePointer<R>, output: UnsafeMutablePointer<R>,
    pass: Pass
  ) {
    if pass.isTraining { draw(pass) }
    multiply(input, into: output, pass: pass)
  }

  func backward(
    _ input: UnsafePointer<R>, output: UnsafePointer<R>, parameters: UnsafePointer<R>,
    outputGradient: UnsafeMutablePointer<R>, parameterGradient: UnsafeMutablePointer<R>,
    inputGradient: UnsafeMutablePointer<R>?, pass: Pass
  ) {
    if let inputGradient { multiply(outputGradient, into: inputGradient, pass: pass) }
  }

  private func draw(_ pass: Pass) {
    var source = RandomSource(
      seed: pass.seed, purpose: .dropout, step: pass.step, stream: stream)
    let scale: R = scaling == .inverted ? R(1 / keep) : 1
    let threshold = UInt32(min((keep * 0x1p32).rounded(), 0x1p32 - 1))
    let count = pass.examples * elements
    for start in stride(from: 0, to: count, by: 2 * Self.block) {
      let part = min(2 * Self.block, count - start)
      source.fill(words, count: (part + 1) / 2)
      words.withMemoryRebound(to: UInt32.self, capacity: part + 1) {
        select(below: threshold, among: $0, value: scale, into: mask + start, count: part)
      }
    }
  }

  private func multiply(
    _ values: UnsafePointer<R>, into target: UnsafeMutablePointer<R>, pass: Pass
  ) {
    let count = pass.examples * elements
    if pass.isTraining {
      product(values, mask, into: target, count: count)
    } else if scaling == .inverted {
      target.update(from: values, count: count)
    } else {
      scale(values, by: R(keep), into: target, count: count)
    }
  }
}

/// target ← value where a number is below the threshold, else 0.
@_specialize(where R == Float)
@_specialize(where R == Double)
private func select<R: NetworkScalar>(
  below threshold: UInt32, among numbers: UnsafePointer<UInt32>, value: R,
  into target: UnsafeMutablePointer<R>, count: Int
) {
  for i in 0..<count { target[i] = numbers[i] < threshold ? value : 0 }
}

/// target ← a b, element by element.
@_specialize(where R == Float)
@_specialize(where R == Double)
private func product<R: NetworkScalar>(
  _ a: UnsafePointer<R>, _ b: UnsafePointer<R>, into target: UnsafeMutablePointer<R>, count: Int
) {
  for i in 0..<count { target[i] = a[i] * b[i] }
}

/// target ← factor · values.
@_specialize(where R == Float)
@_specialize(where R == Double)
private func scale<R: NetworkScalar>(
  _ values: UnsafePointer<R>, by factor: R, into target: UnsafeMutablePointer<R>, count: Int
) {
  for i in 0..<count { target[i] = factor * values[i] }
}
