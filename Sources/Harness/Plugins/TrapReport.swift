// Where in its author's file a plugin traps.
//
// Optimised code has no lines. So what trapped is done once more, by a command that compiles plugins
// without optimisation and with lines, and that leaves a backtrace where it ends.

import Foundation

/// A trap in a plugin: where in its file, and what the runtime says of it.
public struct TrapReport: Equatable, Sendable {
  /// "Lion.swift:12".
  public let place: String
  /// "Fatal error: Index out of range"; nil where nothing was said.
  public let message: String?

  public init(place: String, message: String?) {
    self.place = place
    self.message = message
  }

  /// What a backtrace, and what was said at standard error, tell; nil where neither leads to the
  /// file of a plugin.
  ///
  /// - Parameter symbolize: the places in source, "/home/me/Lion.swift:5:20", of addresses in a
  ///   library.
  public init?(
    backtrace: String, said: String,
    symbolize: (_ library: String, _ addresses: [Int]) -> [String] = { _, _ in [] }
  ) {
    let backtrace = Backtrace(backtrace)
    // The runtime's own line may lead there too: "Lion_4a5c…/Lion.swift:5: Fatal error: …".
    let complaint = #/(?<type>\w+)_[0-9a-f]{16}\/(?<file>\k<type>\.swift:[0-9]+): /#
    guard
      let place = backtrace.place(symbolize)
        ?? said.firstMatch(of: complaint).map({ String($0.output.file) })
    else { return nil }
    self.place = place
    message =
      said.firstMatch(of: /(?:Fatal error|Precondition failed|Assertion failed).*/)
      .map { String($0.output) } ?? backtrace.failure
  }

  /// Does what trapped once more, and reads from its end where.
  ///
  /// - Parameters:
  ///   - environment: that of the command; some of it is changed.
  ///   - timeout: seconds after which it is given up.
  public init?(
    running executable: String, _ arguments: [String], environment: [String: String],
    timeout: Double
  ) {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("optlab-backtrace-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    let backtrace =
      "enable=yes,interactive=no,color=no,threads=crashed,registers=none,images=mentioned,"
      + "symbolicate=full,output-to=\(file.path)"
    let again = try? ChildProcess(
      running: executable, arguments, environment: environment,
      overriding: [PluginLoader.unoptimized: "1", "SWIFT_BACKTRACE": backtrace], timeout: timeout)
    guard let again, again.status > 128 else { return nil }
    // Without a backtrace, as where there is no swift-backtrace, there is what was said.
    let trace = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    let compiler = try? PluginLoader(environment: environment).compilerPath()
    self.init(backtrace: trace, said: again.output) { library, addresses in
      // The compiler's neighbour.
      guard let compiler else { return [] }
      let symbolizer = URL(fileURLWithPath: compiler).resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("llvm-symbolizer")
      let answer = try? ChildProcess(
        running: symbolizer.path,
        ["--functions=none", "--inlining=false", "--obj=\(library)"]
          + addresses.map { "0x" + String($0, radix: 16) },
        environment: environment, errors: false, timeout: 10)
      return answer?.output.split(whereSeparator: \.isNewline).map(String.init) ?? []
    }
  }
}
