import CZlib
import Foundation
@testable import Networks
import OptimizerKit
import Testing

/// A folder that is gone when the test is.
final class Scratch {
  let path: String
  init() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    path = folder.path
  }
  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }

  /// Compresses `bytes` into a file.
  func write(_ bytes: [UInt8], _ name: String) -> String {
    let handle = gzopen(file(name), "wb1")
    gzwrite(handle, bytes, UInt32(bytes.count))
    gzclose(handle)
    return file(name)
  }
}

func header(_ words: UInt32...) -> [UInt8] {
  words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * $0)) } }
}

func message(_ body: () throws -> Void) -> String {
  do {
    try body()
    return "no error"
  } catch {
    return "\(error)"
  }
}

@Suite("IDX files")
struct IDXTests {
  let scratch: Scratch
  let pixels: [UInt8] = (0..<12).map { 20 * $0 }
  init() throws { scratch = try Scratch() }

  @Test func readsWhatIsRight() throws {
    let images = scratch.write(header(2051, 3, 2, 2) + pixels, "images.gz")
    #expect(try IDX.images(images, count: 3, height: 2, width: 2) == pixels)
    let labels = scratch.write(header(2049, 3) + [0, 9, 4], "labels.gz")
    #expect(try IDX.labels(labels, count: 3, classes: 10) == [0, 9, 4])
    try IDX.check(images, axes: [3, 2, 2])
    try IDX.check(labels, axes: [3])
  }

  func images(_ file: String) -> String {
    message { _ = try IDX.images(file, count: 3, height: 2, width: 2) }
  }

  @Test func wrongMagic() {
    let file = scratch.write(header(2049, 3, 2, 2) + pixels, "f.gz")
    #expect(
      images(file) == "\(file): begins with the number 2049; expected 2051, IDX images of bytes")
    let labels = scratch.write(header(7, 3) + [0, 1, 2], "g.gz")
    #expect(
      message { _ = try IDX.labels(labels, count: 3, classes: 10) }
        == "\(labels): begins with the number 7; expected 2049, IDX labels of bytes")
  }

  @Test func wrongCount() {
    let file = scratch.write(header(2051, 2, 2, 2) + pixels.prefix(8), "f.gz")
    #expect(images(file) == "\(file): holds 2 examples; expected 3")
  }

  @Test func wrongSize() {
    let file = scratch.write(header(2051, 3, 4, 1) + pixels, "f.gz")
    #expect(images(file) == "\(file): its images are 4×1; expected 2×2")
  }

  @Test func truncated() {
    let short = scratch.write(header(2051, 3, 2, 2) + pixels.dropLast(), "f.gz")
    #expect(images(short) == "\(short): cut short: 27 bytes after decompression; expected 28")
    let headless = scratch.write(Array(header(2051, 3).prefix(6)), "g.gz")
    #expect(images(headless) == "\(headless): cut short: 6 bytes after decompression; expected 28")
  }

  @Test func truncatedWhileCompressed() throws {
    // Noise does not compress, so that half of the file is about half of the numbers.
    var source = RandomSource(seed: 1, purpose: .instance)
    let noise = (0..<4000).map { _ in UInt8(truncatingIfNeeded: source.next()) }
    let file = scratch.write(header(2051, 1000, 2, 2) + noise, "f.gz")
    let whole = try Data(contentsOf: URL(fileURLWithPath: file))
    try whole.prefix(2000).write(to: URL(fileURLWithPath: file))
    let text = message { _ = try IDX.images(file, count: 1000, height: 2, width: 2) }
    #expect(text.hasPrefix("\(file): cut short: "))
    #expect(text.hasSuffix(" bytes after decompression; expected 4016"))
  }

  @Test func damaged() throws {
    let file = scratch.write(header(2051, 3, 2, 2) + pixels, "f.gz")
    var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
    bytes[bytes.count - 8] ^= 0xFF  // its checksum
    try bytes.write(to: URL(fileURLWithPath: file))
    #expect(images(file) == "\(file): damaged: incorrect data check")
  }

  @Test func tooLong() {
    let file = scratch.write(header(2051, 3, 2, 2) + pixels + [1], "f.gz")
    #expect(
      images(file) == "\(file): too long: more than the expected 28 bytes after decompression")
  }

  @Test func notGzip() throws {
    let file = scratch.file("f.gz")
    try Data(header(2051, 3, 2, 2) + pixels).write(to: URL(fileURLWithPath: file))
    #expect(
      images(file) == "\(file): not a gzip file; expected one that begins with the bytes 1f 8b")
  }

  @Test func emptyFile() throws {
    let file = scratch.file("f.gz")
    try Data().write(to: URL(fileURLWithPath: file))
    #expect(
      images(file) == "\(file): not a gzip file; expected one that begins with the bytes 1f 8b")
  }

  @Test func missing() {
    let file = scratch.file("nothing.gz")
    #expect(images(file) == "\(file): cannot be read: No such file or directory")
  }

  @Test func labelOutOfRange() {
    let file = scratch.write(header(2049, 3) + [0, 10, 4], "f.gz")
    #expect(
      message { _ = try IDX.labels(file, count: 3, classes: 10) }
        == "\(file): example 1 (from 0) has label 10; expected 0 to 9")
  }
}
