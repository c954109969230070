import Testing

@testable import LinearAlgebra

@Suite struct KernelsTests {
  @Test func kernelsHaveAName() {
    #expect(!blasKernels().isEmpty)
  }

  /// Others are asked for only where those in use do without the processor's wide instructions.
  @Test func betterKernelsAreThoseThatFit() {
    #expect(betterKernels(than: "Prescott", fitting: "SkylakeX") == "SkylakeX")
    #expect(betterKernels(than: "Sandybridge", fitting: "Haswell") == "Haswell")
    #expect(betterKernels(than: "Prescott", fitting: nil) == nil)
    for chosen in ["Haswell", "ZEN", "SKYLAKEX", "Cooperlake"] {
      #expect(betterKernels(than: chosen, fitting: "SkylakeX") == nil)
    }
  }
}
