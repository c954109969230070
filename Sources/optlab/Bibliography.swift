// The bibliography of stored runs.

import Foundation
import OptimizerKit

/// BibTeX entries of the optimizers, wrappers, schedules and problems that took part in runs.
struct Bibliography {
  private var entries: [(key: String, text: String)] = []

  /// The sources of everything in these runs that the catalogue knows.
  init(_ records: [RunRecord], catalogue: PluginCatalogue) {
    let terms = records.flatMap(\.spec.optimizer.terms)
    add(terms.map(\.name), .optimizer, catalogue)
    add(terms.flatMap(\.schedules).flatMap(\.parts).map(\.name), .schedule, catalogue)
    add(records.map(\.spec.problem.name), .problem, catalogue)
  }

  /// A plugin's key is its name; that of its second source ends in `source2`. A name that another kind has too
  /// is followed by the kind.
  private mutating func add(_ names: [String], _ kind: PluginKind, _ catalogue: PluginCatalogue) {
    for name in Set(names).sorted() {
      guard let entry = try? catalogue.entry(name, kind: kind), !entry.source.isEmpty else {
        continue
      }
      let isShared = catalogue.entries.contains {
        $0.name == name && $0.kind.nameSpace != entry.kind.nameSpace && !$0.source.isEmpty
      }
      let key = isShared && kind != .optimizer ? "\(name)-\(kind.rawValue)" : name
      for (place, source) in entry.source.components(separatedBy: "; ").enumerated() {
        let own = place == 0 ? key : "\(key)-source\(place + 1)"
        entries.append(
          (own, Citation(source).entry(key: own, note: "\(entry.kind.rawValue) \(name)")))
      }
    }
  }

  /// The file.
  var text: String { entries.map(\.text).joined(separator: "\n") }
}
