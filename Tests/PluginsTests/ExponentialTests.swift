import Foundation
import OptimizerKit
import Testing

@Suite("exponential and logarithm")
struct ExponentialTests {
  /// The largest distance from the exact value, in units in the last place.
  func ulps<T: BinaryFloatingPoint, Wide: BinaryFloatingPoint>(
    _ points: some Sequence<T>, _ f: (T) -> T, _ exact: (Wide) -> Wide
  ) -> Double {
    var worst = 0.0
    for x in points {
      let right = exact(Wide(x))
      worst = max(worst, Double(abs(Wide(f(x)) - right) / Wide(T(right).ulp)))
    }
    return worst
  }

  func points<T: BinaryFloatingPoint>(_ range: ClosedRange<T>) -> [T] where T: Real {
    let count = 200_000
    return (0...count).map {
      range.lowerBound + (range.upperBound - range.lowerBound) * T(Double($0) / Double(count))
    }
  }

  @Test func inSinglePrecision() {
    let exact: (Double) -> Double = Foundation.exp
    #expect(ulps(points(Float(-103)...88.7), Float.exp, exact) <= 0.81)
    #expect(ulps(points(Float(-1)...1), Float.exp, exact) <= 0.81)
    let logarithm: (Double) -> Double = Foundation.log
    #expect(ulps(points(Float(-125)...127).map(Foundation.exp2), Float.log, logarithm) <= 0.84)
    #expect(ulps(points(Float(0.5)...1.5), Float.log, logarithm) <= 0.84)
    #expect(ulps(points(Float(0x1p-149)...0x1p-126), Float.log, logarithm) <= 0.84)
  }

  #if arch(x86_64)
    @Test func inDoublePrecision() {
      let exact: (Float80) -> Float80 = Foundation.exp
      #expect(ulps(points(-745.0...709.7), Double.exp, exact) <= 0.77)
      #expect(ulps(points(-1.0...1.0), Double.exp, exact) <= 0.77)
      let logarithm: (Float80) -> Float80 = Foundation.log
      #expect(ulps(points(-1021.0...1023).map(Foundation.exp2), Double.log, logarithm) <= 0.82)
      #expect(ulps(points(0.5...1.5), Double.log, logarithm) <= 0.82)
      #expect(ulps(points(0x1p-1074...0x1p-1022), Double.log, logarithm) <= 0.82)
    }
  #endif

  @Test func specialValues() {
    func check<T: BinaryFloatingPoint & Real>(_ type: T.Type, largest: T, least: T) {
      #expect(T.exp(0) == 1 && T.exp(-0.0) == 1)
      #expect(T.exp(.infinity) == .infinity && T.exp(-.infinity) == 0)
      #expect(T.exp(largest).isFinite && T.exp(largest.nextUp) == .infinity)
      #expect(T.exp(least) == .leastNonzeroMagnitude && T.exp(least.nextDown) == 0)
      #expect(T.exp(.nan).isNaN)
      #expect(T.log(1) == 0)
      #expect(T.log(0) == -.infinity && T.log(-0.0) == -.infinity)
      #expect(T.log(.infinity) == .infinity)
      #expect(T.log(-1).isNaN && T.log(-.infinity).isNaN && T.log(.nan).isNaN)
    }
    check(Double.self, largest: 709.782712893384, least: -745.1332191019411)
    check(Float.self, largest: 88.72283, least: -103.972076)
  }

  /// The same bits on every machine: as IEEE arithmetic written in numpy gives them.
  @Test func bits() {
    let x = [-700.1, -1.3, 0.1, 3.7, 600.5]
    #expect(
      x.map { Double.exp($0).bitPattern } == [
        0xcf_52f9_3df4_dfcf, 0x3fd1_7129_308c_e281, 0x3ff1_aec7_b35a_00d4, 0x4044_3941_44ee_ec81,
        0x7614_3ab1_29a8_811b,
      ])
    #expect(
      x.map { Float.exp(Float($0) / 8).bitPattern } == [
        0x6b5926, 0x3f59_9aa8, 0x3f81_9c2c, 0x3fcb_44de, 0x759c_bf4d,
      ])
    #expect(
      [1e-300, 0.3, 0.9, 7.25, 1e200].map { Double.log($0).bitPattern } == [
        0xc085_9634_47f8_7fb5, 0xbff3_4378_fcbd_a721, 0xbfba_f8e8_210a_415c, 0x3fff_b22e_98a1_c24e,
        0x407c_c845_b54b_54f2,
      ])
  }
}
