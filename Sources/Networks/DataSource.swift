// The data sets that the lab knows, where they lie, and how they are split.

import Glibc
import OptimizerKit
import Synchronization

/// A data set by name.
///
/// Each lies in a folder of its own name within the folder that the environment variable
/// `OPTLAB_DATA` names, by default `/usr/share/datasets`, where Debian's packages put them.
public enum DataSource: String, Choice {
  /// 60,000 + 10,000 images of clothing, 28 × 28, 10 classes.
  /// Xiao, Rasul and Vollgraf 2017, arXiv 1708.07747.
  case fashionMNIST = "fashion-mnist"
  /// 60,000 + 10,000 handwritten digits, 28 × 28, 10 classes. LeCun et al. 1998.
  case mnist

  /// Examples to train on: the first of the 60,000.
  public static let trainingCount = 50_000
  /// Examples to validate on: the last of the 60,000.
  public static let validationCount = 10_000
  /// Examples to test on, in files of their own; no training or tuning sees them.
  public static let testCount = 10_000

  /// The number of examples to train on.
  public var trainingCount: Int { Self.trainingCount }
  /// The shape of one example: channels × height × width.
  public var shape: Shape { [1, 28, 28] }
  /// The number of classes.
  public var classes: Int { 10 }

  /// Training and validation examples; read once in a process, and shared.
  ///
  /// Both are normalised with mean and deviation of the training examples.
  ///
  /// - Throws: `DataError`.
  public func load() throws(DataError) -> DataSet { try load(from: Self.root) }

  /// The test examples, normalised with mean and deviation of the training examples.
  ///
  /// - Throws: `DataError`.
  public func loadTest() throws(DataError) -> ByteImages {
    let normalization = try load().training.normalization
    return try files(.test, in: Self.root).images(
      source: self, range: 0..<Self.testCount, normalization: normalization)
  }

  /// Checks that the files for training are there and begin as they should.
  ///
  /// - Throws: `DataError`.
  public func check() throws(DataError) { try check(in: Self.root) }

  /// The folder in which data sets lie.
  public static var root: String {
    if let folder = getenv("OPTLAB_DATA") {
      let folder = String(cString: folder)
      if !folder.isEmpty { return folder }
    }
    return "/usr/share/datasets"
  }

  /// `check()` for data sets in another folder.
  public func check(in root: String) throws(DataError) {
    let files = try files(.train, in: root)
    try IDX.check(files.images, axes: [files.count] + shape.axes.dropFirst())
    try IDX.check(files.labels, axes: [files.count])
  }

  /// `load()` for data sets in another folder.
  public func load(from root: String) throws(DataError) -> DataSet {
    let key = "\(root)/\(rawValue)"
    let result: Result<DataSet, DataError> = Self.loaded.withLock { loaded in
      if let known = loaded[key] { return .success(known) }
      do throws(DataError) {
        let data = try read(from: root)
        loaded[key] = data
        return .success(data)
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private static let loaded = Mutex<[String: DataSet]>([:])

  private func read(from root: String) throws(DataError) -> DataSet {
    let files = try files(.train, in: root)
    let all = try files.images(
      source: self, range: 0..<files.count, normalization: Normalization(mean: 0, deviation: 1))
    return all.split(training: Self.trainingCount)
  }

  private enum Part: String {
    case train
    case test = "t10k"
  }

  private func files(_ part: Part, in root: String) throws(DataError) -> ImageFiles {
    let stem = "\(root)/\(rawValue)/\(part.rawValue)"
    let files = ImageFiles(
      images: stem + "-images-idx3-ubyte.gz", labels: stem + "-labels-idx1-ubyte.gz",
      count: part == .train ? Self.trainingCount + Self.validationCount : Self.testCount)
    for file in [files.images, files.labels] where access(file, F_OK) != 0 {
      throw .missing(dataSet: rawValue, file: file, remedy: remedy(root))
    }
    return files
  }

  private func remedy(_ root: String) -> String {
    let unset = root == "/usr/share/datasets" ? "" : " and unset OPTLAB_DATA"
    switch self {
    case .fashionMNIST:
      return "install it with `sudo apt-get install dataset-fashion-mnist`" + unset
    case .mnist:
      return "put its four files into \(root)/mnist, or set OPTLAB_DATA to the folder that holds it"
    }
  }
}

/// The two files that one part of a data set consists of.
private struct ImageFiles {
  let images: String
  let labels: String
  let count: Int

  func images(source: DataSource, range: Range<Int>, normalization: Normalization)
    throws(DataError) -> ByteImages
  {
    let shape = source.shape
    let labels = try IDX.labels(labels, count: count, classes: source.classes)
    let pixels = try IDX.images(
      images, count: count, height: shape.axes[1], width: shape.axes[2])
    return ByteImages(
      pixels: pixels, labels: labels, range: range, shape: shape, classes: source.classes,
      normalization: normalization)
  }
}

/// What a model is trained on, and what it is judged by meanwhile.
public struct DataSet: Sendable {
  public var training: ByteImages
  public var validation: ByteImages
}

extension ByteImages {
  /// The first `training` examples, and the others to validate on; both normalised with mean and
  /// deviation of the former.
  public func split(training count: Int) -> DataSet {
    let size = shape.count
    let start = range.lowerBound
    let normalization = Normalization(of: pixels[start * size..<(start + count) * size])
    func part(_ range: Range<Int>) -> ByteImages {
      ByteImages(
        pixels: pixels, labels: labels, range: range, shape: shape, classes: classes,
        normalization: normalization)
    }
    return DataSet(
      training: part(start..<start + count), validation: part(start + count..<range.upperBound))
  }
}
