// Output in large pieces.

import Foundation

/// Standard output, or a file, in large pieces.
struct BufferedOutput {
  private var buffer = Data()
  private let handle: FileHandle

  init(_ handle: FileHandle = .standardOutput) { self.handle = handle }

  mutating func write(_ text: String) {
    buffer.append(contentsOf: text.utf8)
    if buffer.count > 1 << 16 { flush() }
  }

  mutating func flush() {
    do { try handle.write(contentsOf: buffer) } catch {
      // Where the reader has gone (`| head`) there is nothing more to say.
      if errno != EPIPE { Terminal.complain("cannot write: \(String(cString: strerror(errno)))") }
      exit(1)
    }
    buffer.removeAll(keepingCapacity: true)
  }
}
