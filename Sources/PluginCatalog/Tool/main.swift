// Writes the list of compiled-in plugins: PluginCatalog PLUGINS-FOLDER OUTPUT [ENGINE-FILE ...]
//
// Every `Optimizers/X.swift`, `Schedules/X.swift` and `Problems/X.swift` is taken to define the type
// `X`; where it does not, the compiler says so at line 1 of that file. Every `Suites/X.yaml` becomes
// the suite `X`.

import Foundation
import OptimizerKit

/// The text of a file; a build fails where it cannot be read.
func contents(_ file: URL) throws -> String {
  try String(contentsOf: file, encoding: .utf8)
}

/// The files of a folder with an extension, sorted; none where there is no such folder.
func files(in folder: URL, extension suffix: String) -> [URL] {
  let all =
    (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil))
    ?? []
  return all.filter { $0.pathExtension == suffix }.sorted { $0.path < $1.path }
}

let arguments = CommandLine.arguments
guard arguments.count >= 3 else {
  FileHandle.standardError.write(
    Data("usage: PluginCatalog PLUGINS-FOLDER OUTPUT [ENGINE-FILE ...]\n".utf8))
  exit(64)
}
let folder = URL(fileURLWithPath: arguments[1])
let output = URL(fileURLWithPath: arguments[2])

var engine = ContentHash()
for path in arguments.dropFirst(3).sorted() {
  engine.update(try contents(URL(fileURLWithPath: path)).utf8)
}

var lines = [
  "// Written by PluginCatalog from the files beside this target; not to be edited.",
  "",
  "import OptimizerKit",
  "",
  "extension PluginCatalogue {",
  "  /// The plugins that are compiled in.",
  "  public static func builtIn() -> PluginCatalogue {",
  "    var catalogue = PluginCatalogue()",
  "    catalogue.engineHash = \"\(engine.text)\"",
]
for kind in ["Optimizers", "Schedules", "Problems"] {
  for file in files(in: folder.appendingPathComponent(kind), extension: "swift") {
    let type = file.deletingPathExtension().lastPathComponent
    let hash = ContentHash.of(try contents(file))
    lines.append("#sourceLocation(file: \"\(file.path)\", line: 1)")
    lines.append(
      "    catalogue.register("
        + "\(type).self, file: \"Plugins/\(kind)/\(type).swift\", sourceHash: \"\(hash)\")")
  }
}
lines.append("#sourceLocation()")
for file in files(in: folder.appendingPathComponent("Suites"), extension: "yaml") {
  let name = file.deletingPathExtension().lastPathComponent
  lines.append("    catalogue.registerSuite(\"\(name)\", text: ###\"\"\"")
  lines.append(try contents(file))
  lines.append("\"\"\"###)")
}
lines += ["    return catalogue", "  }", "}", ""]
try lines.joined(separator: "\n").write(to: output, atomically: true, encoding: .utf8)
