// Predictions of several parameter vectors, of several views, and of some classes.

import Foundation
import OptimizerKit
import Testing

@testable import Networks

@Suite("mean predictions")
struct MeanPredictionTests {
  /// A network on points, with two parameter vectors that differ.
  private func session() throws -> (NetworkSession, [Vector<Float>]) {
    let data = try DataSource.blobs.load()
    func make(_ seed: UInt64) throws -> NetworkSession {
      try NetworkSession(
        [Dense(6, .tanh), Dense(4)], training: data.training, validation: data.validation,
        batch: 10, seed: seed, readTest: { try DataSource.blobs.loadTest() })
    }
    return (try make(1), try (1...3).map { try make($0).initialParameters() })
  }

  /// One member is the model itself, but for the rounding of single precision.
  @Test func oneMemberIsTheModel() throws {
    let (session, members) = try session()
    for member in members {
      let alone = session.validate(member)
      let mean = try #require(session.validate(meanOf: [member]))
      #expect(mean.accuracy == alone.accuracy)
      // Outputs below 10 in single precision: 10 · 2⁻²⁴ and the rounding of an exponential.
      #expect(abs(mean.loss - alone.loss) < 1e-5)
    }
    #expect(session.validate(meanOf: []) == nil)
  }

  /// The loss is that of the mean of the probabilities, recomputed from the members' losses on one example.
  @Test func probabilitiesAreAveraged() throws {
    let (session, members) = try session()
    let data = try DataSource.blobs.load()
    for count in 1...5 {
      let examples = data.validation.prefix(count)
      let together = try NetworkSession(
        [Dense(6, .tanh), Dense(4)], training: data.training, validation: examples, batch: 10,
        seed: 1)
      let mean = try #require(together.validate(meanOf: members))
      // −log of the mean of e^{−L} over members is what one example costs; more add up.
      var total = 0.0
      for place in 0..<count {
        let probability = members.map { member in
          let whole = session.metrics(member, on: data.validation.prefix(place + 1)).loss
          let before =
            place == 0 ? 0 : session.metrics(member, on: data.validation.prefix(place)).loss
          return exp(-(whole * Double(place + 1) - before * Double(place)))
        }
        total -= log(probability.reduce(0, +) / Double(members.count))
      }
      // Differences of sums of up to five losses in single precision.
      #expect(abs(mean.loss - total / Double(count)) < 1e-4)
    }
  }

  /// A member that is no number spoils the whole.
  @Test func noNumberIsSeen() throws {
    let (session, members) = try session()
    let broken = Vector<Float>(repeating: .nan, count: members[0].count)
    let mean = try #require(session.validate(meanOf: [members[0], broken]))
    #expect(mean.loss.isNaN && mean.accuracy == 0)
  }

  @Test func testExamplesAreJudgedAlike() throws {
    let (session, members) = try session()
    let test = try #require(try session.openTest())
    let mean = try #require(try session.test(meanOf: [members[1]]))
    #expect(mean.accuracy == test(members[1]).accuracy)
  }

  /// Losses without probabilities, and layers that remember training, have no mean prediction.
  @Test func whatCannotBeAveragedIsRefused() throws {
    let data = try DataSource.blobs.load()
    let hinge = try NetworkSession(
      [Dense(4)], loss: Hinge(), training: data.training, validation: data.validation, batch: 10,
      seed: 1)
    #expect(hinge.validate(meanOf: [hinge.initialParameters()]) == nil)
    let remembering = try NetworkSession(
      [Dense(6), BatchNormalization(.relu), Dense(4)], training: data.training,
      validation: data.validation, batch: 10, seed: 1)
    #expect(remembering.validate(meanOf: [remembering.initialParameters()]) == nil)
  }

  // MARK: Views

