// Instances: other coordinates for the optimizer, the same surface for everybody else.

import OptimizerKit
import Testing

@testable import Harness

/// Every surface of the catalogue that can be moved, by name.
private let movable = catalogue.problems.compactMap { entry -> String? in
  guard let surface = entry.make() as? any Surface else { return nil }
  return surface.moved(to: Instance(1)) == nil ? nil : entry.name
}

@Suite struct InstanceTests {
  /// A run from the start of an instance.
  private func spec(
    _ optimizer: String, on problem: String, _ instance: Instance, steps: Int = 40
  ) throws -> RunSpec {
    var spec = try specification(optimizer, on: problem, steps: steps, seed: 3)
    let surface = try #require(catalogue.problem(spec.problem) as? any Surface)
    spec.instance = instance
    spec.start = surface.start(ofInstance: instance.number)
    return spec
  }

  /// A method that knows neither axes nor origin goes the same way on an instance as from its start alone;
  /// one that scales coordinates does not. What is recorded is in the coordinates of the formula.
  @Test(arguments: movable)
  func whatKnowsNoAxesSeesNoDifference(_ problem: String) throws {
    // Short steps, that do not blow up what rounding does.
    let optimizer = "momentum[lr=1e-9]"
    let plain = try run(spec(optimizer, on: problem, Instance(7, isMoved: false)))
    let moved = try run(spec(optimizer, on: problem, Instance(7)))
    let scale = plain.trajectory.points.map(\.magnitude).max() ?? 1
    let surface = try #require(catalogue.problem(plain.spec.problem) as? any Surface)
    // Each product of d terms is off by d ulps of the largest at most, and there are three of them, in
    // numbers that are at most the sum of two points of the box.
    let tolerance =
      1e-15 * Double(surface.dimension) * max(scale, 1) * (surface.isStochastic ? 1e3 : 100)
    for (a, b) in zip(plain.trajectory.points, moved.trajectory.points) {
      #expect(abs(a - b) <= tolerance, "\(a) \(b)")
    }
    #expect(plain.trajectory.points.count == moved.trajectory.points.count)
  }

  @Test func whatScalesCoordinatesSeesIt() throws {
    let problem = "quadratic[condition=100]"
    let plain = try run(spec("adam[lr=1]", on: problem, Instance(7, isMoved: false), steps: 200))
    let moved = try run(spec("adam[lr=1]", on: problem, Instance(7), steps: 200))
    let ratio = moved.outcome.finalLoss / plain.outcome.finalLoss
    #expect(ratio > 1.1 || ratio < 0.9, "\(ratio)")
    let other = try run(spec("adam[lr=1]", on: problem, Instance(8), steps: 200))
    #expect(other.outcome.finalLoss != moved.outcome.finalLoss)
  }

