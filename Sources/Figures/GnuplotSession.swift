// One gnuplot process that draws one picture after another.

internal import CGnuplot
import Glibc

/// A running gnuplot.
final class GnuplotSession {
  private let session: OpaquePointer
  private var failed = false

  /// Starts gnuplot and asks for its version.
  init(program: String) throws(FigureError) {
    var code: Int32 = 0
    guard let session = cgnuplot_open(program, &code) else {
      throw .gnuplotMissing(program: program, reason: String(cString: strerror(code)))
    }
    self.session = session
    send("set encoding utf8\nprint 'version ', GPVAL_VERSION\n")
    let (status, messages) = wait(milliseconds: 20_000)
    let words = messages.split(whereSeparator: \.isWhitespace)
    guard status == CGNUPLOT_OK, let place = words.firstIndex(of: "version"),
      place + 1 < words.count, let version = Double(words[place + 1])
    else {
      failed = true
      let said = Text.oneLine(messages, limit: 200)
      throw .gnuplotMissing(
        program: program, reason: said.isEmpty ? "it does not answer like gnuplot" : said)
    }
    guard version >= 5.4 else {
      throw .gnuplotTooOld(program: program, version: String(words[place + 1]))
    }
  }

  deinit { cgnuplot_close(session, failed ? 1 : 0) }

  /// Sends commands.
  func send(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) {
        _ = cgnuplot_send(session, $0.baseAddress, $0.count)
      }
    }
  }

  /// Sends the data that the last plot command asks for.
  func send(_ values: [Double]) { _ = cgnuplot_send_doubles(session, values, values.count) }
  func send(_ values: [UInt8]) { _ = cgnuplot_send_bytes(session, values, values.count) }

  /// Waits for all that was sent, and throws what gnuplot complained about. After an error the
  /// process is not to be used again: what follows a refused plot command on the pipe is data.
  func finish(_ picture: String, milliseconds: Int = 60_000) throws(FigureError) {
    let (status, messages) = wait(milliseconds: milliseconds)
    let complaints = messages.split(separator: "\n").map { $0.drop(while: \.isWhitespace) }
      .filter { line in
        // The command itself and the caret under it are repeated before the message.
        !line.isEmpty && line != "^" && !line.lowercased().contains("warning")
          && !line.hasSuffix("frames in animation sequence")
      }
    guard status == CGNUPLOT_OK, complaints.isEmpty else {
      failed = true
      let said = complaints.suffix(3).map { Text.oneLine(String($0), limit: 200) }
        .joined(separator: " / ")
      let reason =
        switch status {
        case CGNUPLOT_TIMEOUT: "no answer within \(milliseconds / 1000) s"
        case CGNUPLOT_GONE: "it ended"
        default: ""
        }
      throw .gnuplotFailed(
        picture: picture,
        message: [reason, said].filter { !$0.isEmpty }.joined(separator: ": "))
    }
  }

  private func wait(milliseconds: Int) -> (cgnuplot_status, String) {
    var buffer = [UInt8](repeating: 0, count: 8192)
    let status = buffer.withUnsafeMutableBytes {
      cgnuplot_wait(
        session, Int32(milliseconds), $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
    }
    return (status, String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self))
  }
}
