// What a new optimizer is compared with, to say what it is nearest to.

import Analysis
import OptimizerKit

extension PluginCatalogue {
  /// Every optimizer but the one called `name`, with each of its presets; wrappers too where they stand
  /// alone, and around `sgd` for `wrappers`.
  public func knownOptimizers(except name: String, wrappers: Bool) -> [Dialect.Known] {
    entries(named: .optimizer).filter { $0.name != name }.flatMap { entry -> [Dialect.Known] in
      let wrapper = entry.type as? any Wrapper.Type
      let inner = wrapper.map { $0.defaultInner == nil } ?? false ? "(sgd)" : ""
      guard inner.isEmpty || wrappers else { return [] }
      return ([""] + entry.presets.map { "@" + $0.name }).compactMap { preset in
        let selection = entry.name + preset + inner
        return (try? selectOptimizers(selection))?.first.map { .init(selection, $0.instance) }
      }
    }
  }
}
