// Hessian–vector products of networks: what must hold of them whatever the network. Their agreement
// with torch is that of the golden networks.

import OptimizerKit
import Plugins
import Testing

@testable import Networks

/// A network whose products are checked.
struct ProductCase: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var input: Shape
  var layers: [any Layer]
  var loss: any Loss = SoftmaxCrossEntropy()

  static let all: [ProductCase] = [
    ProductCase(
      testDescription: "dropout", input: [8],
      layers: [
        Dense(6, .tanh), Dropout(keep: 0.6), Dense(5, .sigmoid), Dropout(keep: 0.8, .plain),
        Dense(4),
      ]),
    ProductCase(
      testDescription: "images", input: [2, 6, 6],
      layers: [
        Convolution(3, size: 3, .elu), BatchNormalization(.tanh), MaxPooling(2), Flatten(),
        Dense(4),
      ], loss: SquaredError()),
    // What comes first sees an input that does not move.
    ProductCase(
      testDescription: "normalisation first", input: [8],
      layers: [BatchNormalization(.selu), Dense(4)]),
    ProductCase(testDescription: "prelu first", input: [8], layers: [PReLU(), Dense(4)]),
    ProductCase(testDescription: "maxout first", input: [8], layers: [Maxout(5), Dense(4)]),
    ProductCase(
      testDescription: "no parameters first", input: [2, 4, 4],
      layers: [Activation.tanh, AveragePooling(2), Flatten(), Dense(6, .tanh), Dense(4)]),
    ProductCase(
      testDescription: "residual first", input: [8],
      layers: [Residual([Dense(8, .tanh)], activation: .sigmoid), Dense(4)]),
    ProductCase(
      testDescription: "residual first, with parameters in its shortcut alone", input: [8],
      layers: [Residual([Activation.tanh], shortcut: [Dense(8)], activation: .elu), Dense(4)]),
    ProductCase(
      testDescription: "residual within residual", input: [8],
      layers: [
        Dense(6, .tanh),
        Residual([Residual([Dense(6, .sigmoid)], activation: .tanh), Dense(6)]), Dense(4),
      ]),
  ]
}

extension GradientCheck {
  /// The Hessian at the parameters times `v`.
  func product(_ v: [Double]) -> [Double] {
    var product = [Double](repeating: .nan, count: parameters.count)
    with {
      network.hessianVectorProduct(
        $0, parameters: parameters, direction: v, product: &product, pass: $1)
    }
    return product
  }

  /// A random direction.
  func direction(_ seed: UInt64) -> [Double] {
    var source = RandomSource(seed: seed, purpose: .instance)
    return parameters.map { _ in source.normal() }
  }
}

/// ‖found − expected‖ / ‖expected‖ in the maximum norm; a NaN comes through.
private func relativeError<S: Sequence>(_ found: S, _ expected: S) -> Double
where S.Element: BinaryFloatingPoint {
  let size = expected.map { Double($0.magnitude) }.max() ?? 0
  return zip(found, expected).map { Double(($0 - $1).magnitude) / size }
    .reduce(0) { $1 <= $0 ? $0 : $1 }
}

private func dot(_ a: [Double], _ b: [Double]) -> Double {
  zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
}

@Suite("Hessian-vector products of networks")
struct HessianTests {
  /// With h = 1e-5 the error is below 1e-7, as in `GradientCheck.errors`.
  @Test(arguments: ProductCase.all, [true, false])
  func agreesWithDifferencesOfGradients(_ example: ProductCase, isTraining: Bool) throws {
    var check = try GradientCheck(example.layers, input: example.input, loss: example.loss)
    check.isTraining = isTraining
    let v = check.direction(2)
    let product = check.product(v)
    let h = 1e-5
    let start = check.parameters
    func gradient(at distance: Double) -> [Double] {
      check.parameters = zip(start, v).map { $0 + distance * $1 }
      return check.gradient()
    }
    let difference = zip(gradient(at: h), gradient(at: -h)).map { ($0 - $1) / (2 * h) }
    #expect(relativeError(product, difference) < 1e-7)
  }

  /// uᵀ H v = vᵀ H u, and H (2 u − v) = 2 H u − H v, to the rounding of some hundred terms.
  @Test(arguments: ProductCase.all)
  func symmetricAndLinear(_ example: ProductCase) throws {
    let check = try GradientCheck(example.layers, input: example.input, loss: example.loss)
    let (u, v) = (check.direction(2), check.direction(3))
    let (first, second) = (check.product(u), check.product(v))
    let size = zip(u, second).reduce(0) { $0 + ($1.0 * $1.1).magnitude }
    #expect((dot(u, second) - dot(v, first)).magnitude < 1e-13 * size)
    let combination = check.product(zip(u, v).map { 2 * $0 - $1 })
    #expect(relativeError(combination, zip(first, second).map { 2 * $0 - $1 }) < 1e-13)
  }

  /// A product is computed with memory of its own.
  @Test(arguments: ProductCase.all)
  func leavesTheGradientAsItWas(_ example: ProductCase) throws {
    let check = try GradientCheck(example.layers, input: example.input, loss: example.loss)
    let gradient = check.gradient()
    let product = check.product(check.direction(2))
    #expect(check.gradient() == gradient)
    #expect(check.product(check.direction(2)) == product)
  }

