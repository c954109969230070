// Suites by name or by file.

import Foundation
import Harness
import OptimizerKit

extension PluginCatalogue {
  /// The suites that come with the lab.
  func builtInSuites() throws -> [Suite] {
    try suites.map {
      try Suite(yaml: $0.text, name: $0.name, file: "Plugins/Suites/\($0.name).yaml")
    }
  }

  /// A suite by its name, or from a YAML file.
  func suite(_ nameOrFile: String) throws -> Suite {
    if let text = suites.first(where: { $0.name == nameOrFile })?.text {
      // In a clone of the lab, an edited suite takes effect without a rebuild.
      let file = "Plugins/Suites/\(nameOrFile).yaml"
      let edited = try? String(contentsOfFile: file, encoding: .utf8)
      return try Suite(yaml: edited ?? text, name: nameOrFile, file: file)
    }
    let url = URL(fileURLWithPath: nameOrFile)
    guard nameOrFile.hasSuffix(".yaml") || nameOrFile.hasSuffix(".yml") else {
      throw UnknownPlugin(kind: "suite", name: nameOrFile, known: suites.map(\.name))
    }
    guard let text = try? String(contentsOf: url, encoding: .utf8) else {
      throw UsageError("there is no readable text file \(nameOrFile)")
    }
    return try Suite(
      yaml: text, name: url.deletingPathExtension().lastPathComponent, file: nameOrFile)
  }
}
