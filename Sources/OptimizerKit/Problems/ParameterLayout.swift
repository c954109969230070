// Which part of the flat parameter vector is which tensor.

/// The layout of a parameter vector: named tensors, one after the other.
public struct ParameterLayout: Sendable, Equatable {
  /// What a tensor is for; weight decay and matrix methods may treat roles differently.
  public enum Role: String, Sendable, Codable {
    case weight, bias, scale, coordinate
  }

  /// One tensor: its name, shape, role, and where it begins.
  public struct Tensor: Sendable, Equatable {
    public let name: String
    public let shape: [Int]
    public let role: Role
    /// Inputs that one output sums over; 1 for a bias.
    public let fanIn: Int
    /// The index of its first element in the flat vector.
    public let offset: Int
    /// The number of its elements.
    public var count: Int { shape.reduce(1, *) }
    /// The rows of the tensor seen as a matrix: its first dimension, that of the outputs.
    public var rows: Int { shape.first ?? 1 }
    /// The columns of the tensor seen as a matrix: all dimensions but the first.
    public var columns: Int { shape.dropFirst().reduce(1, *) }
  }

  /// The tensors in order.
  public private(set) var tensors: [Tensor] = []
  /// The number of parameters.
  public private(set) var count = 0

  public init() {}

  /// `dimension` coordinates of a surface.
  public init(coordinates dimension: Int) {
    append("x", shape: [dimension], role: .coordinate, fanIn: 1)
  }

  /// Adds a tensor at the end and returns the index of its first element.
  @discardableResult
  public mutating func append(_ name: String, shape: [Int], role: Role, fanIn: Int) -> Int {
    let tensor = Tensor(name: name, shape: shape, role: role, fanIn: fanIn, offset: count)
    tensors.append(tensor)
    count += tensor.count
    return tensor.offset
  }
}
