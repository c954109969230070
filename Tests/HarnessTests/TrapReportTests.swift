import Testing

@testable import Harness

@Suite struct TrapReportTests {
  @Test func theFirstFrameOfThePluginIsThePlace() {
    let report = TrapReport(
      backtrace: """
        Thread 0 "main" crashed:

          0               0x00007f0b closure #1 in _assertionFailure(_:_:file:line:flags:) + 623 in libswiftCore.so
          1 [ra]          0x00007f0c specialized Array.subscript.getter + 84 in libswiftSwiftOnoneSupport.so
          2 [ra]          0x00007f0d Lion.sum(_:) + 223 in Lion_0123456789abcdef.so at /home/me/Lion.swift:5:20
          3 [ra]          0x00007f0e Lion.step<A>(_:) + 113 in Lion_0123456789abcdef.so at /home/me/Lion.swift:16:53
          4 [ra] [system] 0x00007f0f go + 8 in Lion_0123456789abcdef.so at //<compiler-generated>
        """,
      said: "Swift/ContiguousArrayBuffer.swift:692: Fatal error: Index out of range\n")
    #expect(
      report == TrapReport(place: "Lion.swift:5", message: "Fatal error: Index out of range"))
  }

  @Test func anOverflowIsSaidByTheBacktrace() {
    let report = TrapReport(
      backtrace: """
          0 [inlined]     0x01 Swift runtime failure: arithmetic overflow in Lion_0123456789abcdef.so at /home/me/Lion.swift
          1               0x01 Lion.run(_:_:_:) + 1472 in Lion_0123456789abcdef.so at /home/me/Lion.swift:9:9
        """, said: "")
    #expect(report == TrapReport(place: "Lion.swift:9", message: "arithmetic overflow"))
  }

  /// A call without a line belongs to the line of the code before it.
  @Test func aFrameWithoutALine() {
    let report = TrapReport(
      backtrace: """
          2 [ra]             0x000000000abf6d27 specialized Array.subscript.modify + 150 in libswiftSwiftOnoneSupport.so
          3 [ra] [system]    0x0000000000011006 Lion.step<A>(_:) + 1433 in Lion_0123456789abcdef.so at //<compiler-generated>
          4 [ra] [thunk]     0x0000000000011102 protocol witness for VectorOptimizer.step<A>(_:) in conformance Lion + 12 in Lion_0123456789abcdef.so at //<compiler-generated>

        0x0000000000010000–0x0000000000012000 86c4 Lion_0123456789abcdef.so      /cache/my files/Lion_0123456789abcdef.so
        """, said: ""
    ) { library, addresses in
      #expect(library == "/cache/my files/Lion_0123456789abcdef.so")
      #expect(addresses.first == 0x1005)
      return [
        "/<compiler-generated>:0:0", "/me/Lion.swift:0:0", "/me/Lion.swift:12:9",
        "/me/Lion.swift:11:3",
      ]
    }
    #expect(report?.place == "Lion.swift:12")
  }

  /// What is said is enough where there is no backtrace, unless it is of the standard library.
  @Test func withoutABacktrace() {
    #expect(
      TrapReport(backtrace: "", said: "Lion_0123456789abcdef/Lion.swift:6: Fatal error: no\n")
        == TrapReport(place: "Lion.swift:6", message: "Fatal error: no"))
    #expect(
      TrapReport(
        backtrace: "", said: "Swift/ContiguousArrayBuffer.swift:692: Fatal error: Index out\n")
        == nil)
    #expect(TrapReport(backtrace: "", said: "") == nil)
  }

  /// The lab's own frames are not the author's.
  @Test func otherFramesAreNot() {
    #expect(
      TrapReport(
        backtrace: "  2 [ra] 0x0d Vector.add(_:_:) + 3 in optlab at /lab/Vector.swift:88:5",
        said: "OptimizerKit/Vector.swift:88: Fatal error: vectors of different length\n") == nil)
  }
}
