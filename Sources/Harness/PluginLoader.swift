// Plugins that are loaded while the command runs: compiled once, cached, tried out, opened.

import Foundation
import OptimizerKit

#if canImport(Glibc)
  import Glibc
#endif

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

  /// The flags that the package itself is compiled with; see `Package.swift`.
  static let flags = [
    "-O", "-wmo", "-swift-version", "6", "-Xcc", "-fno-math-errno", "-Xcc", "-march=native",
  ]

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
    cache = home.appendingPathComponent("optlab")
    self.environment = environment
  }

  /// The plugin files that the environment and the working folder offer.
  ///
  /// These are the files in the folders of `OPTLAB_PLUGIN_PATH`, and those in `Plugins/Optimizers`,
  /// `Plugins/Schedules` and `Plugins/Problems` of the working folder that are new or differ from
  /// what was compiled in: an edited plugin takes effect without a rebuild.
  public func offeredFiles(builtIn: PluginCatalogue) -> [String] {
    var files: [String] = []
    for folder in (environment["OPTLAB_PLUGIN_PATH"] ?? "").split(separator: ":") {
      files += swiftFiles(String(folder))
    }
    let hashes = builtIn.sourceHashes
    for kind in ["Optimizers", "Schedules", "Problems"] {
      for file in swiftFiles("Plugins/\(kind)") {
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
        let (library, hash) = try compile(file)
        if tryOut { try self.tryOut(library, file: file) }
        try open(library, file: file, hash: hash, into: &catalogue)
      } catch {
        catalogue.fail(file, "\(error)")
      }
    }
  }

  private func swiftFiles(_ folder: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".swift") }.sorted().map {
      folder.hasSuffix("/") ? folder + $0 : "\(folder)/\($0)"
    }
  }

  // MARK: compiling

  /// Compiles a file unless the cache has it; returns the library and the hash of the source.
  func compile(_ file: String) throws -> (library: URL, sourceHash: String) {
    guard let source = try? String(contentsOfFile: file, encoding: .utf8) else {
      throw PluginLoadError("there is no readable file \(file)")
    }
    let type = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
    guard type.first?.isUppercase == true, type.allSatisfy({ $0.isLetter || $0.isNumber }) else {
      throw PluginLoadError(
        "a plugin file is named after its type, as in Lion.swift; '\(type)' is no type's name")
    }
    let sourceHash = ContentHash.of(source)
    let compiler = try compilerPath()
    var hash = ContentHash()
    hash.update(source.utf8)
    hash.update(Self.flags.joined(separator: " ").utf8)
    hash.update(stamp(URL(fileURLWithPath: compiler).resolvingSymlinksInPath()).utf8)
    for module in ["OptimizerKit", "LinearAlgebra", "Networks"] {
      hash.update(stamp(modules.appendingPathComponent("\(module).swiftmodule")).utf8)
    }
    let name = "\(type)_\(hash.text.prefix(16))"
    let library = cache.appendingPathComponent("\(name).so")
    if FileManager.default.fileExists(atPath: library.path) { return (library, sourceHash) }

    guard
      FileManager.default.fileExists(
        atPath: modules.appendingPathComponent("OptimizerKit.swiftmodule").path)
    else {
      throw PluginLoadError(
        "the modules of this command are not beside it in \(modules.path); set OPTLAB_MODULES")
    }
    let work = cache.appendingPathComponent("work-\(getpid())-\(name)")
    try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: work) }
    let glue = work.appendingPathComponent("Register.swift")
    try """
    import OptimizerKit

    @_cdecl("optlab_register")
    public func register(_ catalogue: UnsafeMutableRawPointer, _ file: UnsafePointer<CChar>) {
      let catalogue = catalogue.assumingMemoryBound(to: PluginCatalogue.self)
    #sourceLocation(file: "\(file)", line: 1)
      catalogue.pointee.register(
        \(type).self, file: String(cString: file), sourceHash: "\(sourceHash)")
    }
    """.write(to: glue, atomically: true, encoding: .utf8)
    let output = work.appendingPathComponent("\(name).so")
    let (status, message) = try run(
      compiler,
      ["-emit-library", "-parse-as-library", "-module-name", name, "-I", modules.path]
        + systemModuleFlags + Self.flags + [file, glue.path, "-o", output.path], timeout: 120)
    guard status == 0 else {
      let text = message.trimmingCharacters(in: .whitespacesAndNewlines)
      throw PluginLoadError(
        "does not compile:\n\(text.isEmpty ? "(the compiler said nothing)" : text)")
    }
    guard rename(output.path, library.path) == 0 else {
      throw PluginLoadError("cannot write to the cache \(cache.path)")
    }
    return (library, sourceHash)
  }

  /// Where the module maps of the system libraries are, for plugins that import a target which uses
  /// them: beside the sources of the package that this command was built in.
  private var systemModuleFlags: [String] {
    var folder = modules
    while folder.path != "/" {
      folder.deleteLastPathComponent()
      let sources = folder.appendingPathComponent("Sources")
      if FileManager.default.fileExists(atPath: sources.appendingPathComponent("COpenBLAS").path) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: sources.path)) ?? []
        return names.sorted().flatMap { name -> [String] in
          let map = sources.appendingPathComponent(name).appendingPathComponent("module.modulemap")
          return FileManager.default.fileExists(atPath: map.path)
            ? ["-I", sources.appendingPathComponent(name).path] : []
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
    let (status, message) = try run(
      executable.path, ["worker", "--no-offered", "--try-out", "--plugin", file], timeout: 20)
    guard status == 0 else {
      let last =
        message.split(whereSeparator: \.isNewline).first { $0.contains("atal error") }
        .map { ": \($0)" }
        ?? (message.isEmpty ? "" : ": " + message.trimmingCharacters(in: .whitespacesAndNewlines))
      throw PluginLoadError(
        (status == -1 ? "did not finish loading in 20 s" : "fails on loading") + last)
    }
    try Data().write(to: mark)
  }

  private func open(
    _ library: URL, file: String, hash: String, into catalogue: inout PluginCatalogue
  ) throws {
    guard let handle = dlopen(library.path, RTLD_NOW | RTLD_LOCAL) else {
      let reason = String(cString: dlerror())
      try? FileManager.default.removeItem(at: library)
      throw PluginLoadError("cannot be loaded: \(reason)")
    }
    guard let symbol = dlsym(handle, "optlab_register") else {
      throw PluginLoadError("has no optlab_register")
    }
    typealias Register = @convention(c) (UnsafeMutableRawPointer, UnsafePointer<CChar>) -> Void
    let register = unsafeBitCast(symbol, to: Register.self)
    catalogue.remove(file: file)
    withUnsafeMutablePointer(to: &catalogue) { register($0, file) }
  }

  /// Runs a program and returns its exit status (−1 for one that was stopped at the timeout, 128 +
  /// signal for one that was ended by a signal) and what it said at both outputs.
  private func run(_ program: String, _ arguments: [String], timeout: Double) throws
    -> (status: Int32, output: String)
  {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = environment
    let scratch = FileManager.default.temporaryDirectory
      .appendingPathComponent("optlab-\(getpid())-\(UInt64.random(in: 0...UInt64.max)).log")
    try Data().write(to: scratch)
    defer { try? FileManager.default.removeItem(at: scratch) }
    let log = try FileHandle(forWritingTo: scratch)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = log
    process.standardError = log
    try process.run()
    let deadline = monotonicSeconds() + timeout
    var stopped = false
    while process.isRunning {
      if monotonicSeconds() > deadline {
        stopped = true
        kill(process.processIdentifier, SIGKILL)
        break
      }
      usleep(2000)
    }
    process.waitUntilExit()
    let head = try FileHandle(forReadingFrom: scratch).read(upToCount: 20_000) ?? Data()
    let status =
      process.terminationReason == .exit
      ? process.terminationStatus : 128 + process.terminationStatus
    return (stopped ? -1 : status, String(decoding: head, as: UTF8.self))
  }
}

