// Suites by name or by file.

import Foundation
import OptimizerKit

extension PluginCatalogue {
  /// A suite by its name, or from a YAML file.
  ///
  /// - Throws: `UnknownPlugin`, `SelectionError` where there is no such file, `SuiteFileError` with
  ///   the line that is at fault.
  public func suite(_ nameOrFile: String) throws -> Suite {
    let url = URL(fileURLWithPath: nameOrFile)
    guard ["yaml", "yml"].contains(url.pathExtension) else {
      let entry = try entry(nameOrFile, kind: .suite)
      return try Suite(yaml: entry.text, name: entry.name, file: entry.file)
    }
    guard let text = try? String(contentsOf: url, encoding: .utf8) else {
      throw SelectionError("there is no readable text file \(nameOrFile)")
    }
    return try Suite(
      yaml: text, name: url.deletingPathExtension().lastPathComponent, file: nameOrFile)
  }
}
