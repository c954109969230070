// The runs of a suite that was compared, and those of them that options admit.

import Foundation
import Harness
import OptimizerKit

/// A suite in the store.
struct StoredSuite {
  let store: RunStore
  let name: String

  /// A suite by its name or file; the last one that was compared where nothing is said.
  init(_ suite: String?, in store: RunStore) throws {
    self.store = store
    guard let suite else {
      guard let latest = try store.latestSuite() else {
        throw LabFailure(
          "no comparison is stored in \(store.path); 'optlab compare quick' makes one")
      }
      name = latest
      return
    }
    let url = URL(fileURLWithPath: suite)
    let isFile = ["yaml", "yml"].contains(url.pathExtension)
    name = isFile ? url.deletingPathExtension().lastPathComponent : suite
    let known = try store.suites()
    guard known.contains(name) else {
      throw UnknownPlugin(
        kind: "suite in \(store.path)", plural: "suites there", name: name, known: known)
    }
  }

  /// Its stored runs, or those of one group.
  func records(group: String? = nil) throws -> [RunRecord] {
    var all = try store.records(suite: name)
    if let group {
      let known = all.map(\.group).unique
      guard known.contains(group) else {
        throw UnknownPlugin(kind: "group of \(name)", plural: "groups", name: group, known: known)
      }
      all.removeAll { $0.group != group }
    }
    return all.map(\.record)
  }

  /// Those of participants and problems that fit patterns.
  func chosen(_ records: [RunRecord], optimizers: String?, problems: String?) throws
    -> [RunRecord]
  {
    func admitted(_ patterns: String?, _ kind: String, _ name: (RunRecord) -> [String]) throws
      -> Set<String>?
    {
      guard let patterns = patterns.map(splitSelections) else { return nil }
      let names = records.map(name)
      let known = names.compactMap(\.first).unique
      var found: Set<String> = []
      for pattern in patterns {
        let matching = names.filter { $0.contains { matches($0, pattern: pattern) } }
        if matching.isEmpty {
          throw UnknownPlugin(
            kind: "\(kind) of \(self.name)", plural: "\(kind)s", name: pattern, known: known)
        }
        found.formUnion(matching.compactMap(\.first))
      }
      return found
    }
    guard optimizers != nil || problems != nil else { return records }
    let labels = try admitted(optimizers, "participant") { [$0.label, $0.spec.optimizer.name] }
    let named = try admitted(problems, "problem") { [$0.spec.problem.name] }
    return records.filter {
      labels?.contains($0.label) ?? true && named?.contains($0.spec.problem.name) ?? true
    }
  }
}
