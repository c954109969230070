// What a search chooses from.

import OptimizerKit

/// The hyperparameters of a search, each with its domain. Its points are those of the unit cube.
public struct SearchSpace: Sendable, Equatable {
  /// An end of a range.
  public enum Side: Sendable { case lower, upper }

  /// A dimension whose value lies at an end of its range.
  public struct Edge: Sendable, Equatable {
    /// Its place among the dimensions.
    public let dimension: Int
    public let side: Side
  }

  public let dimensions: [SearchDimension]

  /// - Throws: `SearchError` where there is nothing to search.
  public init(_ dimensions: [SearchDimension]) throws(SearchError) {
    guard !dimensions.isEmpty else { throw SearchError("there is nothing to search") }
    for (index, dimension) in dimensions.enumerated() {
      if let fault = dimension.fault { throw SearchError(fault) }
      if dimensions[..<index].contains(where: { $0.name == dimension.name }) {
        throw SearchError("\(dimension.name) stands twice among what is searched")
      }
    }
    self.dimensions = dimensions
  }

  private init(unchecked dimensions: [SearchDimension]) { self.dimensions = dimensions }

  /// The values at a point of the unit cube.
  public func values(at point: [Double]) -> [String] {
    zip(dimensions, point).map { $0.value(at: $1) }
  }

  /// The point of the unit cube for values; nil where one of them is not in its domain.
  public func point(of values: [String]) -> [Double]? {
    let point = zip(dimensions, values).compactMap { $0.coordinate(of: $1) }
    return point.count == dimensions.count ? point : nil
  }

  /// The dimensions whose values lie in the outer tenth of their ranges, on their scales. The end of what
  /// is valid is no edge where it is valid itself.
  public func edges(of values: [String]) -> [Edge] {
    zip(dimensions, values).enumerated().compactMap { index, pair in
      pair.0.edge(of: pair.1).map { Edge(dimension: index, side: $0) }
    }
  }

  /// The space with ranges twice as long at these edges, as far as is valid.
  public func widened(at edges: [Edge]) -> SearchSpace {
    var dimensions = dimensions
    for edge in edges { dimensions[edge.dimension] = dimensions[edge.dimension].widened(edge.side) }
    return SearchSpace(unchecked: dimensions)
  }
}

/// Why nothing can be searched.
public struct SearchError: Error, Equatable, CustomStringConvertible {
  public let description: String
  init(_ description: String) { self.description = description }
}
