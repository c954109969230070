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
    Case("quadratic", ["batch": "1", "noise": "2", "samples": "7"]),
    Case("quadratic", ["batch": "5", "dim": "12", "rotation": "33", "spectrum": "log-uniform"]),
    Case("bent-cigar", ["bend": "0", "dim": "3"]),
    Case("bent-cigar", ["bend": "1", "dim": "4", "rotation": "-20", "condition": "100"]),
    Case("different-powers", ["power": "2"]),
    Case("different-powers", ["power": "3.5", "dim": "4"]),
    Case("powell-singular", ["dim": "12"]),
    Case("two-wells", ["height": "5", "width": "0.25"]),
    Case("michalewicz", ["steepness": "1", "dim": "7"]),
    Case("michalewicz", ["steepness": "40", "dim": "30"]),
    Case("least-squares", ["dim": "2", "batch": "3"]),
    Case("least-squares", ["dim": "1", "noise": "0"]),
    Case("lasso", ["dim": "2", "nonzero": "1"]),
    Case("lasso", ["dim": "40", "l1": "0.01", "condition": "100"]),
    Case("lasso", ["l1": "100"]),
    Case("matrix-factorization", ["rows": "3", "columns": "7", "rank": "3", "instance": "4"]),
    Case("matrix-factorization", ["rows": "4", "columns": "4", "rank": "1", "condition": "2"]),
    Case("phase-retrieval", ["dim": "2"]),
    Case("phase-retrieval", ["dim": "1", "samples": "3"]),
    Case("adam-counterexample", ["stochastic": "true"]),
  ]
  + [
    "rosenbrock", "rastrigin", "styblinski-tang", "sphere", "zakharov", "dixon-price", "ellipsoid",
    "discus", "bent-cigar", "sharp-ridge", "different-powers", "ackley", "griewank", "levy",
    "schwefel", "michalewicz",
  ].flatMap { name in ["3", "10", "200"].map { Case(name, ["dim": $0]) } }

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
      "quadratic", "sphere", "ellipsoid", "discus", "bent-cigar", "sharp-ridge", "different-powers",
      "saddle", "bounded-saddle", "monkey-saddle", "high-dimensional-saddle", "plateau-saddle",
      "two-wells", "rosenbrock", "beale", "booth", "matyas", "himmelblau", "three-hump-camel",
      "six-hump-camel", "branin", "goldstein-price", "mccormick", "styblinski-tang", "rastrigin",
      "ackley", "griewank", "schwefel", "levy", "levy13", "easom", "drop-wave", "bukin6",
      "schaffer2", "eggholder", "holder-table", "cross-in-tray", "colville", "powell-singular",
      "zakharov", "dixon-price", "michalewicz", "logistic-regression", "least-squares", "lasso",
      "matrix-factorization", "phase-retrieval", "adam-counterexample",
    ] {
      #expect(names.contains(name), "\(name)")
    }
    #expect(names.count >= 48)
  }

  // MARK: golden data

  /// Losses, gradients and minima as 50-digit arithmetic has them. A correctly rounded formula of a few
  /// dozen operations errs by a few dozen units of 2⁻⁵³ of its largest terms, and a relative error of
  /// 2⁻⁵³ within an angle, a root or an exponent moves the loss by as much as x itself moved by it:
  /// by ‖x‖ ‖∇f‖ 2⁻⁵³. What is compared is relative to both.
  @Test(arguments: GoldenSurface.all)
  func agreesWithExactArithmetic(_ golden: GoldenSurface) throws {
    let surface = try golden.surface.surface()
    for (x, (loss, gradient)) in zip(golden.points, zip(golden.losses, golden.gradients)) {
      let slope = gradient.map(\.magnitude).max() ?? 0
      let size = loss.magnitude + (x.map(\.magnitude).max() ?? 0) * slope
      #expect((surface.loss(at: x) - loss).magnitude <= 1e-12 * size, "at \(x)")
      for (g, expected) in zip(surface.gradient(at: x), gradient) {
        #expect((g - expected).magnitude <= 1e-12 * slope, "at \(x)")
      }
    }
    if let minimum = golden.minimumLoss {
      let stated = try #require(surface.minimumLoss)
      #expect((stated - minimum).magnitude <= 1e-14 * max(minimum.magnitude, 1))
    }
  }

  @Test func everySurfaceHasGoldenData() {
    #expect(Set(GoldenSurface.all.map(\.name)) == Set(defaults.map(\.name)))
  }

  // MARK: kinks and bounds

  /// Nothing is NaN or infinite in the domain, on kinks least of all.
  @Test(arguments: defaults)
  func kinksAreFinite(_ surface: Case) throws {
    let surface = try surface.surface()
    var points = surface.minima.prefix(64) + surface.starts
    points += [0, 1, -1, .pi, -10].map { Array(repeating: $0, count: surface.dimension) }
    if surface.dimension == 2 {
      points += [[0, 1], [1, 0], [94, 47], [-94, 0], [-5, 0.25], [.pi, 0]]
    }
    for x in points {
      #expect(surface.loss(at: x).isFinite, "at \(x)")
      let gradient = surface.gradient(at: x)
      #expect(gradient.allSatisfy { $0.isFinite }, "at \(x)")
    }
  }

  @Test func aBoxConfinesPointsSideBySide() {
    let box = Box([-1...1, 0...5])
    var points = [-2, 0.5, .nan, 7, -3, .infinity]
    box.confine(&points, lanes: 3)
    #expect(points[0] == -1 && points[1] == 0.5 && points[2].isNaN)
    #expect(Array(points[3...]) == [5, 0, 5])
  }

  /// The claim of the paper: Adam goes to the wrong end, AMSGrad to the right one.
  @Test func adamGoesAstrayOnItsCounterexample() throws {
    let surface = try Case("adam-counterexample").surface()
    func end(amsgrad: Bool) -> Double {
      var adam = Adam()
      (adam.beta2, adam.amsgrad) = (0.99, amsgrad)
      var descent = LaneDescent(adam, on: surface, from: [0], rates: [0.02])
      descent.advance(steps: 20_000)
      return descent.point(0)[0]
    }
    #expect(end(amsgrad: false) > 0.9)
    #expect(end(amsgrad: true) < -0.3)
  }

  /// U and V are matrices to whoever asks.
  @Test func factorsAreTensors() throws {
    let tensors = try Case("matrix-factorization").surface().layout.tensors
    #expect(tensors.map(\.shape) == [[6, 2], [5, 2]])
    #expect(tensors.allSatisfy { $0.role == .weight })
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

  @Test(arguments: FaultySquares.Fault.allCases)
  func plantedFaultsOfResidualsAreFound(fault: FaultySquares.Fault) {
    var surface = FaultySquares()
    surface.fault = fault
    let findings = SurfaceConformance.findings(for: surface)
    #expect(findings.map(\.check) == fault.checks, "\(findings)")
  }

  /// Whatever is a sum of squares of smooth terms says so.
  @Test func leastSquaresOfferResiduals() {
    let offering = Set(
      catalogue.problems.filter {
        ($0.make() as? any Surface)?.capabilities.contains(.residuals) == true
      }.map(\.name))
    #expect(
      offering == [
        "beale", "booth", "colville", "discus", "dixon-price", "ellipsoid", "himmelblau",
        "least-squares", "matrix-factorization", "phase-retrieval", "powell-singular", "quadratic",
        "rosenbrock", "sphere", "zakharov",
      ])
  }

  @Test func aJacobianThatIsTooLargeIsRefused() throws {
    let surface = try Case("rosenbrock", ["dim": "10000"]).surface()
    let error = #expect(throws: OracleError.self) {
      try surface.residuals(at: Vector(surface.starts[0]))
    }
    #expect(
      error?.description
        == "a Jacobian of 19998 × 10000 is too large; at most 50000000 elements")
  }

  /// A lower point far from the stated minimum, outside of the picture, is found all the same.
  @Test func aMinimumThatIsNotTheLowestIsFound() {
    var wells = Wells()
    wells.place = .higher
    let findings = SurfaceConformance.findings(for: wells)
    #expect(
      findings.contains { $0.check == "minimum" && $0.message.contains("below") }, "\(findings)")
    wells.place = .between
    #expect(SurfaceConformance.findings(for: wells).contains { $0.check == "minimum" })
    // Of several minima each is looked at.
    wells.place = .both
    let both = SurfaceConformance.findings(for: wells)
    #expect(both.contains { $0.message.contains("is not minimumLoss") }, "\(both)")
    wells.place = .lower
    #expect(SurfaceConformance.findings(for: wells).allSatisfy { $0.check == "viewport" })
  }
}

