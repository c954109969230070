import Foundation
import OptimizerKit
import Plugins
import Testing

@testable import Networks

@Suite("augmentation")
struct AugmentationTests {
  /// Six images of 3 × 5 × 4 bytes.
  static let images: ByteImages = {
    var random = RandomSource(seed: 5, purpose: .instance)
    let pixels = (0..<6 * 60).map { _ in UInt8(random.index(below: 256)) }
    return ByteImages(pixels: pixels, labels: [0, 1, 2, 0, 1, 2], shape: [3, 5, 4], classes: 3)
  }()

  /// `image` after `change`, as numbers from 0 to 255.
  func apply(_ change: ImageChange, to image: [UInt8]) -> [Float] {
    var result = [Float](repeating: .nan, count: image.count)
    change.write(image, to: &result)
    return result
  }

  /// Nothing changed in an image of 3 × 5 × 4.
  let same = ImageChange(shape: [3, 5, 4])
  let image: [UInt8] = (0..<60).map { UInt8(4 * $0) }

  @Test func noChangeChangesNothing() {
    #expect(apply(same, to: image) == image.map(Float.init))
  }

  @Test func flippedTwiceIsTheSame() {
    var flip = same
    flip.isFlipped = true
    let once = apply(flip, to: image)
    #expect(once != image.map(Float.init))
    #expect(Array(once[0..<3]) == image[9..<12].map(Float.init))  // the pixel in the last column
    #expect(apply(flip, to: once.map { UInt8($0) }) == image.map(Float.init))
  }

  @Test(arguments: [false, true]) func aCropIsShiftedAndPaddedWithZeros(_ flipped: Bool) {
    for top in -4...4 {
      for left in -4...4 {
        var crop = same
        crop.top = top
        crop.left = left
        crop.isFlipped = flipped
        let result = apply(crop, to: image)
        for y in 0..<5 {
          for x in 0..<4 {
            let column = (flipped ? 3 - x : x) + left
            let isInside = (0..<5).contains(y + top) && (0..<4).contains(column)
            for c in 0..<3 {
              let expected = isInside ? Float(image[((y + top) * 4 + column) * 3 + c]) : 0
              #expect(result[(y * 4 + x) * 3 + c] == expected)
            }
          }
        }
      }
    }
  }

  @Test func enlargingIsBilinear() {
    // A plane 30 y + 10 x + c: interpolated linearly it stays one, as far as its edges.
    let plane: [UInt8] = (0..<60).map { i in
      let (row, column, channel) = (i / 12, i / 3 % 4, i % 3)
      return UInt8(30 * row + 10 * column + channel)
    }
    var enlarge = same
    enlarge.enlargedHeight = 8
    enlarge.enlargedWidth = 6
    for (top, left) in [(0, 0), (3, 2), (-1, 1)] {
      enlarge.top = top
      enlarge.left = left
      let result = apply(enlarge, to: plane)
      for y in 0..<5 {
        for x in 0..<4 {
          let row = min(max((Double(y + top) + 0.5) * 5 / 8 - 0.5, 0), 4)
          let column = min(max((Double(x + left) + 0.5) * 4 / 6 - 0.5, 0), 3)
          for c in 0..<3 {
            let expected = y + top < 0 ? 0 : 30 * row + 10 * column + Double(c)
            // A few roundings of numbers below 256: 4 · 256 · 2⁻²⁴.
            #expect(abs(Double(result[(y * 4 + x) * 3 + c]) - expected) < 1e-4)
          }
        }
      }
    }
  }

  @Test func brightnessMultipliesAndContrastKeepsTheMean() {
    var change = same
    change.brightness = 1.5
    #expect(apply(change, to: image) == image.map { min(1.5 * Float($0), 255) })
    change = same
    change.contrast = 0.5
    let result = apply(change, to: image)
    let mean = image.map(Float.init).reduce(0, +) / 60
    #expect(abs(result.reduce(0, +) / 60 - mean) < 1e-3)
    let expected = mean + 0.5 * (28 - mean)
    #expect(abs(result[7] - expected) < 1e-3)
    change.contrast = 2
    #expect(apply(change, to: image).allSatisfy { (0...255).contains($0) })
  }

  @Test func colourMovesEveryPixelAlike() {
    var change = same
    change.colour = [0.1, 0, -0.2]
    let result = apply(change, to: image)
    for i in 0..<60 {
      let expected = Float(image[i]) + 255 * change.colour[i % 3]
      #expect(abs(result[i] - expected) < 1e-4)
    }
  }

  @Test func colourAxesAreThoseOfTheCovariance() throws {
    // Red is 0 or 255 alike, green 51 or 102, independently; blue never varies.
    let pixels: [UInt8] = [0, 51, 9, 255, 51, 9, 0, 102, 9, 255, 102, 9]
    let images = ByteImages(pixels: pixels, labels: [0], shape: [3, 2, 2], classes: 1)
    let axes = try ColourAxes(of: images).axes
    let expected: [SIMD3<Float>] = [[0.25, 0, 0], [0, 0.01, 0], .zero]
    for (axis, expected) in zip(axes, expected) {
      let difference = axis - expected
      #expect((difference * difference).sum() < 1e-14)
    }
  }

  static let all = Augmentations(
    scale: 1.5, crop: 2, flip: true, brightness: 0.3, contrast: 0.3, colour: 0.5)

