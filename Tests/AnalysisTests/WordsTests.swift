import OptimizerKit
import Testing

@testable import Analysis

@Suite struct WordsTests {
  /// What is said of optimizers in 12 × 10 runs, worse by so many standard deviations.
  private func said(_ shifts: KeyValuePairs<String, Double>) throws -> String {
    let base = try simulated(shifts: shifts.map(\.value), problems: 12, runs: 10, seed: 2)
    return Words.paragraph(
      Ranking(
        try Results(
          participants: shifts.map(\.key), problems: base.problems, scores: base.scores)))
  }

  @Test func two() throws {
    let apart = try said(["adam": 0, "sgd": 2])
    #expect(apart == "adam beats sgd on 12 problems × 10 runs, probability 0.93 [0.87, 0.97].")
    let equal = try said(["adam": 0, "sgd": 0])
    #expect(equal == "adam and sgd cannot be told apart on 12 problems × 10 runs.")
  }

  @Test func three() throws {
    let best = try said(["adamw": 0, "nadam": 0, "sgd": 2])
    #expect(
      best
        == "adamw and nadam cannot be told apart on 12 problems × 10 runs; both beat sgd, "
        + "probability at least 0.90 [0.83, 0.94].")
    let worst = try said(["adamw": 0, "nadam": 2, "sgd": 2])
    #expect(
      worst
        == "adamw beats sgd and nadam on 12 problems × 10 runs, probability at least 0.91 "
        + "[0.84, 0.95]. sgd and nadam cannot be told apart.")
    let order = try said(["adamw": 0, "nadam": 2, "sgd": 4])
    #expect(
      order
        == "adamw beats nadam on 12 problems × 10 runs, probability 0.93 [0.87, 0.97]. "
        + "nadam beats sgd, probability 0.90 [0.83, 0.94].")
    let equal = try said(["a": 0, "b": 0, "c": 0])
    #expect(equal == "none of the 3 can be told apart on 12 problems × 10 runs.")
  }

  @Test func chains() throws {
    let three = try said(["a": 0, "b": 0.25, "c": 0.5])
    #expect(three == "a beats c on 12 problems × 10 runs, but b cannot be told from either.")
    let five = try said(["a": 0, "b": 0.2, "c": 0.4, "d": 0.6, "e": 0.8])
    #expect(
      five
        == "5 optimizers from a to e are linked by pairs that cannot be told apart on 12 problems × 10 runs, "
        + "though 6 of 10 pairs can: a beats c, d and e.")
    let four = try said(["a": 0, "b": 0.2, "c": 0.4, "d": 0.6])
    #expect(four.hasPrefix("of a, b, c and d on 12 problems × 10 runs, a beats "))
    let split = try said(["a": 0, "b": 0.25, "c": 0.5, "d": 4])
    #expect(
      split
        == "a beats c on 12 problems × 10 runs, but b cannot be told from either; all 3 "
        + "beat d, probability at least 0.98 [0.94, 1.00].")
  }

  @Test func many() throws {
    let groups = try said([
      "a": 0, "b": 0, "c": 0, "d": 0, "e": 0, "f": 3, "g": 3, "h": 3, "i": 6,
    ])
    #expect(
      groups
        == "a, d, c and 2 more cannot be told apart on 12 problems × 10 runs; all 5 beat h, "
        + "f and g, probability at least 0.97 [0.92, 0.99]. h, f and g cannot be told "
        + "apart; all 3 beat i, probability at least 0.97 [0.92, 0.99].")
    let order = try said([
      "a": 0, "b": 9, "c": 18, "d": 27, "e": 36, "f": 45, "g": 54, "h": 54, "i": 63,
    ])
    #expect(
      order
        == "a beats b on 12 problems × 10 runs, probability 1.00 [0.97, 1.00]. b beats c, "
        + "probability 1.00 [0.97, 1.00]. c beats d, probability 1.00 [0.97, 1.00]. d "
        + "beats e, probability 1.00 [0.97, 1.00]. e beats f, probability 1.00 [0.97, "
        + "1.00]. behind f, in this order: h and g; i.")
  }

  @Test func extent() throws {
    #expect(Words.extent(try results([[[1]], [[2]]])) == "1 problem × 1 run")
    #expect(Words.extent(try results([[[1], [1, 2]], [[2], [3, 4]]])) == "2 problems, 3 runs")
  }

  @Test func lists() {
    #expect(Words.list(["a"]) == "a")
    #expect(Words.list(["a", "b"]) == "a and b")
    #expect(Words.list(["a", "b", "c", "d"]) == "a, b, c and d")
    #expect(Words.list(["a", "b", "c", "d", "e", "f"]) == "a, b, c and 3 more")
    #expect(Words.probability(Estimate(0.967, 0.934...1)) == "0.97 [0.93, 1.00]")
    #expect(Words.probability(Estimate(0.5, nil)) == "0.50")
  }
}
