import LinearAlgebra
import Testing

@Test func kernelsHaveAName() {
  #expect(!blasKernels().isEmpty)
}
