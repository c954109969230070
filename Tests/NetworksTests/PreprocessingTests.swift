import LinearAlgebra
import OptimizerKit
import Plugins
import Testing

@testable import Networks

@Suite("preprocessing")
struct PreprocessingTests {
  /// 400 images of 3 × 2 × 2 bytes, brighter from channel to channel and correlated within a row; the
  /// first 300 are trained on, and the others are darker.
  static let images: ByteImages = {
    var random = RandomSource(seed: 3, purpose: .instance)
    var pixels: [UInt8] = []
    for image in 0..<400 {
      let common = 60 * random.uniform()
      for feature in 0..<12 {
        let value = 40 * Double(feature % 3) + common + Double(20 + 2 * feature) * random.uniform()
        pixels.append(UInt8(image < 300 ? value + 40 : value / 2))
      }
    }
    return ByteImages(
      pixels: pixels, labels: (0..<400).map { UInt8($0 % 2) }, shape: [3, 2, 2], classes: 2)
  }()

  /// The same as reals.
  static func floats() throws -> FloatExamples {
    try FloatExamples(
      values: images.features(), labels: images.classLabels(), shape: [3, 2, 2], classes: 2,
      dataSet: "floats")
  }

  static func data(_ kind: Preprocessing, _ examples: some RawExamples) throws -> DataSet {
    try RawDataSet(
      training: examples.part(0..<300), validation: examples.part(300..<400), test: nil
    ).prepared(kind)
  }

  /// Mean and deviation of feature j, over the training images, by definition.
  func definition(_ kind: Preprocessing, _ j: Int) -> (mean: Double, deviation: Double) {
    let all = Self.images.features().prefix(300 * 12).map(Double.init)
    func statistics(_ belongs: (Int) -> Bool) -> (Double, Double) {
      let chosen = all.indices.filter { belongs($0 % 12) }.map { all[$0] }
      let mean = chosen.reduce(0, +) / Double(chosen.count)
      let squares = chosen.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return (mean, (squares / Double(chosen.count)).squareRoot())
    }
    let global = statistics { _ in true }
    let channel = statistics { $0 % 3 == j % 3 }
    let own = statistics { $0 == j }
    switch kind {
    case .none: return (0, 1)
    case .centre: return (global.0, 1)
    case .normalize: return global
    case .meanImage: return (own.0, 1)
    case .channelMean: return (channel.0, 1)
    case .channelNormalize: return channel
    default: return own
    }
  }

  @Test(arguments: Preprocessing.allCases.filter { !$0.isProjection })
  func scalingIsWhatItsNameSays(_ kind: Preprocessing) throws {
    let raw = Self.images.features()
    for data in [try Self.data(kind, Self.images), try Self.data(kind, try Self.floats())] {
      let result = data.training.features() + data.validation.features()
      for j in 0..<12 {
        let (mean, deviation) = definition(kind, j)
        for example in 0..<400 {
          let expected = (Double(raw[12 * example + j]) - mean) / deviation
          // Values below 32, and at most four roundings to single precision: 32 · 4 · 2⁻²⁴.
          #expect(abs(Double(result[12 * example + j]) - expected) < 8e-6)
        }
      }
      #expect(data.training.shape == [3, 2, 2])
      #expect(data.training.classLabels() == (0..<300).map { $0 % 2 })
    }
  }

  /// Mean and covariance of vectors.
  func moments(_ values: [Float], _ size: Int) -> (mean: [Double], covariance: [[Double]]) {
    let n = values.count / size
    let rows = (0..<n).map { i in (0..<size).map { Double(values[i * size + $0]) } }
    let mean = (0..<size).map { j in rows.reduce(0) { $0 + $1[j] } / Double(n) }
    let covariance = (0..<size).map { a in
      (0..<size).map { b in
        rows.reduce(0) { $0 + ($1[a] - mean[a]) * ($1[b] - mean[b]) } / Double(n)
      }
    }
    return (mean, covariance)
  }

  @Test func componentsAreCentredUncorrelatedAndInOrder() throws {
    let data = try Self.data(.pca, Self.images)
    guard case .projection(let components) = data.preprocessor else {
      Issue.record("no projection")
      return
    }
    #expect(data.training.shape == [12])
    let (mean, covariance) = moments(data.training.features(), 12)
    #expect(components.variances == components.variances.sorted(by: >))
    for a in 0..<12 {
      // Components below 1 from 12 products in single precision: 12 · 2⁻²⁴ each, and so the mean
      // and the products of two.
      #expect(abs(mean[a]) < 2e-6)
      for b in 0..<12 {
        #expect(abs(covariance[a][b] - (a == b ? components.variances[a] : 0)) < 2e-6)
      }
    }
    // A rotation: the distance between two examples, of either part, stays.
    let before = Self.images.features()
    let after = data.training.features() + data.validation.features()
    for (i, k) in [(0, 1), (5, 399), (310, 399)] {
      func squaredDistance(_ x: [Float]) -> Float {
        (0..<12).reduce(0) { sum, j in
          let difference = x[12 * i + j] - x[12 * k + j]
          return sum + difference * difference
        }
      }
      #expect(abs(squaredDistance(after) - squaredDistance(before)) < 1e-5)
    }
    #expect(data.validation.classLabels() == (300..<400).map { $0 % 2 })
  }

