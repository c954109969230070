// From an image to a vector.

/// The same elements under one axis: channel by channel, row by row.
///
/// Signals keep the channels of an image innermost; here they are brought outermost, so that a
/// dense layer's weights have the order that other libraries give them. Costs nothing where there
/// is one channel or one pixel.
public struct Flatten: Layer {
  public static let kind = "flatten"
  public static let formula =
    "the elements of an image as a vector: channel by channel, row by row"

  public init() {}

  public func outputShape(_ input: Shape, name: String) throws(ShapeError) -> Shape {
    [input.count]
  }

  public func makeOperation<R: NetworkScalar>(
    _ input: Shape, context: inout OperationContext, over: R.Type
  ) -> (any LayerOperation<R>)? {
    if input.channels == 1 || input.positions == 1 { return nil }
    return TransposeOperation<R>(rows: input.positions, columns: input.channels)
  }
}

/// Transposes each example, a matrix of rows × columns.
final class TransposeOperation<R: NetworkScalar>: LinearOperation {
  let rows: Int
  let columns: Int

  init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
  }

  func forward(
    _ input: UnsafePointer<R>, parameters: UnsafePointer<R>, output: UnsafeMutablePointer<R>,
    pass: Pass
  ) {
    transpose(input, rows: rows, columns: columns, into: output, matrices: pass.examples)
  }

  func backward(
    _ input: UnsafePointer<R>, output: UnsafePointer<R>, parameters: UnsafePointer<R>,
    outputGradient: UnsafeMutablePointer<R>, parameterGradient: UnsafeMutablePointer<R>,
    inputGradient: UnsafeMutablePointer<R>?, pass: Pass
  ) {
    guard let inputGradient else { return }
    transpose(
      UnsafePointer(outputGradient), rows: columns, columns: rows, into: inputGradient,
      matrices: pass.examples)
  }
}

/// target ← the transposes of `matrices` matrices of rows × columns that lie one after the other.
@_specialize(where R == Float)
@_specialize(where R == Double)
func transpose<R: NetworkScalar>(
  _ source: UnsafePointer<R>, rows: Int, columns: Int, into target: UnsafeMutablePointer<R>,
  matrices: Int
) {
  for matrix in 0..<matrices {
    let source = source + matrix * rows * columns
    let target = target + matrix * rows * columns
    for j in 0..<columns {
      let target = target + j * rows
      for i in 0..<rows { target[i] = source[i * columns + j] }
    }
  }
}
