import Analysis
import Networks
import OptimizerKit
import Plugins
import Synchronization
import Testing

@Suite struct OptimizerConformanceTests {
  @Test(arguments: PluginCatalogue.builtIn().optimizers.map(\.name))
  func builtInsUphold(name: String) throws {
    let entry = try PluginCatalogue.builtIn().entry(name, kind: .optimizer)
    let presets = [[]] + entry.presets.map(\.settings)
    for settings in presets {
      let spec = PluginSpec(
        name: name, settings: settings.map { PluginSpec.Setting(name: $0.name, value: $0.value) })
      let optimizer = try PluginCatalogue.builtIn().optimizer(spec)
      let failures = OptimizerConformance.findings(for: optimizer, networks: TrialNetworks.all)
        .filter { $0.severity == .failure }
      #expect(failures.isEmpty, "\(failures.map(\.description).joined(separator: "\n"))")
    }
  }

  /// Wrappers around rules of every kind and around each other, and every preset around one of them.
  @Test(arguments: wrapperNames, ["momentum", "nested"])
  func wrappersUphold(name: String, inner: String) throws {
    let presets =
      inner == "momentum" ? type(of: try wrapper(name)).presets.map { "@" + $0.name } : []
    let inner =
      inner == "nested"
      ? try wrapper("lookahead", [:], wrapper("clip", [:], optimizer("momentum")))
      : try optimizer(inner)
    for preset in [""] + presets {
      let optimizer = try wrapper(name + preset, [:], inner)
      let failures = OptimizerConformance.findings(for: optimizer, networks: TrialNetworks.all)
        .filter { $0.severity == .failure }
      #expect(failures.isEmpty, "\(failures.map(\.description).joined(separator: "\n"))")
    }
  }

  /// What is wrong with a whole-vector optimizer is found where a surface would not show it.
  @Test(arguments: FaultyWrapper.Fault.allCases)
  func faultsOfWrappersAreFound(fault: FaultyWrapper.Fault) {
    var wrapper = FaultyWrapper()
    wrapper.fault = fault
    let failures = OptimizerConformance.findings(for: wrapper).filter { $0.severity == .failure }
    #expect(failures.map(\.check).contains(fault.check) == (fault != .none), "\(failures)")
    if fault == .none { #expect(failures.isEmpty, "\(failures)") }
  }

  /// What is asked for without a declaration is named, with what would be right, even where the
  /// optimizer does not care for the answer.
  @Test func whatIsAskedForIsNamed() {
    var wrapper = FaultyWrapper()
    wrapper.fault = .undeclared
    let wrapped = OptimizerConformance.findings(for: wrapper).map(\.description)
    #expect(
      wrapped.contains(
        "requirements: asks the oracle for loss values, which it does not declare; expected "
          + "public var ownRequirements: OracleCapabilities { [.loss] }, got []"), "\(wrapped)")
    let curious = OptimizerConformance.findings(for: Curious()).map(\.description)
    #expect(
      curious == [
        "requirements: asks the oracle for Hessian-vector products, the Hessian, which it does not "
          + "declare; expected public var requirements: OracleCapabilities "
          + "{ [.loss, .hessianVectorProduct, .hessian] }, got [.loss]"
      ])
  }

  /// An optimizer is told apart by the shapes that it fails on, and on which it is said.
  @Test(arguments: FaultyOnShapes.Fault.allCases)
  func faultsOfShapesAreFound(fault: FaultyOnShapes.Fault) {
    var optimizer = FaultyOnShapes()
    optimizer.fault = fault
    var places: [String] = []
    let failures = OptimizerConformance.findings(for: optimizer, networks: TrialNetworks.all) {
      places.append($0)
    }.filter { $0.severity == .failure }
    #expect(failures.first?.description.contains(fault.place) == true, "\(failures)")
    #expect(places.contains { $0.contains(fault.place) }, "\(places)")
  }

  @Test func aSoundRuleHasNoFindings() {
    #expect(OptimizerConformance.findings(for: FaultyRule()).isEmpty)
  }

  @Test(arguments: FaultyRule.Fault.allCases.dropFirst())
  func plantedFaultsAreFound(fault: FaultyRule.Fault) {
    var rule = FaultyRule()
    rule.fault = fault
    let findings = OptimizerConformance.findings(for: rule)
    #expect(
      findings.contains { $0.check == fault.check && ($0.severity == .failure || fault == .drift) },
      "\(findings)")
  }

  @Test func badDeclarationsAreFound() {
    let checks = PluginConformance.findings(for: BadlyDeclared()).map(\.check)
    #expect(checks.contains("name"))
    #expect(checks.contains("summary"))
    #expect(checks.contains("preset"))
    #expect(checks.filter { $0 == "hyperparameter" }.count >= 2)
  }

  @Test func severalStateNamesMustBeNumberedFromZero() {
    #expect(OptimizerConformance.findings(for: Misnumbered()).map(\.check) == ["state"])
  }
}

