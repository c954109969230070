// Plugins that are loaded while the command runs: compiled once, cached, tried out, opened.

import Foundation
import OptimizerKit
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// A plugin file that this process has loaded, and the library that it was compiled to.
public struct LoadedPlugin: Sendable, Equatable {
  public let file: String
  public let library: String

  public init(file: String, library: String) {
    self.file = file
    self.library = library
  }
}

/// Compiles and loads plugin files.
///
/// A file `X.swift` is compiled against the very modules that this command was built from and
/// resolves the contract's symbols in the running command, so that a type is the same type on both
/// sides. A library is never closed again.
public struct PluginLoader: Sendable {
  /// Where the Swift modules of this command lie.
  let modules: URL
  /// Where compiled plugins are kept.
  let cache: URL
  /// The running command.
  let executable: URL
  let environment: [String: String]

  /// The variable of the environment by which plugins are compiled without optimisation and with
  /// lines, to find out where one traps.
  static let unoptimized = "OPTLAB_UNOPTIMIZED"

  /// The flags that the package itself is compiled with; see `Package.swift`.
  private var flags: [String] {
    (environment[Self.unoptimized] == nil ? ["-O", "-wmo"] : ["-Onone", "-g"])
      + [
        "-swift-version", "6", "-Xcc", "-fno-math-errno", "-Xcc", "-march=native", "-Xcc",
        "-mprefer-vector-width=512",
      ]
  }

  /// The modules that a plugin may import.
  static let modules = ["OptimizerKit", "LinearAlgebra", "Networks", "Analysis", "Figures"]

  /// What this process has loaded, in order: like the libraries themselves, it is the process's.
  public static var loaded: [LoadedPlugin] { loadedPlugins.withLock { $0 } }
  private static let loadedPlugins = Mutex<[LoadedPlugin]>([])

