// What a trained network makes of examples, for another network to learn from.

import OptimizerKit

extension Network where R == Float {
  /// The outputs of this network for examples, as examples themselves.
  ///
  /// - Parameters:
  ///   - parameters: those of this network first; more may follow.
  ///   - name: what an error calls them.
  /// - Throws: `DataError`, where an output is not finite.
  public func features(
    of examples: any Examples, parameters: [Float], name: String
  ) throws(DataError) -> any Examples {
    precondition(parameters.count >= layout.count, "a number for each parameter")
    let inputs: UnsafeMutablePointer<Float> = allocateAligned(capacity * input.count)
    let labels = UnsafeMutablePointer<Int32>.allocate(capacity: capacity)
    defer {
      Networks.free(aligned: inputs)
      labels.deallocate()
    }
    var values: [Float] = []
    values.reserveCapacity(examples.count * output.count)
    for start in stride(from: 0, to: examples.count, by: capacity) {
      let indices = (start..<min(start + capacity, examples.count)).map(Int32.init)
      indices.withUnsafeBufferPointer { examples.gather($0, inputs: inputs, labels: labels) }
      let pass = Pass(examples: indices.count, isTraining: false)
      parameters.withUnsafeBufferPointer { parameters in
        guard let parameters = parameters.baseAddress else { return }
        let outputs = forward(inputs, parameters: parameters, pass: pass)
        values += UnsafeBufferPointer(start: outputs, count: indices.count * output.count)
      }
    }
    return try FloatExamples(
      values: values, labels: examples.allLabels, shape: output, classes: examples.classes,
      dataSet: name)
  }
}
