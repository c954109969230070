import Analysis
import OptimizerKit
import Plugins
import Synchronization
import Testing

/// A surface with settings other than its defaults, by name.
struct Case: CustomTestStringConvertible, Sendable {
  let name: String
  var settings: [PluginSpec.Setting] = []

  init(_ name: String, _ settings: KeyValuePairs<String, String> = [:]) {
    self.name = name
    self.settings = settings.map { PluginSpec.Setting(name: $0.key, value: $0.value) }
  }

  var testDescription: String {
    name + "[" + settings.map { "\($0.name)=\($0.value)" }.joined(separator: ";") + "]"
  }

  func surface() throws -> any Surface {
    let spec = PluginSpec(name: name, settings: settings)
    return try #require(try PluginCatalogue.builtIn().problem(spec) as? any Surface)
  }
}

/// Every surface of the catalogue as it comes.
let defaults = PluginCatalogue.builtIn().problems
  .filter { $0.make() is any Surface }.map { Case($0.name) }

/// Surfaces in other dimensions and with other settings.
let variants =
  ["1e6", "1", "1.5"].map { Case("quadratic", ["condition": $0]) }
  + ["30", "-45", "90", "180", "271", "360"].map { Case("quadratic", ["rotation": $0]) }
  + ["uniform", "log-uniform", "two-cluster"].flatMap { spectrum in
    ["2", "3", "10", "101"].map {
      Case("quadratic", ["dim": $0, "spectrum": spectrum, "rotation": "20"])
    }
  }
  + [
    Case("quadratic", ["noise": "0.5"]),
    Case("quadratic", ["noise": "1", "dim": "5", "rotation": "33"]),
    Case("high-dimensional-saddle", ["dim": "2", "negative": "1"]),
    Case("high-dimensional-saddle", ["dim": "3", "negative": "3"]),
    Case("high-dimensional-saddle", ["dim": "100", "negative": "20"]),
    Case("quadratic", ["dim": "2000", "rotation": "5", "noise": "0.1"]),
    Case("high-dimensional-saddle", ["dim": "1000", "negative": "500"]),
    Case("logistic-regression", ["dim": "2"]),
    Case("logistic-regression", ["dim": "1", "l2": "1e-3"]),
    Case("logistic-regression", ["batch": "8"]),
    Case("logistic-regression", ["dim": "2", "batch": "1", "instance": "7"]),
    Case("logistic-regression", ["dim": "50", "samples": "20", "l2": "1e-4"]),
  ]
  + ["rosenbrock", "rastrigin", "styblinski-tang", "sphere", "zakharov", "dixon-price"].flatMap {
    name in ["3", "10", "200"].map { Case(name, ["dim": $0]) }
  }

@Suite struct SurfaceTests {
  /// The loss alone is the loss that comes with the gradient, bit for bit.
  @Test(arguments: defaults + variants)
  func lossesAlone(_ surface: Case) throws {
    let surface = try surface.surface()
    let points = surface.starts + surface.minima
    let expected = surface.evaluated(points).losses
    #expect(bits(points.map { surface.loss(at: $0) }) == bits(expected))
    #expect(bits(points.map { surface.loss(at: Vector($0)) }) == bits(expected))
  }

  /// Asking for a loss computes no gradient.
  @Test func aLossIsNoGradient() {
    let surface = Ungraded()
    #expect(surface.loss(at: [3, 2]) == 13)
    #expect(surface.count.value.withLock { $0 } == 0)
    #expect(surface.evaluated([[3, 2]]).losses == [13])
    #expect(surface.count.value.withLock { $0 } == 1)
  }

  @Test(arguments: defaults + variants)
  func isWhatItSays(_ surface: Case) throws {
    let findings = SurfaceConformance.findings(for: try surface.surface())
    #expect(findings.isEmpty, "\(findings.map(\.description).joined(separator: "\n"))")
  }

  /// Every surface of the plane can be drawn, and every surface says what it shows and where it is
  /// from.
  @Test(arguments: defaults)
  func isDocumented(_ surface: Case) throws {
    let type = type(of: try surface.surface())
    #expect(!type.source.isEmpty)
    #expect(!type.shows.isEmpty)
  }

  @Test func theOnesThatMustBeThere() {
    let names = Set(defaults.map(\.name))
    for name in [
      "quadratic", "saddle", "bounded-saddle", "monkey-saddle", "high-dimensional-saddle",
      "rosenbrock", "beale", "himmelblau", "rastrigin", "styblinski-tang", "logistic-regression",
    ] {
      #expect(names.contains(name))
    }
  }

  // MARK: the quadratic, by hand

  @Test func quadraticByHand() throws {
    let plain = try Case("quadratic").surface()
    #expect(plain.starts == [[100, 1]])
    #expect(plain.gradient(at: [3, 2]) == [3, 200])
    #expect(plain.loss(at: [3, 2]) == 204.5)
    #expect(plain.hessian(at: [3, 2]) == [1, 0, 0, 100])
    // Turned by 90°, the flat direction lies along y.
    let turned = try Case("quadratic", ["rotation": "90"]).surface()
    #expect(turned.hessian(at: [0, 0]) == [100, 0, 0, 1])
    #expect(turned.starts == [[-1, 100]])
    // At 45°: ½ (1 + κ) on the diagonal, ½ (1 − κ) beside it.
    let diagonal = try Case("quadratic", ["rotation": "45"]).surface().hessian(at: [0, 0])
    for (h, expected) in zip(diagonal, [50.5, -49.5, -49.5, 50.5]) {
      #expect((h - expected).magnitude < 1e-12)
    }
  }

