import LinearAlgebra
import Testing

@Suite("covariance")
struct CovarianceTests {
  @Test func blocksAddUp() {
    // Centred vectors; 4 C = Σ x xᵀ by hand.
    let rows: [Double] = [1, 2, -1, 0, 2, -1, -2, -1]
    var covariance = Covariance(order: 2)
    covariance.add(Array(rows[..<2]))
    covariance.add(Array(rows[2...]))
    #expect(covariance.count == 4)
    #expect(covariance.matrix.elements == [2.5, 0.5, 0.5, 1.5])
  }

  @Test func ofNothingIsZero() {
    #expect(Covariance(order: 2).matrix.elements == [0, 0, 0, 0])
  }
}