  /// The three ways through the lab give the same bits on instances too.
  @Test(
    arguments: ["adam[lr=0.1]", "momentum[lr=1e-3]:cosine"],
    ["rosenbrock", "quadratic[noise=1]", "ellipsoid[dim=5]", "mccormick"])
  func allWaysGiveTheSameBits(_ optimizer: String, _ problem: String) throws {
    var specs: [RunSpec] = []
    for seed in [UInt64(1), 2] {
      var spec = try spec(optimizer, on: problem, Instance(5))
      spec.seed = seed
      specs.append(spec)
    }
    let lanes = catalogue.laneGroups(specs + [try spec(optimizer, on: problem, Instance(6))])
    #expect(lanes.groups == [[0, 1]] && lanes.others == [2])
    let context = ExecutionContext(now: { 0 })
    let together = try #require(
      try catalogue.executeLanes(specs.map { ($0, Recording()) }, context: context))
    for (result, spec) in zip(together, specs) {
      let alone = try run(spec)
      #expect(result.outcome == alone.outcome)
      #expect(result.trajectory.blob == alone.trajectory.blob)
      let surface = try #require(catalogue.problem(spec.problem) as? any Surface)
      let stepwise = try catalogue.descend(
        surface, from: spec.start!, with: try catalogue.optimizer(spec.optimizer),
        schedules: try catalogue.schedules(of: spec.optimizer),
        recorder: RunRecorder(spec: spec, recording: Recording(), context: context), stepwise: true)
      #expect(stepwise.trajectory.blob == alone.trajectory.blob)
    }
  }

  /// The moved surface is one: formulas, loops and products agree with each other.
  @Test(arguments: movable)
  func aMovedSurfaceIsASurface(_ problem: String) throws {
    let surface = try #require(
      catalogue.problem(PluginSpec(name: problem, settings: [])) as? any Surface)
    let moved = try #require(surface.moved(to: Instance(3)))
    let n = surface.dimension
    let x = surface.start(ofInstance: 4)
    let y = moved.moved(x)
    let back = moved.unmoved(y)
    for (a, b) in zip(x, back) { #expect(abs(a - b) <= 1e-13 * Double(n) * max(abs(a), 1)) }
    #expect(moved.loss(at: y) == surface.loss(at: back))
    // R is orthogonal: gradients have the same norm, and their turn is that of the points.
    let (g, h) = (moved.gradient(at: y), surface.gradient(at: back))
    let norms = [g, h].map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    #expect(abs(norms[0] - norms[1]) <= 1e-13 * Double(n) * max(norms[1], 1))
    let epsilon = 1e-3
    let step = zip(y, g).map { $0 - epsilon * $1 }
    let unmovedStep = zip(back, h).map { $0 - epsilon * $1 }
    let size = (back + h.map { epsilon * $0 }).map(\.magnitude).max() ?? 1
    for (a, b) in zip(moved.unmoved(step), unmovedStep) {
      #expect(abs(a - b) <= 1e-13 * Double(n) * max(size, 1))
    }
    // Rᵀ H R v against H R v.
    let v = (0..<n).map { Double($0 % 3) - 1 }
    let turned = zip(moved.unmoved(zip(y, v).map(+)), back).map(-)
    let product = moved.hessianVectorProduct(at: y, v)
    let own = surface.hessianVectorProduct(at: back, turned)
    let products = [product, own].map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    #expect(abs(products[0] - products[1]) <= 1e-11 * Double(n) * max(products[1], 1))
    for minimum in moved.minima {
      guard let least = surface.minimumLoss else { continue }
      let scale = surface.starts.first.map { abs(surface.loss(at: $0) - least) } ?? 1
      // Of a root, half of the digits.
      #expect(abs(moved.loss(at: minimum) - least) <= 1e-7 * max(scale, 1))
    }
  }

  /// Rotation and shift are another one for each number: the minimum lies elsewhere, anywhere in the box that
  /// starts come from, in both coordinates.
  @Test func everyInstanceIsElsewhere() throws {
    let surface = try #require(
      catalogue.problem(PluginSpec(name: "booth", settings: [])) as? any Surface)
    let viewport = try #require(surface.viewport)
    let middle = [viewport.x, viewport.y].map { ($0.lowerBound + $0.upperBound) / 2 }
    let moved = try (1...200).map { try #require(surface.moved(to: Instance($0))) }
    let centers = moved.map { $0.moved(middle) }
    for (d, range) in [viewport.x, viewport.y].enumerated() {
      let width = range.upperBound - range.lowerBound
      let shares = centers.map { ($0[d] - range.lowerBound) / width }
      #expect(Set(shares).count == 200 && shares.allSatisfy { (0...1).contains($0) })
      // The mean of 200 uniform numbers is off by 1/√2400, and each quarter has 50 ± 6 of them.
      let mean = shares.reduce(0, +) / 200
      #expect(abs(mean - 0.5) < 4 / 2400.0.squareRoot())
      let quarters = shares.map { Int($0 * 4) }
      for quarter in 0..<4 {
        let count = quarters.count { $0 == quarter }
        #expect((25...75).contains(count))
      }
    }
    let turns = moved.prefix(50).map { one in
      one.gradient(at: one.moved([0, 0])).map { $0.rounded() }
    }
    #expect(Set(turns).count > 25)
  }

  /// What has a box or matrices is the same on every instance but for its start.
  @Test(arguments: ["mccormick", "matrix-factorization"])
  func whatCannotBeMovedStaysAsItIs(_ problem: String) throws {
    #expect(!movable.contains(problem))
    let plain = try run(spec("adam", on: problem, Instance(7, isMoved: false)))
    let moved = try run(spec("adam", on: problem, Instance(7)))
    #expect(plain.trajectory.blob == moved.trajectory.blob)
  }

  /// A limit of the loss ends a run where it says, and is said.
  @Test func aLimitOfTheLossEndsARun() throws {
    var spec = try specification("sgd[lr=0.03]", on: "quadratic", steps: 100)
    #expect(try run(spec).outcome.status == .diverged)
    spec.lossLimit = 3
    let result = try run(spec)
    let losses = result.trajectory.losses
    #expect(result.outcome.status == .diverged)
    #expect(losses.last! > 3 * losses[0] && losses.dropLast().allSatisfy { $0 <= 3 * losses[0] })
    #expect(
      result.outcome.reason == "the loss passed 3 times the start's after step \(losses.count - 1)")
    #expect(try RunSpec(bytes: spec.bytes) == spec)
  }
}