  @Test(arguments: ["uniform", "log-uniform", "two-cluster"])
  func quadraticSpectrum(spectrum: String) throws {
    let surface = try Case(
      "quadratic", ["dim": "5", "condition": "81", "rotation": "25", "spectrum": spectrum]
    ).surface()
    let expected: [Double] =
      switch spectrum {
      case "uniform": [1, 21, 41, 61, 81]
      case "log-uniform": [1, 3, 9, 27, 81]
      default: [1, 1, 1, 81, 81]
      }
    let frame = PathFrame(for: surface)
    for (direction, value) in zip(frame.directions, expected) {
      #expect((direction.curvature! - value).magnitude < 1e-11)
    }
    // The start is (κ, 1, 1, 1, 1) in the eigenbasis: its loss is ½ (κ² + λ₂ + … + λ₅).
    let loss = 0.5 * (81 * 81 + expected.dropFirst().reduce(0, +))
    #expect((surface.loss(at: surface.starts[0]) - loss).magnitude < 1e-9)
  }

  @Test func highDimensionalSaddleNeedsEnoughDimensions() {
    #expect(throws: HyperparameterError.self) {
      try Case("high-dimensional-saddle", ["dim": "3", "negative": "4"]).surface()
    }
  }

  // MARK: faults that must be found

  @Test(arguments: Faulty.Fault.allCases)
  func plantedFaultsAreFound(fault: Faulty.Fault) {
    var surface = Faulty()
    #expect(SurfaceConformance.findings(for: surface).isEmpty)
    surface.fault = fault
    let findings = SurfaceConformance.findings(for: surface)
    #expect(findings.contains { $0.check == fault.check && $0.severity == .failure }, "\(findings)")
  }
}

/// ½ (x² + 4y²) + x − 2, with one fault.
struct Faulty: Surface {
  enum Fault: CaseIterable {
    case none, sign, factor, unwritten, notSymmetric, minimum, minimumLoss, start, viewport
    case dimension, planar, notQuadratic, noNoise, biased, saddle

    static var allCases: [Fault] {
      [
        .sign, .factor, .unwritten, .notSymmetric, .minimum, .minimumLoss, .start, .viewport,
        .dimension, .planar, .notQuadratic, .noNoise, .biased, .saddle,
      ]
    }

    var check: String {
      switch self {
      case .none: ""
      case .sign, .factor, .unwritten: "gradient"
      case .notSymmetric, .notQuadratic: "Hessian"
      case .minimum, .minimumLoss: "minimum"
      case .start: "start"
      case .viewport: "viewport"
      case .dimension: "start"
      case .planar: "planarGradient"
      case .noNoise, .biased: "noise"
      case .saddle: "saddle"
      }
    }
  }

  static let name = "faulty"
  static let summary = "a quadratic with one fault"
  var fault = Fault.none
  init() {}

  var dimension: Int { fault == .dimension ? 3 : 2 }
  var starts: [[Double]] { [fault == .start ? [-1, 0] : [3, 2]] }
  var minima: [[Double]] { [[fault == .minimum ? -1.001 : -1, 0]] }
  var minimumLoss: Double? { fault == .minimumLoss ? -2.4 : -2.5 }
  var saddle: [Double]? { fault == .saddle ? [-1, 0] : nil }
  var viewport: Viewport? { Viewport(x: -4...4, y: fault == .viewport ? 0.5...1 : -4...4) }
  var isQuadratic: Bool { true }
  var isStochastic: Bool { fault == .noNoise || fault == .biased }

  func loss<X: Coordinates>(at p: X) -> X.Value {
    0.5 * (p[0].squared + 4.0 * p[1].squared) + p[0] - 2.0
  }
  func gradient<X: Coordinates>(at p: X, into g: inout X) {
    g[0] = fault == .sign ? p[0] - 1.0 : p[0] + 1.0
    if fault == .notSymmetric { g[0] += 1e-3 * p[1] }
    if fault == .notQuadratic { g[0] += 1e-3 * p[0].squared }
    if fault != .unwritten { g[1] = (fault == .factor ? 4.000001 : 4.0) * p[1] }
  }
  func sampleGradient<X: Coordinates>(
    at p: X, into g: inout X, random: inout RandomSource
  ) {
    gradient(at: p, into: &g)
    if fault == .biased { g[0] = g[0] + random.uniform() }
  }
  func planarGradient(seed: UInt64) -> PlanarGradient {
    let nudge = fault == .planar ? 1 + Double.ulpOfOne : 1
    return { p, step in
      var g = Planar(0.0, 0.0)
      var random = RandomSource(seed: seed, purpose: .noise, step: step)
      self.sampleGradient(at: p, into: &g, random: &random)
      return Planar(g.x * nudge, g.y)
    }
  }
}

/// Counts its gradients.
private struct Ungraded: Surface {
  final class Count: Sendable {
    let value = Mutex(0)
  }
  static let name = "ungraded"
  static let summary = "for tests"
  let count = Count()
  var dimension: Int { 2 }
  var starts: [[Double]] { [[1, 1]] }
  var minima: [[Double]] { [[0, 0]] }
  init() {}
  func loss<X: Coordinates>(at p: X) -> X.Value { p[0].squared + p[1].squared }
  func gradient<X: Coordinates>(at p: X, into g: inout X) {
    count.value.withLock { $0 += 1 }
    g[0] = 2.0 * p[0]
    g[1] = 2.0 * p[1]
  }
}
