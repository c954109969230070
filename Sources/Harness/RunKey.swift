// The key of a run: the hash of everything that decides its numbers.

import Foundation
import OptimizerKit

extension PluginCatalogue {
  /// The content-derived key of a run: its specification, the source of every plugin that it uses,
  /// and the lab's own numerical sources. The label is not part of it: what a run is called does
  /// not change its numbers.
  public func key(of spec: RunSpec) throws -> String {
    var bare = spec
    bare.label = ""
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    var hash = ContentHash()
    hash.update(try encoder.encode(bare))
    hash.update(engineHash.utf8)
    hash.update(try entry(spec.optimizer.name, kind: .optimizer).sourceHash.utf8)
    hash.update(try entry(spec.problem.name, kind: .problem).sourceHash.utf8)
    for schedule in spec.schedules {
      for part in schedule.parts {
        hash.update(try entry(part.name, kind: .schedule).sourceHash.utf8)
      }
    }
    return hash.text
  }
}
