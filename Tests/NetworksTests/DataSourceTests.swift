import Foundation
import OptimizerKit
import Plugins
import Testing

@testable import Networks

extension Examples {
  /// The features of all examples, one after the other, as they are or as in a step of training.
  func features(seed: UInt64 = 1, step: Int? = nil) -> [Float] {
    gathered(seed: seed, step: step).0
  }
  /// The classes of all examples.
  func classLabels(seed: UInt64 = 1, step: Int? = nil) -> [Int32] {
    gathered(seed: seed, step: step).1
  }

  private func gathered(seed: UInt64, step: Int?) -> ([Float], [Int32]) {
    var inputs = [Float](repeating: .nan, count: count * shape.count)
    var labels = [Int32](repeating: -1, count: count)
    (0..<count).map(Int32.init).withUnsafeBufferPointer {
      if let step {
        gather($0, inputs: &inputs, labels: &labels, seed: seed, step: step)
      } else {
        gather($0, inputs: &inputs, labels: &labels)
      }
    }
    return (inputs, labels)
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

  @Test func fashionMNIST() throws {
    try DataSource.fashionMNIST.check()
    let data = try DataSource.fashionMNIST.load()
    #expect(data.training.count == 50_000)
    #expect(data.validation.count == 10_000)
    // Mean and deviation of the first 50,000 images, as NumPy finds them.
    guard case .scaling(let mean, let deviation) = data.preprocessor else {
      Issue.record("no scaling")
      return
    }
    #expect(abs(mean[0] - 0.2855) < 1e-4)
    #expect(abs(deviation[0] - 0.3528) < 1e-4)
    #expect(try DataSource.fashionMNIST.loadTest().count == 10_000)
  }

  /// Before anything is trained: a run may be judged by them in its end.
  @Test func missingTestExamplesAreNamed() throws {
    let scratch = try Scratch()
    let mnist = URL(fileURLWithPath: scratch.path).appendingPathComponent("mnist")
    try FileManager.default.createDirectory(at: mnist, withIntermediateDirectories: true)
    func link(_ file: String) throws {
      try FileManager.default.createSymbolicLink(
        atPath: mnist.appendingPathComponent(file).path,
        withDestinationPath: "\(DataSource.root)/fashion-mnist/\(file)")
    }
    for part in ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3"] {
      try link("\(part)-ubyte.gz")
    }
    let missing = mnist.appendingPathComponent("t10k-labels-idx1-ubyte.gz").path
    #expect(
      message { try DataSource.mnist.check(in: scratch.path) }.hasPrefix(
        "the data set mnist is missing (no file \(missing)); "))
    try link("t10k-labels-idx1-ubyte.gz")
    #expect(message { try DataSource.mnist.check(in: scratch.path) } == "no error")
  }

  @Test func testExamplesAreOpenedOnRequest() throws {
    var problem = MLP()
    try problem.set("data", to: "blobs")
    let session = try #require(try problem.makeSession(seed: 1) as? NetworkSession)
    let judge = try #require(try session.openTest())
    let x = session.initialParameters()
    #expect(judge(x) == session.metrics(x, on: try DataSource.blobs.loadTest()))
    #expect(judge(x) != session.validate(x))
  }

  @Test(arguments: ["fashion-mnist", "mnist", "cifar-10", "spirals", "moons", "blobs"])
  func namesReadBack(_ name: String) throws {
    let source = try #require(DataSource(hyperparameter: name))
    #expect(source.hyperparameterText == name)
    #expect(source.name == name)
  }

  @Test(arguments: ["", "fashion", "MNIST", "csv", "csv:", "csv:#0123456789abcdef"])
  func otherTextsAreRefused(_ text: String) throws {
    #expect(
      message {
        var problem = MLP()
        try problem.set("data", to: text)
      }
        == "mlp: data = \(text) is not valid; expected one of fashion-mnist, mnist, cifar-10, "
        + "spirals, moons, blobs, or csv: and the path of a file (csv:points.csv)")
  }

  @Test func trainSizeZeroMeansAll() throws {
    var problem = MLP()
    try problem.set("data", to: "spirals")
    #expect(try problem.makeSession(seed: 1).stepsPerEpoch == 2000 / 128)
    try problem.set("trainSize", to: "256")
    #expect(try problem.makeSession(seed: 1).stepsPerEpoch == 2)
    try problem.set("trainSize", to: "2001")
    #expect(
      message { try problem.validate() }
        == "mlp: trainSize = 2001 is not a part of the 2000 training examples of spirals; "
        + "expected 1 to 2000, or 0 for all")
    try problem.set("trainSize", to: "0")
    try problem.set("batch", to: "2001")
    #expect(
      message { try problem.validate() }
        == "mlp: batch = 2001 is larger than the 2000 training examples; expected 1 to 2000")
  }

  @Test func aClassWithoutTrainingExamplesIsNamed() {
    let images = ByteImages(pixels: [1, 2, 3], labels: [0, 2, 1], shape: [1, 1, 1], classes: 3)
    let data = RawDataSet(
      training: images.part(0..<2), validation: images.part(2..<3), test: nil,
      classNames: ["cat", "dog", "owl"])
    #expect(
      message { try data.checkClasses("pets") }
        == "pets: no training example is of class dog; expected at least one of each of the 3 classes"
    )
  }

  @Test func examplesAreChecked() {
    func make(_ values: [Float], _ labels: [Int32]) -> String {
      message {
        _ = try FloatExamples(
          values: values, labels: labels, shape: [2], classes: 2, dataSet: "mine")
      }
    }
    #expect(make([1, 2, 3, 4], [0, 1]) == "no error")
    #expect(
      make([1, 2, .nan, 4], [0, 1])
        == "mine: feature 0 of example 1 (both from 0) is not finite; expected a finite number")
    #expect(make([1, 2, 3, -.infinity], [0, 1]).contains("feature 1 of example 1"))
    #expect(
      make([1, 2, 3, 4], [0, 2]) == "mine: example 1 (from 0) has label 2; expected 0 to 1")
    #expect(make([1, 2, 3, 4], [-1, 0]).hasSuffix("has label -1; expected 0 to 1"))
    #expect(make([1, 2, 3], [0, 1]) == "mine: 3 values; expected 4")
  }
}

