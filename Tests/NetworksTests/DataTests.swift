import CZlib
import Foundation
import Networks
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

@Suite("data sets")
struct DataSetTests {
  @Test func aMissingSetSaysHowToInstallIt() throws {
    let scratch = try Scratch()
    let file = scratch.file("fashion-mnist/train-images-idx3-ubyte.gz")
    let expected =
      "the data set fashion-mnist is missing (no file \(file)); "
      + "install it with `sudo apt-get install dataset-fashion-mnist` and unset OPTLAB_DATA"
    #expect(message { try DataSource.fashionMNIST.check(in: scratch.path) } == expected)
    #expect(message { _ = try DataSource.fashionMNIST.load(from: scratch.path) } == expected)
    #expect(
      message { try DataSource.mnist.check(in: scratch.path) }.hasSuffix(
        "; put its four files into \(scratch.path)/mnist, "
          + "or set OPTLAB_DATA to the folder that holds it"))
  }

  @Test func statisticsComeFromTheTrainingPartOnly() {
    let images = ByteImages(
      pixels: [0, 255, 0, 255, 7, 9], labels: [0, 1, 0], range: 0..<3, shape: [1, 1, 2],
      classes: 2, normalization: Normalization(mean: 0, deviation: 1))
    let data = images.split(training: 2)
    #expect(data.training.normalization == Normalization(mean: 0.5, deviation: 0.5))
    #expect(data.validation.normalization == data.training.normalization)
    #expect(data.training.count == 2)
    #expect(data.validation.count == 1)
    var inputs = [Float](repeating: 0, count: 4)
    var labels = [Int32](repeating: -1, count: 2)
    [Int32(1), 0].withUnsafeBufferPointer {
      data.training.gather($0, inputs: &inputs, labels: &labels)
    }
    #expect(inputs == [-1, 1, -1, 1])
    #expect(labels == [1, 0])
    [Int32(0)].withUnsafeBufferPointer {
      data.validation.gather($0, inputs: &inputs, labels: &labels)
    }
    #expect(abs(inputs[0] - (7 / 255 - 0.5) / 0.5) < 1e-6)
    #expect(labels[0] == 0)
  }

  @Test func equalBytesHaveNoDeviationToDivideBy() {
    #expect(Normalization(of: [51, 51, 51]) == Normalization(mean: 0.2, deviation: 1))
  }

  @Test func fashionMNIST() throws {
    try DataSource.fashionMNIST.check()
    let data = try DataSource.fashionMNIST.load()
    #expect(data.training.count == 50_000)
    #expect(data.validation.count == 10_000)
    #expect(abs(data.training.normalization.mean - 0.2855) < 1e-4)
    #expect(abs(data.training.normalization.deviation - 0.3528) < 1e-4)
    #expect(try DataSource.fashionMNIST.loadTest().count == 10_000)
  }
}

@Suite("the order of the data")
struct MinibatchOrderTests {
  func indices(_ order: inout MinibatchOrder, _ step: Int) -> [Int32] {
    order.withIndices(step: step) { Array($0) }
  }

  @Test func anEpochVisitsEveryExampleOnce() {
    var order = MinibatchOrder(count: 12, batch: 4, seed: 1)
    #expect(order.stepsPerEpoch == 3)
    let first = (1...3).flatMap { indices(&order, $0) }
    let second = (4...6).flatMap { indices(&order, $0) }
    #expect(first.sorted() == Array(0..<12))
    #expect(second.sorted() == Array(0..<12))
    #expect(first != second)
  }

  @Test func anyStepCanBeRecomputed() {
    var order = MinibatchOrder(count: 13, batch: 4, seed: 1)
    let forward = (1...9).map { indices(&order, $0) }
    let backward = (1...9).reversed().map { indices(&order, $0) }
    #expect(Array(backward.reversed()) == forward)
    var other = MinibatchOrder(count: 13, batch: 4, seed: 2)
    #expect(indices(&other, 1) != forward[0])
  }
}
