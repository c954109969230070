// Mean predictions: of several parameter vectors, and over several views of each example.

import Glibc
import OptimizerKit

extension NetworkSession {
  /// nil where a layer remembers training: what it remembers is that of one member at most.
  public func validate(meanOf members: [Vector<Float>]) -> ValidationMetrics? {
    isValidatedByParametersAlone ? metrics(meanOf: members, seenAs: validationViews) : nil
  }

  /// nil where a layer remembers training: what it remembers is that of one member at most.
  public func test(meanOf members: [Vector<Float>]) throws -> ValidationMetrics? {
    guard isValidatedByParametersAlone, let views = try testViews() else { return nil }
    return metrics(meanOf: members, seenAs: views)
  }

  /// Mean loss and accuracy over examples, of which there may be several views.
  func metrics(_ x: Vector<Float>, seenAs views: [any Examples], most: Int = .max)
    -> ValidationMetrics
  {
    guard views.count > 1, let mean = metrics(meanOf: [x], seenAs: views, most: most) else {
      return metrics(x, on: views[0], most: most)
    }
    return mean
  }

  /// Mean loss and accuracy of the mean prediction of M parameter vectors over V views of each example:
  ///
  ///     p = 1/(M V) Σₘ Σᵥ softmax(f(xᵥ; θₘ))     L = −log p_label
  ///
  /// Not of the mean of the outputs, which is the geometric mean of the probabilities. Hansen and
  /// Salamon 1990, doi:10.1109/34.58871; Krizhevsky, Sutskever and Hinton 2012,
  /// doi:10.1145/3065386 (views).
  ///
  /// - Parameters:
  ///   - views: the same examples, seen in other ways, one at least.
  ///   - most: of how many examples at most, the first ones.
  /// - Returns: nil where there are no members, or the loss gives no probabilities.
  private func metrics(
    meanOf members: [Vector<Float>], seenAs views: [any Examples], most: Int = .max
  ) -> ValidationMetrics? {
    guard !members.isEmpty, let loss = network.loss as? any ProbabilisticLoss else { return nil }
    precondition(members.allSatisfy { $0.count == layout.count }, "vectors of the layout")
    gathered = 0
    let columns = network.output.count
    let all = min(views[0].count, most)
    let weight = 1 / Double(members.count * views.count)
    var probabilities = [Double](repeating: 0, count: network.capacity * columns)
    var total = 0.0
    var correct = 0
    for start in stride(from: 0, to: all, by: network.capacity) {
      let count = min(network.capacity, all - start)
      let indices = (start..<start + count).map(Int32.init)
      probabilities.withUnsafeMutableBufferPointer { probabilities in
        probabilities.update(repeating: 0)
        let p = probabilities.baseAddress!
        for view in views {
          indices.withUnsafeBufferPointer { view.gather($0, inputs: inputs, labels: labels) }
          for member in members {
            withExtendedLifetime(member) {
              let outputs = network.forward(
                inputs, parameters: member.pointer, pass: Pass(examples: count, isTraining: false))
              for row in 0..<count {
                loss.addProbabilities(
                  of: outputs + row * columns, columns: columns, weight: weight,
                  to: p + row * columns)
              }
            }
          }
        }
        for row in 0..<count { total -= log(p[row * columns + Int(labels[row])]) }
        correct += rightAnswers(p, columns: columns, labels: labels, examples: count)
      }
    }
    let count = Double(max(all, 1))
    return ValidationMetrics(loss: total / count, accuracy: Double(correct) / count)
  }
}
