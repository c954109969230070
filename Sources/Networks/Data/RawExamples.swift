// Examples before any preprocessing.

/// Examples as they were read, to which a preprocessing is fitted and applied. `gather` gives pixels
/// from 0 to 1, and other features as they stand in the file.
protocol RawExamples: Examples {
  /// The examples of `range`, which share memory with these.
  func part(_ range: Range<Int>) -> Self
  /// The examples outside of `range`, copied.
  func without(_ range: Range<Int>) -> Self
  /// These examples and then others of the same kind, copied.
  func followed(by others: Self) -> Self
  /// Mean and variance of each feature.
  func moments() -> FeatureMoments
  /// The examples with every feature x as (x − mean) / deviation.
  ///
  /// - Parameters:
  ///   - mean: repeated over the features: one number, one for each channel or one for each feature.
  ///   - deviation: the same.
  func scaled(mean: [Double], deviation: [Double]) -> Self
}

extension RawExamples {
  /// These examples and then others; nil where the others are of another kind.
  func followed(byAny others: any RawExamples) -> (any RawExamples)? {
    (others as? Self).map(followed(by:))
  }

  /// How many examples there are of each class.
  func classCounts() -> [Int] {
    var counts = [Int](repeating: 0, count: classes)
    for label in allLabels { counts[Int(label)] += 1 }
    return counts
  }

  /// Calls `body` with one block of examples after the other: the features of `rows` examples, which
  /// it may change.
  func forEachBlock(_ body: (_ features: UnsafeMutablePointer<Float>, _ rows: Int) -> Void) {
    let size = 256
    let inputs = UnsafeMutablePointer<Float>.allocate(capacity: size * shape.count)
    let labels = UnsafeMutablePointer<Int32>.allocate(capacity: size)
    defer {
      inputs.deallocate()
      labels.deallocate()
    }
    for start in stride(from: 0, to: count, by: size) {
      let indices = (start..<min(start + size, count)).map(Int32.init)
      indices.withUnsafeBufferPointer { gather($0, inputs: inputs, labels: labels) }
      body(inputs, indices.count)
    }
  }
}