/// ½ (x² + 4y²) + x − 2, with one fault.
struct Faulty: Surface {
  enum Fault: CaseIterable {
    case none, sign, factor, unwritten, notSymmetric, minimum, minimumLoss, start, viewport
    case dimension, planar, notQuadratic, noNoise, biased, saddle, tooHigh, layout, domain, outside

    static var allCases: [Fault] {
      [
        .sign, .factor, .unwritten, .notSymmetric, .minimum, .minimumLoss, .start, .viewport,
        .dimension, .planar, .notQuadratic, .noNoise, .biased, .saddle, .tooHigh, .layout,
        .domain, .outside,
      ]
    }

    var check: String {
      switch self {
      case .none: ""
      case .sign, .factor, .unwritten: "gradient"
      case .notSymmetric, .notQuadratic: "Hessian"
      case .minimum, .minimumLoss, .tooHigh: "minimum"
      case .start: "start"
      case .viewport: "viewport"
      case .dimension: "start"
      case .planar: "planarGradient"
      case .noNoise, .biased: "noise"
      case .saddle: "saddle"
      case .layout: "layout"
      case .domain, .outside: "domain"
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
  var minimumLoss: Double? { fault == .minimumLoss ? -2.4 : fault == .tooHigh ? -2.5 + 2e-9 : -2.5 }
  var layout: ParameterLayout { ParameterLayout(coordinates: fault == .layout ? 3 : 2) }
  var domain: Box? {
    switch fault {
    case .domain: Box(-4...4, dimension: 1)
    case .outside: Box(-4...2.5, dimension: 2)
    default: nil
    }
  }
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

/// ½ ((x² − y)² + (x − 1)²), with one fault.
struct FaultySquares: Surface {
  enum Fault: CaseIterable {
    case none, factor, unwritten, differing, jacobian, size, undeclared

    var checks: [String] {
      switch self {
      case .none: []
      case .jacobian: ["Jacobian"]
      default: ["residuals"]
      }
    }
  }

  static let name = "faulty-squares"
  static let summary = "a sum of squares with one fault"
  var fault = Fault.none
  init() {}

  var dimension: Int { 2 }
  var starts: [[Double]] { [[-1, 2]] }
  var minima: [[Double]] { [[1, 1]] }
  var minimumLoss: Double? { 0 }
  var viewport: Viewport? { Viewport(x: -4...4, y: -4...4) }
  var residualCount: Int { 2 }
  var capabilities: OracleCapabilities {
    fault == .undeclared ? [.loss, .gradient] : [.loss, .gradient, .residuals]
  }

  func loss<X: Coordinates>(at p: X) -> X.Value {
    0.5 * ((p[0].squared - p[1]).squared + (p[0] - 1.0).squared)
  }
  func gradient<X: Coordinates>(at p: X, into g: inout X) {
    let u = p[0].squared - p[1]
    g[0] = 2.0 * p[0] * u + p[0] - 1.0
    g[1] = -u
  }
  func residuals<X: Coordinates>(at p: X, into r: Strided<X.Value>) {
    r[0] = (fault == .factor ? 1.000001 : 1.0) * (p[0].squared - p[1])
    if fault != .unwritten { r[1] = p[0] - 1.0 }
  }
  func residualsAndJacobian(at x: [Double]) -> (residuals: [Double], jacobian: [Double]) {
    let r = [x[0] * x[0] - x[1], (fault == .differing ? -1 : 1) * (x[0] - 1)]
    let slope = (fault == .jacobian ? 2.000001 : 2) * x[0]
    return (r, [slope, -1, 1] + (fault == .size ? [] : [0]))
  }
}

/// A double well, ¼ (x² − 1)² + tilt x + ½ y² and bounded as that is, which says of a point that it
/// is the lowest: everything that can be seen from there is right.
private struct Wells: Surface {
  enum Place: CaseIterable { case lower, higher, between, both }

  static let name = "wells"
  static let summary = "for tests"
  /// What is stated.
  var place = Place.lower
  init() {}

  var dimension: Int { 2 }
  var starts: [[Double]] { [[0.2, 2]] }
  /// The roots of x³ − x + 0.1.
  var minima: [[Double]] {
    switch place {
    case .lower: [[-1.0466805318046022, 0]]
    case .higher: [[0.9456492739235914, 0]]
    case .between: [[0.10103125788101082, 0]]
    case .both: [[-1.0466805318046022, 0], [0.9456492739235914, 0]]
    }
  }
  var minimumLoss: Double? { loss(at: minima[0]) }
  var viewport: Viewport? { Viewport(x: 0...2, y: -3...3) }

  func loss<X: Coordinates>(at p: X) -> X.Value {
    0.25 * (p[0].squared - 1.0).squared + 0.1 * p[0] + 0.5 * p[1].squared
  }
  func gradient<X: Coordinates>(at p: X, into g: inout X) {
    g[0] = p[0] * (p[0].squared - 1.0) + 0.1
    g[1] = p[1]
  }
}

/// Golden data of a surface, made by surfaces.py.
struct GoldenSurface: Decodable, CustomTestStringConvertible {
  struct File: Decodable { let cases: [GoldenSurface] }

  let name: String
  let settings: [String: String]
  let points: [[Double]]
  let losses: [Double]
  let gradients: [[Double]]
  let minimumLoss: Double?

  static let all = (try! read("surfaces.json") as File).cases

  var surface: Case {
    var surface = Case(name)
    surface.settings = settings.sorted { $0.key < $1.key }.map {
      PluginSpec.Setting(name: $0.key, value: $0.value)
    }
    return surface
  }
  var testDescription: String { surface.testDescription }
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
