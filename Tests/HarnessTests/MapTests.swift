// Maps: every cell has the numbers of the run that it stands for.

import Foundation
import OptimizerKit
import Testing

@testable import Harness

/// A map as it is asked for.
private func makeJob(
  _ optimizer: String, on problem: String, start: String? = nil, budget: Budget = .steps(60),
  target: Double? = nil, seed: UInt64 = 1
) throws -> MapJob {
  var request = MapRequest(optimizer: optimizer, problem: problem)
  request.start = start
  request.budget = budget
  request.target = target
  request.seed = seed
  return try catalogue.map(request)
}

/// All of its cells, done right here, in the order of the plane.
private func allCells(of map: MapSpec, parts: Int = 1) throws -> MapCells {
  let order = MapOrder(map)
  var cells = MapCells(count: map.count)
  for part in 0..<parts {
    let places = part * map.count / parts..<(part + 1) * map.count / parts
    let some = try catalogue.executeMap(map, part: places) { ExecutionContext(now: { 0 }) }
    for (offset, place) in places.enumerated() { cells[order.cell(place)] = some[offset] }
  }
  return cells
}

@Suite struct MapTests {
  /// A map, and where its cells stop.
  struct Case: CustomTestStringConvertible {
    var optimizer: String
    var problem: String
    var start: String?
    var target: Double?
    var budget = Budget.steps(60)
    var testDescription: String { "\(optimizer) on \(problem)" }
  }

  static let cases = [
    Case(
      optimizer: "momentum[lr=1e-3..0.1:9;momentum=0..0.99:7]", problem: "quadratic", target: 1e-6),
    // The learning rate upwards, and more of it than a block has lanes.
    Case(optimizer: "momentum[momentum=0..0.99:3;lr=1e-3..0.1:300]", problem: "quadratic"),
    Case(optimizer: "sgd[lr=1e-4..2:11]", problem: "quadratic[condition=1..1e4:5]", target: 1e-3),
    Case(optimizer: "adam[beta1=0..0.99:9;beta2=0.5..0.999:8;lr=0.05]", problem: "rosenbrock"),
    Case(optimizer: "adam[lr=1e-3..10:8;epsilon=1e-8..1:4]:cosine", problem: "rosenbrock"),
    Case(optimizer: "adam[lr=0.1;beta1=0..0.9:5]:cosine", problem: "rosenbrock"),
    Case(optimizer: "momentum[lr=1e-3..1:8]:momentum=ramp", problem: "quadratic"),
    Case(optimizer: "sgd[lr=1e-3..1:8]:plateau[patience=3]", problem: "quadratic"),
    Case(
      optimizer: "sgd[lr=0.01]", problem: "himmelblau", start: "x0=-5..5:12;x1=-5..5:9",
      target: 1e-9),
    Case(optimizer: "sgd[lr=0.01..1:7]", problem: "quadratic[noise=0.5;condition=3]"),
    Case(optimizer: "lbfgs", problem: "rosenbrock", start: "x0=-2..2:5;x1=-1..3:4", target: 1e-9),
    Case(optimizer: "nesterov[lr=1e-3..1:6;momentum=0..0.9:4]", problem: "beale"),
    Case(
      optimizer: "clip[norm=0.1..10:4](sgd[lr=1e-3..1:5])", problem: "rosenbrock", target: 1e-2),
    Case(optimizer: "schedule-free(sgd[lr=1e-3..1:6])", problem: "rosenbrock"),
    Case(
      optimizer: "sam[rho=0.01..1:4](sgd[lr=1e-3..1:5])", problem: "quadratic",
      budget: .gradients(31)),
    Case(optimizer: "momentum[lr=1e-2..1:6;momentum=0..0.9:4]", problem: "bounded-saddle"),
    Case(optimizer: "momentum[lr=1e-2..1:6;momentum=0..0.9:4]", problem: "saddle"),
    Case(optimizer: "adam[lr=1e-3..10:6;beta1=0..0.9:4]", problem: "ellipsoid"),
    Case(optimizer: "rprop", problem: "eggholder", start: "x0=-500..500:6;x1=-500..500:5"),
    Case(optimizer: "sgd[lr=1e300..1e308:6]", problem: "rosenbrock"),
    Case(optimizer: "newton", problem: "rosenbrock", start: "x0=-2..2:6"),
  ]

