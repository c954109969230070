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
  /// Which file it is, whatever it is called: device and number.
  let identity: [UInt64]
  /// When it was last written, in nanoseconds.
  let modified: Int

  /// Of what a path leads to, or of a link itself; nil where that is nothing.
  init?(of path: String, followingLinks: Bool = true) {
    var status = stat()
    guard (followingLinks ? stat(path, &status) : lstat(path, &status)) == 0 else { return nil }
    size = Int(status.st_size)
    isFolder = status.st_mode & S_IFMT == S_IFDIR
    isRegular = status.st_mode & S_IFMT == S_IFREG
    identity = [UInt64(status.st_dev), UInt64(status.st_ino)]
    modified = status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec
  }
}
