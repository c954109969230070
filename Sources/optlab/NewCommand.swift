import ArgumentParser
import Foundation
import OptimizerKit

struct NewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new", abstract: "Write a commented, working plugin file to start from.")

  enum Kind: String, ExpressibleByArgument, CaseIterable {
    case optimizer, schedule, problem, network
    var folder: String { self == .network ? "Problems" : rawValue.capitalized + "s" }
  }

  @Argument(help: "optimizer, schedule, problem (a surface) or network.") var kind: Kind
  @Argument(help: "The name of the type, such as Lion.") var type: String
  @Option(help: "The folder to write to; Plugins/<Kind> of this folder, or this folder itself.")
  var folder: String?

  func run() throws {
    guard let first = type.first, first.isUppercase,
      type.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) })
    else {
      throw UsageError("'\(type)' is no type's name; expected one such as Lion or SignSGD")
    }
    let plugins = "Plugins/\(kind.folder)"
    let folder =
      folder ?? (FileManager.default.fileExists(atPath: plugins) ? plugins : ".")
    guard FileManager.default.fileExists(atPath: folder) else {
      throw UsageError("there is no folder \(folder)")
    }
    let path = folder == "." ? "\(type).swift" : "\(folder)/\(type).swift"
    guard !FileManager.default.fileExists(atPath: path) else {
      throw UsageError("\(path) is there already; it was left untouched")
    }
    let name = pluginName(type)
    let template =
      switch kind {
      case .optimizer: PluginTemplate.optimizer
      case .schedule: PluginTemplate.schedule
      case .problem: PluginTemplate.problem
      case .network: PluginTemplate.network
      }
    let text = template.replacingOccurrences(of: "TYPE", with: type)
      .replacingOccurrences(of: "NAME", with: name)
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    let option = path.hasPrefix("Plugins/") ? "" : " --plugin \(path)"
    print("wrote \(path)")
    print("  optlab check \(name)\(option)")
    switch kind {
    case .optimizer:
      print("  optlab trace rosenbrock \(name)\(option)")
      print(
        "  optlab compare --optimizers adam,\(name) --problems rosenbrock --figures trajectory\(option)"
      )
    case .schedule: print("  optlab trace rosenbrock adam:\(name)\(option)")
    case .problem: print("  optlab trace \(name) adam\(option)")
    case .network:
      print(
        "  optlab compare --optimizers 'adam[lr=1e-2],momentum[lr=0.1]' --problems \(name)\(option)"
      )
    }
  }

  /// "SignSGD" → "sign-sgd": a hyphen where a word begins.
  private func pluginName(_ type: String) -> String {
    let letters = Array(type)
    var name = ""
    for (i, letter) in letters.enumerated() {
      let startsWord =
        i > 0 && letter.isUppercase
        && (letters[i - 1].isLowercase || letters[i - 1].isNumber
          || (i + 1 < letters.count && letters[i + 1].isLowercase && letters[i - 1].isUppercase))
      name += (startsWord ? "-" : "") + letter.lowercased()
    }
    return name
  }
}
