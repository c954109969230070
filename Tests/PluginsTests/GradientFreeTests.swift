// Methods without gradients: what their papers promise, and that they ask for losses alone.

import OptimizerKit
import Plugins
import Testing

@Suite("Methods without gradients")
struct GradientFreeTests {
  /// Those that are handed no gradient, but for those that ask for residuals with their derivatives.
  static let names = catalogue.optimizers.map(\.name).filter {
    guard let optimizer = try? optimizer($0) else { return false }
    return !optimizer.usesGradient && !optimizer.requirements.contains(.residuals)
  }

  @Test("the family and the declaration agree")
  func family() throws {
    for entry in catalogue.optimizers {
      let type = try #require(entry.type as? any Optimizer.Type)
      let isMember = type.family == .gradientFree
      #expect(isMember == Self.names.contains(entry.name), "\(entry.name)")
    }
    #expect(Self.names.count >= 4)
  }

  /// Run hands them a gradient of NaN.
  @Test("only losses are asked for, and they fall", arguments: names)
  func losses(_ name: String) throws {
    func check(_ optimizer: some Optimizer) throws {
      #expect(optimizer.requirements == [.loss])
      var run = Run(optimizer, on: quadratic)
      for _ in 1...300 { try run.advance() }
      #expect(run.counts.losses > 0)
      #expect(run.counts.gradients == 0)
      #expect(quadratic.loss(at: run.x) < 0.1 * quadratic.loss(at: quadratic.starts[0]))
    }
    try check(try optimizer(name))
  }

  /// What is wrapped around them hands the declaration on, and moves only what they move.
  @Test("wrappers ask what they wrap", arguments: wrapperNames)
  func wrapped(_ name: String) throws {
    func check(_ optimizer: some Optimizer) throws {
      var run = Run(optimizer, on: quadratic)
      for _ in 1...20 { try run.advance() }
      #expect(run.x.array.allSatisfy { $0.isFinite })
    }
    let blind = try wrapper(name, [:], optimizer("random-search"))
    if !blind.usesGradient { try check(blind) }
    #expect(try wrapper(name, [:], optimizer("sgd")).usesGradient)
  }

  private let quadratic = TurnedQuadratic()

  /// In ten dimensions 10⁻⁹ is reached within some thousands of losses, whatever the condition.
  @Test(
    "cma-es does not see the condition number",
    arguments: [("sphere", 1_900), ("ellipsoid", 6_000), ("rosenbrock", 7_000)])
  func covariance(_ problem: String, _ most: Int) throws {
    var surface: any Surface
    switch problem {
    case "sphere":
      var sphere = Sphere()
      sphere.dim = 10
      surface = sphere
    case "ellipsoid":
      var ellipsoid = Quadratic()
      ellipsoid.dim = 10
      ellipsoid.condition = 1e6
      ellipsoid.rotation = 30
      ellipsoid.spectrum = .logUniform
      ellipsoid.resolve()
      surface = ellipsoid
    default:
      var rosenbrock = Rosenbrock()
      rosenbrock.dim = 10
      surface = rosenbrock
    }
    var run = Run(CMAES(), on: surface, from: Array(repeating: 0.5, count: 10))
    while run.counts.losses < most, surface.loss(at: run.x) > 1e-9 { try run.advance() }
    #expect(surface.loss(at: run.x) <= 1e-9, "after \(run.counts.losses)")
  }
}