/// Momentum with one fault.
struct FaultyRule: CoordinateRule {
  enum Fault: CaseIterable {
    case none, shared, deaf, ascends, explodes, drift, single, descend, lanes

    var check: String {
      switch self {
      case .none: ""
      case .shared: "checkpoint"
      case .deaf: "lr"
      case .ascends, .explodes: "progress"
      case .drift: "rest"
      case .single: "precision"
      case .descend: "descend"
      case .lanes: "advanceLanes"
      }
    }
  }

  final class Counter: Sendable {
    let count = Mutex(0)
  }

  static let name = "faulty-rule"
  static let summary = "momentum with one fault"
  @Hyperparameter("learning rate", in: 0..., scale: .log) var lr = 0.05
  enum State: Int, StateNames { case v }
  var fault = Fault.none
  private var calls = 0
  private var counter = Counter()
  init() {}

  mutating func prepare(step: Int) {
    calls += 1
    if fault == .shared {
      calls = counter.count.withLock {
        $0 += 1; return $0
      }
    }
  }

  func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) {
    s[.v] = 0.5 * s[.v] + g
    let lr = fault == .deaf ? R(self.lr) : lr
    let gain = fault == .shared ? 1 + 1e-3 * Double(calls) : 1
    switch fault {
    case .ascends: x += lr * s[.v]
    case .explodes: x -= 100.0 * lr * s[.v]
    case .drift: x -= lr * (s[.v] + 1e-3)
    case .single: x -= lr * s[.v] * (R(1 + 1e-12).double > 1 ? 1.0 : 1.01)
    default: x -= lr * s[.v] * gain
    }
  }

  mutating func descend(
    _ gradient: PlanarGradient, point: inout Planar<Double>, state: inout OptimizerState<Double>,
    firstStep: Int, rates: UnsafeBufferPointer<Double>, steps: Int,
    path: UnsafeMutablePointer<Planar<Double>>?
  ) {
    var v = [state["v"]![0], state["v"]![1]]
    for i in 0..<steps {
      let g = gradient(point, firstStep + i)
      for (k, g) in [g.x, g.y].enumerated() {
        v[k] = (0.5 * v[k] + g) * (fault == .descend ? 1 + .ulpOfOne : 1)
        point[k] -= rates[0] * v[k]
      }
    }
    state["v"] = Vector(v)
  }

  mutating func advanceLanes(
    _ x: UnsafeMutablePointer<Double>, gradient: UnsafePointer<Double>,
    state: inout OptimizerState<Double>, step: Int, rates: UnsafePointer<Double>, lanes: Int,
    dimension: Int
  ) {
    var v = state["v"]!
    for i in 0..<lanes * dimension {
      v[i] = 0.5 * v[i] + gradient[i]
      x[i] -= rates[fault == .lanes ? 0 : i % lanes] * v[i]
    }
    state["v"] = v
  }
}

/// A wrapper with one fault.
struct FaultyWrapper: Wrapper {
  enum Fault: CaseIterable {
    case none, undeclared, shared, deaf, matrices

    var check: String {
      switch self {
      case .none: ""
      case .undeclared: "requirements"
      case .shared: "checkpoint"
      case .deaf: "lr"
      case .matrices: "progress"
      }
    }
  }