  @Test func theSameSeedAndStepGiveTheSameBytes() throws {
    let examples = try Self.all.applied(to: Self.images)
    let first = examples.features(seed: 1, step: 1)
    #expect(examples.features(seed: 1, step: 1) == first)
    #expect(examples.features(seed: 1, step: 2) != first)
    #expect(examples.features(seed: 2, step: 1) != first)
    // Labels, and what is validated on, are left alone.
    #expect(examples.classLabels(seed: 1, step: 1) == [0, 1, 2, 0, 1, 2])
    #expect(examples.features() == Self.images.features())
    // The same image twice in a minibatch is changed in two ways.
    var inputs = [Float](repeating: 0, count: 120)
    var labels = [Int32](repeating: 0, count: 2)
    [Int32(3), 3].withUnsafeBufferPointer {
      examples.gather($0, inputs: &inputs, labels: &labels, seed: 1, step: 1)
    }
    #expect(Array(inputs[..<60]) != Array(inputs[60...]))
  }

  @Test func aPartOfTheImagesIsChangedToo() throws {
    let examples = try Self.all.applied(to: Self.images)
    let part = examples.prefix(2)
    #expect(part.count == 2)
    #expect(
      part.features(seed: 1, step: 4) == Array(examples.features(seed: 1, step: 4).prefix(120)))
  }

  @Test func imagesAreChangedBeforeTheyAreScaled() throws {
    let mean = (0..<60).map { Double($0) / 100 }
    let scaled = Self.images.scaled(mean: mean, deviation: [0.5])
    let flip = Augmentations(crop: 1, flip: true)
    let plain = try flip.applied(to: Self.images).features(seed: 1, step: 1)
    let result = try flip.applied(to: scaled).features(seed: 1, step: 1)
    for (i, value) in plain.enumerated() {
      // Values below 4, three roundings.
      let expected = (Double(value) - mean[i % 60]) / 0.5
      #expect(abs(Double(result[i]) - expected) < 1e-6)
    }
  }

  @Test func drawsStayWithinWhatIsAsked() {
    var flips = 0
    var tops: Set<Int> = []
    for step in 0..<1000 {
      var random = RandomSource(seed: 1, purpose: .augmentation, step: step)
      let change = ImageChange(Self.all, colours: nil, shape: [3, 10, 20], random: &random)
      #expect((10...15).contains(change.enlargedHeight))
      #expect(change.enlargedWidth == 2 * change.enlargedHeight)
      #expect((-2...change.enlargedHeight - 10 + 2).contains(change.top))
      #expect((-2...change.enlargedWidth - 20 + 2).contains(change.left))
      #expect((0.7...1.3).contains(change.brightness))
      #expect((0.7...1.3).contains(change.contrast))
      flips += change.isFlipped ? 1 : 0
      tops.insert(change.top)
    }
    // Half of 1,000, within six deviations of 15.8.
    #expect((405...595).contains(flips))
    #expect(tops == Set(-2...7))
  }

  @Test(arguments: [
    ("none", "none"), ("flip", "flip"), ("flip+crop4", "crop4+flip"),
    ("colour0.1+contrast0.20+brightness1+scale1.25", "scale1.25+brightness1+contrast0.2+colour0.1"),
  ])
  func textsReadBack(_ text: String, _ canonical: String) throws {
    let read = try #require(Augmentations(hyperparameter: text))
    #expect(read.hyperparameterText == canonical)
    #expect(Augmentations(hyperparameter: canonical) == read)
  }

  @Test(arguments: [
    "", "flip+", "+flip", "flip+flip", "flip2", "none+flip", "crop", "crop0", "crop-1", "crop65",
    "crop1.5", "scale1", "scale0.5", "scale5", "scale", "scalenan", "brightness0", "brightness1.1",
    "contrast-0.1", "colourinf", "rotate3", "flip crop4", "crop99999999999999999999",
  ])
  func otherTextsAreRefused(_ text: String) {
    #expect(
      message {
        var problem = MLP()
        try problem.set("augmentation", to: text)
      } == "mlp: augmentation = \(text) is not valid; expected \(Augmentations.expectation)")
  }

  @Test(arguments: [
    ("spirals", "flip", "normalize", "changes images; the examples are 2; expected none"),
    (
      "fashion-mnist", "crop28", "normalize",
      "pads more than there is of images of 1×28×28; expected crop below 28"
    ),
    (
      "fashion-mnist", "colour0.1", "none", "needs three channels; the examples are 1×28×28"
    ),
    (
      "cifar-10", "flip", "whiten",
      "changes pixels, which preprocessing = whiten turns into components; expected none, or "
        + "another preprocessing"
    ),
  ])
  func whatDoesNotFitIsRefused(
    _ data: String, _ augmentation: String, _ preprocessing: String, _ reason: String
  ) throws {
    var problem = MLP()
    try problem.set("data", to: data)
    try problem.set("augmentation", to: augmentation)
    try problem.set("preprocessing", to: preprocessing)
    #expect(
      message { try problem.validate() } == "mlp: augmentation = \(augmentation) " + reason)
  }

  @Test func trainingIsAugmentedAndValidationIsNot() throws {
    func session(_ augmentation: Augmentations) throws -> NetworkSession {
      try NetworkSession(
        [Flatten(), Dense(3)], training: try augmentation.applied(to: Self.images),
        validation: Self.images, batch: 6, seed: 1)
    }
    let plain = try session(.none)
    let augmented = try session(Self.all)
    let x = plain.initialParameters()
    #expect(plain.loss(at: x, step: 1) != augmented.loss(at: x, step: 1))
    #expect(augmented.loss(at: x, step: 1) == (try session(Self.all)).loss(at: x, step: 1))
    #expect(plain.validate(x) == augmented.validate(x))
  }
}
