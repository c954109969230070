// What pictures say of runs that differ in nothing but their seed, or their instance.

import OptimizerKit

extension [TracedRun] {
  /// The most seeds that one participant has.
  public var seedCount: Int {
    byLabel.map { Set($0.runs.map(\.spec.seed)).count }.max() ?? 0
  }

  /// Those with one seed: the lowest of those that most of them have.
  public var ofCommonSeed: [TracedRun] {
    let counts = Dictionary(grouping: self, by: \.spec.seed).mapValues(\.count)
    let most = counts.values.max()
    let seed = counts.filter { $0.value == most }.keys.min()
    return filter { $0.spec.seed == seed }
  }

  /// Whether several seeds gave the same numbers, for each participant: nothing was drawn at random.
  public var seedsAgree: Bool {
    byLabel.allSatisfy { _, runs in
      runs.dropFirst().allSatisfy {
        $0.spec.start == runs[0].spec.start && $0.outcome.hasSameNumbers(as: runs[0].outcome)
      }
    }
  }

  /// The most instances that one participant has; 0 where there are none.
  private var instanceCount: Int {
    byLabel.map { Set($0.runs.compactMap(\.spec.instance)).count }.max() ?? 0
  }

  /// "5 seeds", "20 instances", "20 instances × 5 seeds"; nil where nothing is repeated.
  private var repetitions: String? {
    let seeds = seedCount > 1 ? ["\(seedCount) seeds"] : []
    let instances = instanceCount > 1 ? ["\(instanceCount) instances"] : []
    let all = instances + seeds
    return all.isEmpty ? nil : all.joined(separator: " × ")
  }

  /// What a title adds where a participant stands for several runs by their median: " (median of 5
  /// seeds)", " (median of 20 instances)", " (5 seeds, all alike)"; nothing where there is one.
  public var medianRemark: String {
    guard let repetitions else { return "" }
    return instanceCount < 2 && seedsAgree
      ? " (\(repetitions), all alike)" : " (median of \(repetitions))"
  }

  /// What a caption says of lines that stand for several runs; nothing where there is one.
  public var seedNotes: [String] {
    guard repetitions != nil else { return [] }
    let what = instanceCount < 2 ? "seeds" : seedCount < 2 ? "instances" : "instances and seeds"
    return [
      instanceCount < 2 && seedsAgree
        ? "the seeds of each optimizer gave the same numbers"
        : "lines are medians over \(what), bands their quartiles"
    ]
  }

  /// What a title adds where of each participant only the run with the lowest seed is drawn: " (seed 1
  /// of 5)"; nothing where there is one, or where all are alike.
  public var firstSeedRemark: String {
    guard seedCount > 1, !seedsAgree else { return "" }
    let first = Set(firstSeeds.map(\.spec.seed))
    let name = first.count == 1 ? "seed \(first.first!)" : "the lowest seed"
    return " (\(name) of \(seedCount))"
  }

  /// What a title adds where it names one of several settings of an optimizer as the best: of how many,
  /// and, where the runs train a model, that these very runs chose it; nothing where there is one.
  public func choiceRemark(of label: String) -> String {
    guard let run = first(where: { $0.label == label }) else { return "" }
    let settings = filter { $0.spec.optimizer.name == run.spec.optimizer.name }.map(\.label).unique
    guard settings.count > 1 else { return "" }
    let isTraining = contains { !$0.trajectory.validation.isEmpty }
    return " (best of \(settings.count) settings\(isTraining ? ", chosen by these very runs" : ""))"
  }
}
