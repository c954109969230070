// Suites by name or by file.

import Foundation
import Harness
import OptimizerKit

extension PluginCatalogue {
  /// Where suites lie in a clone of the lab; what is there takes effect without a rebuild.
  private static let folder = "Plugins/Suites"

  /// The names of all suites: those that were compiled in, and those of this folder's clone.
  var suiteNames: [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: Self.folder)) ?? []
    let here = files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }
    return Set(suites.map(\.name) + here).sorted()
  }

  /// A suite by its name, or from a YAML file.
  func suite(_ nameOrFile: String) throws -> Suite {
    if suiteNames.contains(nameOrFile) {
      let file = "\(Self.folder)/\(nameOrFile).yaml"
      let here = try? String(contentsOfFile: file, encoding: .utf8)
      let text = here ?? suites.first { $0.name == nameOrFile }?.text ?? ""
      return try Suite(yaml: text, name: nameOrFile, file: file)
    }
    let url = URL(fileURLWithPath: nameOrFile)
    guard nameOrFile.hasSuffix(".yaml") || nameOrFile.hasSuffix(".yml") else {
      throw UnknownPlugin(kind: "suite", name: nameOrFile, known: suiteNames)
    }
    guard let text = try? String(contentsOf: url, encoding: .utf8) else {
      throw UsageError("there is no readable text file \(nameOrFile)")
    }
    return try Suite(
      yaml: text, name: url.deletingPathExtension().lastPathComponent, file: nameOrFile)
  }
}
