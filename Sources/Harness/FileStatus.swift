// What the file system knows of a path.

#if canImport(Glibc)
  import Glibc
#endif

struct FileStatus {
  /// Bytes.
  let size: Int
  let isFolder: Bool
  /// Whether it is a file and nothing else: no folder, device, FIFO or socket.
  let isRegular: Bool

  /// Of what a path leads to, or of a link itself; nil where that is nothing.
  init?(of path: String, followingLinks: Bool = true) {
    var status = stat()
    guard (followingLinks ? stat(path, &status) : lstat(path, &status)) == 0 else { return nil }
    size = Int(status.st_size)
    isFolder = status.st_mode & S_IFMT == S_IFDIR
    isRegular = status.st_mode & S_IFMT == S_IFREG
  }
}
