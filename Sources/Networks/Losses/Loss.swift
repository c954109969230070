// What training minimises.

/// A minibatch: inputs with the classes they belong to.
public struct Batch<R: NetworkScalar> {
  /// The examples, one after the other.
  public var inputs: UnsafePointer<R>
  /// The class of each, from 0.
  public var labels: UnsafePointer<Int32>
  /// The number of examples.
  public var examples: Int

  public init(inputs: UnsafePointer<R>, labels: UnsafePointer<Int32>, examples: Int) {
    self.inputs = inputs
    self.labels = labels
    self.examples = examples
  }

  /// One of them, of `features` inputs.
  func example(_ index: Int, features: Int) -> Example<R> {
    Example(input: inputs + index * features, label: Int(labels[index]))
  }
}

/// A loss over the outputs of a network.
///
/// What a conformer must uphold: a NaN among the outputs makes the loss NaN; the gradient agrees
/// with centred differences in double precision wherever the loss has no kink.
public protocol Loss: Sendable {
  /// Whether the largest output names a class, so that a share of right answers makes sense.
  var isClassification: Bool { get }
  /// What it is of one example, for whoever rebuilds it elsewhere; empty unless said otherwise.
  static var formula: String { get }
  /// Checks that a network with this output can be trained with it.
  ///
  /// - Parameters:
  ///   - output: the shape of one output.
  ///   - input: the shape of one input.
  ///   - classes: the number of classes in the data.
  func check(output: Shape, input: Shape, classes: Int) throws(ShapeError)
  /// The loss of one example and, where asked for, its gradient.
  ///
  /// - Parameters:
  ///   - outputs: what the network computed for it, `columns` numbers.
  ///   - columns: the number of outputs.
  ///   - example: what it should have computed.
  ///   - share: what the gradient is multiplied by, 1 / N in the mean over N examples.
  ///   - gradient: share × ∂loss/∂outputs, `columns` numbers; written; nil where not needed.
  func value<R: NetworkScalar>(
    _ outputs: UnsafePointer<R>, columns: Int, example: Example<R>, share: R,
    gradient: UnsafeMutablePointer<R>?
  ) -> Double
}

/// One example of a minibatch.
public struct Example<R: NetworkScalar> {
  /// Its features, as the network sees them.
  public var input: UnsafePointer<R>
  /// Its class, from 0.
  public var label: Int
}

extension Loss {
  public var isClassification: Bool { true }
  public static var formula: String { "" }

  /// The mean loss over a batch and, where asked for, its gradient.
  ///
  /// - Parameters:
  ///   - outputs: what the network computed, examples × `columns`.
  ///   - columns: the number of outputs of one example.
  ///   - batch: what it should have computed.
  ///   - features: the number of inputs of one example.
  ///   - gradient: ∂loss/∂outputs, examples × `columns`; written; nil where not needed.
  public func mean<R: NetworkScalar>(
    _ outputs: UnsafePointer<R>, columns: Int, batch: Batch<R>, features: Int,
    gradient: UnsafeMutablePointer<R>?
  ) -> Double {
    var total = 0.0
    let share = 1 / R(batch.examples)
    for row in 0..<batch.examples {
      total += value(
        outputs + row * columns, columns: columns,
        example: batch.example(row, features: features),
        share: share, gradient: gradient.map { $0 + row * columns })
    }
    return total / Double(batch.examples)
  }

  /// The loss of an example for which all outputs are 0: that of a guess.
  func ofEqualOutputs(classes: Int) -> Double {
    let outputs = [Double](repeating: 0, count: classes)
    return outputs.withUnsafeBufferPointer { outputs in
      guard let zeros = outputs.baseAddress else { return .nan }
      // No loss of classification looks at the input.
      return value(
        zeros, columns: classes, example: Example(input: zeros, label: 0), share: 1, gradient: nil)
    }
  }

  public func check(output: Shape, input: Shape, classes: Int) throws(ShapeError) {
    guard output.count == classes else {
      throw ShapeError(
        layer: "the loss", expected: "\(classes) outputs, one for each class", found: output)
    }
  }
}

/// A loss whose outputs stand for the probabilities of the classes, so that predictions can be averaged.
public protocol ProbabilisticLoss: Loss {
  /// Adds `weight` times the probabilities of the classes to `probabilities`.
  ///
  /// - Parameters:
  ///   - outputs: what the network computed for an example, `columns` numbers.
  ///   - probabilities: as many; changed. A NaN among the outputs makes all of them NaN.
  func addProbabilities<R: NetworkScalar>(
    of outputs: UnsafePointer<R>, columns: Int, weight: Double,
    to probabilities: UnsafeMutablePointer<Double>)
}

/// A loss whose gradient can be differentiated along a direction, as Hessian–vector products ask.
public protocol CurvedLoss: Loss {
  /// The tangent of the gradient that `value` gives: share × ∂²loss/∂outputs² · outputs.tangent.
  ///
  /// - Parameters:
  ///   - outputs: what the network computed for the example, and its tangent, `columns` numbers each.
  ///   - tangent: `columns` numbers; written.
  func gradientTangent<R: NetworkScalar>(
    _ outputs: DualPointer<R>, columns: Int, example: Example<R>, share: R,
    into tangent: UnsafeMutablePointer<R>)
}

extension CurvedLoss {
  /// The tangent of the gradient that `mean` gives.
  func meanGradientTangent<R: NetworkScalar>(
    _ outputs: DualPointer<R>, columns: Int, batch: Batch<R>, features: Int,
    into tangent: UnsafeMutablePointer<R>
  ) {
    for row in 0..<batch.examples {
      gradientTangent(
        outputs + row * columns, columns: columns, example: batch.example(row, features: features),
        share: 1 / R(batch.examples), into: tangent + row * columns)
    }
  }
}

/// A loss that is linear between its kinks: its gradient has no tangent.
public protocol PiecewiseLinearLoss: CurvedLoss {}

extension PiecewiseLinearLoss {
  public func gradientTangent<R: NetworkScalar>(
    _ outputs: DualPointer<R>, columns: Int, example: Example<R>, share: R,
    into tangent: UnsafeMutablePointer<R>
  ) { tangent.update(repeating: 0, count: columns) }
}
