// What a layer is: a small value that says what it computes, and the operation it becomes once the
// shapes are known.
//
// Layers are written by whoever declares a network. Operations are made once for each network; they
// own whatever memory they need beside parameters and signals, so that a pass allocates nothing.

import OptimizerKit

/// A layer as it is declared: `Dense(128, .relu)`.
///
/// What a conformer must uphold: it is a value without buffers; its gradient agrees with centred
/// differences in double precision.
public protocol Layer: Sendable {
  /// What it is called in parameter names and messages: `dense`; the network appends a number.
  static var kind: String { get }
  /// The shape of one example after this layer.
  ///
  /// - Parameters:
  ///   - input: the shape of one example before it.
  ///   - name: the layer's name, for the error.
  func outputShape(_ input: Shape, name: String) throws(ShapeError) -> Shape
  /// The tensors that are trained, in the order in which they lie in the parameter vector.
  func parameters(_ input: Shape) -> [LayerParameter]
  /// The computation; nil where the output is the input under another shape.
  func makeOperation<R: NetworkScalar>(
    _ input: Shape, context: inout OperationContext, over: R.Type
  ) -> (any LayerOperation<R>)?
  /// How far one output sees; nil for a layer whose outputs each see one position.
  var window: Window? { get }
  /// Whether its output outside of training depends on the passes of training before, as running averages
  /// do; false unless said otherwise.
  var remembersTraining: Bool { get }
  /// What it computes, for whoever rebuilds the network elsewhere; empty unless said otherwise.
  static var formula: String { get }
  /// What it was declared with; its stored properties unless said otherwise.
  ///
  /// - Parameters:
  ///   - input: the shape of one example before it.
  ///   - name: its name in the network.
  func settings(_ input: Shape, name: String) -> [String: Fact]
}

extension Layer {
  public func parameters(_ input: Shape) -> [LayerParameter] { [] }
  public var window: Window? { nil }
  public var remembersTraining: Bool { false }
  public static var formula: String { "" }
  public func settings(_ input: Shape, name: String) -> [String: Fact] {
    Fact.properties(of: self)
  }
}

/// What operations are told when they are made.
public struct OperationContext {
  /// The most examples in one pass.
  public let capacity: Int
  private var streams = 0

  public init(capacity: Int) { self.capacity = capacity }

  /// A number that no other operation of the network has, for drawing random numbers of its own.
  public mutating func nextStream() -> Int {
    streams += 1
    return streams
  }
}

/// A tensor that a layer trains.
public struct LayerParameter: Sendable {
  /// Its name within the layer: `weight`.
  public var name: String
  /// Its shape; a weight has its outputs first.
  public var shape: [Int]
  /// What it is for.
  public var role: ParameterLayout.Role
  /// The inputs that one output sums over, for the layout: 1 for a bias.
  public var fanIn: Int
  /// How it is drawn before the first step.
  public var initializer: Initializer
  /// The fan-in and fan-out that the initializer reckons with.
  public var fans: (in: Int, out: Int)

  public init(
    _ name: String, shape: [Int], role: ParameterLayout.Role, fanIn: Int,
    initializer: Initializer, fans: (in: Int, out: Int)
  ) {
    self.name = name
    self.shape = shape
    self.role = role
    self.fanIn = fanIn
    self.initializer = initializer
    self.fans = fans
  }

  /// The biases of a layer, one for each of its `outputs`; none where they have no initializer.
  static func bias(_ initializer: Initializer?, outputs: Int, fans: (in: Int, out: Int))
    -> [LayerParameter]
  {
    guard let initializer else { return [] }
    return [
      LayerParameter(
        "bias", shape: [outputs], role: .bias, fanIn: 1, initializer: initializer, fans: fans)
    ]
  }
}

/// One pass of a minibatch through a network: what an operation may depend on beside its signals.
public struct Pass: Sendable {
  /// The number of examples.
  public var examples: Int
  /// Whether this is a training pass; dropout and batch normalisation differ between the two.
  public var isTraining: Bool
  /// The seed of the run.
  public var seed: UInt64
  /// The number of the step, from 1: what is random is drawn from seed and step.
  public var step: Int
  /// Whether batch normalisation takes this pass into its running statistics: a training pass
  /// that only looks must leave no trace.
  public var isTracked: Bool

  public init(
    examples: Int, isTraining: Bool, seed: UInt64 = 0, step: Int = 0, isTracked: Bool = false
  ) {
    self.examples = examples
    self.isTraining = isTraining
    self.seed = seed
    self.step = step
    self.isTracked = isTracked
  }
}

/// A layer's computation, with the memory it needs.
///
/// Signals are examples × positions × channels, row-major: the channels of an image lie innermost,
/// so that what treats channels alike (biases, activations, normalisation) sees a matrix of rows ×
/// channels, whether it follows a convolution or a dense layer. See `Shape`.
///
/// `backward` follows a `forward` of the same pass.
public protocol LayerOperation<Scalar>: AnyObject {
  associatedtype Scalar: NetworkScalar

  /// output ← f(input; parameters).
  func forward(
    _ input: UnsafePointer<Scalar>, parameters: UnsafePointer<Scalar>,
    output: UnsafeMutablePointer<Scalar>, pass: Pass)

  /// The gradients with respect to the layer's parameters and its input.
  ///
  /// - Parameters:
  ///   - input: as it was in `forward`.
  ///   - output: as `forward` left it.
  ///   - parameters: as they were in `forward`.
  ///   - outputGradient: ∂loss/∂output; may be overwritten.
  ///   - parameterGradient: ∂loss/∂parameters; written, not added to.
  ///   - inputGradient: ∂loss/∂input, written; nil where nobody needs it (the first layer).
  func backward(
    _ input: UnsafePointer<Scalar>, output: UnsafePointer<Scalar>,
    parameters: UnsafePointer<Scalar>, outputGradient: UnsafeMutablePointer<Scalar>,
    parameterGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    pass: Pass)
  /// Calls `body` in every `backward` for each layer within this one; nil for nobody. For layers
  /// made of layers.
  func observe(prefix: String, _ body: ((LayerSignals<Scalar>) -> Void)?)
  /// Itself, where it has tangents; a layer made of layers has them where those within it do.
  var tangents: (any TangentOperation<Scalar>)? { get }
}

extension LayerOperation {
  public var tangents: (any TangentOperation<Scalar>)? { self as? any TangentOperation<Scalar> }
  public func observe(prefix: String, _ body: ((LayerSignals<Scalar>) -> Void)?) {}
}

/// What a layer computed in a pass, and the gradient that reached it: both examples × elements.
public struct LayerSignals<R: NetworkScalar> {
  /// The layer's name: `dense1`, `residual1.convolution2`.
  public let layer: String
  /// The shape of its output.
  public let shape: Shape
  /// Its output.
  public let output: UnsafePointer<R>
  /// ∂loss/∂output.
  public let outputGradient: UnsafePointer<R>
}
