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
public protocol Loss: Sendable {
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
