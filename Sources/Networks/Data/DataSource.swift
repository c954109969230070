// The data sets that the lab knows, and where they lie.

import Glibc
import OptimizerKit

/// A data set by name, or a CSV file.
///
///     @Hyperparameter("the data set") public var data = DataSource.fashionMNIST
///
/// Images lie in folders within the folder that the environment variable `OPTLAB_DATA` names, by
/// default `/usr/share/datasets`, where Debian's packages put them.
public enum DataSource: HyperparameterValue, Hashable {
  /// `fashion-mnist`: 60,000 + 10,000 images of clothing, 28 × 28, 10 classes.
  /// Xiao, Rasul and Vollgraf 2017, arXiv 1708.07747.
  case fashionMNIST
  /// `mnist`: 60,000 + 10,000 handwritten digits, 28 × 28, 10 classes. LeCun et al. 1998,
  /// doi:10.1109/5.726791.
  case mnist
  /// `cifar-10`: 50,000 + 10,000 colour images of animals and vehicles, 3 × 32 × 32, 10 classes.
  /// Krizhevsky 2009, "Learning multiple layers of features from tiny images".
  case cifar10
  /// `spirals`: points of the plane on three interleaved spirals.
  case spirals
  /// `moons`: points of the plane on two interleaved half circles.
  case moons
  /// `blobs`: points of the plane in four clouds that overlap a little.
  case blobs
  /// `csv:PATH`: a CSV file.
  case csv(CSVSource)

  private static let named: [(name: String, source: DataSource)] = [
    ("fashion-mnist", .fashionMNIST), ("mnist", .mnist), ("cifar-10", .cifar10),
    ("spirals", .spirals), ("moons", .moons), ("blobs", .blobs),
  ]

  public static var expectation: String {
    "one of " + named.map(\.name).joined(separator: ", ")
      + ", or csv: and the path of a file (csv:points.csv)"
  }

  public init?(hyperparameter text: String) {
    if text.hasPrefix("csv:") {
      guard let source = CSVSource(text: String(text.dropFirst(4))) else { return nil }
      self = .csv(source)
    } else {
      guard let known = Self.named.first(where: { $0.name == text }) else { return nil }
      self = known.source
    }
  }

  public var hyperparameterText: String {
    if case .csv(let source) = self { return "csv:" + source.text }
    return name
  }
  public var hyperparameterNumber: Double? { nil }

  /// What messages call it: its name, or the path of its file.
  public var name: String {
    if case .csv(let source) = self { return source.path }
    return Self.named.first { $0.source == self }?.name ?? ""
  }

  /// What is known of the data set. A CSV file is read for it, the others are not.
  ///
  /// - Throws: `DataError`, for a CSV file that is not there or not right.
  public func summary() throws(DataError) -> DataSummary {
    switch self {
    case .fashionMNIST, .mnist: MNISTFiles.summary
    case .cifar10: CIFAR10Files.summary
    case .spirals: SyntheticPoints.summary(classes: 3)
    case .moons: SyntheticPoints.summary(classes: 2)
    case .blobs: SyntheticPoints.summary(classes: 4)
    case .csv: try raw(in: Self.root).summary
    }
  }

  /// `summary()`, or that of two examples with one feature where there is none to be had; a problem's
  /// `validate()` says why.
  private var known: DataSummary {
    (try? summary())
      ?? DataSummary(shape: [1], classes: 2, trainingCount: 2, validationCount: 0, testCount: 0)
  }
  /// The shape of one example: channels × height × width, or the number of features.
  public var shape: Shape { known.shape }
  /// The number of classes.
  public var classes: Int { known.classes }
  /// The number of examples to train on.
  public var trainingCount: Int { known.trainingCount }

  /// The folder in which data sets lie.
  public static var root: String {
    if let folder = getenv("OPTLAB_DATA") {
      let folder = String(cString: folder)
      if !folder.isEmpty { return folder }
    }
    return "/usr/share/datasets"
  }

  /// Checks that the files for training are there and begin as they should, without reading much.
  ///
  /// - Throws: `DataError`.
  public func check(in root: String = root) throws(DataError) {
    switch self {
    case .fashionMNIST, .mnist: try mnistFiles(in: root).check()
    case .cifar10: try CIFAR10Files(root: root).check()
    case .spirals, .moons, .blobs: break
    case .csv: _ = try summary()
    }
  }

  /// Reads training and validation examples.
  func read(from root: String) throws(DataError) -> RawDataSet {
    switch self {
    case .fashionMNIST, .mnist: try mnistFiles(in: root).read()
    case .cifar10: try CIFAR10Files(root: root).read()
    case .spirals, .moons, .blobs: SyntheticPoints.split(points())
    case .csv(let source): try source.read()
    }
  }

  /// The points of a synthetic data set.
  func points() -> FloatExamples {
    switch self {
    case .moons: SyntheticPoints.moons()
    case .blobs: SyntheticPoints.blobs()
    default: SyntheticPoints.spirals()
    }
  }

  /// Reads the test examples.
  func readTest(from root: String) throws(DataError) -> any RawExamples {
    if let test = try raw(in: root).test { return test }
    return self == .cifar10
      ? try CIFAR10Files(root: root).readTest() : try mnistFiles(in: root).readTest()
  }

  func mnistFiles(in root: String) -> MNISTFiles {
    let remedy =
      self == .fashionMNIST
      ? "install it with `sudo apt-get install dataset-fashion-mnist`"
        + (root == "/usr/share/datasets" ? "" : " and unset OPTLAB_DATA")
      : "put its four files into \(root)/mnist, or set OPTLAB_DATA to the folder that holds it"
    return MNISTFiles(name: name, root: root, remedy: remedy)
  }
}
