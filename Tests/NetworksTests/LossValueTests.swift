// Hinge, squared error and perceptron loss against values worked by hand.

import Networks
import OptimizerKit
import Testing

@Suite("losses")
struct LossValueTests {
  func mean<R: NetworkScalar>(
    _ loss: any Loss, _ outputs: [R], labels: [Int32], inputs: [R] = []
  ) -> (value: Double, gradient: [R]) {
    var gradient = [R](repeating: .nan, count: outputs.count)
    let value = inputs.withUnsafeBufferPointer { inputs in
      labels.withUnsafeBufferPointer { labels in
        outputs.withUnsafeBufferPointer { outputs in
          let batch = Batch(
            inputs: inputs.baseAddress ?? outputs.baseAddress!, labels: labels.baseAddress!,
            examples: labels.count)
          let columns = outputs.count / labels.count
          let alone = loss.mean(
            outputs.baseAddress!, columns: columns, batch: batch, features: columns, gradient: nil)
          let value = loss.mean(
            outputs.baseAddress!, columns: columns, batch: batch, features: columns,
            gradient: &gradient)
          #expect(alone == value || alone.isNaN && value.isNaN)
          return value
        }
      }
    }
    return (value, gradient)
  }

  /// The example of CS231n: scores of three images, with losses 2.9, 0 and 12.9.
  @Test func hingeOfTheLecture() {
    let scores = [3.2, 5.1, -1.7, 1.3, 4.9, 2.0, 2.2, 2.5, -3.1]
    let (value, gradient) = mean(Hinge(), scores, labels: [0, 1, 2])
    #expect(abs(value - (2.9 + 0 + 12.9) / 3) < 1e-14)
    let third = 1.0 / 3
    #expect(gradient == [-third, third, 0, 0, 0, 0, third, third, -2 * third])
  }

  @Test func hingeHasAMargin() {
    // 1 − 3 + 4 = 2 and 0 − 3 + 4 = 1.
    #expect(mean(Hinge(margin: 4), [3.0, 1, 0], labels: [0]).value == 3)
    // On the kink there is no gradient.
    let kink = mean(Hinge(margin: 2), [3.0, 1], labels: [0])
    #expect(kink.value == 0)
    #expect(kink.gradient == [0, 0])
  }

  @Test func squaredErrorOfLabels() {
    // Targets 0 1 0 and 1 0 0.
    let (value, gradient) = mean(SquaredError(), [1.0, 3, -2, 1, 0, 0], labels: [1, 0])
    #expect(value == 2.25)  // (1 + 4 + 4) / 2 over two examples
    #expect(gradient == [0.5, 1, -1, 0, 0, 0])
  }

  @Test func squaredErrorOfInputs() {
    // More than a block of sums, so that the seams are seen; differences are small whole numbers.
    let inputs = (0..<2 * 1043).map { Float($0 % 7) }
    let outputs = inputs.indices.map { inputs[$0] + Float($0 % 3) }
    let squares = inputs.indices.reduce(0.0) { $0 + Double(($1 % 3) * ($1 % 3)) }
    let (value, gradient) = mean(
      SquaredError(.inputs), outputs, labels: [0, 0], inputs: inputs)
    #expect(value == squares / 2 / 2)
    #expect(gradient == inputs.indices.map { Float($0 % 3) / 2 })
  }

  /// torch.nn.MSELoss of the same numbers is mean (y − t)² = 13/3.
  @Test func squaredErrorIsHalfOfTorchsTimesTheOutputs() {
    let value = mean(SquaredError(), [1.0, 2, 3], labels: [0]).value
    #expect(abs(value - (0.0 + 4 + 9) / 2) < 1e-15)
    #expect(abs(2 / 3.0 * value - 13.0 / 3) < 1e-15)
  }

  @Test func perceptronLoss() {
    // Right; wrong by 2; a tie, which counts as wrong and costs nothing yet.
    let (value, gradient) = mean(
      PerceptronLoss(), [3.0, 1, 0, 1, 3, 3, 2, 2, 1], labels: [0, 0, 1])
    let third = 1.0 / 3
    #expect(value == 2.0 / 3)
    #expect(gradient == [0, 0, 0, -third, third, 0, third, -third, 0])
    #expect(mean(PerceptronLoss(), [5.0], labels: [0]).gradient == [0])
  }