@Suite("CIFAR-10")
struct CIFAR10Tests {
  let scratch: Scratch
  let files: CIFAR10Files
  init() throws {
    scratch = try Scratch()
    files = CIFAR10Files(root: scratch.path, recordsPerFile: 20)
    try write("cifar-10")
  }

  /// Six files of 20 records with labels 0, 1, ... 9, 0, ...; the pixel at (c, y, x) of a record is
  /// 100 c + 3 y + x + its file's number.
  func write(_ folder: String) throws {
    try FileManager.default.createDirectory(
      atPath: scratch.file(folder), withIntermediateDirectories: true)
    for file in 1...6 {
      var bytes: [UInt8] = []
      for record in 0..<20 {
        bytes.append(UInt8(record % 10))
        for c in 0..<3 {
          for y in 0..<32 {
            for x in 0..<32 { bytes.append(UInt8(truncatingIfNeeded: 100 * c + 3 * y + x + file)) }
          }
        }
      }
      try Data(bytes).write(to: url(folder, file))
    }
  }

  func url(_ folder: String, _ file: Int) -> URL {
    let name = file == 6 ? "test_batch.bin" : "data_batch_\(file).bin"
    return URL(fileURLWithPath: scratch.file(folder + "/" + name))
  }

  @Test func channelsLieInnermost() throws {
    try files.check()
    let data = try files.read()
    #expect(data.training.count == 90)
    #expect(data.validation.count == 10)
    #expect(data.training.shape == [3, 32, 32])
    #expect(data.training.classLabels() == (0..<90).map { Int32($0 % 10) })
    let first = data.training.features().prefix(3072)
    for (y, x, c) in [(0, 0, 0), (0, 0, 2), (0, 1, 0), (31, 31, 1), (7, 20, 2)] {
      let byte = UInt8(truncatingIfNeeded: 100 * c + 3 * y + x + 1)
      #expect(abs(first[(y * 32 + x) * 3 + c] - Float(byte) / 255) < 1e-6)
    }
    // The last tenth of the five files is the end of the fifth.
    #expect(abs(data.validation.features()[0] - 5.0 / 255) < 1e-6)
    let test = try files.readTest()
    #expect(test.count == 20)
    #expect(abs(test.features()[0] - 6.0 / 255) < 1e-6)
  }

  @Test func theFolderMayBeAsUnpacked() throws {
    let other = try Scratch()
    try FileManager.default.moveItem(
      atPath: scratch.file("cifar-10"), toPath: other.file("cifar-10-batches-bin"))
    try CIFAR10Files(root: other.path, recordsPerFile: 20).check()
  }

  @Test(arguments: [2, 6]) func aMissingFileIsNamed(_ file: Int) throws {
    try FileManager.default.removeItem(at: url("cifar-10", file))
    #expect(
      message { try files.check() }
        == "the data set cifar-10 is missing (no file \(url("cifar-10", file).path)); "
        + "put the six .bin files of its binary version into \(scratch.path)/cifar-10, "
        + "or set OPTLAB_DATA to the folder that holds it")
  }

  @Test(arguments: [-1, 1]) func aFileOfAnotherSizeIsNamed(_ difference: Int) throws {
    let file = url("cifar-10", 3)
    var bytes = try Data(contentsOf: file)
    if difference < 0 { bytes.removeLast() } else { bytes.append(0) }
    try bytes.write(to: file)
    let expected =
      "\(file.path): \(difference < 0 ? "cut short" : "too long"): \(61460 + difference) bytes; "
      + "expected 61460"
    #expect(message { try files.check() } == expected)
    #expect(message { _ = try files.read() } == expected)
  }

  @Test func aLabelOutOfRangeIsNamed() throws {
    let file = url("cifar-10", 4)
    var bytes = try Data(contentsOf: file)
    bytes[7 * 3073] = 10
    try bytes.write(to: file)
    #expect(
      message { _ = try files.read() }
        == "\(file.path): example 7 (from 0) has label 10; expected 0 to 9")
  }

  @Test func theRealSizesAreExpected() throws {
    #expect(
      message { try DataSource.cifar10.check(in: scratch.path) }
        == "\(url("cifar-10", 1).path): cut short: 61460 bytes; expected 30730000")
    let summary = try DataSource.cifar10.summary()
    #expect(summary.trainingCount == 45_000)
    #expect(summary.validationCount == 5_000)
    #expect(summary.testCount == 10_000)
  }
}

