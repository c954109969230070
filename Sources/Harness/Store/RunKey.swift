// The key of a run: the hash of everything that decides its numbers.

import OptimizerKit

/// Keys of runs.
///
/// A key is the hash of a run's specification, of the source of every plugin that it uses, and of the
/// lab's own numerical sources. What is recorded of a run and what it is called do not change its
/// numbers and have no part in it. Optimizers and problems are hashed once each, however many runs
/// they take part in.
struct RunKeys {
  let catalogue: PluginCatalogue
  private var problems: [PluginSpec: ContentHash] = [:]
  private var optimizers: [OptimizerSpec: String] = [:]

  init(_ catalogue: PluginCatalogue) { self.catalogue = catalogue }

  /// The key of a run: 32 hexadecimal digits.
  mutating func key(of spec: RunSpec) throws -> String {
    var hash = try hash(of: spec.problem)
    hash.update(try text(of: spec.optimizer))
    hash.update("start \(spec.start.map { $0.map(\.hyperparameterText) } ?? [])")
    if let instance = spec.instance {
      hash.update("\(instance.isMoved ? "moved " : "")instance \(instance.number)")
    }
    hash.update("seed \(spec.seed) budget \(spec.budget)")
    hash.update("target \(spec.target.map(\.hyperparameterText) ?? "none")")
    if let limit = spec.lossLimit { hash.update("limit \(limit.hyperparameterText)") }
    return hash.text
  }

  /// The key of a map: that of its first cell, and what its axes change.
  mutating func key(of map: MapSpec) throws -> String {
    var hash = ContentHash()
    hash.update("map of \(try key(of: map.base))")
    for axis in map.axes {
      hash.update("\(axis.place) \(axis.name.utf8.count):\(axis.name)")
      hash.update(axis.values.joined(separator: ";"))
    }
    hash.update("starts \(map.starts.map { $0.map(\.hyperparameterText) })")
    return hash.text
  }

  /// The engine and a problem.
  private mutating func hash(of problem: PluginSpec) throws -> ContentHash {
    if let known = problems[problem] { return known }
    var hash = ContentHash()
    hash.update(catalogue.engineHash)
    hash.update(try catalogue.entry(problem.name, kind: .problem).sourceHash)
    hash.update(problem.keyText)
    problems[problem] = hash
    return hash
  }

  /// The hash of an optimizer with its schedules and all that it wraps.
  private mutating func text(of optimizer: OptimizerSpec) throws -> String {
    if let known = optimizers[optimizer] { return known }
    var hash = ContentHash()
    hash.update(try catalogue.entry(optimizer.name, kind: .optimizer).sourceHash)
    hash.update(optimizer.plugin.keyText)
    for schedule in optimizer.schedules {
      hash.update("\(schedule.hyperparameter) follows")
      for part in schedule.parts {
        hash.update(try catalogue.entry(part.name, kind: .schedule).sourceHash)
        hash.update(part.keyText)
      }
    }
    for inner in optimizer.wrapped { hash.update("wraps \(try text(of: inner))") }
    optimizers[optimizer] = hash.text
    return hash.text
  }
}

extension PluginSpec {
  /// A text that no other specification has: each part with its length.
  fileprivate var keyText: String {
    settings.reduce("\(name.utf8.count):\(name)") {
      $0 + ";\($1.name)=\($1.value.utf8.count):\($1.value)"
    }
  }
}
