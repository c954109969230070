// The binary files of CIFAR-10.
//
// A record is a label (one byte) and 3 × 32 × 32 pixels: all of red, row by row, then green, then
// blue. Five files of 10,000 records to train on, one to test on.
// Krizhevsky, "Learning multiple layers of features from tiny images", 2009;
// www.cs.toronto.edu/~kriz/cifar.html ("binary version").

import Glibc

/// The six files of CIFAR-10.
struct CIFAR10Files {
  /// The folder that holds `cifar-10` or, as the archive unpacks, `cifar-10-batches-bin`.
  let root: String
  /// The records of each file; the real ones have 10,000.
  var recordsPerFile = 10_000

  static let shape: Shape = [3, 32, 32]
  static let classes = 10
  static let summary = DataSummary(
    shape: shape, classes: classes, trainingCount: 45_000, validationCount: 5_000,
    testCount: 10_000)

  var trainingFiles: [String] { (1...5).map { "\(folder)/data_batch_\($0).bin" } }
  var testFile: String { "\(folder)/test_batch.bin" }

  private var folder: String {
    let unpacked = "\(root)/cifar-10-batches-bin"
    let usual = "\(root)/cifar-10"
    return access(usual, F_OK) != 0 && access(unpacked, F_OK) == 0 ? unpacked : usual
  }

  /// Checks that all files are there and have the right size.
  func check() throws(DataError) {
    for file in trainingFiles + [testFile] { try check(file) }
  }

  /// Nine tenths of the images in the five files to train on, the others to validate on.
  func read() throws(DataError) -> RawDataSet {
    let all = try images(trainingFiles)
    let training = all.count / 10 * 9
    return RawDataSet(
      training: all.part(0..<training), validation: all.part(training..<all.count), test: nil)
  }

  /// The images to test on.
  func readTest() throws(DataError) -> ByteImages { try images([testFile]) }

  private var recordSize: Int { 1 + Self.shape.count }

  private func check(_ file: String) throws(DataError) {
    guard access(file, F_OK) == 0 else {
      throw .missing(
        dataSet: "cifar-10", file: file,
        remedy: "put the six .bin files of its binary version into \(root)/cifar-10, "
          + "or set OPTLAB_DATA to the folder that holds it")
    }
    let found = try fileSize(file)
    let expected = recordsPerFile * recordSize
    guard found == expected else {
      throw .wrongFileSize(file: file, found: found, expected: expected)
    }
  }

  private func images(_ files: [String]) throws(DataError) -> ByteImages {
    var pixels = [UInt8](repeating: 0, count: files.count * recordsPerFile * Self.shape.count)
    var labels: [UInt8] = []
    for (index, file) in files.enumerated() {
      try check(file)
      let records = try fileBytes(file)
      guard records.count == recordsPerFile * recordSize else {
        throw .wrongFileSize(
          file: file, found: records.count, expected: recordsPerFile * recordSize)
      }
      for record in 0..<recordsPerFile {
        let label = records[record * recordSize]
        guard label < Self.classes else {
          throw .labelOutOfRange(
            file: file, example: record, label: Int(label), classes: Self.classes)
        }
        labels.append(label)
      }
      pixels.withUnsafeMutableBufferPointer { pixels in
        records.withUnsafeBufferPointer { records in
          for record in 0..<recordsPerFile {
            interleave(
              records.baseAddress! + record * recordSize + 1,
              into: pixels.baseAddress! + (index * recordsPerFile + record) * Self.shape.count)
          }
        }
      }
    }
    return ByteImages(
      pixels: pixels, labels: labels, shape: Self.shape, classes: Self.classes)
  }

  /// Puts the three planes of an image side by side, pixel by pixel.
  private func interleave(
    _ planes: UnsafePointer<UInt8>, into pixels: UnsafeMutablePointer<UInt8>
  ) {
    let positions = Self.shape.positions
    for position in 0..<positions {
      for channel in 0..<3 {
        pixels[3 * position + channel] = planes[channel * positions + position]
      }
    }
  }
}
