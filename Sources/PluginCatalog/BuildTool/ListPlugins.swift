// The build-tool plugin: before the target with the plugins is compiled, runs `PluginCatalog` over
// its folder.

import Foundation
import PackagePlugin

@main
struct ListPlugins: BuildToolPlugin {
  /// The engine: the folders, by target, whose code decides the numbers of runs beside their plugins,
  /// from what computes them to what ends a run and measures it. All of a target where none is named.
  private static let engine = [
    "OptimizerKit": ["Numbers", "Optimizers", "Problems"],
    "LinearAlgebra": [],
    "Networks": [],
    "Analysis": ["Measures"],
    "Harness": ["Execution"],
  ]

  func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
    guard let target = target as? SourceModuleTarget else { return [] }
    let output = context.pluginWorkDirectoryURL.appending(path: "BuiltInPlugins.swift")
    let engineFiles = context.package.targets.flatMap { target -> [URL] in
      guard let folders = Self.engine[target.name], let target = target as? SourceModuleTarget
      else { return [] }
      let depth = target.directoryURL.pathComponents.count
      return target.sourceFiles.map(\.url).filter { file in
        folders.isEmpty || folders.contains(file.pathComponents.dropFirst(depth).first ?? "")
      }
    }
    return [
      .buildCommand(
        displayName: "Listing the plugins",
        executable: try context.tool(named: "PluginCatalog").url,
        arguments: [target.directoryURL.path, output.path] + engineFiles.map(\.path),
        inputFiles: target.sourceFiles.map(\.url) + engineFiles
          + otherFiles(in: target.directoryURL),
        outputFiles: [output])
    ]
  }

  /// The files of the plugins' folder that are no Swift, and the folders themselves: a file that is
  /// new, edited or gone makes the list anew.
  private func otherFiles(in folder: URL) -> [URL] {
    let contents = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    return (contents?.allObjects as? [URL] ?? []).filter {
      $0.hasDirectoryPath || $0.pathExtension == "yaml"
    }
  }
}
