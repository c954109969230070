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
  defer { unlink(draft) }
  try write(Array(text.utf8), through: draft, as: path)
  try publish(draft, as: path)
}

/// Writes a text file and makes the folders above it. A plain file of that name is replaced at once and keeps its
/// mode; a device, a FIFO or a link is written through.
public func publish(text: String, as path: String) throws(FigureError) {
  if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
    try makeFolder(String(path[..<slash]))
  }
  var there = stat()
  if lstat(path, &there) == 0, there.st_mode & S_IFMT != S_IFREG || there.st_nlink > 1 {
    return try write(Array(text.utf8), through: path, as: path)
  }
  try write(text, to: path)
}

/// Gives a finished draft its name. A plain file that has the name already is replaced at once and keeps
/// its mode; what is no plain file (a device, a FIFO, a link), or has other names, is written through.
/// The draft is gone afterwards in any case.
func publish(_ draft: String, as path: String) throws(FigureError) {
  defer { unlink(draft) }
  var there = stat()
  guard lstat(path, &there) == 0 else {
    guard errno == ENOENT, rename(draft, path) == 0 else { throw cannotWrite(path) }
    return
  }
  if there.st_mode & S_IFMT == S_IFREG, there.st_nlink == 1 {
    guard chmod(draft, there.st_mode & 0o7777) == 0, rename(draft, path) == 0 else {
      throw cannotWrite(path)
    }
    return
  }
  try write(try contents(of: draft), through: path, as: path)
}

/// Writes bytes into whatever a name stands for; makes a file where it stands for nothing.
///
/// - Parameter name: what a failure calls it.
private func write(
  _ bytes: [UInt8], through path: String, as name: String
) throws(FigureError) {
  guard let file = fopen(path, "w") else { throw cannotWrite(name) }
  let written = fwrite(bytes, 1, bytes.count, file) == bytes.count
  guard fclose(file) == 0, written else { throw cannotWrite(name) }
}

/// The text of a file.
func read(_ path: String) throws(FigureError) -> String {
  String(decoding: try contents(of: path), as: UTF8.self)
}

private func contents(of path: String) throws(FigureError) -> [UInt8] {
  guard let file = fopen(path, "r") else { throw cannotWrite(path) }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65536)
  while true {
    let count = fread(&buffer, 1, buffer.count, file)
    if count == 0 { break }
    bytes += buffer[..<count]
  }
  return bytes
}

/// The size of a file in bytes; 0 where there is none.
func size(of path: String) -> Int {
  var status = stat()
  return stat(path, &status) == 0 ? Int(status.st_size) : 0
}
