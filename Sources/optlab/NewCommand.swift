import ArgumentParser
import Foundation
import OptimizerKit

struct NewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new", abstract: "Write a commented, working plugin file to start from.")

  @Argument(help: ArgumentHelp("What to write: \(PluginTemplate.list)."))
  var kind: PluginTemplate
  @Argument(help: "The name of the type, such as Lion.") var type: String
  @Option(help: "The folder to write to; Plugins/<Kind> of this folder, or this folder itself.")
  var folder: String?

  func run() throws {
    guard PluginName.isType(type) else {
      throw UsageError("'\(type)' is no type's name; expected one such as Lion or SignSGD")
    }
    let name = PluginName.suggested(for: type)
    let template = kind
    // A suite is called as its file is.
    let stem = template.kind.language == .swift ? type : name
    let file = template.kind.file(stem)
    let plugins = URL(fileURLWithPath: file).deletingLastPathComponent().relativePath
    let folder =
      folder ?? (FileManager.default.fileExists(atPath: plugins) ? plugins : ".")
    guard FileManager.default.fileExists(atPath: folder) else {
      throw UsageError("there is no folder \(folder)")
    }
    let base = URL(fileURLWithPath: file).lastPathComponent
    let path = folder == "." ? base : "\(folder)/\(base)"
    guard !FileManager.default.fileExists(atPath: path) else {
      throw UsageError("\(path) is there already; it was left untouched")
    }
    func filled(_ text: String) -> String {
      text.replacingOccurrences(of: "TYPE", with: type)
        .replacingOccurrences(of: "NAME", with: name)
    }
    try filled(template.text).write(toFile: path, atomically: true, encoding: .utf8)
    let option = path.hasPrefix("Plugins/") ? "" : " --plugin \(path)"
    print("wrote \(path)")
    for step in ["check NAME"] + template.next { print("  optlab \(filled(step))\(option)") }
  }
}

extension PluginTemplate: ExpressibleByArgument {
  /// By name.
  init?(argument: String) {
    guard let template = Self.all.first(where: { $0.name == argument }) else { return nil }
    self = template
  }

  static var allValueStrings: [String] { all.map(\.name) }
  static var list: String { enumerated(all.map(\.name)) }
}

/// "a, b or c".
private func enumerated(_ words: [String]) -> String {
  guard let last = words.last, words.count > 1 else { return words.first ?? "" }
  return words.dropLast().joined(separator: ", ") + " or " + last
}