  static let all: [any Loss] = [
    SoftmaxCrossEntropy(), Hinge(), PerceptronLoss(), SquaredError(), SquaredError(.inputs),
  ]

  @Test(arguments: all.indices)
  func nanIsNotHidden(_ index: Int) {
    for place in 0..<4 {
      for label in [Int32(0), 1, 3] {
        var outputs: [Float] = [1, 2, 3, 4]
        outputs[place] = .nan
        let loss = Self.all[index]
        #expect(mean(loss, outputs, labels: [label], inputs: [0, 0, 0, 0]).value.isNaN)
      }
    }
  }

  @Test(arguments: all.indices, [1, 7])
  func gradient(_ index: Int, examples: Int) throws {
    let check = try GradientCheck(
      [Dense(6, .tanh, biases: .constant(0.1)), Dense(4)], input: [4], loss: Self.all[index],
      examples: examples)
    for (tensor, error) in check.errors() {
      #expect(error < 1e-7, "\(tensor)")
    }
  }

  /// The checker with these losses: one that forgets its mean must not pass.
  @Test func aFaultIsFound() throws {
    let check = try GradientCheck(
      [Dense(6, .tanh), Dense(4)], input: [4], loss: ForgetfulHinge())
    #expect(check.errors().allSatisfy { !($0.error < 1e-3) })
  }

  // Of order 10 terms of order 1: 1e-6 is ten roundings.
  @Test(arguments: all.indices)
  func singleAgreesWithDouble(_ index: Int) throws {
    let layers: [any Layer] = [Dense(16, .tanh), Dense(8)]
    let check = try GradientCheck(layers, input: [8], loss: Self.all[index], examples: 32)
    let (loss, gradient) = try check.inSinglePrecision(layers, input: [8])
    let right = check.loss(check.parameters)
    #expect(abs(loss - right) < 1e-6 * (1 + right))
    for (single, double) in zip(gradient, check.gradient()) {
      #expect(abs(Double(single) - double) < 2e-6 * (1 + abs(double)))
    }
  }

  @Test(arguments: all.indices)
  func outputsThatDoNotFitAreRefused(_ index: Int) {
    #expect(throws: ShapeError.self) {
      try Self.all[index].check(output: [9], input: [1, 2, 4], classes: 10)
    }
  }

  @Test func anAutoEncoderHasAsManyOutputsAsInputs() throws {
    let loss = SquaredError(.inputs)
    #expect(!loss.isClassification)
    try loss.check(output: [8], input: [1, 2, 4], classes: 10)
    try loss.check(output: [8], input: [8], classes: 10)
    try loss.check(output: [3, 2, 4], input: [3, 2, 4], classes: 10)
    let few = #expect(throws: ShapeError.self) {
      try loss.check(output: [10], input: [1, 2, 4], classes: 10)
    }
    #expect(few?.description == "the loss takes 8 outputs, one for each input; its input is 10")
    let order = #expect(throws: ShapeError.self) {
      try loss.check(output: [24], input: [3, 2, 4], classes: 10)
    }
    #expect(
      order?.description
        == "the loss takes outputs of the shape 3×2×4, that of the input (end with "
        + "Unflatten([3, 2, 4])); its input is 24")
  }
}

/// A hinge loss whose gradient is the sum over the batch.
struct ForgetfulHinge: Loss {
  func value<R: NetworkScalar>(
    _ outputs: UnsafePointer<R>, columns: Int, example: Example<R>, share: R,
    gradient: UnsafeMutablePointer<R>?
  ) -> Double {
    Hinge().value(outputs, columns: columns, example: example, share: 1, gradient: gradient)
  }
}

@Suite("the perceptron rule")
struct PerceptronRuleTests {
  /// Separable examples: the label is the largest of `classes` fixed linear functions, by a margin.
  /// Coordinates are multiples of 1/16, so that sums of them are exact.
  static func examples(classes: Int, count: Int) -> (inputs: [[Float]], labels: [Int32]) {
    var source = RandomSource(seed: 3, purpose: .instance)
    let teacher = (0..<classes).map { _ in (0..<5).map { _ in Float(source.normal()) } }
    var inputs: [[Float]] = []
    var labels: [Int32] = []
    while inputs.count < count {
      let x = (0..<5).map { _ in Float((source.normal() * 16).rounded() / 16) }
      let scores = teacher.map { w in zip(w, x).reduce(0) { $0 + $1.0 * $1.1 } }
      let order = scores.indices.sorted { scores[$0] > scores[$1] }
      guard scores[order[0]] - scores[order[1]] > 0.5 else { continue }
      inputs.append(x)
      labels.append(Int32(order[0]))
    }
    return (inputs, labels)
  }

