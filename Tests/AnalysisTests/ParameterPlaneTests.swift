// The plane of points in many coordinates.

import OptimizerKit
import Testing

@testable import Analysis

@Suite struct ParameterPlaneTests {
  /// Two directions at right angles in so many coordinates that a block does not hold them.
  private let count = 5000
  private var u: [Double] {
    (0..<count).map { $0 < count / 2 ? 1 / Double(count / 2).squareRoot() : 0 }
  }
  private var v: [Double] {
    (0..<count).map { $0 < count / 2 ? 0 : 1 / Double(count / 2).squareRoot() }
  }

  private func points(_ places: [(Double, Double)], noise: Double = 0) -> [[Float]] {
    let (u, v) = (u, v)
    return places.enumerated().map { index, place in
      (0..<count).map { j in
        let other = j == index ? noise : 0
        return Float(0.5 + place.0 * u[j] + place.1 * v[j] + other)
      }
    }
  }

  private let places = [(-9.0, 1.0), (-3, -2), (0, 0), (4, 3), (8, -2)]

  /// All of what moves in a plane is held by that plane, and distances in it are those of the points.
  @Test func aPlantedPlaneIsFound() throws {
    let plane = try #require(ParameterPlane(points(places)))
    #expect(abs(plane.share - 1) < 1e-6 && plane.shares.x > plane.shares.y)
    for (i, a) in places.enumerated() {
      for (j, b) in places.enumerated() {
        let (p, q) = (plane.coordinates[i], plane.coordinates[j])
        let planted = ((a.0 - b.0).squared + (a.1 - b.1).squared).squareRoot()
        let found = ((p.x - q.x).squared + (p.y - q.y).squared).squareRoot()
        #expect(abs(planted - found) < 1e-3)
      }
    }
    // A point of the plane is the point that was there.
    for (point, place) in zip(points(places), plane.coordinates) {
      let back = plane.point(place.x, place.y)
      #expect(zip(point, back).allSatisfy { abs($0 - $1) < 1e-4 })
    }
  }

  /// What leaves the plane is not held by it.
  @Test func whatLeavesThePlaneIsNotHeld() throws {
    let plane = try #require(ParameterPlane(points(places, noise: 4)))
    #expect(plane.share < 0.95 && plane.share > 0.5)
  }

  @Test func whatIsNoPlaneIsNone() {
    #expect(ParameterPlane([]) == nil)
    #expect(ParameterPlane(points([(0, 0), (1, 1)])) == nil)
    #expect(ParameterPlane(points([(0, 0), (0, 0), (0, 0)])) == nil)
    #expect(ParameterPlane([[0, 0], [1, .nan], [2, 1]]) == nil)
    #expect(ParameterPlane([[0, 0], [1, 2], [2, 4]]) == nil)
  }
}
