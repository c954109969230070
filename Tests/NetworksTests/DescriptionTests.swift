// What is said of a training for other programs.

import Foundation
import OptimizerKit
import Testing

@testable import Networks

@Suite struct DescriptionTests {
  /// One of each kind of layer.
  static let layers: [any Layer] = [
    Dense(3, .tanh, biases: nil), Maxout(2), Convolution(2, size: 3, padding: 1),
    MaxPooling(2, stride: 1), AveragePooling(2), GlobalAveragePooling(), Flatten(),
    Unflatten([1, 2, 2]), Dropout(keep: 0.5, .plain), BatchNormalization(.relu, epsilon: 1e-3),
    PReLU(slope: 0.1), Activation.elu, Residual([Activation.relu]),
  ]

  /// Nothing that a layer was declared with is left out.
  @Test func everyPropertyOfALayerIsSaid() {
    for layer in Self.layers {
      let settings = layer.settings([1, 4, 4], name: "layer1")
      let properties = Mirror(reflecting: layer).children.compactMap(\.label)
      let expected = layer is Activation ? ["activation"] : properties
      #expect(Set(settings.keys) == Set(expected), "\(layer)")
      #expect(!type(of: layer).formula.isEmpty, "\(layer)")
    }
    let losses: [any Loss] = [
      SoftmaxCrossEntropy(), Hinge(), SquaredError(.inputs), PerceptronLoss(),
    ]
    for loss in losses { #expect(!type(of: loss).formula.isEmpty, "\(loss)") }
    #expect(Activation.allCases.allSatisfy { !$0.formula.isEmpty })
  }

  @Test func settingsAreThoseDeclared() {
    let convolution = Convolution(
      8, size: 5, stride: 2, padding: 1, .selu, weights: .orthogonal(gain: 2), biases: nil)
    #expect(
      convolution.settings([3, 9, 9], name: "convolution1") == [
        "outputs": .count(8), "activation": "selu", "weights": "orthogonal(2)", "biases": .nothing,
        "filter": ["size": .count(5), "stride": .count(2), "padding": .count(1)],
      ])
    #expect(
      Dropout(keep: 0.25, .plain).settings([4], name: "dropout1") == [
        "keep": .number(0.25), "scaling": "plain",
      ])
    #expect(
      BatchNormalization(.relu, epsilon: 1e-3, momentum: 0.2).settings([4], name: "") == [
        "activation": "relu", "epsilon": .number(1e-3), "momentum": .number(0.2),
      ])
    #expect(
      Unflatten([1, 2, 3]).settings([6], name: "") == ["shape": ["axes": .axes([1, 2, 3])]])
    #expect(Fact.properties(of: SquaredError(.inputs)) == ["target": "inputs"])
    #expect(Fact.properties(of: Hinge(margin: 2)) == ["margin": .number(2)])
  }

  /// Within blocks too, tensors are named as in the layout, and in its order.
  @Test func tensorsAreThoseOfTheLayout() throws {
    let plan = try NetworkPlan(
      [
        Convolution(4, size: 3, padding: 1),
        Residual(
          [Convolution(8, size: 3, stride: 2, padding: 1), BatchNormalization()],
          shortcut: [Convolution(8, size: 1, stride: 2)]), Flatten(), Dense(10),
      ], input: [1, 8, 8])
    #expect(names(plan.facts(prefix: "")) == plan.layout.tensors.map(\.name))
    func names(_ layers: Fact) -> [String] {
      guard case .list(let layers) = layers else { return [] }
      return layers.flatMap { layer -> [String] in
        guard case .group(let facts) = layer, case .group(let settings)? = facts["settings"],
          case .list(let tensors)? = facts["tensors"]
        else { return [] }
        if let body = settings["body"], let shortcut = settings["shortcut"] {
          return names(body) + names(shortcut)
        }
        return tensors.compactMap {
          guard case .group(let tensor) = $0, case .text(let name)? = tensor["name"] else {
            return nil
          }
          return name
        }
      }
    }
  }

  /// From the features, their places and the statistics follow the inputs of the first layer.
  @Test(arguments: Preprocessing.allCases)
  func preparation(_ preprocessing: Preprocessing) throws {
    var examples = TrainingExamples(.moons, batch: 10, preprocessing: preprocessing)
    examples.trainSize = 300
    let arrays = try examples.description().arrays
    guard case .int32(let places, shape: [300])? = arrays[.trainingExamples],
      case .float32(let features, shape: [3000, 2])? = arrays[.features],
      case .int32(let labels, shape: [3000])? = arrays[.labels]
    else {
      Issue.record("no examples")
      return
    }
    var inputs = [Float](repeating: 0, count: 600)
    var classes = [Int32](repeating: 0, count: 300)
    (0..<300).map(Int32.init).withUnsafeBufferPointer {
      try? examples.load().training.gather($0, inputs: &inputs, labels: &classes)
    }
    #expect(classes == places.map { labels[Int($0)] })
    let raw = places.flatMap { [features[2 * Int($0)], features[2 * Int($0) + 1]] }
    if preprocessing.isProjection {
      guard case .float32(let mean, _)? = arrays[.mean],
        case .float32(let matrix, shape: [2, 2])? = arrays[.matrix]
      else {
        Issue.record("no components")
        return
      }
      for i in inputs.indices {
        let (row, component) = i.quotientAndRemainder(dividingBy: 2)
        let expected = (0..<2).reduce(Float(0)) {
          $0 + matrix[2 * component + $1] * (raw[2 * row + $1] - mean[$1])
        }
        #expect(abs(inputs[i] - expected) < 1e-5)
      }
    } else {
      guard case .float64(let mean, _)? = arrays[.mean],
        case .float64(let deviation, _)? = arrays[.deviation]
      else {
        Issue.record("no statistics")
        return
      }
      let expected = raw.enumerated().map { i, x in
        Float((Double(x) - mean[i % 2 % mean.count]) / deviation[i % 2 % deviation.count])
      }
      #expect(inputs == expected)
    }
  }

  /// The rows of a CSV file are told apart, though they are shuffled.
  @Test func rowsOfAFile() throws {
    let scratch = try Scratch()
    let path = scratch.file("rows.csv")
    let rows = (0..<20).map { "\($0),\(-$0),\($0 % 2)\n" }
    try ("x,y,label\n" + rows.joined()).write(toFile: path, atomically: true, encoding: .utf8)
    let examples = TrainingExamples(
      .csv(CSVSource(path: path)), batch: 4, preprocessing: .none)
    let description = try examples.description()
    guard case .int32(let training, shape: [16])? = description.arrays[.trainingExamples],
      case .int32(let validation, shape: [2])? = description.arrays[.validationExamples],
      case .int32(let test, shape: [2])? = description.arrays[.testExamples]
    else {
      Issue.record("no places")
      return
    }
    #expect(Set(training + validation + test) == Set(0..<20))
    let loaded = try examples.load()
    for (places, part) in [(training, loaded.training), (validation, loaded.validation)] {
      var inputs = [Float](repeating: 0, count: 2 * places.count)
      var labels = [Int32](repeating: 0, count: places.count)
      places.indices.map(Int32.init).withUnsafeBufferPointer {
        part.gather($0, inputs: &inputs, labels: &labels)
      }
      #expect(inputs == places.flatMap { [Float($0), -Float($0)] })
      #expect(labels == places.map { $0 % 2 })
    }
  }
}
