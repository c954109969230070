// Examples of real numbers.

import OptimizerKit

/// Labelled examples whose features are real numbers: points, measurements, projections.
public struct FloatExamples: RawExamples {
  public let shape: Shape
  public let classes: Int
  public var count: Int { range.count }

  private let values: [Float]
  private let labels: [Int32]
  private let range: Range<Int>

  /// Checked examples.
  ///
  /// - Parameters:
  ///   - values: example after example.
  ///   - labels: the class of each, from 0 to `classes` − 1.
  ///   - dataSet: what an error calls them.
  /// - Throws: `DataError`, where counts do not fit, a value is not finite or a label is no class.
  public init(
    values: [Float], labels: [Int32], shape: Shape, classes: Int, dataSet: String
  ) throws(DataError) {
    guard values.count == labels.count * shape.count else {
      throw .wrongValues(
        dataSet: dataSet, found: values.count, expected: labels.count * shape.count)
    }
    if let wrong = values.firstIndex(where: { !$0.isFinite }) {
      throw .notFinite(
        dataSet: dataSet, example: wrong / shape.count, feature: wrong % shape.count)
    }
    if let wrong = labels.firstIndex(where: { $0 < 0 || $0 >= classes }) {
      throw .labelOutOfRange(
        file: dataSet, example: wrong, label: Int(labels[wrong]), classes: classes)
    }
    self.init(
      unchecked: values, labels: labels, range: labels.indices, shape: shape, classes: classes)
  }

  init(unchecked values: [Float], labels: [Int32], range: Range<Int>, shape: Shape, classes: Int) {
    self.values = values
    self.labels = labels
    self.range = range
    self.shape = shape
    self.classes = classes
  }

  func part(_ part: Range<Int>) -> FloatExamples {
    let start = range.lowerBound
    return FloatExamples(
      unchecked: values, labels: labels,
      range: start + part.lowerBound..<start + part.upperBound, shape: shape, classes: classes)
  }

  func without(_ part: Range<Int>) -> FloatExamples {
    let start = range.lowerBound
    let size = shape.count
    let (begin, end) = (start + part.lowerBound, start + part.upperBound)
    let kept = labels[start..<begin] + labels[end..<range.upperBound]
    return FloatExamples(
      unchecked: Array(
        values[start * size..<begin * size] + values[end * size..<range.upperBound * size]),
      labels: Array(kept), range: 0..<kept.count, shape: shape, classes: classes)
  }

  func followed(by others: FloatExamples) -> FloatExamples {
    FloatExamples(
      unchecked: allValues + others.allValues, labels: allLabels + others.allLabels,
      range: 0..<count + others.count, shape: shape, classes: classes)
  }

  /// The same examples in another order, the same on every call.
  func shuffled() -> FloatExamples {
    let size = shape.count
    var shuffledValues: [Float] = []
    var shuffledLabels: [Int32] = []
    for place in Self.shuffledOrder(count) {
      let example = range.lowerBound + place
      shuffledValues += values[example * size..<(example + 1) * size]
      shuffledLabels.append(labels[example])
    }
    return FloatExamples(
      unchecked: shuffledValues, labels: shuffledLabels, range: 0..<count, shape: shape,
      classes: classes)
  }

  /// Where `shuffled()` takes each of `count` examples from.
  static func shuffledOrder(_ count: Int) -> [Int] {
    var random = RandomSource(seed: 1, purpose: .instance)
    return (0..<count).shuffled(using: &random)
  }

  public var allLabels: [Int32] { Array(labels[range]) }

  /// The features, example after example.
  var allValues: [Float] {
    Array(values[range.lowerBound * shape.count..<range.upperBound * shape.count])
  }

  /// In two passes, so that a large mean does not hide a small deviation.
  func moments() -> FeatureMoments {
    let size = shape.count
    let n = Double(max(range.count, 1))
    var means = [Double](repeating: 0, count: size)
    var variances = means
    for example in range {
      for j in 0..<size { means[j] += Double(values[example * size + j]) }
    }
    for j in 0..<size { means[j] /= n }
    for example in range {
      for j in 0..<size {
        let offset = Double(values[example * size + j]) - means[j]
        variances[j] += offset * offset
      }
    }
    for j in 0..<size { variances[j] /= n }
    return FeatureMoments(means: means, variances: variances)
  }

  func scaled(mean: [Double], deviation: [Double]) -> FloatExamples {
    let size = shape.count
    var scaled: [Float] = []
    scaled.reserveCapacity(range.count * size)
    for example in range {
      for j in 0..<size {
        let value = Double(values[example * size + j]) - mean[j % mean.count]
        scaled.append(Float(value / deviation[j % deviation.count]))
      }
    }
    return FloatExamples(
      unchecked: scaled, labels: allLabels, range: 0..<range.count, shape: shape,
      classes: classes)
  }

  public func gather(
    _ indices: UnsafeBufferPointer<Int32>, inputs: UnsafeMutablePointer<Float>,
    labels labelsOut: UnsafeMutablePointer<Int32>
  ) {
    let size = shape.count
    values.withUnsafeBufferPointer { values in
      for (row, index) in indices.enumerated() {
        let example = range.lowerBound + Int(index)
        precondition(range.contains(example), "no such example")
        labelsOut[row] = labels[example]
        (inputs + row * size).update(from: values.baseAddress! + example * size, count: size)
      }
    }
  }
}
