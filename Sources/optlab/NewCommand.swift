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
    func filled(_ text: String) -> String {
      text.replacingOccurrences(of: "TYPE", with: type)
        .replacingOccurrences(of: "NAME", with: name)
    }
    try create(path, filled(template.text))
    let option = path.hasPrefix("Plugins/") ? "" : " --plugin \(path)"
    print("wrote \(path)")
    for step in ["check NAME"] + template.next { print("  optlab \(filled(step))\(option)") }
  }

  /// Writes a file where there was nothing of its name, a link that leads nowhere included.
  private func create(_ path: String, _ text: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o666)
    guard descriptor >= 0 else {
      guard errno != EEXIST else {
        throw UsageError("\(path) is there already; it was left untouched")
      }
      throw LabFailure("cannot write \(path): \(String(cString: strerror(errno)))")
    }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    do { try file.write(contentsOf: Data(text.utf8)) } catch {
      let reason = String(cString: strerror(errno))
      unlink(path)
      throw LabFailure("cannot write \(path): \(reason)")
    }
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