  /// Losses that are linear between kinks: only the layers have curvature, none has a linear network.
  @Test(arguments: [Hinge(), PerceptronLoss()] as [any Loss])
  func piecewiseLinear(_ loss: any Loss) throws {
    let check = try GradientCheck([Dense(4)], input: [8], loss: loss)
    #expect(check.gradient().contains { $0 != 0 })
    #expect(check.product(check.direction(2)).allSatisfy { $0 == 0 })
  }

  /// Where one class is almost sure: e⁻³⁰ of p (1 − p) is left, to all digits.
  @Test func softmaxThatIsSure() {
    let z: [Double] = [30, 0]
    let tangent: [Double] = [1 + 0x1p-20, 0x1p-20]
    var result = [Double](repeating: .nan, count: 2)
    z.withUnsafeBufferPointer { z in
      tangent.withUnsafeBufferPointer { tangent in
        SoftmaxCrossEntropy().gradientTangent(
          DualPointer(value: z.baseAddress!, tangent: tangent.baseAddress!), columns: 2,
          example: Example(input: z.baseAddress!, label: 1), share: 0.5, into: &result)
      }
    }
    let p = 1 / (1 + Double.exp(30))
    let expected = 0.5 * p * (1 - p)
    #expect((result[0] - expected).magnitude < 1e-15 * expected)
    #expect((result[1] + expected).magnitude < 1e-15 * expected)
  }
}

/// What moves with the step: minibatch, dropout, running statistics.
private struct Unsteady: NetworkProblem {
  static let name = "unsteady"
  static let summary = "a fixture"
  var examples = TrainingExamples(.blobs, batch: 12)
  var isKnown = true
  init() { examples.trainSize = 36 }
  var layers: [any Layer] {
    let hidden: any Layer =
      isKnown ? Dense(6, .tanh) : Faulty(right: Dense(6, .tanh), fault: .inputSign)
    return [
      Dense(8, .tanh), BatchNormalization(), Dropout(keep: 0.5),
      Residual([hidden, Dense(8)], activation: .tanh),
      Dense(data.classes),
    ]
  }
  var regularizer: Regularizer? { Regularizer(l2: 0.02) }
}

@Suite("Hessian-vector products of sessions")
struct SessionHessianTests {
  @Test func sameMinibatchAndMaskWithoutATrace() throws {
    let session = try Unsteady().makeSession(seed: 1)
    let x = session.initialParameters()
    var v = x
    for i in x.indices { v[i] = i % 3 == 0 ? 1 : -0.5 }
    var before = Vector<Float>(repeating: 0, count: x.count)
    let loss = session.lossAndGradient(at: x, step: 2, gradient: &before, isTracked: false)
    let metrics = session.validate(x)
    let product = try #require(session.hessianVectorProduct(at: x, step: 2, v))
    #expect(session.validate(x) == metrics)
    var after = before
    #expect(session.lossAndGradient(at: x, step: 2, gradient: &after, isTracked: false) == loss)
    #expect(after.array == before.array)

    // Differences of gradients in single precision have some three digits; another minibatch or
    // mask changes the first.
    func difference(step: Int) -> [Float] {
      let h: Float = 1e-3
      var (above, below) = (x, x)
      above.add(h, v)
      below.add(-h, v)
      var (first, second) = (before, before)
      _ = session.lossAndGradient(at: above, step: step, gradient: &first, isTracked: false)
      _ = session.lossAndGradient(at: below, step: step, gradient: &second, isTracked: false)
      return zip(first.array, second.array).map { ($0 - $1) / (2 * h) }
    }
    #expect(relativeError(product.array, difference(step: 2)) < 2e-2)
    #expect(relativeError(product.array, difference(step: 3)) > 0.1)
  }

  @Test func oracleCountsAndRefuses() throws {
    var problem = Unsteady()
    #expect(problem.capabilities == [.loss, .gradient, .hessianVectorProduct])
    let session = try problem.makeSession(seed: 1)
    let x = session.initialParameters()
    let meter = EvaluationMeter()
    let oracle = Oracle(session, problem.capabilities, meter: meter) { 2 }
    let product = try oracle.hessianVectorProduct(at: x, x)
    #expect(product.array == session.hessianVectorProduct(at: x, step: 2, x)?.array)
    #expect(meter.counts.hessianVectorProducts == 1)
    #expect(throws: OracleError.self) { try oracle.hessian(at: x) }

    // A layer that knows of no tangents, within a block.
    problem.isKnown = false
    #expect(problem.capabilities == [.loss, .gradient])
    let other = try problem.makeSession(seed: 1)
    #expect(other.hessianVectorProduct(at: x, step: 2, x) == nil)
    // Even where a problem promises what its session does not have.
    let bold = Oracle(other, .hessianVectorProduct, meter: meter) { 2 }
    #expect(throws: OracleError.self) { try bold.hessianVectorProduct(at: x, x) }
    #expect(meter.counts.hessianVectorProducts == 1)
  }

  @Test func everyNetworkOfTheLabHasProducts() {
    let networks = PluginCatalogue.builtIn().problems.compactMap {
      $0.make() as? any NetworkProblem
    }
    #expect(networks.count > 5)
    for problem in networks {
      #expect(problem.capabilities == [.loss, .gradient, .hessianVectorProduct])
    }
  }
}