@Suite("synthetic data sets")
struct SyntheticTests {
  @Test(arguments: [(DataSource.spirals, 3), (.moons, 2), (.blobs, 4)])
  func theyAreWhatTheySay(_ source: DataSource, _ classes: Int) throws {
    let data = try source.load(.none)
    let summary = try source.summary()
    #expect(
      summary
        == DataSummary(
          shape: [2], classes: classes, trainingCount: 2000, validationCount: 500, testCount: 500))
    #expect(data.training.count == 2000)
    #expect(data.validation.count == 500)
    let test = try source.loadTest(.none)
    #expect(test.count == 500)
    for part in [data.training, data.validation, test] {
      #expect(part.shape == [2])
      #expect(part.features().allSatisfy { $0.isFinite })
      // The classes take turns.
      let counts = Dictionary(grouping: part.classLabels()) { $0 }.mapValues(\.count)
      #expect(counts.count == classes)
      #expect(counts.values.max()! - counts.values.min()! <= 1)
    }
    #expect(try source.read(from: "").training.features() == data.training.features())
  }

  @Test func spiralsWithoutNoiseFollowTheirEquation() {
    let spirals = SyntheticPoints.spirals(arms: 2, noise: 0)
    let points = spirals.features()
    for (i, arm) in spirals.classLabels().enumerated() {
      let t = hypot(Double(points[2 * i]), Double(points[2 * i + 1]))
      let angle = 4 * (Double(arm) + t)
      // Single precision, t < 1 and an angle that t's rounding moves by 4 units of it.
      #expect(abs(Double(points[2 * i]) - t * sin(angle)) < 1e-6)
      #expect(abs(Double(points[2 * i + 1]) - t * cos(angle)) < 1e-6)
    }
  }

  @Test func moonsWithoutNoiseAreHalfCircles() {
    let moons = SyntheticPoints.moons(noise: 0)
    let points = moons.features()
    for (i, moon) in moons.classLabels().enumerated() {
      let x = Double(points[2 * i])
      let y = Double(points[2 * i + 1])
      let radius = moon == 0 ? hypot(x, y) : hypot(x - 1, y - 0.5)
      #expect(abs(radius - 1) < 1e-6)
      #expect(moon == 0 ? y > -1e-6 : y < 0.5 + 1e-6)
    }
  }

  @Test func blobsLieAroundTheirCentres() {
    let blobs = SyntheticPoints.blobs(classes: 3)
    let points = blobs.features()
    let labels = blobs.classLabels()
    for blob in 0..<3 {
      let members = labels.indices.filter { labels[$0] == Int32(blob) }
      let x = members.map { Double(points[2 * $0]) }.reduce(0, +) / Double(members.count)
      let y = members.map { Double(points[2 * $0 + 1]) }.reduce(0, +) / Double(members.count)
      let angle = 2 * Double.pi * Double(blob) / 3
      // The mean of 1,000 standard normals deviates by 0.032; six times that.
      #expect(abs(x - 3 * cos(angle)) < 0.2)
      #expect(abs(y - 3 * sin(angle)) < 0.2)
    }
  }

  @Test(arguments: ["spirals", "moons", "blobs"]) func aNetworkLearnsThem(_ name: String) throws {
    let settings = [("data", name), ("hidden", "32x32"), ("init", "torch")]
      .map { PluginSpec.Setting(name: $0.0, value: $0.1) }
    let problem = try PluginCatalogue.builtIn().problem(PluginSpec(name: "mlp", settings: settings))
    let session = try #require(problem as? any TrainingProblem).makeSession(seed: 1)
    var x = session.initialParameters()
    var gradient = Vector<Float>(repeating: 0, count: x.count)
    let before = session.validate(x).accuracy
    for step in 1...600 {
      _ = session.lossAndGradient(at: x, step: step, gradient: &gradient)
      x.add(-0.5, gradient)
    }
    // A guess is right for a half of the moons at best; a straight line for about 88 % of them.
    #expect(before < 0.7)
    #expect(session.validate(x).accuracy > 0.9)
  }
}
