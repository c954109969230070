// From a vector to an image.

/// The same elements under the axes of an image, channels × height × width: the inverse of `Flatten`.
public struct Unflatten: Layer {
  public static let kind = "unflatten"
  public static let formula =
    "a vector as an image: channel by channel, row by row"

  /// The shape of the image.
  public var shape: Shape

  public init(_ shape: Shape) { self.shape = shape }

  public func outputShape(_ input: Shape, name: String) throws(ShapeError) -> Shape {
    guard input.axes.count == 1, input.count == shape.count else {
      throw ShapeError(
        layer: name, expected: "one axis of \(shape.count) elements (to make \(shape))",
        found: input)
    }
    return shape
  }

  public func makeOperation<R: NetworkScalar>(
    _ input: Shape, context: inout OperationContext, over: R.Type
  ) -> (any LayerOperation<R>)? {
    if shape.channels == 1 || shape.positions == 1 { return nil }
    return TransposeOperation<R>(rows: shape.channels, columns: shape.positions)
  }
}
