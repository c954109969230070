// What shells offer: `optlab --generate-completion-script bash` (or zsh, or fish) writes a script that
// asks this command.

import ArgumentParser
import Harness
import OptimizerKit
import Plugins

extension CompletionKind {
  /// Selections of optimizers and wrappers, with presets, hyperparameters and schedules.
  static let optimizers = selections(.optimizer)
  static let problems = selections(.problem)
  static let figures = selections(.figure)
  static let experiments = selections(.experiment)
  static let suites = selections(.suite)
  /// A plugin of any kind.
  static let plugins = selections(PluginKind.allCases)

  private static func selections(_ kinds: PluginKind...) -> CompletionKind { selections(kinds) }

  private static func selections(_ kinds: [PluginKind]) -> CompletionKind {
    .custom { _, _, typed in
      // A quotation mark that opens the word is the shell's.
      let quote = typed.first.map { "'\"".contains($0) } ?? false ? String(typed.prefix(1)) : ""
      return catalogue.completions(of: String(typed.dropFirst(quote.count)), kinds: kinds)
        .map { quote + $0 }
    }
  }

  /// Compiled-in plugins and those that the working folder offers; what cannot be loaded is not offered.
  private static var catalogue: PluginCatalogue {
    var catalogue = PluginCatalogue.builtIn()
    let loader = PluginLoader()
    loader.load(loader.offeredFiles(builtIn: catalogue), into: &catalogue)
    return catalogue
  }
}
