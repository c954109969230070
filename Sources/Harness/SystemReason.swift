// What went wrong with a file, without Foundation's words for it.

import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// What a failure of Foundation comes down to, as the system says it: "No space left on device".
public func systemReason(_ error: any Error) -> String {
  func said(_ code: Int32) -> String { String(cString: strerror(code)) }
  if let error = error as? POSIXError { return said(error.code.rawValue) }
  let error = error as NSError
  if error.domain == NSPOSIXErrorDomain { return said(Int32(truncatingIfNeeded: error.code)) }
  if let inner = error.userInfo[NSUnderlyingErrorKey] as? any Error { return systemReason(inner) }
  guard error.domain == NSCocoaErrorDomain else { return "\(error.domain) \(error.code)" }
  return switch CocoaError.Code(rawValue: error.code) {
  case .fileNoSuchFile, .fileReadNoSuchFile: said(ENOENT)
  case .fileReadNoPermission, .fileWriteNoPermission: said(EACCES)
  case .fileWriteFileExists: said(EEXIST)
  case .fileWriteOutOfSpace: said(ENOSPC)
  case .fileWriteVolumeReadOnly: said(EROFS)
  case .fileReadInvalidFileName, .fileWriteInvalidFileName: said(ENAMETOOLONG)
  case .fileReadInapplicableStringEncoding, .fileReadCorruptFile: "not the text that was expected"
  default: said(EIO)
  }
}

/// A file or a program that cannot be used, in one sentence.
public struct FileError: Error, CustomStringConvertible {
  public let description: String

  /// - Parameters:
  ///   - failure: what could not be done, with the path: "cannot write 'x'".
  ///   - error: why, as it was thrown.
  public init(_ failure: String, _ error: any Error) {
    description = "\(failure): \(systemReason(error))"
  }
}

/// Does what may fail as Foundation's calls do, and says what could not be done where it fails.
public func explaining<T>(_ failure: @autoclosure () -> String, _ work: () throws -> T)
  throws(FileError) -> T
{
  do { return try work() } catch { throw FileError(failure(), error) }
}
