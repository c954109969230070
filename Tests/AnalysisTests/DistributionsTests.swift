import Testing

@testable import Analysis

/// Agreement with scipy.stats.
@Suite struct DistributionsTests {
  private let golden = GoldenComparisons.shared

  @Test func normal() {
    for row in golden.normal {
      #expect(agree(Distributions.normal(below: row[0]), row[1]), "\(row)")
    }
    for row in golden.normalQuantile {
      #expect(abs(Distributions.normalQuantile(row[0]) - row[1]) < 1e-12 * (1 + abs(row[1])))
    }
    #expect(Distributions.normalQuantile(0) == -.infinity)
    #expect(Distributions.normalQuantile(1) == .infinity)
  }

  @Test func student() {
    for row in golden.student {
      #expect(agree(Distributions.student(beyond: row[0], degrees: row[1]), row[2]), "\(row)")
    }
    for row in golden.studentQuantile {
      let found = Distributions.studentQuantile(beyond: row[0], degrees: row[1])
      #expect(agree(found, row[2]), "\(row), not \(found)")
    }
    #expect(Distributions.student(beyond: .infinity, degrees: 3) == 0)
  }

  @Test func chiSquareAndFisher() {
    for row in golden.chiSquare {
      let found = Distributions.chiSquare(above: row[0], degrees: row[1])
      #expect(agree(found, row[2]), "\(row), not \(found)")
    }
    for row in golden.fisher {
      let found = Distributions.fisher(above: row[0], row[1], row[2])
      #expect(agree(found, row[3]), "\(row), not \(found)")
    }
    #expect(Distributions.chiSquare(above: 0, degrees: 3) == 1)
    #expect(Distributions.fisher(above: .infinity, 2, 3) == 0)
  }

  @Test func fairCoin() {
    for row in golden.fairCoin {
      let found = Distributions.fairCoin(atMost: Int(row[0]), of: Int(row[1]))
      #expect(agree(found, row[2], to: 1e-10), "\(row), not \(found)")
    }
    #expect(Distributions.fairCoin(atMost: -1, of: 3) == 0)
  }

  /// SciPy integrates numerically as well, to about ten digits.
  @Test func studentizedRange() {
    for row in golden.rangeQuantile {
      let found = Distributions.rangeQuantile(row[0], of: Int(row[1]))
      #expect(agree(found, row[2], to: 1e-8), "\(row), not \(found)")
    }
  }
}
