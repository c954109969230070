// From an image to a vector.

/// The same elements under one axis; costs nothing.
public struct Flatten: Layer {
  public static let kind = "flatten"

  public init() {}

  public func outputShape(_ input: Shape, name: String) throws(ShapeError) -> Shape {
    [input.count]
  }

  public func makeOperation<R: NetworkScalar>(_ input: Shape, capacity: Int, over: R.Type)
    -> (any LayerOperation<R>)?
  { nil }
}
