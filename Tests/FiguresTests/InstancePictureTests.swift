// Instances in pictures: curves are medians over them, paths are not.

import OptimizerKit
import Plugins
import Testing

@testable import Figures

@Suite struct InstancePictureTests {
  /// Runs of two optimizers on three instances, each with a start of its own.
  private func runs(seeds: [UInt64] = [1]) -> [TracedRun] {
    ["sgd", "adam"].flatMap { name in
      (1...3).flatMap { number in
        seeds.map { seed in
          let run = Make.run(name, lr: 0.01 * Double(number), seed: seed)
          var record = run.record
          record.spec.instance = Instance(UInt64(number))
          record.spec.start = [Double(number), 1]
          record.outcome.finalLoss += Double(seed)
          return TracedRun(record, run.trajectory)
        }
      }
    }
  }

  @Test func curvesPoolThem() throws {
    let input = Make.input(runs())
    #expect(input.contests().count == 3)
    #expect(input.contests(poolsInstances: true).map(\.runs.count) == [6])
    // Starts that were named are no instances.
    let named = Make.input(
      runs().map { run in
        var record = run.record
        record.spec.instance = nil
        return TracedRun(record, run.trajectory)
      })
    #expect(named.contests(poolsInstances: true).count == 3)
    let pictures = try Convergence().draw(input)
    #expect(pictures.count == 1)
    #expect(pictures[0].title.hasSuffix("(median of 3 instances)"), "\(pictures[0].title)")
    #expect(pictures[0].caption.text.contains("lines are medians over instances, bands their"))
    let both = try Convergence().draw(Make.input(runs(seeds: [4, 5])))
    #expect(both[0].title.hasSuffix("(median of 3 instances × 2 seeds)"), "\(both[0].title)")
    #expect(both[0].caption.text.contains("lines are medians over instances and seeds, bands"))
    #expect(try Trajectories().draw(input).count == 3)
  }
}
