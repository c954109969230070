// The few calls on files that drawing needs. Foundation would double the time that a command takes
// to start.

import Glibc

func cannotWrite(_ path: String) -> FigureError {
  .cannotWrite(path: path, reason: String(cString: strerror(errno)))
}

/// Makes a folder and those above it.
func makeFolder(_ path: String) throws(FigureError) {
  var parts = ""
  for part in path.split(separator: "/", omittingEmptySubsequences: false) {
    parts += part + "/"
    if part.isEmpty || part == "." || part == ".." { continue }
    if mkdir(parts, 0o777) != 0, errno != EEXIST { throw cannotWrite(path) }
  }
  var status = stat()
  guard stat(path, &status) == 0 else { throw cannotWrite(path) }
  guard status.st_mode & S_IFMT == S_IFDIR else {
    throw .cannotWrite(path: path, reason: "it is not a folder")
  }
}

/// Writes a file, at once or not at all.
func write(_ text: String, to path: String) throws(FigureError) {
  let draft = path + ".\(getpid()).part"
  guard let file = fopen(draft, "w") else { throw cannotWrite(path) }
  var text = text
  let written = text.withUTF8 { fwrite($0.baseAddress, 1, $0.count, file) == $0.count }
  guard fclose(file) == 0, written, rename(draft, path) == 0 else {
    let error = cannotWrite(path)
    unlink(draft)
    throw error
  }
}

/// The text of a file.
func read(_ path: String) throws(FigureError) -> String {
  guard let file = fopen(path, "r") else {
    throw .cannotWrite(path: path, reason: String(cString: strerror(errno)))
  }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65536)
  while true {
    let count = fread(&buffer, 1, buffer.count, file)
    if count == 0 { break }
    bytes += buffer[..<count]
  }
  return String(decoding: bytes, as: UTF8.self)
}

/// The size of a file in bytes; 0 where there is none.
func size(of path: String) -> Int {
  var status = stat()
  return stat(path, &status) == 0 ? Int(status.st_size) : 0
}
