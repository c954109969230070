// Failures of files and programs, in the system's words and not in Foundation's.

import Foundation
import Testing

@testable import Harness

@Suite struct SystemReasonTests {
  @Test func codesOfTheSystem() {
    #expect(systemReason(POSIXError(.ENOSPC)) == "No space left on device")
    #expect(
      systemReason(NSError(domain: NSPOSIXErrorDomain, code: Int(EROFS)))
        == "Read-only file system")
    let inner = CocoaError(
      .fileWriteUnknown, userInfo: [NSUnderlyingErrorKey: POSIXError(.EDQUOT)])
    #expect(systemReason(inner) == "Disk quota exceeded")
  }

  @Test(arguments: [
    (CocoaError.Code.fileNoSuchFile, "No such file or directory"),
    (.fileReadNoSuchFile, "No such file or directory"),
    (.fileWriteNoPermission, "Permission denied"),
    (.fileWriteOutOfSpace, "No space left on device"),
    (.fileWriteFileExists, "File exists"), (.fileWriteVolumeReadOnly, "Read-only file system"),
    (.fileWriteUnknown, "Input/output error"),
  ])
  func codesOfFoundation(_ code: CocoaError.Code, _ expected: String) {
    #expect(systemReason(CocoaError(code)) == expected)
  }

  @Test func whatFoundationThrows() {
    let missing = "/nowhere/at/all"
    let failures: [(work: () throws -> Void, expected: String)] = [
      ({ try Data().write(to: URL(fileURLWithPath: missing)) }, "No such file or directory"),
      (
        {
          try FileManager.default.createDirectory(
            atPath: "/dev/null/x", withIntermediateDirectories: true)
        },
        "Not a directory"
      ),
      ({ _ = try Data(contentsOf: URL(fileURLWithPath: "/dev")) }, "Is a directory"),
      (
        {
          try FileHandle(forWritingTo: URL(fileURLWithPath: "/dev/full")).write(
            contentsOf: Data([1]))
        },
        "No space left on device"
      ),
    ]
    for (work, expected) in failures {
      #expect(message { try explaining("cannot do it", work) } == "cannot do it: \(expected)")
    }
  }

  @Test func aProgramThatIsNotThere() {
    let failure = message {
      _ = try ChildProcess(running: "/nowhere/swiftc", [], environment: [:], timeout: 1)
    }
    #expect(failure == "cannot start /nowhere/swiftc: No such file or directory")
  }
}