  @Test func viewsAreWrittenAsTheyAreRead() {
    for text in ["none", "flip", "crop2", "crop3+flip"] {
      #expect(Views(hyperparameter: text)?.hyperparameterText == text)
    }
    for text in ["", "scale2", "flip+flip", "crop0", "crop65", "crop2+brightness0.1"] {
      #expect(Views(hyperparameter: text) == nil, "\(text)")
    }
    #expect(
      ["none", "flip", "crop2", "crop2+flip"].map { Views(hyperparameter: $0)?.count } == [
        1, 2, 5, 10,
      ])
  }

  /// Corners are shifts by the padding, with zeros beyond the edge, then mirrored.
  @Test func viewsAreTheImageItsCornersAndTheirMirrorImages() throws {
    let images = AugmentationTests.images
    let views = try Views(crop: 1, flip: true).applied(to: images)
    #expect(views.count == 10)
    func values(_ examples: any Examples) -> [Float] {
      var inputs = [Float](repeating: .nan, count: 60)
      var labels: [Int32] = [-1]
      [Int32(2)].withUnsafeBufferPointer { examples.gather($0, inputs: &inputs, labels: &labels) }
      #expect(labels == [2])
      return inputs
    }
    let plain = values(images)
    #expect(values(views[0]) == plain)
    let shifts = [(0, 0), (-1, -1), (-1, 1), (1, -1), (1, 1)]
    for (place, view) in views.enumerated() {
      let (top, left) = shifts[place % 5]
      let seen = values(view)
      for y in 0..<5 {
        for x in 0..<4 {
          let column = (place < 5 ? x : 3 - x) + left
          let isInside = (0..<5).contains(y + top) && (0..<4).contains(column)
          for c in 0..<3 {
            #expect(
              seen[(y * 4 + x) * 3 + c] == (isInside ? plain[((y + top) * 4 + column) * 3 + c] : 0))
          }
        }
      }
    }
  }

  // MARK: Classes

  @Test func classesAreTakenAndNumberedAnew() {
    let images = AugmentationTests.images  // labels 0, 1, 2, 0, 1, 2
    let part = ClassPart(images, classes: [2, 0])
    #expect(part.count == 4 && part.classes == 2 && part.allLabels == [1, 0, 1, 0])
    var inputs = [Float](repeating: .nan, count: 60)
    var expected = inputs
    var labels: [Int32] = [-1]
    [Int32(3)].withUnsafeBufferPointer { part.gather($0, inputs: &inputs, labels: &labels) }
    #expect(labels == [0])
    [Int32(5)].withUnsafeBufferPointer { images.gather($0, inputs: &expected, labels: &labels) }
    #expect(inputs == expected)
    let few = ClassPart(images, classes: [0, 1, 2], each: 1, seed: 7)
    #expect(few.count == 3 && few.allLabels.sorted() == [0, 1, 2])
  }

  /// What a network gives for examples is what its layers would hand on.
  @Test func featuresAreOutputs() throws {
    let data = try DataSource.blobs.load()
    let body = try Network<Float>([Dense(3, .tanh)], input: data.training.shape, capacity: 7)
    var parameters = [Float](repeating: 0, count: body.layout.count)
    body.initialize(&parameters, seed: 3)
    let features = try body.features(of: data.validation, parameters: parameters, name: "features")
    #expect(features.count == data.validation.count && features.shape == [3])
    #expect(features.allLabels == data.validation.allLabels)
    let head = try NetworkSession(
      [Dense(4)], training: features, validation: features, batch: 10, seed: 5)
    let whole = try NetworkSession(
      [Dense(3, .tanh), Dense(4)], training: data.training, validation: data.validation, batch: 10,
      seed: 5)
    let last = head.initialParameters().array
    #expect(head.validate(Vector(last)) == whole.validate(Vector(parameters + last)))
  }

  /// Parameters that are given stand at the start, the others are drawn as without them.
  @Test func givenParametersStandAtTheStart() throws {
    let data = try DataSource.blobs.load()
    func start(_ given: [Float]) throws -> [Float] {
      try NetworkSession(
        [Dense(4)], training: data.training, validation: data.validation, batch: 10, seed: 5,
        start: given
      ).initialParameters().array
    }
    let drawn = try start([])
    #expect(try start([7, 8]) == [7, 8] + drawn.dropFirst(2))
  }
}
