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
}

/// A loss over the outputs of a network.
///
/// What a conformer must uphold: a NaN among the outputs makes the loss NaN; the gradient agrees
/// with centred differences in double precision wherever the loss has no kink.
public protocol Loss: Sendable {
  /// Whether the largest output names a class, so that a share of right answers makes sense.
  var isClassification: Bool { get }
  /// Checks that a network with this output can be trained with it.
  ///
  /// - Parameters:
  ///   - output: the shape of one output.
  ///   - input: the shape of one input.
  ///   - classes: the number of classes in the data.
  func check(output: Shape, input: Shape, classes: Int) throws(ShapeError)
  /// The mean loss over a batch and, where asked for, its gradient.
  ///
  /// - Parameters:
  ///   - outputs: what the network computed, examples × `columns`.
  ///   - columns: the number of outputs of one example.
  ///   - batch: what it should have computed.
  ///   - gradient: ∂loss/∂outputs, examples × `columns`; written; nil where not needed.
  func mean<R: NetworkScalar>(
    _ outputs: UnsafePointer<R>, columns: Int, batch: Batch<R>,
    gradient: UnsafeMutablePointer<R>?
  ) -> Double
}

extension Loss {
  public var isClassification: Bool { true }

  public func check(output: Shape, input: Shape, classes: Int) throws(ShapeError) {
    guard output.count == classes else {
      throw ShapeError(
        layer: "the loss", expected: "\(classes) outputs, one for each class", found: output)
    }
  }
}
