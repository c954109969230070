// Pictures to files: the only place that starts gnuplot.

import Dispatch
import Glibc

/// Draws pictures. Starts gnuplot when the first one is drawn, and keeps it for those that follow.
public final class FigureRenderer {
  /// What is written beside each picture.
  public struct Options: Sendable {
    public var formats: [FigureFormat]
    /// Whether the script that redraws the picture is written.
    public var script: Bool
    /// Whether the caption is written.
    public var caption: Bool
    /// How many gnuplot processes draw at the same time.
    public var processes: Int
    /// The size of the terminal that `terminal` draws for.
    public var terminal: TerminalSize
    public init(
      formats: [FigureFormat] = [.png, .svg], script: Bool = true, caption: Bool = true,
      processes: Int = 1, terminal: TerminalSize = .init()
    ) {
      self.formats = formats
      self.script = script
      self.caption = caption
      self.processes = processes
      self.terminal = terminal
    }
  }

  /// A picture that was drawn.
  public struct Drawn: Sendable {
    public let name: String
    public let title: String
    /// The files that were written.
    public let files: [String]
    /// The picture as text, where the format `terminal` was asked for.
    public let text: String?
  }

  private let program: String
  private var sessions: [GnuplotSession?] = []

  /// A renderer that uses `gnuplot`, a program on PATH or a path to one.
  public init(gnuplot: String = "gnuplot") { program = gnuplot }

  /// Draws pictures into a folder, which is made where it is missing.
  public func draw(
    _ pictures: [Picture], into folder: String, options: Options = .init()
  ) throws(FigureError) -> [Drawn] {
    try makeFolder(folder)
    let count = max(1, min(options.processes, pictures.count))
    while sessions.count < count { sessions.append(nil) }
    if count == 1 {
      var drawn: [Drawn] = []
      for picture in pictures {
        drawn.append(try draw(picture, folder, options, session: 0))
      }
      return drawn
    }

    let program = self.program
    let results = Results(count: pictures.count, sessions: sessions)
    DispatchQueue.concurrentPerform(iterations: count) { worker in
      // Each worker has a session of its own and takes the next picture that nobody has.
      while let index = results.next() {
        do throws(FigureError) {
          let drawn = try Self.draw(
            pictures[index], folder, options, session: &results.sessions[worker],
            program: program)
          results.set(index, .success(drawn))
        } catch {
          results.set(index, .failure(error))
        }
      }
    }
    sessions = Array(results.sessions)
    var drawn: [Drawn] = []
    for result in results.values { drawn.append(try result!.get()) }
    return drawn
  }

  private func draw(
    _ picture: Picture, _ folder: String, _ options: Options, session: Int
  ) throws(FigureError) -> Drawn {
    try Self.draw(picture, folder, options, session: &sessions[session], program: program)
  }

  private static func draw(
    _ picture: Picture, _ folder: String, _ options: Options, session: inout GnuplotSession?,
    program: String
  ) throws(FigureError) -> Drawn {
    let stem = folder + "/" + Text.fileSafe(picture.name)
    var files: [String] = []
    var text: String?
    // What moves is drawn moving too, where it is drawn in pixels.
    let moves = options.formats.contains(.png) && !picture.frames.isEmpty
    for format in (options.formats + (moves ? [.gif] : [])).unique {
      let path = stem + "." + (format == .terminal ? "text" : format.rawValue)
      // Drawn under another name and then renamed: no half a picture is ever seen.
      let draft = folder + "/." + Text.fileSafe(picture.name) + ".\(getpid()).part"
      unlink(draft)
      do throws(FigureError) {
        if session == nil { session = try GnuplotSession(program: program) }
        try send(picture, format, to: draft, options, session!)
      } catch {
        session = nil
        unlink(draft)
        throw error
      }
      guard size(of: draft) > 0 else {
        unlink(draft)
        throw .noOutput(path: path)
      }
      if format == .svg {
        let svg = portable(svg: try read(draft), title: picture.title)
        try write(picture.hasTiles ? crisp(svg: svg) : svg, to: draft)
      }
      if format == .terminal {
        text = try read(draft)
        unlink(draft)
      } else {
        try publish(draft, as: path)
        files.append(path)
      }
    }
    if options.script {
      let format = options.formats.first { $0 != .terminal } ?? .png
      var named = picture
      named.name = Text.fileSafe(picture.name)
      try write(named.script(format: format), to: stem + ".gp")
      files.append(stem + ".gp")
    }
    if options.caption {
      try write(picture.caption.markdown(title: picture.title), to: stem + ".md")
      files.append(stem + ".md")
    }
    return Drawn(name: picture.name, title: picture.title, files: files, text: text)
  }

  private static func send(
    _ picture: Picture, _ format: FigureFormat, to path: String, _ options: Options,
    _ session: GnuplotSession
  ) throws(FigureError) {
    var size = options.terminal
    size.rows = max(size.rows, picture.terminalRows)
    session.send(
      format.terminal(width: picture.width, height: picture.height, characters: size)
        + "\nset output \(Text.quoted(path))\n")
    for piece in picture.pieces(format: format, characters: size) {
      switch piece {
      case .text(let text): session.send(text)
      case .data(let data):
        switch data.content {
        case .table(_, let values), .heights(_, _, _, let values): session.send(values)
        case .shades(_, _, _, let values): session.send(values)
        }
      }
    }
    session.send("set output\n")
    try session.finish(picture.name)
  }
}

/// A svg picture with its own title, and with fonts to fall back on where DejaVu Sans is missing.
func portable(svg: String, title: String) -> String {
  let safe = Text.oneLine(title, limit: 300).replacing("&", with: "&amp;").replacing(
    "<", with: "&lt;"
  )
  .unicodeScalars.filter { $0.value >= 32 }
  return
    svg.replacing(
      "font-family=\"DejaVu Sans\"",
      with: "font-family=\"DejaVu Sans, Verdana, Helvetica, sans-serif\""
    )
    .replacing(
      "<title>Gnuplot</title>", with: "<title>\(String(String.UnicodeScalarView(safe)))</title>")
}

/// A svg picture whose images have cells with edges, however far they are enlarged.
func crisp(svg: String) -> String {
  svg.replacing("<image ", with: "<image style='image-rendering:pixelated' ")
}

extension Picture {
  /// Whether it has an image whose cells are to be told apart.
  fileprivate var hasTiles: Bool {
    panels.flatMap(\.curves).contains { if case .tiles = $0.style { true } else { false } }
  }
}

/// What the workers of one call share.
private final class Results: @unchecked Sendable {
  private let lock = DispatchSemaphore(value: 1)
  private var taken = 0
  private let count: Int
  var values: [Result<FigureRenderer.Drawn, FigureError>?]
  /// Each worker touches only its own.
  let sessions: UnsafeMutableBufferPointer<GnuplotSession?>

  init(count: Int, sessions: [GnuplotSession?]) {
    self.count = count
    values = Array(repeating: nil, count: count)
    self.sessions = .allocate(capacity: sessions.count)
    _ = self.sessions.initialize(from: sessions)
  }

  deinit {
    sessions.deinitialize()
    sessions.deallocate()
  }

  func next() -> Int? {
    lock.wait()
    defer { lock.signal() }
    guard taken < count else { return nil }
    taken += 1
    return taken - 1
  }

  func set(_ index: Int, _ value: Result<FigureRenderer.Drawn, FigureError>) {
    lock.wait()
    values[index] = value
    lock.signal()
  }
}
