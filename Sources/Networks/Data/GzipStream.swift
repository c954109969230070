// Files compressed with gzip.

import CZlib
import Glibc

/// A gzip file that is read from its beginning.
struct GzipStream {
  private let file: String
  private let handle: gzFile

  init(_ file: String) throws(DataError) {
    self.file = file
    errno = 0
    guard let handle = gzopen(file, "rb") else {
      throw .unreadable(file: file, reason: String(cString: strerror(errno)))
    }
    self.handle = handle
    gzbuffer(handle, 1 << 18)
    // zlib hands through what is not compressed; asking whether it does also reads the beginning.
    if gzdirect(handle) != 0 {
      gzclose(handle)
      throw .notGzip(file: file)
    }
  }

  func close() { gzclose(handle) }

  /// Up to `count` bytes; fewer where the file ends, whether or not its compressed stream does.
  func read(_ count: Int) throws(DataError) -> [UInt8] {
    var failure: DataError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let wanted = UInt32(min(count - filled, 1 << 30))
        let got = gzread(handle, buffer.baseAddress! + filled, wanted)
        if got > 0 { filled += Int(got) }
        if got < Int32(wanted) { break }
      }
      var code: Int32 = 0
      let message = gzerror(handle, &code).map { String(cString: $0) } ?? ""
      // Z_BUF_ERROR is a stream without its end: the caller sees that bytes are missing.
      if code != Z_OK, code != Z_STREAM_END, code != Z_BUF_ERROR {
        let prefix = "\(file): "  // zlib's messages begin so
        let reason = message.hasPrefix(prefix) ? message.dropFirst(prefix.count) : message[...]
        failure = .corrupt(file: file, reason: String(reason))
      }
    }
    if let failure { throw failure }
    return bytes
  }
}
