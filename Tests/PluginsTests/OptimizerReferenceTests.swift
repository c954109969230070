// Agreement with torch, optax and the cs231n lecture, step by step.

import OptimizerKit
import Plugins
import Testing

/// Two correct implementations differ by a few roundings a step, of relative size 2⁻⁵³ each. The
/// golden file holds only cases in which a disturbance of every step by ε moves the path by less
/// than 2,000 ε at any sampled step, so that 1,000 steps agree to 2,000 × 4 × 2⁻⁵³ ≈ 10⁻¹².
let referenceTolerance = 1e-12

@Suite("Optimizers against their references")
struct OptimizerReferenceTests {
  @Test("agrees over 1,000 steps", arguments: GoldenOptimizers.shared.cases)
  func agreement(_ golden: GoldenCase) throws {
    let error = try largestError(
      of: optimizer(golden.optimizer, golden.settings), against: golden)
    #expect(error <= referenceTolerance)
  }

  @Test("every rule has references on every problem")
  func coverage() {
    for name in ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"] {
      let cases = GoldenOptimizers.shared.cases.filter {
        $0.optimizer.split(separator: "@")[0] == name
      }
      #expect(Set(cases.map(\.problem)) == Set(planes.keys), "\(name)")
      #expect(cases.contains { !$0.schedules.isEmpty }, "\(name) with a schedule")
    }
  }

  /// A comparison that accepts everything would pass every test above.
  @Test("a planted fault is found", arguments: FaultyAdam.Fault.allCases)
  func plantedFault(_ fault: FaultyAdam.Fault) throws {
    var caught = 0
    for golden in GoldenOptimizers.shared.cases where golden.optimizer == "adam@torch" {
      guard golden.settings["amsgrad"] == nil else { continue }
      var faulty = FaultyAdam()
      for (name, value) in golden.settings { try faulty.set(name, to: value) }
      #expect(try largestError(of: faulty, against: golden) <= referenceTolerance)
      faulty.fault = fault
      if try largestError(of: faulty, against: golden) > referenceTolerance { caught += 1 }
    }
    #expect(caught >= 4)
  }
}

/// Adam with a mistake of one's choice, such as are made in real ones.
struct FaultyAdam: CoordinateRule {
  enum Fault: CaseIterable {
    case noSecondCorrection, lateCorrection, epsilonInsideRoot, decoupledDecay, betasSwapped
  }
  static let name = "faulty-adam"
  static let summary = "Adam with a mistake"

  @Hyperparameter("α", in: 0...) var lr = 1e-3
  @Hyperparameter("β₁", in: 0..<1) var beta1 = 0.9
  @Hyperparameter("β₂", in: 0..<1) var beta2 = 0.999
  @Hyperparameter("ε", in: 0...) var epsilon = 1e-8
  @Hyperparameter("λ", in: 0...) var weightDecay = 0.0

  enum State: Int, StateNames { case m, v }
  var fault: Fault?
  private var correction1 = 1.0
  private var correction2 = 1.0

  mutating func prepare(step: Int) {
    let t = fault == .lateCorrection ? step + 1 : step
    correction1 = 1 / (1 - power(beta1, t))
    correction2 = fault == .noSecondCorrection ? 1 : 1 / (1 - power(beta2, t))
  }

  func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    let (beta1, beta2) = fault == .betasSwapped ? (beta2, beta1) : (beta1, beta2)
    var g = g
    if fault == .decoupledDecay { x -= lr * weightDecay * x } else { g += weightDecay * x }
    s[.m] = beta1 * s[.m] + (1 - beta1) * g
    s[.v] = beta2 * s[.v] + (1 - beta2) * g.squared
    let v = correction2 * s[.v]
    let root =
      fault == .epsilonInsideRoot ? (v + epsilon).squareRoot() : v.squareRoot() + epsilon
    x -= lr * (correction1 * s[.m]) / root
  }
}
