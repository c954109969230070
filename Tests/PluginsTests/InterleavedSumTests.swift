import Foundation
import OptimizerKit
import Testing

@Suite("sums and maxima of many terms")
struct InterleavedSumTests {
  @Test(arguments: [0, 1, 63, 64, 65, 1000])
  func sums(_ count: Int) {
    let terms = (0..<count).map { Foundation.sin(Double($0)) }
    let sum = interleavedSum(count) { terms[$0] }
    #expect(abs(sum - terms.reduce(0, +)) < 1e-12)
    var calls: [Int] = []
    let three = interleavedSums(
      count, { terms[$0] },
      { i in
        calls.append(i)
        return -terms[i]
      }, { 2 * terms[$0] })
    #expect(three == (sum, -sum, 2 * sum))
    #expect(calls == Array(0..<count))
    #expect(interleavedMaximum(count) { terms[$0] } == max(0, terms.max() ?? 0))
  }
}