  @Test(arguments: cases)
  func cellsAreRuns(_ wanted: Case) throws {
    let map = try makeJob(
      wanted.optimizer, on: wanted.problem, start: wanted.start, budget: wanted.budget,
      target: wanted.target
    ).spec
    let cells = try allCells(of: map)
    var statuses: Set<RunStatus> = []
    for index in 0..<map.count {
      let spec = map.cell(index)
      let outcome = try run(spec).outcome
      let cell = cells[index]
      statuses.insert(cell.status)
      #expect(cell.status == outcome.status, "cell \(index)")
      #expect(Int(cell.steps) == outcome.steps, "cell \(index)")
      #expect(Int(cell.gradients) == outcome.counts.gradients, "cell \(index)")
      #expect(
        cell.finalLoss.bitPattern == outcome.finalLoss.bitPattern,
        "cell \(index): \(cell.finalLoss) and \(outcome.finalLoss)")
      let escape = outcome.measures.escapeStep.map { Int32($0) } ?? -1
      #expect(cell.escape == escape, "cell \(index)")
    }
    #expect(!statuses.contains(.crashed))
    // Cut into parts, the same.
    #expect(try allCells(of: map, parts: 5) == cells)
  }

  /// Every rule that can be done side by side, over learning rates that reach from too small to too large.
  @Test(arguments: catalogue.optimizers.filter { $0.make() is any CoordinateRule }.map(\.name))
  func rules(_ name: String) throws {
    let rule = try #require(try catalogue.selectOptimizers(name).first?.instance)
    guard rule.hyperparameters.contains(where: { $0.name == "lr" && $0.scale == .log }) else {
      return
    }
    let map = try makeJob("\(name)[lr=1e-6..100:12]", on: "beale", budget: .steps(40), target: 1e-4)
      .spec
    let cells = try allCells(of: map)
    for index in 0..<map.count {
      let outcome = try run(map.cell(index)).outcome
      #expect(cells.statuses[index] == outcome.status)
      #expect(Int(cells.steps[index]) == outcome.steps)
      #expect(cells.finalLosses[index].bitPattern == outcome.finalLoss.bitPattern)
    }
  }

  /// Every surface, in whatever dimension and box.
  @Test(arguments: catalogue.problems.filter { $0.make() is any Surface }.map(\.name))
  func surfaces(_ name: String) throws {
    let map = try makeJob(
      "momentum[lr=1e-5..0.1:5;momentum=0.5..0.9:2]", on: name, budget: .steps(25)
    ).spec
    let cells = try allCells(of: map)
    for index in 0..<map.count {
      let outcome = try run(map.cell(index)).outcome
      #expect(cells.statuses[index] == outcome.status)
      #expect(Int(cells.steps[index]) == outcome.steps)
      #expect(cells.finalLosses[index].bitPattern == outcome.finalLoss.bitPattern)
      let escape = outcome.measures.escapeStep.map { Int32($0) } ?? -1
      #expect(cells.escapes[index] == escape)
    }
  }

  /// A cell is the run that a selection with its values stands for.
  @Test func cellsAreSelections() throws {
    let map = try makeJob("momentum[lr=1e-3..0.1:4;momentum=0..0.9:3]", on: "quadratic").spec
    let alone = try catalogue.selectOptimizers("momentum[lr=0.0215443;momentum=0.45]")[0]
    #expect(map.cell(1 * 4 + 2).optimizer == alone.spec)
    #expect(map.cell(0) == map.base)
  }

  /// Momentum on a quadratic is stable up to α = 2(1 + β)/λmax: Polyak 1964.
  @Test func edgeOfStability() throws {
    let condition = 50.0
    let map = try makeJob(
      "momentum[lr=1e-2..0.1:60;momentum=0..0.9:10]", on: "quadratic[condition=50]",
      budget: .steps(4000)
    ).spec
    let cells = try allCells(of: map)
    for index in 0..<map.count {
      let lr = map.x.numbers[index % map.width]
      let momentum = try #require(map.y).numbers[index / map.width]
      let edge = 2 * (1 + momentum) / condition
      if lr < 0.999 * edge { #expect(cells.statuses[index] == .completed, "\(lr), \(momentum)") }
      if lr > 1.02 * edge { #expect(cells.statuses[index] == .diverged, "\(lr), \(momentum)") }
    }
  }

  /// Each start of the plane ends at the minimum on its side.
  @Test func basins() throws {
    let map = try makeJob(
      "sgd[lr=0.01]", on: "himmelblau", start: "x0=-4..4:2;x1=-4..4:2", budget: .steps(2000)
    ).spec
    let minima = try allCells(of: map).minima
    #expect(Set(minima).count == 4)
    #expect(!minima.contains(MapCells.noMinimum))
    // At its start a run is at none of them.
    let short = try makeJob(
      "sgd[lr=1e-9..1e-8:2]", on: "himmelblau", budget: .steps(1)
    ).spec
    #expect(try allCells(of: short).minima == [MapCells.noMinimum, MapCells.noMinimum])
  }

  // MARK: identity

  @Test func keys() throws {
    func key(_ optimizer: String, _ problem: String = "quadratic", start: String? = nil) throws
      -> String
    { try makeJob(optimizer, on: problem, start: start).key }
    let first = try key("momentum[lr=1e-3..0.1:9;momentum=0..0.9:7]")
    #expect(try key("momentum[lr=1e-3..0.1:9;momentum=0..0.9:7]") == first)
    let others = [
      try key("momentum[lr=1e-3..0.1:9;momentum=0..0.9:8]"),
      try key("momentum[lr=1e-3..0.2:9;momentum=0..0.9:7]"),
      try key("momentum[momentum=0..0.9:7;lr=1e-3..0.1:9]"),
      try key("momentum[lr=1e-3..0.1:9;momentum=0..0.9:7]", "quadratic[condition=99]"),
      try key("momentum[lr=1e-3..0.1:9;momentum=0..0.9:7]", start: "x0=1"),
      try makeJob(
        "momentum[lr=1e-3..0.1:9;momentum=0..0.9:7]", on: "quadratic", target: 1e-3
      ).key,
      try makeJob(
        "momentum[lr=1e-3..0.1:9;momentum=0..0.9:7]", on: "quadratic", seed: 2
      ).key,
      try makeJob(
        "momentum[lr=1e-3..0.1:9;momentum=0..0.9:7]", on: "quadratic", budget: .steps(61)
      ).key,
    ]
    #expect(Set(others + [first]).count == others.count + 1)
  }

  @Test func bytes() throws {
    let spec = try makeJob("sgd[lr=1e-4..2:11]", on: "quadratic[condition=1..1e4:5]").spec
    #expect(try MapSpec(bytes: spec.bytes) == spec)
    var cells = try allCells(of: spec)
    #expect(try MapCells(bytes: cells.bytes) == cells)
    // Columns that are left out where nothing is known are there where something is.
    cells.gradients[3] += 1
    cells.escapes[2] = 7
    cells.statuses[1] = .crashed
    cells.finalLosses[1] = .nan
    #expect(try MapCells(bytes: cells.bytes) == cells)
    for cut in [0, 1, 4, 40, cells.bytes.count - 1] {
      #expect(throws: MalformedData.self) { try MapCells(bytes: cells.bytes.prefix(cut)) }
    }
    #expect(throws: MalformedData.self) { try MapSpec(bytes: Data(spec.bytes.prefix(20))) }
  }

  // MARK: the store

  @Test func storedOnce() throws {
    try withFolder { folder in
      let path = folder.appendingPathComponent("runs.sqlite").path
      let store = try RunStore(path: path)
      let job = try makeJob("sgd[lr=1e-4..2:11]", on: "quadratic")
      #expect(try !store.hasMap(job.key))
      #expect(try store.map(job.key) == nil)
      let cells = try allCells(of: job.spec)
      try store.save(OutcomeMap(key: job.key, label: job.label, spec: job.spec, cells: cells))
      #expect(try store.hasMap(job.key))
      let found = try #require(try RunStore(path: path).map(job.key))
      #expect(found.spec == job.spec && found.cells == cells && found.label == job.label)
    }
  }

  /// The cells of a map that is not on a surface are put together from runs; here from those of a surface.
  @Test func putTogetherFromRuns() async throws {
    try await withFolder { folder in
      let store = try RunStore(path: folder.appendingPathComponent("runs.sqlite").path)
      let job = try makeJob("sgd[lr=1e-4..2:5]", on: "quadratic[condition=1..10:2]")
      let making = MapMaking(job, store: store, catalogue: catalogue)
      let comparison = try making.runs(timeLimit: 60, runner: RunnerOfTests())
      let missing = try comparison.missing()
      #expect(missing.count == 10)
      _ = try await comparison.run(missing) { _ in }
      try making.assemble(from: comparison)
      let together = try #require(try store.map(job.key)).cells
      let own = try allCells(of: job.spec)
      #expect(together.statuses == own.statuses && together.steps == own.steps)
      #expect(together.finalLosses.map(\.bitPattern) == own.finalLosses.map(\.bitPattern))
      // No suite asks for them by itself.
      #expect(try store.records(suite: job.label).isEmpty)
    }
  }

  // MARK: lost workers

  /// A part that ends its worker is halved until one cell is left, which is that of the crash.
  @Test func halving() throws {
    let job = try makeJob("sgd[lr=1e-4..2:11]", on: "quadratic")
    let work = MapWork(job.spec)
    let deadly = 6
    while let part = work.next() {
      if part.contains(deadly) {
        try work.lose(part, .crashed, "a trap")
      } else {
        _ = try work.finish(part, MapCells(count: part.count).completed)
      }
    }
    let crashed = work.cells.statuses.indices.filter { work.cells.statuses[$0] == .crashed }
    #expect(crashed == [deadly])
  }

  /// Where every cell ends its worker, the map is given up.
  @Test func givenUp() throws {
    let work = MapWork(try makeJob("sgd[lr=1e-4..2:200;weightDecay=0..1:10]", on: "quadratic").spec)
    var said: String?
    while said == nil, let part = work.next() {
      said = message { try work.lose(part, .crashed, "the worker was ended by SIGILL") }
    }
    #expect(
      said
        == "the map is given up after 64 lost workers, the last of them: the worker was ended by "
        + "SIGILL")
  }

  @Test func partsOfOtherSizesAreRefused() throws {
    let work = MapWork(try makeJob("sgd[lr=1e-4..2:11]", on: "quadratic").spec)
    let part = try #require(work.next())
    #expect(throws: MalformedData.self) {
      try work.finish(part, MapCells(count: part.count + 1))
    }
  }
}

extension MapCells {
  /// The same with all cells completed.
  fileprivate var completed: MapCells {
    var cells = self
    for index in 0..<count { cells.statuses[index] = .completed }
    return cells
  }
}