  /// A loader for the running command.
  public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    let folder = executable.deletingLastPathComponent()
    modules =
      environment["OPTLAB_MODULES"].map { URL(fileURLWithPath: $0) }
      ?? folder.appendingPathComponent("Modules")
    let home =
      environment["XDG_CACHE_HOME"].map { URL(fileURLWithPath: $0) }
      ?? URL(fileURLWithPath: environment["HOME"] ?? "/tmp").appendingPathComponent(".cache")
    cache = Self.writable(home.appendingPathComponent("optlab"))
    self.environment = environment
  }

  /// A folder, or one for this user among the temporary files where that cannot be written.
  private static func writable(_ folder: URL) -> URL {
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    if access(folder.path, W_OK) == 0 { return folder }
    return FileManager.default.temporaryDirectory.appendingPathComponent("optlab-\(getuid())")
  }

  /// The plugin files that the environment and the working folder offer.
  ///
  /// These are the files in the folders of `OPTLAB_PLUGIN_PATH`, and those of the working folder's
  /// `Plugins/<Kind>` that are new or differ from what was compiled in: an edited plugin takes effect
  /// without a rebuild.
  public func offeredFiles(builtIn: PluginCatalogue) -> [String] {
    var files: [String] = []
    for folder in (environment["OPTLAB_PLUGIN_PATH"] ?? "").split(separator: ":") {
      let folder = String(folder)
      // A folder that is not there is a listed failure, by its own name.
      files +=
        FileManager.default.fileExists(atPath: folder)
        ? self.files(in: folder, languages: [.swift, .yaml]) : [folder]
    }
    let hashes = builtIn.sourceHashes
    for kind in PluginKind.allCases {
      for file in self.files(in: "Plugins/\(kind.folder)", languages: [kind.language]) {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { continue }
        if hashes[file] != ContentHash.of(text) { files.append(file) }
      }
    }
    return files
  }

  /// Loads files into a catalogue; what cannot be loaded is listed there as a failure.
  ///
  /// - Parameter tryOut: whether a newly compiled plugin is first loaded by a process of its own,
  ///   so that one that traps or hangs on loading is a listed failure too.
  public func load(_ files: [String], into catalogue: inout PluginCatalogue, tryOut: Bool = true) {
    for file in files {
      do {
        if try declare(file, in: &catalogue) { continue }
        let library = try compile(file)
        if tryOut { try self.tryOut(library, file: file) }
        try open(LoadedPlugin(file: file, library: library.path), into: &catalogue)
      } catch {
        catalogue.fail(file, "\(error)")
      }
    }
  }

  /// Loads what another process has compiled and tried out.
  public func load(_ plugins: [LoadedPlugin], into catalogue: inout PluginCatalogue) throws {
    for plugin in plugins { try open(plugin, into: &catalogue) }
  }

  private func files(in folder: String, languages: [PluginKind.Language]) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let isPlugin = { (name: String) in languages.contains { name.hasSuffix("." + $0.rawValue) } }
    return names.filter(isPlugin).sorted().map {
      folder.hasSuffix("/") ? folder + $0 : "\(folder)/\($0)"
    }
  }

  /// Registers a file that is not to be compiled; returns whether it is one.
  private func declare(_ file: String, in catalogue: inout PluginCatalogue) throws -> Bool {
    let url = URL(fileURLWithPath: file)
    guard let kind = PluginKind.allCases.first(where: { $0.language == .yaml }),
      url.pathExtension == kind.language.rawValue
    else { return false }
    guard let text = try? String(contentsOf: url, encoding: .utf8) else {
      throw PluginLoadError("there is no readable text file \(file)")
    }
    catalogue.remove(file: file)
    catalogue.register(
      kind, name: url.deletingPathExtension().lastPathComponent, text: text, file: file,
      sourceHash: ContentHash.of(text))
    return true
  }

  // MARK: compiling

  /// Compiles a file unless the cache has it; returns the library.
  func compile(_ file: String) throws -> URL {
    guard let source = try? String(contentsOfFile: file, encoding: .utf8) else {
      throw PluginLoadError("there is no readable text file \(file)")
    }
    let type = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
    guard PluginName.isType(type) else {
      throw PluginLoadError(
        "a plugin file is named after its type, as in Lion.swift; '\(type)' is no type's name")
    }
    let sourceHash = ContentHash.of(source)
    let compiler = try compilerPath()
    var hash = ContentHash()
    hash.update(source.utf8)
    hash.update(flags.joined(separator: " ").utf8)
    hash.update(stamp(URL(fileURLWithPath: compiler).resolvingSymlinksInPath()).utf8)
    for module in Self.modules {
      hash.update(stamp(modules.appendingPathComponent("\(module).swiftmodule")).utf8)
    }
    let name = "\(type)_\(hash.text.prefix(16))"
    let library = cache.appendingPathComponent("\(name).so")
    if FileManager.default.fileExists(atPath: library.path) { return library }

    guard
      FileManager.default.fileExists(
        atPath: modules.appendingPathComponent("OptimizerKit.swiftmodule").path)
    else {
      throw PluginLoadError(
        "the modules of this command are not beside it in \(modules.path); set OPTLAB_MODULES")
    }
    let work = cache.appendingPathComponent("work-\(getpid())-\(name)")
    try explaining("cannot make the folder \(work.path)") {
      try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
    }
    defer { try? FileManager.default.removeItem(at: work) }
    let glue = work.appendingPathComponent("Register.swift")
    let registration = """
      import OptimizerKit

      @_cdecl("optlab_register")
      public func register(_ catalogue: UnsafeMutableRawPointer, _ file: UnsafePointer<CChar>) {
        let catalogue = catalogue.assumingMemoryBound(to: PluginCatalogue.self)
      #sourceLocation(file: \(file.debugDescription), line: 1)
        catalogue.pointee.register(
          \(type).self,
          documentation: \(DocumentationComment(of: type, in: source).text.debugDescription),
          file: String(cString: file), sourceHash: "\(sourceHash)")
      }
      """
    try explaining("cannot write \(glue.path)") {
      try registration.write(to: glue, atomically: true, encoding: .utf8)
    }
    let output = work.appendingPathComponent("\(name).so")
    let compilation = try ChildProcess(
      running: compiler,
      ["-emit-library", "-parse-as-library", "-module-name", name, "-I", modules.path]
        + systemModuleFlags + moduleCacheFlags + flags + [file, glue.path, "-o", output.path],
      environment: environment, timeout: 120)
    guard !compilation.isTimedOut else { throw PluginLoadError("was not compiled within 120 s") }
    guard compilation.status == 0 else {
      let text = compilation.output.trimmingCharacters(in: .whitespacesAndNewlines)
      if text.contains("cannot find '\(type)' in scope") {
        throw PluginLoadError(
          "does not define '\(type)': a plugin file is named after its type, public struct \(type)")
      }
      let own = CompilerOutput(text).text(about: file)
      throw PluginLoadError(
        "does not compile:\n\(own.isEmpty ? "(the compiler said nothing)" : own)")
    }
    guard rename(output.path, library.path) == 0 else {
      throw PluginLoadError(
        "cannot write \(library.path): \(String(cString: strerror(errno)))")
    }
    return library
  }

  /// Where the compiler keeps modules of C headers, if it cannot be the user's cache either.
  private var moduleCacheFlags: [String] {
    let folder = FileManager.default.temporaryDirectory.path
    return cache.path.hasPrefix(folder)
      ? ["-module-cache-path", cache.appendingPathComponent("ModuleCache").path] : []
  }

  /// Where the module maps of C libraries are, for plugins that import a target which uses them:
  /// beside the sources of the package that this command was built in.
  private var systemModuleFlags: [String] {
    var folder = modules
    while folder.path != "/" {
      folder.deleteLastPathComponent()
      let sources = folder.appendingPathComponent("Sources")
      if FileManager.default.fileExists(atPath: sources.appendingPathComponent("COpenBLAS").path) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: sources.path)) ?? []
        return names.sorted().flatMap { name -> [String] in
          let target = sources.appendingPathComponent(name)
          // That of a library of the system, or that of a C target's public headers.
          let folder = [target, target.appendingPathComponent("include")].first {
            FileManager.default.fileExists(
              atPath: $0.appendingPathComponent("module.modulemap").path)
          }
          return folder.map { ["-I", $0.path] } ?? []
        }
      }
    }
    return []
  }

  /// The Swift compiler.
  public func compilerPath() throws -> String {
    if let path = environment["OPTLAB_SWIFTC"] { return path }
    for folder in (environment["PATH"] ?? "").split(separator: ":") {
      let path = "\(folder)/swiftc"
      if access(path, X_OK) == 0 { return path }
    }
    throw PluginLoadError(
      "there is no swiftc on the PATH; install Swift 6.3 from https://swift.org/install")
  }

  /// Size and time of a file: changes when it does.
  private func stamp(_ file: URL) -> String {
    var status = stat()
    guard stat(file.path, &status) == 0 else { return "none" }
    return "\(file.path) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
  }

  // MARK: loading

  /// Loads a library in a process of its own, unless that went well before.
  private func tryOut(_ library: URL, file: String) throws {
    let mark = library.deletingPathExtension().appendingPathExtension("ok")
    if FileManager.default.fileExists(atPath: mark.path) { return }
    let trial = try ChildProcess(
      running: executable.path,
      ["worker", "--try-out", "--library", library.path, "--source", file],
      environment: environment, timeout: 10)
    guard !trial.isTimedOut else { throw PluginLoadError("did not finish loading within 10 s") }
    guard trial.status == 0 else {
      switch trial.status {
      case 1...63: throw PluginLoadError(explanation(trial.output))
      case 0...128: throw PluginLoadError("left with exit code \(trial.status) on loading")
      default:
        let trap = fatalError(in: trial.output.utf8).map { ": \($0)" } ?? ""
        throw PluginLoadError("ended by \(signalName(trial.status - 128)) on loading\(trap)")
      }
    }
    try? Data().write(to: mark)
  }

  /// What the try-out said last, without the word that it begins with.
  private func explanation(_ message: String) -> String {
    let lines = message.split(whereSeparator: \.isNewline)
    guard let start = lines.lastIndex(where: { $0.hasPrefix("Error: ") }) else {
      return "fails on loading"
    }
    return lines[start...].joined(separator: "\n").replacingOccurrences(of: "Error: ", with: "")
  }

  private func open(_ plugin: LoadedPlugin, into catalogue: inout PluginCatalogue) throws {
    guard let handle = dlopen(plugin.library, RTLD_NOW | RTLD_LOCAL) else {
      let reason = String(cString: dlerror())
      unlink(plugin.library)
      throw PluginLoadError("cannot be loaded: \(reason)")
    }
    guard let symbol = dlsym(handle, "optlab_register") else {
      throw PluginLoadError("has no optlab_register")
    }
    typealias Register = @convention(c) (UnsafeMutableRawPointer, UnsafePointer<CChar>) -> Void
    let register = unsafeBitCast(symbol, to: Register.self)
    let failures = catalogue.failures.count
    catalogue.remove(file: plugin.file)
    withUnsafeMutablePointer(to: &catalogue) { register($0, plugin.file) }
    if catalogue.failures.count == failures { Self.loadedPlugins.withLock { $0.append(plugin) } }
  }
}

/// Why a plugin file is not loaded.
public struct PluginLoadError: Error, CustomStringConvertible {
  public let description: String
  init(_ description: String) { self.description = description }
}
