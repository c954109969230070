// What is kept of runs: which recording serves which, and when a network is validated.

import OptimizerKit
import Testing

@testable import Harness

@Suite struct RecordingTests {
  /// Recordings with every relation between two of them: equal, multiple, coprime.
  private static let some: [Recording] = Recording.Path.allCases.flatMap { path in
    [1, 2, 3, 4, 6].flatMap { every in
      [1, 2, 3, 10].flatMap { validations in
        [(false, false, 0), (true, false, 2), (false, true, 3), (false, false, 4)].map {
          layers, test, checkpoints in
          Recording(
            path: path, every: every, validations: validations, layers: layers, test: test,
            checkpoints: checkpoints)
        }
      }
    }
  }

  /// What is kept of both serves both, and nothing less does.
  @Test func theUnionIsTheLeastThatServesBoth() {
    for a in Self.some {
      for b in Self.some {
        let both = a.union(b)
        if !a.isServed(by: both) || !b.isServed(by: both) {
          Issue.record("\(a) and \(b) are not served by \(both)")
        }
        if a.isServed(by: b), !both.isServed(by: b) {
          Issue.record("\(b) serves \(a), and not \(both)")
        }
      }
    }
  }

  @Test func theUnionIsThatOfEachPart() {
    let a = Recording(every: 4, validations: 6, layers: true)
    let b = Recording(every: 6, validations: 10, test: true)
    let both = Recording(every: 2, validations: 30, layers: true, test: true)
    #expect(a.union(b) == both && b.union(a) == both)
    // Of nothing but outcomes, the rows of the other one are kept.
    let outcomes = Recording(path: .outcomes, every: 3)
    #expect(outcomes.union(Recording(every: 4)) == Recording(every: 4))
    #expect(Recording(every: 4).union(outcomes) == Recording(every: 4))
    #expect(outcomes.union(outcomes) == outcomes)
  }

  /// A finer recording serves a coarser one, for each part of it.
  @Test(arguments: [
    (Recording(), Recording(), true),
    (Recording(every: 4), Recording(every: 2), true),
    (Recording(every: 4), Recording(every: 3), false),
    (Recording(every: 2), Recording(every: 4), false),
    (Recording(validations: 5), Recording(validations: 10), true),
    (Recording(validations: 4), Recording(validations: 10), false),
    (Recording(validations: 10), Recording(validations: 5), false),
    (Recording(), Recording(layers: true), true), (Recording(layers: true), Recording(), false),
    (Recording(), Recording(test: true), true), (Recording(test: true), Recording(), false),
    (Recording(), Recording(checkpoints: 5), true), (Recording(checkpoints: 5), Recording(), false),
    (Recording(checkpoints: 5), Recording(checkpoints: 10), true),
    (Recording(checkpoints: 10), Recording(checkpoints: 5), false),
    (Recording(checkpoints: 5), Recording(path: .outcomes, checkpoints: 5), false),
    (Recording(path: .outcomes, checkpoints: 5), Recording(), true),
    (Recording(), Recording(path: .outcomes), false),
    (Recording(path: .outcomes), Recording(every: 7), true),
    (Recording(path: .outcomes, every: 2), Recording(path: .outcomes, every: 3), true),
    (Recording(path: .outcomes, test: true), Recording(every: 7), false),
  ])
  func serving(_ wanted: Recording, _ kept: Recording, _ isServed: Bool) {
    #expect(wanted.isServed(by: kept) == isServed)
  }

  /// What serves holds the rows and the passes that are wanted.
  @Test(arguments: [(4, 2), (6, 3), (10, 1), (7, 7)])
  func theRowsOfAFinerRecordingAreThere(_ coarse: Int, _ fine: Int) throws {
    let spec = try specification("adam[lr=0.1]", on: "rosenbrock", steps: 23)
    var kept = try run(spec, recording: Recording(every: fine)).trajectory
    kept.keep(every: coarse)
    #expect(try kept == run(spec, recording: Recording(every: coarse)).trajectory)
    func passes(_ validations: Int) throws -> [Int] {
      try run(
        drill(lr: 0.1, steps: 23), recording: Recording(validations: validations),
        in: catalogueWithDrill
      ).trajectory.validation.map(\.step)
    }
    #expect(try Set(passes(fine)).isSubset(of: passes(coarse)))
  }

  @Test func aSurfaceHasNothingToValidate() {
    #expect(
      Recording(path: .outcomes, every: 3, validations: 7, layers: true, test: true).onSurface
        == Recording(path: .outcomes, every: 3))
  }

  // MARK: validation passes

  /// The places of the passes by their definition.
  private func marks(_ validations: Int, _ total: Int) -> [Int] {
    (0...validations).map { $0 * total / validations }
  }

  @Test(arguments: [(1, 1), (1, 10), (7, 10), (10, 10), (100, 10), (780, 10), (97, 13), (12, 5)])
  func passesAreSpreadEvenly(_ total: Int, _ validations: Int) {
    let recording = Recording(validations: validations)
    let passes = (0...total).filter { recording.isValidated(after: $0, since: $0 - 1, of: total) }
    #expect(passes == Set(marks(validations, total)).sorted())
  }

  /// Steps that cost several units of the budget, and not always the same: a pass is made where a mark
  /// lies behind it that did not lie behind the one before.
  @Test func passesOfUnevenSteps() {
    var random = RandomSource(seed: 1, purpose: .noise)
    for _ in 0..<2000 {
      let total = 1 + Int(random.next() % 60)
      let validations = 1 + Int(random.next() % 25)
      let recording = Recording(validations: validations)
      let marks = marks(validations, total)
      var (before, spent) = (-1, 0)
      while true {
        let isDue = marks.contains { before < $0 && $0 <= spent }
        guard recording.isValidated(after: spent, since: before, of: total) == isDue else {
          Issue.record("\(validations) of \(total): after \(spent), since \(before)")
          return
        }
        if spent >= total { break }
        (before, spent) = (spent, spent + 1 + Int(random.next() % 7))
      }
    }
  }

  /// As many as there may be, of a budget that is as large as it may be.
  @Test func hugeCountsDoNotOverflow() {
    for validations in [1, 1_000_000_000, Int.max] {
      let recording = Recording(validations: validations)
      let total = Budget.seconds(1e9).total
      #expect(recording.isValidated(after: 0, since: -1, of: total))
      #expect(recording.isValidated(after: total, since: total - 1, of: total))
      #expect(
        recording.isValidated(after: total / 3, since: total / 3 - 1, of: total)
          == (validations == .max))
    }
    // 10⁹ is the most that a suite may ask for.
    let coprime = [999_999_937, 999_999_929, 1_000_000_000].map { Recording(validations: $0) }
    let all = coprime.reduce(coprime[0]) { $0.union($1) }
    for recording in coprime { #expect(recording.isServed(by: all)) }
  }
}