/// Why a plugin file is not loaded.
public struct PluginLoadError: Error, CustomStringConvertible {
  public let description: String
  init(_ description: String) { self.description = description }
}

extension PluginCatalogue {
  /// Goes through everything that the lab asks of plugins before it runs them, so that a plugin that
  /// traps on it does so here.
  public func tryOut() throws {
    for entry in optimizers {
      let optimizer = entry.make()
      _ = (optimizer.hyperparameters, optimizer.requirements)
      let layout = ParameterLayout(coordinates: 2)
      let state: OptimizerState<Double> = optimizer.makeState(for: layout)
      _ = state.names
      try tryOutPresets(entry)
    }
    for entry in schedules {
      _ = entry.make().value(base: 1, step: 0, steps: 10)
      try tryOutPresets(entry)
    }
    for entry in problems {
      let problem = try problem(PluginSpec(name: entry.name, settings: []))
      if let surface = problem as? any Surface {
        _ = (surface.dimension, surface.starts, surface.minima, surface.minimumLoss)
        _ = (surface.saddle, surface.viewport, surface.isQuadratic, surface.isStochastic)
      }
      try tryOutPresets(entry)
    }
  }

  private func tryOutPresets<P>(_ entry: PluginEntry<P>) throws {
    for preset in entry.presets {
      guard var plugin = entry.make() as? any Plugin else { continue }
      for setting in preset.settings { try plugin.set(setting.name, to: setting.value) }
    }
  }
}
