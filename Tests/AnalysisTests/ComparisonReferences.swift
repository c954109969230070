// Golden data for the statistics, made by References/comparisons.py with SciPy and rliable.

import Foundation
import OptimizerKit
import Testing

@testable import Analysis

/// References/comparisons.json. What is null there is a failed run.
struct GoldenComparisons: Decodable, Sendable {
  struct MedianInterval: Decodable, Sendable {
    var values: [Double]
    var confidence: Double
    var median: Double
    var interval: [Double]
  }
  struct InterquartileMean: Decodable, Sendable {
    var scores: [[Double]]
    var interquartileMean: Double
    var median: Double
  }
  struct Probability: Decodable, Sendable {
    var a: [[Double?]]
    var b: [[Double?]]
    var probability: Double
  }
  struct FlipTest: Decodable, Sendable {
    var groups: [[Int]]
    var p: Double
  }
  struct FriedmanCase: Decodable, Sendable {
    var scores: [[Double]]
    var averageRanks: [Double]
    var chiSquare: Double
    var chiSquareP: Double
    var f: Double
    var fP: Double
    var criticalDifference: Double
  }
  struct Best: Decodable, Sendable {
    var scores: [Double]
    var trials: Int
    var mean: Double
    var meanAgain: Double
    var median: Double
    var medianAgain: Double
  }

  var normal: [[Double]]
  var normalQuantile: [[Double]]
  var student: [[Double]]
  var studentQuantile: [[Double]]
  var chiSquare: [[Double]]
  var fisher: [[Double]]
  var fairCoin: [[Double]]
  var rangeQuantile: [[Double]]
  var wilson: [[Double]]
  var medianIntervals: [MedianInterval]
  var interquartileMeans: [InterquartileMean]
  var probabilities: [Probability]
  var signTests: [[Double]]
  var flipTests: [FlipTest]
  var holm: [[[Double]]]
  var friedman: [FriedmanCase]
  var expectedBest: [Best]

  static let shared: GoldenComparisons = {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let data = try! Data(contentsOf: folder.appending(path: "References/comparisons.json"))
    return try! JSONDecoder().decode(GoldenComparisons.self, from: data)
  }()
}

/// Whether two numbers agree to a relative tolerance.
func agree(_ a: Double, _ b: Double, to tolerance: Double = 1e-11) -> Bool {
  a == b || abs(a - b) <= tolerance * max(abs(a), abs(b))
}

/// Scores of participants a, b, c, ... on problems 1, 2, ...
func results(_ scores: [[[Double]]]) throws -> Results {
  try Results(
    participants: scores.indices.map { String(UnicodeScalar(UInt8(97 + $0))) },
    problems: scores[0].indices.map { "problem \($0 + 1)" }, scores: scores)
}

/// Standard normal scores, of which those of each participant are moved by a shift.
func simulated(
  shifts: [Double], problems: Int, runs: Int, seed: UInt64,
  _ draw: (inout RandomSource) -> Double = { $0.normal() }
) throws -> Results {
  var random = RandomSource(seed: seed, purpose: .noise)
  return try results(
    shifts.map { shift in
      (0..<problems).map { _ in (0..<runs).map { _ in shift + draw(&random) } }
    })
}
