// Kinds of plugin on the command line.

import ArgumentParser
import OptimizerKit

extension PluginKind: ExpressibleByArgument {
  /// "optimizers"; "optimizer" is understood as well.
  public init?(argument: String) {
    guard let kind = PluginKind(plural: argument) ?? PluginKind(rawValue: argument) else {
      return nil
    }
    self = kind
  }

  public static var allValueStrings: [String] { allCases.map(\.plural) }
  public var defaultValueDescription: String { plural }
}