  final class Count: Sendable {
    let value = Mutex(0)
  }

  static let name = "faulty-wrapper"
  static let summary = "plain steps with one fault"
  var inner: any Optimizer = GradientStep()
  var fault = Fault.none
  init() {}

  mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    switch fault {
    case .none: break
    case .undeclared:
      if context.step == 5 { _ = try context.oracle.loss(at: context.x) }
    case .shared:
      let count = context.state["count", default: Count()]
      context.state["count", default: count] = count
      context.gradient.scale(
        R(
          1 + 1e-3
            * Double(
              count.value.withLock {
                $0 += 1; return $0
              })))
    case .deaf: context.lr = 0.01
    case .matrices:
      for tensor in context.layout.tensors where tensor.columns > 1 {
        context.gradient.scale(R(-1.0), tensor)
      }
    }
    try context.step(&inner)
  }
}

/// Gradient descent that asks for more than it declares, and goes on without an answer.
struct Curious: VectorOptimizer {
  static let name = "curious"
  static let summary = "plain steps beside useless questions"
  @Hyperparameter("learning rate", in: 0..., scale: .log) var lr = 0.05
  init() {}
  var requirements: OracleCapabilities { [.loss] }

  mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    _ = try? context.oracle.loss(at: context.x)
    if context.step == 3 { _ = try? context.oracle.hessian(at: context.x) }
    if context.step == 8 {
      _ = try? context.oracle.hessianVectorProduct(at: context.x, context.gradient)
    }
    context.x.add(R(-context.lr), context.gradient)
  }
}

/// Gradient descent that does wrong on tensors of one kind.
struct FaultyOnShapes: VectorOptimizer {
  enum Fault: CaseIterable {
    case kernel, tall, gain, single, network

    /// What the finding says of where it is.
    var place: String {
      switch self {
      case .kernel: "a convolution's kernel of 3 × 2 × 2 × 2"
      case .tall: "a tall matrix of 5 × 2"
      case .gain: "a normalisation's gain of 4"
      case .single: "a matrix of 1 × 1"
      case .network: "a small network of two dense layers"
      }
    }

    func isMeant(_ tensor: ParameterLayout.Tensor) -> Bool {
      switch self {
      case .kernel: tensor.shape.count == 4
      case .tall: tensor.shape.count == 2 && tensor.rows > tensor.columns && tensor.columns > 1
      case .gain: tensor.role == .scale
      case .single: tensor.shape == [1, 1]
      case .network: tensor.name == "dense1.weight"
      }
    }
  }

  static let name = "faulty-on-shapes"
  static let summary = "plain steps, wrong on some tensors"
  @Hyperparameter("learning rate", in: 0..., scale: .log) var lr = 0.05
  var fault = Fault.kernel
  init() {}

  mutating func step<R: Scalar>(_ context: inout StepContext<R>) throws {
    for tensor in context.layout.tensors where fault.isMeant(tensor) {
      let factor = fault == .network || context.step > 3 ? Double.nan : 1
      context.gradient.scale(R(factor), tensor)
    }
    context.x.add(R(-context.lr), context.gradient)
  }
}

/// A plugin whose declarations are wrong.
struct BadlyDeclared: Schedule {
  static let name = "Badly Declared"
  static let summary = ""
  static let presets = [Preset("none", "a name that is not there", ["missing": 1.0])]
  @Hyperparameter("outside", in: 0...1) var outside = 2.0
  @Hyperparameter("searched outside", in: 0...1, scale: .log, search: 0...2) var searched = 0.5
  func value(base: Double, step: Int, steps: Int) -> Double { base }
}

/// A rule whose state is numbered from 1.
struct Misnumbered: CoordinateRule {
  static let name = "misnumbered"
  static let summary = "state numbered from 1"
  enum State: Int, StateNames { case m = 1, v }
  init() {}
  func update<R: Real>(
    _ x: inout R, gradient g: R, state s: inout Slots<State, R>, lr: R
  ) { x -= lr * g }
}
