// A made-up suite: optimizers with their defaults and tuned, on bowls from several starts.

import Analysis
import OptimizerKit

extension ExampleRuns {
  /// Runs of a whole suite, of which every figure of comparison can be drawn.
  public static let suite: [RunRecord] = {
    var records: [RunRecord] = []
    for condition in [2.0, 5, 10, 25, 60, 100] {
      let bowl = PluginSpec(
        name: "bowl", settings: [.init(name: "condition", value: shortest(condition))])
      for (label, share) in [
        ("sgd", 0.3), ("sgd tuned", 1.5), ("adam", 0.1), ("adam tuned", 0.9), ("momentum", 0.5),
      ] {
        for seed in 1...6 as ClosedRange<UInt64> {
          // Seeds that differ, as if something were random.
          let lr = share * (1 + 0.02 * Double(seed)) / condition
          var record = run(
            String(label.prefix { $0 != " " }), on: bowl, lr: lr, steps: 120, seed: seed,
            label: label
          ).record
          record.key += "-\(condition)"
          records.append(record)
        }
      }
    }
    return records
  }()

  /// What was tried for two of its optimizers.
  public static let searches: [TunedSearch] = {
    let rate = SearchDimension("lr", .interval(1e-3...1, .log))
    let momentum = SearchDimension("momentum", .interval(0...0.99, .linear))
    return ["sgd", "adam"].flatMap { name in
      ["grid", "random"].map { method in
        let trials = (0..<16).map { index -> SearchHistory.Trial in
          let place = method == "grid" ? Double(index / 4) / 3 : Double(index * 7 % 16) / 15
          let other = method == "grid" ? Double(index % 4) / 3 : Double(index * 5 % 16) / 15
          let score = 2 + (place - 0.6).squared * 4 + 0.1 * other
          return SearchHistory.Trial(
            values: [rate.value(at: place), momentum.value(at: other)],
            score: place > 0.95 ? nil : score)
        }
        return TunedSearch(
          group: method, problem: "bowl[condition=25]", optimizer: name, method: method,
          settings: "\(name)[lr=0.06;momentum=0]",
          history: SearchHistory(
            meaning: "evaluations", isLogarithm: true, dimensions: [.init(rate), .init(momentum)],
            trials: trials))
      }
    }
  }()

  /// What a figure of a whole suite is drawn from.
  public static func input(suite records: [RunRecord]) -> FigureInput {
    var input = input([])
    input.records = records
    input.searches = records.isEmpty ? [] : searches
    return input
  }
}
