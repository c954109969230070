// Which runs share a worker.

import OptimizerKit
import Testing

@testable import Harness

@Suite struct RunBatchTests {
  private func job(_ index: Int, _ files: [String], steps: Int = 10) throws -> RunJob {
    RunJob(
      key: "\(index)", label: "\(index)", spec: try specification("sgd", on: "beale", steps: steps),
      files: files)
  }

  /// Code that was brought at run time runs in a worker of its own, apart from other such code and from
  /// runs that need none: what it breaks is its own.
  @Test func pluginsOfRunTimeAreKeptApart() throws {
    let kinds = [["sgd"], ["mine.swift"], ["theirs.swift"], ["mine.swift", "theirs.swift"]]
    let jobs = try (0..<80).map { try job($0, kinds[$0 / 3 % 4] + ["beale"]) }
    let batches = RunBatch.batches(
      of: jobs, loaded: ["mine.swift", "theirs.swift"], workers: 1)
    #expect(batches.flatMap(\.jobs).map(\.key) == jobs.map(\.key))
    for batch in batches {
      let files = Set(batch.jobs.map { Set($0.files).subtracting(["sgd", "beale"]) })
      #expect(files == [batch.plugins])
    }
    #expect(Set(batches.map(\.plugins)).count == 4)
  }

  /// Small runs travel together, long ones do not, and each worker gets several batches.
  @Test func sizes() throws {
    let small = try (0..<1000).map { try job($0, ["sgd"]) }
    let batches = RunBatch.batches(of: small, loaded: [], workers: 2)
    #expect(batches.count >= 8 && batches.count < 100)
    let long = try (0..<10).map { try job($0, ["sgd"], steps: RunBatch.mostSteps) }
    #expect(RunBatch.batches(of: long, loaded: [], workers: 1).count == 10)
  }
}
