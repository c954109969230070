// Output in large pieces.

import Foundation

/// Standard output, or a file, in large pieces.
struct BufferedOutput {
  private var buffer = Data()
  private let handle: FileHandle

  init(_ handle: FileHandle = .standardOutput) { self.handle = handle }

  /// Writes into what a path stands for, a device or a link as well as a file, whose mode stays; makes
  /// a file where it stands for nothing.
  ///
  /// - Throws: `LabFailure` where it cannot be written.
  init(writingTo path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
    guard descriptor >= 0 else {
      throw LabFailure("cannot write \(path): \(String(cString: strerror(errno)))")
    }
    handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  mutating func write(_ text: String) {
    buffer.append(contentsOf: text.utf8)
    if buffer.count > 1 << 16 { flush() }
  }

  mutating func flush() {
    do { try handle.write(contentsOf: buffer) } catch {
      // Where the reader has gone (`| head`) there is nothing more to say.
      if errno != EPIPE { Terminal.complain("cannot write: \(String(cString: strerror(errno)))") }
      Supervisor.reportEnd()
      exit(1)
    }
    buffer.removeAll(keepingCapacity: true)
  }
}
