// What an optimizer keeps from step to step.

/// An optimizer's state: named vectors, named values of any other type, and the state of what a
/// wrapper wraps. A value: copying it is a checkpoint.
///
///     state["m"]                                   // a vector, nil until it is set
///     state["m", default: Vector(repeating: 0, count: n)].add(a, g)
///     state["pairs", default: [Pair]()].append(pair)
///
/// Changes are made in place: neither vector nor value is copied, unless the state was.
public struct OptimizerState<R: Scalar>: @unchecked Sendable {
  // Sendable: boxes are written only while they are uniquely referenced, and hold Sendable values.

  /// The names of the vectors, in order.
  public private(set) var names: [String] = []
  /// The vectors, in the same order.
  @usableFromInline var vectors: [Vector<R>] = []
  private var values: [(name: String, box: StateBox)] = []
  /// The state of what a wrapper wraps; one or none.
  var nested: [NestedState<R>] = []

  public init() {}

  /// The vector called `name`; setting one that is not there adds it, nil takes it out.
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
    _modify {
      guard let index = names.firstIndex(of: name) else {
        var vector: Vector<R>?
        defer {
          if let vector {
            names.append(name)
            vectors.append(vector)
          }
        }
        yield &vector
        return
      }
      // Taken out while it is changed, so that it is referenced once.
      var vector: Vector<R>? = vectors.remove(at: index)
      defer {
        if let vector {
          vectors.insert(vector, at: index)
        } else {
          names.remove(at: index)
        }
      }
      yield &vector
    }
  }

  /// The vector called `name`, or `initial` where there is none; changing it sets it.
  public subscript(name: String, default initial: @autoclosure () -> Vector<R>) -> Vector<R> {
    get { self[name] ?? initial() }
    _modify {
      if !names.contains(name) { self[name] = initial() }
      let index = names.firstIndex(of: name)!  // just set
      yield &vectors[index]
    }
  }

  /// The value called `name`, or `initial` where there is none; changing it sets it. A name keeps
  /// the type that it was first set with.
  public subscript<T: Sendable>(name: String, default initial: @autoclosure () -> T) -> T {
    get { self[name, as: T.self] ?? initial() }
    _modify {
      let box = ownBox(name, initial)
      yield &box.value
    }
  }

  /// The value called `name`; nil where there is none of that type.
  public subscript<T: Sendable>(name: String, as type: T.Type) -> T? {
    (values.first { $0.name == name }?.box as? ValueBox<T>)?.value
  }

  /// Takes the vector or value called `name` out.
  public mutating func remove(_ name: String) {
    self[name] = nil
    values.removeAll { $0.name == name }
  }

  /// The names of the values that are no vectors, in order.
  public var valueNames: [String] { values.map(\.name) }

  /// The box of a value, referenced by this state only.
  private mutating func ownBox<T: Sendable>(_ name: String, _ initial: () -> T) -> ValueBox<T> {
    guard let index = values.firstIndex(where: { $0.name == name }) else {
      let box = ValueBox(initial())
      values.append((name, box))
      return box
    }
    if !isKnownUniquelyReferenced(&values[index].box) {
      values[index].box = values[index].box.copy()
    }
    guard let box = values[index].box as? ValueBox<T> else {
      preconditionFailure("the state '\(name)' is no \(T.self): it was set with another type")
    }
    return box
  }

  /// The elements of the vector called `name`, for writing; `count` times `initial` where there was
  /// none.
  @inlinable
  public mutating func pointer(_ name: String, _ count: Int, initial: R = R.zero)
    -> UnsafeMutablePointer<R>
  { self[name, default: Vector(repeating: initial, count: count)].mutablePointer() }

  /// The elements of the vector at `index`, for writing.
  @inlinable
  mutating func pointer(_ index: Int) -> UnsafeMutablePointer<R> {
    vectors[index].mutablePointer()
  }
}

// MARK: the state of what is wrapped

extension OptimizerState {
  /// The state of a wrapper that has only what it wraps.
  ///
  /// - Parameters:
  ///   - inner: what is wrapped.
  ///   - x: the parameters before the first step.
  ///   - tensors: which of them it is stepped on (see `StepContext.step(_:on:)`); nil for all.
  public init(
    wrapping inner: any Optimizer, at x: Vector<R>, layout: ParameterLayout,
    on tensors: [Int]? = nil
  ) {
    if tensors?.isEmpty == true { return }
    nested = [NestedState(of: inner, at: x, layout: layout, on: tensors)]
  }

  /// The state of what is wrapped, where there is one.
  public var inner: OptimizerState? { nested.first?.state }

  mutating func takeNested() -> NestedState<R>? { nested.popLast() }
}

/// The state of what a wrapper wraps, and which tensors it is of.
struct NestedState<R: Scalar>: Sendable {
  var state: OptimizerState<R>
  /// The tensors; nil for all.
  let part: TensorPart?

  init(
    of inner: any Optimizer, at x: Vector<R>, layout: ParameterLayout, on tensors: [Int]? = nil
  ) {
    if let tensors {
      let part = TensorPart(tensors, of: layout)
      state = inner.makeState(at: part.gather(x), layout: part.layout)
      self.part = part
    } else {
      state = inner.makeState(at: x, layout: layout)
      part = nil
    }
  }

  /// Where `inner` reports the loss: the whole vector, or nil for `x` itself.
  func evaluationPoint(of inner: any Optimizer, _ x: Vector<R>) -> Vector<R>? {
    guard let part else { return inner.evaluationPoint(x, state: state) }
    guard let point = inner.evaluationPoint(part.gather(x), state: state) else { return nil }
    var whole = x
    part.scatter(point, into: &whole)
    return whole
  }
}

/// A value of a type that only its optimizer knows.
private class StateBox {
  func copy() -> StateBox { fatalError("every box says how it is copied") }
}

private final class ValueBox<T: Sendable>: StateBox {
  var value: T
  init(_ value: T) { self.value = value }
  override func copy() -> StateBox { ValueBox(value) }
}
