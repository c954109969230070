// The build-tool plugin: before the target with the plugins is compiled, runs `PluginCatalog` over
// its folder.

import Foundation
import PackagePlugin

@main
struct ListPlugins: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
    guard let target = target as? SourceModuleTarget else { return [] }
    let output = context.pluginWorkDirectoryURL.appending(path: "BuiltInPlugins.swift")
    // What decides a run's numbers beside its plugins.
    let engine = ["OptimizerKit", "LinearAlgebra", "Networks"]
    let engineFiles = context.package.targets
      .filter { engine.contains($0.name) }
      .compactMap { ($0 as? SourceModuleTarget)?.sourceFiles.map(\.url) }
      .flatMap { $0 }
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
