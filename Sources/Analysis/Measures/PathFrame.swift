// The frame in which a path is measured: an origin and orthonormal directions.

import LinearAlgebra
import OptimizerKit

/// An origin (a minimum, or a saddle where there is none) and orthonormal directions through it.
///
/// In the eigenbasis of the Hessian the coordinates of a quadratic evolve independently: the steep
/// direction is where a path zig-zags, the flat one where it crawls and, with momentum, overshoots.
public struct PathFrame: Sendable, Equatable {
  /// Which frame it is.
  public enum Kind: String, Sendable, CaseIterable {
    case eigenbasisAtMinimum, eigenbasisAtSaddle, axesAtMinimum, axesAtSaddle, axesAtZero
  }

  /// What is asked for.
  public enum Basis: Sendable {
    /// The Hessian's eigenvectors, or the axes where the Hessian gives none.
    case eigenvectors
    /// The coordinate axes.
    case axes
  }

  /// A unit vector and the second derivative of the loss along it.
  public struct Direction: Sendable, Equatable {
    public let vector: [Double]
    /// nil where it was not computed.
    public let curvature: Double?
    public init(vector: [Double], curvature: Double?) {
      self.vector = vector
      self.curvature = curvature
    }
  }

  public let kind: Kind
  public let origin: [Double]
  /// Eigenvectors in order of curvature, ascending; axes in their own order.
  public let directions: [Direction]

  /// A frame from its parts; the directions are taken to be orthonormal.
  public init(kind: Kind, origin: [Double], directions: [Direction]) {
    self.kind = kind
    self.origin = origin
    self.directions = directions
  }

  /// The frame of a surface for a path that ends at `end`: through the minimum nearest to that end,
  /// or through the saddle of a problem without a minimum, or through zero.
  public init(
    for surface: any Surface, endingAt end: [Double]? = nil, basis: Basis = .eigenvectors
  ) {
    let dimension = surface.dimension
    func fits(_ x: [Double]) -> Bool { x.count == dimension && x.allSatisfy(\.isFinite) }
    let minima = surface.minima.filter(fits)
    let origin: [Double]
    let kinds: (eigenbasis: Kind, axes: Kind)
    if !minima.isEmpty {
      let end = end ?? surface.starts.first ?? minima[0]
      origin = minima.min { squaredDistance($0, end) < squaredDistance($1, end) }!
      kinds = (.eigenbasisAtMinimum, .axesAtMinimum)
    } else if let saddle = surface.saddle, fits(saddle) {
      origin = saddle
      kinds = (.eigenbasisAtSaddle, .axesAtSaddle)
    } else {
      self.init(axesOf: dimension, .axesAtZero, origin: Array(repeating: 0, count: dimension))
      return
    }
    guard dimension <= Self.largestHessian else {
      self.init(axesOf: dimension, kinds.axes, origin: origin)
      return
    }
    let hessian = surface.hessian(at: origin)
    guard hessian.allSatisfy(\.isFinite) else {
      self.init(axesOf: dimension, kinds.axes, origin: origin)
      return
    }
    let matrix = SymmetricMatrix(order: dimension, elements: hessian)
    if case .eigenvectors = basis, let eigen = try? matrix.eigendecomposition() {
      self.init(
        kind: kinds.eigenbasis, origin: origin,
        directions: eigen.map { Direction(vector: $0.vector, curvature: $0.value) })
    } else {
      let diagonal = (0..<dimension).map { hessian[$0 * dimension + $0] }
      self.init(axesOf: dimension, kinds.axes, origin: origin, curvatures: diagonal)
    }
  }

  /// Beyond this dimension the Hessian (n products and O(n³)) is not worth the wait.
  static let largestHessian = 512

  init(axesOf dimension: Int, _ kind: Kind, origin: [Double], curvatures: [Double]? = nil) {
    self.init(
      kind: kind, origin: origin,
      directions: (0..<dimension).map { i in
        Direction(
          vector: (0..<dimension).map { $0 == i ? 1 : 0 }, curvature: curvatures?[i])
      })
  }

  /// The number of coordinates.
  public var dimension: Int { origin.count }

  /// The index of the direction of the largest curvature, the last of equals; nil where curvatures
  /// are not known.
  public var steepest: Int? {
    directions.indices.reversed().filter { directions[$0].curvature != nil }
      .max { directions[$0].curvature! < directions[$1].curvature! }
  }

  /// The index of the direction of the smallest curvature (at a saddle: the way out), the first of
  /// equals; nil where curvatures are not known.
  public var flattest: Int? {
    directions.indices.filter { directions[$0].curvature != nil }
      .min { directions[$0].curvature! < directions[$1].curvature! }
  }

  /// Whether the origin is a minimum.
  public var isAtMinimum: Bool { kind == .eigenbasisAtMinimum || kind == .axesAtMinimum }

  /// Which frame it is, in words, for captions.
  public var name: String {
    switch kind {
    case .eigenbasisAtMinimum: "Hessian's eigenvectors at the minimum"
    case .eigenbasisAtSaddle: "Hessian's eigenvectors at the saddle"
    case .axesAtMinimum: "coordinate axes through the minimum"
    case .axesAtSaddle: "coordinate axes through the saddle"
    case .axesAtZero: "coordinate axes"
    }
  }

  /// The coordinate of a point along one direction, from the origin.
  public func coordinate(of point: some Collection<Double>, along direction: Int) -> Double {
    let vector = directions[direction].vector
    var sum = 0.0
    for (i, x) in point.enumerated() where vector[i] != 0 { sum += (x - origin[i]) * vector[i] }
    return sum
  }

  /// The coordinates of a point in this frame.
  public func coordinates(of point: some Collection<Double>) -> [Double] {
    directions.indices.map { coordinate(of: point, along: $0) }
  }

  /// The distance of a point from the origin.
  public func distance(of point: some Collection<Double>) -> Double {
    squaredDistance(point, origin).squareRoot()
  }
}

/// ‖a − b‖².
func squaredDistance(_ a: some Collection<Double>, _ b: some Collection<Double>) -> Double {
  var sum = 0.0
  for (x, y) in zip(a, b) { sum += (x - y) * (x - y) }
  return sum
}
