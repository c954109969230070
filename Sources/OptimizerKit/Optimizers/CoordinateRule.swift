// The first level of the optimizer contract: the update of one coordinate.

/// A coordinate-wise update rule. The author writes the update of *one* coordinate, as in the
/// textbook, with named state:
///
///     public struct Momentum: CoordinateRule {
///       @Hyperparameter("learning rate", in: 0..., scale: .log) public var lr = 1e-2
///       @Hyperparameter("momentum μ", in: 0...1) public var momentum = 0.9
///       public enum State: Int, StateNames { case v }
///
///       public func update<R: Real>(
///         _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
///       ) {
///         s[.v] = momentum * s[.v] + g
///         x -= lr * s[.v]
///       }
///     }
///
/// The lab runs that same source over the Float32 parameters of a network, vectorised; over a point
/// of a surface in double precision; and over many runs side by side, each with its own learning
/// rate or start.
///
/// What a conformer must uphold, beyond `Optimizer`: `update` depends on nothing but its arguments
/// and `self`, and coordinates may be updated in any order. What depends on the step alone (bias
/// corrections) is computed once per step in `prepare(step:)`.
///
/// Cases that differ from coordinate to coordinate are written with `select`, for the loop to be
/// vectorised; `@inline(__always)` keeps an `update` in the loop that is long, by `exp` and `log`.
public protocol CoordinateRule: Optimizer {
  /// The names of the state of one coordinate; at most four.
  associatedtype State: StateNames = NoState

  /// Called once before every step, with its number from 1: the place for what is the same for
  /// all coordinates.
  mutating func prepare(step: Int)

  /// Updates one coordinate.
  func update<R: Real>(_ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R)

  /// What a state variable holds before the first step; 0 unless said otherwise.
  func initialValue(of slot: State) -> Double

  /// How many of the state's names, counted from the first, are in use with these
  /// hyperparameters; those that are not cost neither memory nor time.
  var slotCount: Int { get }

  /// Whether the loss is reported elsewhere than at `x`.
  static var hasEvaluationPoint: Bool { get }
  /// Where the loss is reported, for one coordinate.
  func evaluationPoint<R: Real>(_ x: R, state s: Slots<State, R>) -> R

  /// Runs `steps` updates on a surface of two coordinates. The lab's own; not to be written.
  mutating func descend(
    _ gradient: PlanarGradient, point: inout Planar<Double>, state: inout OptimizerState<Double>,
    firstStep: Int, rates: UnsafeBufferPointer<Double>, steps: Int,
    path: UnsafeMutablePointer<Planar<Double>>?)
  /// Updates many runs side by side that share all but learning rate and start. The lab's own.
  mutating func advanceLanes(
    _ x: UnsafeMutablePointer<Double>, gradient: UnsafePointer<Double>,
    state: inout OptimizerState<Double>, step: Int, rates: UnsafePointer<Double>, lanes: Int,
    dimension: Int)
  /// Updates many runs side by side, each with hyperparameters of its own. The lab's own.
  static func advanceLanes(
    _ rules: UnsafeMutablePointer<Self>, _ x: UnsafeMutablePointer<Double>,
    gradient: UnsafePointer<Double>, state: inout OptimizerState<Double>, step: Int,
    rates: UnsafePointer<Double>, lanes: Int, dimension: Int)
}

/// The names of a rule's state: `enum State: Int, StateNames { case m, v }`.
public protocol StateNames: CaseIterable, RawRepresentable, Sendable where RawValue == Int {}

/// The state of a rule that has none.
public enum NoState: Int, StateNames, CaseIterable {
  case unused
  public static var allCases: [NoState] { [] }
}

/// The state of one coordinate, by name: `s[.m]`.
public struct Slots<Names: StateNames, R: Real> {
  @usableFromInline var a: R
  @usableFromInline var b: R
  @usableFromInline var c: R
  @usableFromInline var d: R

  @inlinable @inline(__always)
  init(_ a: R, _ b: R, _ c: R, _ d: R) {
    self.a = a
    self.b = b
    self.c = c
    self.d = d
  }

  @inlinable @inline(__always)
  init() { self.init(R(0.0), R(0.0), R(0.0), R(0.0)) }

  @inlinable
  public subscript(_ name: Names) -> R {
    @inline(__always) get {
      switch name.rawValue {
      case 0: a
      case 1: b
      case 2: c
      default: d
      }
    }
    @inline(__always) set {
      switch name.rawValue {
      case 0: a = newValue
      case 1: b = newValue
      case 2: c = newValue
      default: d = newValue
      }
    }
  }

  /// By place, for the loops.
  @inlinable
  subscript(place place: Int) -> R {
    @inline(__always) get {
      switch place {
      case 0: a
      case 1: b
      case 2: c
      default: d
      }
    }
    @inline(__always) set {
      switch place {
      case 0: a = newValue
      case 1: b = newValue
      case 2: c = newValue
      default: d = newValue
      }
    }
  }
}

extension CoordinateRule {
  public mutating func prepare(step: Int) {}
  public func initialValue(of slot: State) -> Double { 0 }
  @inlinable public var slotCount: Int { State.allCases.count }
  public static var hasEvaluationPoint: Bool { false }
  /// No rule of one coordinate sees in which order they are.
  public var invariances: Invariances { .permutation }
  @inlinable
  public func evaluationPoint<R: Real>(_ x: R, state s: Slots<State, R>) -> R { x }
}
