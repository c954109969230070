// What loss curves look like, told from curves drawn at random.

import Analysis
import OptimizerKit
import Testing

@Suite("classes of loss curves") struct LossCurveTests {
  /// A curve with what is known of it.
  private struct Drawn {
    var losses: [Double]
    var validation: [Double]
  }

  /// A curve of a class with everything about it drawn: the scale of the loss over six decades, 100 to 3000
  /// rows, noise of 1 to 20 % a row, how far and how fast it falls.
  private static func draw(_ curve: LossCurve, _ random: inout RandomSource) -> Drawn {
    func between(_ low: Double, _ high: Double) -> Double { low + (high - low) * random.uniform() }
    let scale = exp(between(log(1e-3), log(1e3)))
    let count = Int(exp(between(log(100), log(3000))))
    let noise = exp(between(log(0.01), log(0.2)))
    let passes = 11
    var jumps = 0.01
    let train: (Double) -> Double
    var validate: ((Double) -> Double)?
    switch curve {
    case .good:
      let (floor, rate) = (between(0.01, 0.12), between(4, 12))
      train = { floor + (1 - floor) * exp(-rate * $0) }
    case .barelyMoves:
      let slope = between(0, 0.06)
      train = { 1 - slope * $0 }
    case .highPlateau:
      let (floor, rate) = (between(0.3, 0.8), between(20, 100))
      train = { floor + (1 - floor) * exp(-rate * $0) }
      jumps = between(0.08, 0.3)
    case .explodes:
      let (rate, height) = (between(3, 30), between(1.5, 20))
      let isExponential = random.uniform() < 0.5
      train = { isExponential ? exp(rate * $0) : height - (height - 1) * exp(-rate * $0) }
    case .lateFall:
      let (floor, middle, width) = (between(0.05, 0.5), between(0.3, 0.7), between(0.01, 0.04))
      train = { floor + (1 - floor) / (1 + exp(($0 - middle) / width)) }
    case .overfits:
      let (floor, rate) = (between(0.005, 0.1), between(4, 12))
      train = { floor + (1 - floor) * exp(-rate * $0) }
      let (left, rise) = (between(0.3, 0.5), between(0, 0.5))
      validate = { left + (1 - left) * exp(-rate * $0) + rise * $0 * $0 }
    case .underfits:
      let (floor, rate) = (between(0.35, 0.8), between(15, 60))
      train = { floor + (1 - floor) * exp(-rate * $0) }
    }
    let smooth = validate ?? train
    return Drawn(
      losses: (0..<count).map {
        scale * train(Double($0) / Double(count - 1)) * (1 + noise * random.normal())
      },
      validation: (0..<passes).map {
        let time = Double($0) / Double(passes - 1)
        return scale * smooth(time) * (1 + ($0 == 0 ? 0 : jumps) * random.normal())
      })
  }

  /// Of 500 curves of each class, at least 95 % are told.
  @Test(arguments: LossCurve.allCases) func drawnCurvesAreTold(_ curve: LossCurve) {
    var random = RandomSource(seed: 7, purpose: .instance, step: curve.rawValue)
    var confusion: [LossCurve: Int] = [:]
    for _ in 0..<500 {
      let drawn = Self.draw(curve, &random)
      let found = LossCurveShape(losses: drawn.losses, validation: drawn.validation).curve
      if let found { confusion[found, default: 0] += 1 }
    }
    let right = confusion[curve] ?? 0
    #expect(right >= 475, "\(curve): \(confusion)")
  }

  /// A class does not depend on the unit of the loss. (Powers of two round nothing.)
  @Test(arguments: LossCurve.allCases) func theScaleDoesNotMatter(_ curve: LossCurve) {
    var random = RandomSource(seed: 3, purpose: .instance, step: curve.rawValue)
    for _ in 0..<20 {
      let drawn = Self.draw(curve, &random)
      let one = LossCurveShape(losses: drawn.losses, validation: drawn.validation, guess: nil)
      let other = LossCurveShape(
        losses: drawn.losses.map { 1024 * $0 }, validation: drawn.validation.map { 1024 * $0 })
      #expect(one.curve == other.curve)
    }
  }

  @Test func shortAndRuinedCurves() {
    func curve(_ losses: [Double], norms: [Double] = []) -> LossCurve? {
      LossCurveShape(losses: losses, gradientNorms: norms).curve
    }
    #expect(curve([]) == nil)
    #expect(curve([2.3, 2.2, 2.1]) == nil)
    #expect(curve([2.3, .nan]) == .explodes)
    #expect(curve([2.3, 40, 9e4]) == .explodes)
    #expect(curve([2.3, 1.7e5]) == .explodes)
    // The rectifiers of a ruined network give any loss; of a method without gradients all norms are NaN.
    let falling = (0..<100).map { 2.3 * exp(-Double($0) / 20) }
    #expect(curve(falling, norms: Array(repeating: 1, count: 99) + [.nan]) == .explodes)
    #expect(curve(falling, norms: Array(repeating: .nan, count: 100)) == .good)
    #expect(curve(Array(repeating: 0, count: 100)) == nil)
  }

  /// A network that died: a spike, and then for ever the loss of a guess.
  @Test(arguments: [(5.0, LossCurve.highPlateau), (50, .explodes)])
  func deadNetworks(_ spike: Double, _ expected: LossCurve) {
    let losses = [2.3, 2.0, spike, spike, spike] + Array(repeating: 2.3, count: 200)
    #expect(LossCurveShape(losses: losses).curve == expected)
  }

  /// From 40 to 2, where a guess has 2.3, nothing was learned.
  @Test func firstWeightsTooLarge() {
    let losses = (0..<300).map { 2 + 38 * exp(-Double($0) / 10) }
    #expect(LossCurveShape(losses: losses).curve == .good)
    #expect(LossCurveShape(losses: losses, guess: log(10)).curve == .highPlateau)
    #expect(
      LossCurveShape(
        losses: losses, validation: [2.3] + Array(repeating: 2, count: 10), guess: log(10)
      )
      .curve == .underfits)
  }

  /// A class is stored by its number and read back.
  @Test func classesAreNumbers() {
    for curve in LossCurve.allCases {
      var measures = RunMeasures()
      measures.lossCurve = Double(curve.rawValue)
      #expect(measures.curve == curve)
    }
    var other = RunMeasures()
    other.lossCurve = 99
    #expect(other.curve == nil)
  }
}
