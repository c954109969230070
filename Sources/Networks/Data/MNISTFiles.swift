// The four files of MNIST and of its successors.

import Glibc

/// MNIST, or a data set in its format: 60,000 images to train and validate on, 10,000 to test on, all
/// 28 × 28 pixels of one channel, in IDX files compressed with gzip.
struct MNISTFiles {
  /// What the data set is called; also its folder's name.
  let name: String
  /// The folder that holds the data set's own folder.
  let root: String
  /// What puts missing files there.
  let remedy: String

  static let summary = DataSummary(
    shape: [1, 28, 28], classes: 10, trainingCount: 50_000, validationCount: 10_000,
    testCount: 10_000)

  enum Part: String, CaseIterable {
    case train
    case test = "t10k"
    var count: Int { self == .train ? 60_000 : 10_000 }
  }

  /// Checks that the files are there and begin as they should.
  func check() throws(DataError) {
    for part in Part.allCases {
      let (images, labels) = try files(part)
      try IDX.check(images, axes: [part.count, 28, 28])
      try IDX.check(labels, axes: [part.count])
    }
  }

  /// The first 50,000 images of the 60,000 to train on, the others to validate on.
  func read() throws(DataError) -> RawDataSet {
    let all = try images(.train)
    let training = Self.summary.trainingCount
    return RawDataSet(
      training: all.part(0..<training), validation: all.part(training..<all.count), test: nil)
  }

  /// The images to test on.
  func readTest() throws(DataError) -> ByteImages { try images(.test) }

  private func images(_ part: Part) throws(DataError) -> ByteImages {
    let (images, labels) = try files(part)
    return ByteImages(
      pixels: try IDX.images(images, count: part.count, height: 28, width: 28),
      labels: try IDX.labels(labels, count: part.count, classes: 10), shape: [1, 28, 28],
      classes: 10)
  }

  private func files(_ part: Part) throws(DataError) -> (images: String, labels: String) {
    let files = paths(part)
    for file in [files.0, files.1] where access(file, F_OK) != 0 {
      throw .missing(dataSet: name, file: file, remedy: remedy)
    }
    return files
  }

  /// Where the files of a part belong.
  func paths(_ part: Part) -> (images: String, labels: String) {
    let stem = "\(root)/\(name)/\(part.rawValue)"
    return (stem + "-images-idx3-ubyte.gz", stem + "-labels-idx1-ubyte.gz")
  }
}
