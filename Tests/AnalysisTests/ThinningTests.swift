import OptimizerKit
import Testing

@testable import Analysis

@Suite struct ThinningTests {
  let unit = Viewport(x: 0...1, y: 0...1)

  /// The distance of a point from a segment.
  func distance(_ p: (Double, Double), _ a: (Double, Double), _ b: (Double, Double)) -> Double {
    let d = (b.0 - a.0, b.1 - a.1)
    let length = d.0 * d.0 + d.1 * d.1
    let t = length > 0 ? ((p.0 - a.0) * d.0 + (p.1 - a.1) * d.1) / length : 0
    let s = min(max(t, 0), 1)
    let e = (p.0 - a.0 - s * d.0, p.1 - a.1 - s * d.1)
    return (e.0 * e.0 + e.1 * e.1).squareRoot()
  }

  /// The largest distance between a left-out point and the segment that replaces it.
  func deviation(_ x: [Double], _ y: [Double], _ kept: [Int]) -> Double {
    var worst = 0.0
    for (a, b) in zip(kept, kept.dropFirst()) {
      for i in a...b {
        worst = max(worst, distance((x[i], y[i]), (x[a], y[a]), (x[b], y[b])))
      }
    }
    return worst
  }

  @Test func aStraightLineNeedsItsEnds() {
    let t = (0...1000).map { Double($0) / 1000 }
    #expect(Thinning.keptIndices(x: t, y: t, viewport: unit) == [0, 1000])
  }

  @Test func cornersAndTipsStay() {
    // Right, up; and a walk along one line, there and half-way back.
    #expect(
      Thinning.keptIndices(x: [0, 0.5, 1, 1, 1], y: [0, 0, 0, 0.5, 1], viewport: unit)
        == [0, 2, 4])
    #expect(
      Thinning.keptIndices(x: [0, 0.5, 1, 0.8, 0.5], y: [0, 0, 0, 0, 0], viewport: unit)
        == [0, 2, 4])
  }

  @Test func shortAndBrokenLines() {
    #expect(Thinning.keptIndices(x: [], y: [], viewport: unit) == [])
    #expect(Thinning.keptIndices(x: [1], y: [1], viewport: unit) == [0])
    #expect(Thinning.keptIndices(x: [1, 1, 1], y: [1, 1, 1], viewport: unit) == [0, 2])
    #expect(
      Thinning.keptIndices(x: [0, 0.5, .nan, 1], y: [0, 0.5, 0, 0], viewport: unit) == [0, 1])
    #expect(
      Thinning.keptIndices(x: [0, 1e300, -1e300, 1], y: [0, 0, 0, 1], viewport: unit).count == 4)
  }

  @Test(arguments: [1e-4, 5e-4, 5e-3])
  func nothingMovesByMoreThanTheTolerance(tolerance: Double) {
    var random = RandomSource(seed: 3, purpose: .instance)
    for shape in 0..<4 {
      let count = 20_000
      var x: [Double] = []
      var y: [Double] = []
      for i in 0..<count {
        let t = Double(i) / Double(count)
        switch shape {
        case 0:  // a spiral
          x.append(0.5 + 0.5 * (1 - t) * cos(40 * t))
          y.append(0.5 + 0.5 * (1 - t) * sin(40 * t))
        case 1:  // a zig-zag that settles
          x.append(t)
          y.append(0.5 + (i % 2 == 0 ? 0.5 : -0.5) * exp(-0.01 * Double(i)))
        case 2:  // a random walk
          x.append((x.last ?? 0.5) + 0.001 * random.normal())
          y.append((y.last ?? 0.5) + 0.001 * random.normal())
        default:  // noise about a point
          x.append(0.5 + 1e-4 * random.normal())
          y.append(0.5 + 1e-4 * random.normal())
        }
      }
      let kept = Thinning.keptIndices(x: x, y: y, viewport: unit, tolerance: tolerance)
      #expect(kept.first == 0)
      #expect(kept.last == count - 1)
      #expect(zip(kept, kept.dropFirst()).allSatisfy { $0 < $1 })
      #expect(deviation(x, y, kept) <= tolerance * (1 + 1e-9))
      #expect(kept.count < count)
    }
  }

  @Test func aMillionPointsOfASpiral() {
    let t = (0..<1_000_000).map { Double($0) * 1e-6 }
    let kept = Thinning.keptIndices(
      x: t.map { (1 - $0) * cos(100 * $0) }, y: t.map { (1 - $0) * sin(100 * $0) }, viewport: unit)
    #expect(kept.count < 2000)
  }
}