  /// Gradient descent with rate 1 and one example at a time.
  func descend(
    classes: Int, inputs: [[Float]], labels: [Int32], epochs: Int,
    _ each: (_ weights: [Float], _ example: Int) -> Void
  ) throws -> (weights: [Float], mistakes: [Int]) {
    let network = try Network<Float>(
      [Dense(classes, weights: .zeros, biases: nil)], input: [5], loss: PerceptronLoss(),
      capacity: 1)
    var weights = [Float](repeating: 0, count: network.layout.count)
    network.initialize(&weights, seed: 1)
    var gradient = weights
    let pass = Pass(examples: 1, isTraining: true)
    let mistakes = (0..<epochs).map { _ in
      var mistakes = 0
      for (example, x) in inputs.enumerated() {
        _ = x.withUnsafeBufferPointer { x in
          withUnsafePointer(to: labels[example]) { label in
            network.lossAndGradient(
              Batch(inputs: x.baseAddress!, labels: label, examples: 1), parameters: weights,
              gradient: &gradient, pass: pass)
          }
        }
        if gradient.contains(where: { $0 != 0 }) { mistakes += 1 }
        for i in weights.indices { weights[i] -= gradient[i] }
        each(weights, example)
      }
      return mistakes
    }
    return (weights, mistakes)
  }

  @Test(arguments: [2, 3, 6])
  func gradientDescentIsThePerceptronRule(classes: Int) throws {
    let (inputs, labels) = Self.examples(classes: classes, count: 60)
    var rule = [[Float]](repeating: [0, 0, 0, 0, 0], count: classes)
    let (_, mistakes) = try descend(
      classes: classes, inputs: inputs, labels: labels, epochs: 60
    ) { weights, example in
      let (x, label) = (inputs[example], Int(labels[example]))
      let scores = rule.map { w in zip(w, x).reduce(0) { $0 + $1.0 * $1.1 } }
      let rival = scores.indices.filter { $0 != label }.max {
        (scores[$0], -$0) < (scores[$1], -$1)
      }!
      if scores[rival] >= scores[label] {
        for i in x.indices {
          rule[label][i] += x[i]
          rule[rival][i] -= x[i]
        }
      }
      #expect(weights == rule.flatMap { $0 })
    }
    #expect(mistakes[0] > 0)
    #expect(mistakes.last == 0, "the data are separable")
  }

  /// Rosenblatt's rule for two classes: where y (w·x) ≤ 0, w += y x, y = ±1.
  @Test func withTwoClassesItIsRosenblatts() throws {
    let (inputs, labels) = Self.examples(classes: 2, count: 60)
    var w: [Float] = [0, 0, 0, 0, 0]
    _ = try descend(classes: 2, inputs: inputs, labels: labels, epochs: 10) { weights, example in
      let x = inputs[example]
      let y: Float = labels[example] == 1 ? 1 : -1
      let score = zip(w, x).reduce(0) { $0 + $1.0 * $1.1 }
      if y * score <= 0 {
        for i in x.indices { w[i] += y * x[i] }
      }
      #expect((0..<5).map { weights[5 + $0] - weights[$0] } == w.map { 2 * $0 })
    }
  }

  /// Novikoff: at most (R / γ)² mistakes, with the norm of the longest input and the margin γ of any
  /// unit vector that separates; here that which was found.
  @Test func mistakesAreBounded() throws {
    let (inputs, labels) = Self.examples(classes: 2, count: 60)
    let (weights, mistakes) = try descend(
      classes: 2, inputs: inputs, labels: labels, epochs: 60
    ) { _, _ in }
    let w = (0..<5).map { weights[5 + $0] - weights[$0] }
    let norm = w.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let margins = zip(inputs, labels).map { x, label in
      (label == 1 ? 1 : -1) * zip(w, x).reduce(0) { $0 + $1.0 * $1.1 } / norm
    }
    let longest = inputs.map { $0.reduce(0) { $0 + $1 * $1 } }.max()!.squareRoot()
    let ratio = longest / margins.min()!
    #expect(margins.min()! > 0)
    #expect(Float(mistakes.reduce(0, +)) <= ratio * ratio)
  }
}