  @Test func whitenedCovarianceIsTheIdentity() throws {
    let data = try Self.data(.whiten, Self.images)
    guard case .projection(let components) = data.preprocessor else {
      Issue.record("no projection")
      return
    }
    let (mean, covariance) = moments(data.training.features(), 12)
    let epsilon = PrincipalComponents.epsilon
    for a in 0..<12 {
      // Rounding as above, enlarged by 1/√λ, which is below 200 here, and for products once more by
      // values of a few units.
      #expect(abs(mean[a]) < 1e-4)
      for b in 0..<12 {
        let variance = components.variances[a]
        let expected = a == b ? variance / (variance + epsilon) : 0
        #expect(abs(covariance[a][b] - expected) < 1e-3)
      }
      // Nearly 1 where ε is small beside λ.
      #expect(components.variances[a] > 10 * epsilon)
    }
  }

  @Test func statisticsComeFromTheTrainingPartOnly() throws {
    // The validation images are darker by more than half, and must stay so.
    for kind in [Preprocessing.normalize, .standardize, .whiten] {
      let data = try Self.data(kind, Self.images)
      let alone = try RawDataSet(
        training: Self.images.part(0..<300), validation: Self.images.part(0..<300), test: nil
      ).prepared(kind)
      #expect(data.training.features() == alone.training.features())
      let mean = moments(data.validation.features(), 12).mean
      #expect(mean.contains { abs($0) > 0.5 })
    }
  }

  @Test func whereNothingVariesNothingIsDividedBy() throws {
    let black = ByteImages(
      pixels: Array(repeating: 51, count: 12), labels: [0, 1, 0, 1, 0, 1], shape: [1, 1, 2],
      classes: 2)
    let points = try FloatExamples(
      values: (0..<6).flatMap { [Float($0), 0.1] }, labels: [0, 1, 0, 1, 0, 1], shape: [2],
      classes: 2, dataSet: "points")
    for kind in Preprocessing.allCases {
      for result in [
        try RawDataSet(training: black, validation: black, test: nil).prepared(kind),
        try RawDataSet(training: points, validation: points, test: nil).prepared(kind),
      ] {
        // Six values from 0 to 5, or their multiples by at most 1/√(variance).
        #expect(result.training.features().allSatisfy { abs($0) <= 5 }, "\(kind)")
      }
    }
    let standardised = try RawDataSet(training: black, validation: black, test: nil)
      .prepared(.standardize).training.features()
    #expect(standardised.allSatisfy { abs($0) < 1e-6 })
  }

  @Test func defaultIsOneMeanAndOneDeviation() throws {
    let images = ByteImages(
      pixels: [0, 255, 0, 255, 7, 9], labels: [0, 1, 0], shape: [1, 1, 2], classes: 2)
    let data = try RawDataSet(
      training: images.part(0..<2), validation: images.part(2..<3), test: nil
    ).prepared(.normalize)
    #expect(data.training.features() == [-1, 1, -1, 1])
    #expect(data.training.classLabels() == [0, 1])
    #expect(abs(data.validation.features()[0] - (7 / 255 - 0.5) / 0.5) < 1e-6)
    #expect(data.validation.classLabels() == [0])
  }

  @Test func tooManyFeaturesForComponentsAreRefused() {
    let size = PrincipalComponents.mostFeatures + 1
    let wide = ByteImages(
      pixels: Array(repeating: 0, count: 2 * size), labels: [0, 1], shape: [size], classes: 2)
    #expect(
      message { _ = try PrincipalComponents(of: wide, isWhitening: false) }
        == "principal components are found of at most 4096 features; there are 4097")
  }

  @Test func problemsTakeIt() throws {
    var problem = MLP()
    try problem.set("data", to: "moons")
    try problem.set("preprocessing", to: "whiten")
    try problem.validate()
    let session = try problem.makeSession(seed: 1)
    #expect(session.validate(session.initialParameters()).loss.isFinite)
    #expect(
      message { try problem.set("preprocessing", to: "normalise") }
        == "mlp: preprocessing = normalise is not valid; expected one of none, centre, normalize, "
        + "mean-image, channel-mean, channel-normalize, standardize, pca, whiten")
  }
}
