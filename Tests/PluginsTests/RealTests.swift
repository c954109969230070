import OptimizerKit
import Testing

@Suite("real numbers")
struct RealTests {
  @Test func selects() {
    #expect(OptimizerKit.select(true, 1.0, .nan) == 1)
    #expect(OptimizerKit.select(false, -Float.infinity, -0.0).sign == .minus)
    #expect(maximum(1.0, 2.0) == 2 && minimum(1.0, 2.0) == 1)
    #expect(maximum(Float.nan, 1).isNaN && minimum(1, Float.nan) == 1)
    #expect((-3.0).signum == -1 && (0.0).signum == 0 && Float.nan.signum == 0)
  }
}
