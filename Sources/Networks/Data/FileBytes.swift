// Whole files.

import Glibc

/// The size of a regular file in bytes.
///
/// - Throws: `DataError.unreadable`, where there is no such file.
func fileSize(_ file: String) throws(DataError) -> Int {
  var status = stat()
  guard stat(file, &status) == 0 else {
    throw .unreadable(file: file, reason: String(cString: strerror(errno)))
  }
  guard status.st_mode & S_IFMT == S_IFREG else {
    throw .unreadable(file: file, reason: "not a file")
  }
  return Int(status.st_size)
}

/// The largest file that is read whole: 2 GiB.
private let largestFile = 1 << 31

/// The bytes of a file.
///
/// - Throws: `DataError.unreadable`.
func fileBytes(_ file: String) throws(DataError) -> [UInt8] {
  let size = try fileSize(file)
  guard size <= largestFile else {
    throw .unreadable(file: file, reason: "\(size) bytes are too many; expected at most 2 GiB")
  }
  let handle = open(file, O_RDONLY)
  guard handle >= 0 else {
    throw .unreadable(file: file, reason: String(cString: strerror(errno)))
  }
  defer { close(handle) }
  var failure: Int32?
  let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
    while filled < size {
      let got = read(handle, buffer.baseAddress! + filled, size - filled)
      if got < 0 { failure = errno }
      if got <= 0 { break }
      filled += got
    }
  }
  if let failure {
    throw .unreadable(file: file, reason: String(cString: strerror(failure)))
  }
  return bytes
}
