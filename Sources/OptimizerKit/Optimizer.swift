// The optimizer contract, as the lab sees it.
//
// Authors conform to one of its two refinements: `CoordinateRule` (the update of one coordinate) or
// `VectorOptimizer` (everything else). Both implement the requirements below.

/// An update rule with its hyperparameters, registered by name.
///
/// What a conformer must uphold:
/// - It is a value. Hyperparameters and per-step scalars are its stored properties; everything that
///   has the length of the parameters lives in `OptimizerState`, which the lab owns. A copy of both
///   is a checkpoint: continued from it, a run gives the same bits.
/// - It draws random numbers only from the source it is given.
/// - It does not count, log, print or read the clock.
public protocol Optimizer: Plugin {
  /// What it asks of the oracle beyond the gradient that it is handed; refused before the run where
  /// the problem cannot offer it.
  var requirements: OracleCapabilities { get }

  /// The state before the first step.
  func makeState(for layout: ParameterLayout) -> OptimizerState<Float>
  /// The state before the first step.
  func makeState(for layout: ParameterLayout) -> OptimizerState<Double>

  /// One update of the parameters in place.
  ///
  /// - Parameters:
  ///   - x: the parameters.
  ///   - gradient: the gradient at `x`.
  ///   - state: the state, as `makeState` or the last update left it.
  ///   - oracle: further evaluations; each is counted.
  ///   - step: the number of this update, from 1.
  ///   - lr: the learning rate in force.
  mutating func advance(
    _ x: inout Vector<Float>, gradient: Vector<Float>, state: inout OptimizerState<Float>,
    oracle: inout Oracle<Float>, step: Int, lr: Double) throws
  /// One update of the parameters in place; see the other overload.
  mutating func advance(
    _ x: inout Vector<Double>, gradient: Vector<Double>, state: inout OptimizerState<Double>,
    oracle: inout Oracle<Double>, step: Int, lr: Double) throws

  /// The parameters at which the loss is reported, where they are not those that the gradient is
  /// taken at (averaging, Schedule-Free); nil where they are the same.
  func evaluationParameters(_ x: Vector<Float>, state: OptimizerState<Float>) -> Vector<Float>?
  /// The parameters at which the loss is reported; see the other overload.
  func evaluationParameters(_ x: Vector<Double>, state: OptimizerState<Double>) -> Vector<Double>?
}

extension Optimizer {
  public static var kind: PluginKind { .optimizer }
  public var requirements: OracleCapabilities { [] }

  /// The learning rate as declared, or 1 for an optimizer that has none.
  public var baseLearningRate: Double {
    hyperparameters.first { $0.name == "lr" }?.number ?? 1
  }
}

/// An optimizer's state: named vectors, each as long as the parameters unless its optimizer says
/// otherwise. A value: copying it is a checkpoint.
public struct OptimizerState<R: Real>: Sendable {
  /// The names, in order.
  public private(set) var names: [String] = []
  /// The vectors, in the same order.
  @usableFromInline var vectors: [Vector<R>] = []

  public init() {}

  /// The vector called `name`; setting one that is not there adds it.
  public subscript(name: String) -> Vector<R>? {
    get { names.firstIndex(of: name).map { vectors[$0] } }
    set {
      switch (names.firstIndex(of: name), newValue) {
      case (let index?, let vector?): vectors[index] = vector
      case (let index?, nil):
        names.remove(at: index)
        vectors.remove(at: index)
      case (nil, let vector?):
        names.append(name)
        vectors.append(vector)
      case (nil, nil): break
      }
    }
  }

  /// The elements of the vector at `index`, for writing.
  @inlinable
  mutating func pointer(_ index: Int) -> UnsafeMutablePointer<R> {
    vectors[index].mutablePointer()
  }
}
