// Cross-validation: parts of the training examples.

import OptimizerKit
import Plugins
import Testing

@testable import Networks

@Suite struct FoldTests {
  @Test func textsOfParts() {
    #expect(Fold(hyperparameter: "none") == Fold.none && Fold.none.hyperparameterText == "none")
    let part = Fold(hyperparameter: "2/5")
    #expect(part?.number == 2 && part?.count == 5 && part?.hyperparameterText == "2/5")
    #expect(Fold(hyperparameter: "test") == Fold.test && Fold.test.hyperparameterText == "test")
    #expect(Fold.test != Fold.none && Fold.test.range(of: 10).isEmpty)
    for text in ["", "0/5", "6/5", "1/1", "1/1001", "2", "2/5/1", "a/b", "-1/5", "1/"] {
      #expect(Fold(hyperparameter: text) == nil, "\(text)")
    }
  }

  /// Every example is in exactly one part, and sizes differ by one at most.
  @Test(arguments: [(10, 2), (10, 3), (50_000, 7), (5, 5), (2001, 4)])
  func partsMakeUpAll(_ total: Int, _ count: Int) throws {
    let ranges = try (1...count).map { try #require(Fold($0, of: count)).range(of: total) }
    #expect(ranges.flatMap { Array($0) } == Array(0..<total))
    let sizes = ranges.map(\.count)
    #expect(sizes.max()! - sizes.min()! <= 1)
    #expect(Fold.none.range(of: total).isEmpty)
  }

  /// What is trained and validated on are the training examples of the data set, divided; the prepared ones
  /// have the statistics of what is trained on, and nothing else.
  @Test(arguments: [DataSource.spirals, .blobs])
  func trainingExamplesAreDivided(_ data: DataSource) throws {
    let whole = try data.raw(in: DataSource.root)
    let fold = try #require(Fold(3, of: 4))
    let folded = try whole.validated(on: fold, "data")
    let range = fold.range(of: whole.training.count)
    #expect(folded.validation.count == range.count)
    #expect(folded.training.count == whole.training.count - range.count)
    let labels = whole.training.allLabels
    #expect(folded.validation.allLabels == Array(labels[range]))
    #expect(
      folded.training.allLabels
        == Array(labels[..<range.lowerBound] + labels[range.upperBound...]))
    let parts = try #require(folded.training as? FloatExamples)
    let all = try #require(whole.training as? FloatExamples)
    let size = all.shape.count
    #expect(
      parts.allValues.prefix(range.lowerBound * size)
        == all.allValues.prefix(range.lowerBound * size))
    #expect(parts.allValues.last == all.allValues.last)
    let prepared = try data.load(.normalize, fold: fold)
    guard case .scaling(let mean, let deviation) = prepared.preprocessor,
      case .scaling(let own, let spread) = try Preprocessor(.normalize, fittedTo: folded.training),
      case .scaling(let other, _) = try Preprocessor(.normalize, fittedTo: whole.training)
    else {
      Issue.record("points are scaled")
      return
    }
    #expect(mean == own && deviation == spread && mean != other)
    #expect(try data.load(.normalize).training.count == whole.training.count)
  }

  /// All but the test examples are trained on, in their order, and these are validated on.
  @Test func testExamplesAreValidatedOn() throws {
    let whole = try DataSource.blobs.raw(in: DataSource.root)
    let test = try #require(whole.test)
    let parts = whole.validated(onTest: test)
    #expect(parts.training.allLabels == whole.training.allLabels + whole.validation.allLabels)
    #expect(parts.validation.allLabels == test.allLabels)
    let training = try #require(parts.training as? FloatExamples).allValues
    let first = try #require(whole.training as? FloatExamples).allValues
    let second = try #require(whole.validation as? FloatExamples).allValues
    #expect(training == first + second)
    let prepared = try DataSource.blobs.load(.none, fold: .test)
    #expect(prepared.training.count == 2500 && prepared.validation.count == 500)
  }

  @Test func imagesAreDivided() throws {
    let images = ByteImages(
      pixels: (0..<24).map { UInt8($0) }, labels: [0, 1, 2, 0, 1, 2], shape: Shape([1, 2, 2]),
      classes: 3)
    // Of a part, as data sets have it.
    let part = images.part(1..<6).without(1..<3)
    #expect(part.allLabels == [1, 1, 2] && part.count == 3)
    var inputs = [Float](repeating: 0, count: 12)
    var labels = [Int32](repeating: 0, count: 3)
    [0, 1, 2].withUnsafeBufferPointer { part.gather($0, inputs: &inputs, labels: &labels) }
    let bytes = inputs.map { Int(($0 * 255).rounded()) }
    #expect(bytes == [4, 5, 6, 7] + [16, 17, 18, 19] + [20, 21, 22, 23])
    #expect(labels == [1, 1, 2])
    // And with others.
    let more = part.followed(by: images.part(0..<2))
    #expect(more.allLabels == [1, 1, 2, 0, 1])
    [2, 3].withUnsafeBufferPointer { more.gather($0, inputs: &inputs, labels: &labels) }
    #expect(
      inputs.prefix(8).map { Int(($0 * 255).rounded()) } == [20, 21, 22, 23] + [0, 1, 2, 3])
  }

  /// A problem trains on what the part leaves, and says in a dump which examples those are.
  @Test func problemsHaveParts() throws {
    func problem(_ settings: [String: String]) throws -> any TrainingProblem {
      var problem: any Plugin = try #require(
        PluginCatalogue.builtIn().problems.first { $0.name == "perceptron" }?.make())
      for (name, value) in settings { try problem.set(name, to: value) }
      try problem.validate()
      return try #require(problem as? any TrainingProblem)
    }
    let whole = try problem([:]), folded = try problem(["fold": "2/4"])
    #expect(
      try folded.makeSession(seed: 1).stepsPerEpoch < whole.makeSession(seed: 1).stepsPerEpoch)
    // Of as many examples as there are, or are used.
    for (settings, steps) in [
      (["batch": "30"], 2000 / 30), (["batch": "30", "fold": "2/4"], 1500 / 30),
      (["batch": "30", "trainSize": "100"], 3),
      (["batch": "30", "fold": "test"], 2500 / 30),
    ] as [([String: String], Int)] {
      let problem = try problem(settings)
      #expect(problem.stepsPerPass == steps)
      #expect(try problem.makeSession(seed: 1).stepsPerEpoch == steps)
    }
    let description = try #require(try folded.trainingDescription())
    guard case .int32(let trained, _)? = description.arrays[.trainingExamples],
      case .int32(let validated, _)? = description.arrays[.validationExamples]
    else {
      Issue.record("the examples are named")
      return
    }
    #expect(Set(trained).isDisjoint(with: validated))
    #expect(validated == Array(500..<1000) && trained.count == 1500)
    let tested = try #require(try problem(["fold": "test"]).trainingDescription())
    #expect(tested.arrays[.trainingExamples] == .vector(Array(0..<2500)))
    #expect(tested.arrays[.validationExamples] == .vector(Array(2500..<3000)))
    #expect(throws: HyperparameterError.self) { try problem(["fold": "1/4", "trainSize": "1501"]) }
    #expect(
      throws: HyperparameterError.malformed(
        name: "fold", value: "5/4", plugin: "perceptron",
        expected: "none, a part of 2 to 1000 such as 2/5, or test")
    ) { try problem(["fold": "5/4"]) }
  }
}
