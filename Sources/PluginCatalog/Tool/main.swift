// Writes the list of compiled-in plugins: PluginCatalog PLUGINS-FOLDER OUTPUT [ENGINE-FILE ...]
//
// For each kind of `PluginKind`, every `<Kind>/X.swift` is taken to define the type `X`; where it does
// not, the compiler says so at line 1 of that file. Every `<Kind>/x.yaml` becomes the plugin `x`. Each
// kind has a function of its own, so that none of them grows with all.

import Foundation
import PluginFiles

/// The text of a file; a build fails where it cannot be read.
func contents(_ file: URL) throws -> String {
  try String(contentsOf: file, encoding: .utf8)
}

/// The files of a kind below the folder of plugins, sorted; none where there is no such folder.
func files(of kind: PluginKind, in folder: URL) -> [URL] {
  let folder = folder.appendingPathComponent(kind.folder)
  let all =
    (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil))
    ?? []
  return all.filter { $0.pathExtension == kind.language.rawValue }.sorted { $0.path < $1.path }
}

/// The lines that register one file.
func registration(of file: URL, kind: PluginKind) throws -> [String] {
  let stem = file.deletingPathExtension().lastPathComponent
  let text = try contents(file)
  let place = "file: \"\(kind.file(stem))\", sourceHash: \"\(ContentHash.of(text))\")"
  switch kind.language {
  case .swift:
    return [
      "#sourceLocation(file: \"\(file.path)\", line: 1)",
      "    register(\(stem).self, documentation: ###\"\"\"",
      DocumentationComment(of: stem, in: text).text,
      "\"\"\"###, \(place)",
      "#sourceLocation()",
    ]
  case .yaml:
    return [
      "    register(.\(kind.rawValue), name: \"\(stem)\", text: ###\"\"\"", text,
      "\"\"\"###, \(place)",
    ]
  }
}

let arguments = CommandLine.arguments
guard arguments.count >= 3 else {
  FileHandle.standardError.write(
    Data("usage: PluginCatalog PLUGINS-FOLDER OUTPUT [ENGINE-FILE ...]\n".utf8))
  exit(64)
}
let folder = URL(fileURLWithPath: arguments[1])
let output = URL(fileURLWithPath: arguments[2])

var engine = CodeHash()
for path in arguments.dropFirst(3).sorted() {
  engine.update(try contents(URL(fileURLWithPath: path)))
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
lines += PluginKind.allCases.map { "    catalogue.registerBuiltIn\($0.folder)()" }
lines += ["    return catalogue", "  }"]
for kind in PluginKind.allCases {
  lines += ["", "  private mutating func registerBuiltIn\(kind.folder)() {"]
  for file in files(of: kind, in: folder) { lines += try registration(of: file, kind: kind) }
  lines.append("  }")
}
lines += ["}", ""]
try lines.joined(separator: "\n").write(to: output, atomically: true, encoding: .utf8)
