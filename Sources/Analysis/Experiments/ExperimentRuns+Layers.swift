// What the layers of a run's network compute, for experiments about signals.

import OptimizerKit

extension ExperimentRuns {
  /// What the hidden layers of a run's network compute before the first update, for the first minibatch, and
  /// the gradients that reach them; first layer first. The output layer is left out: its outputs are scores.
  ///
  /// - Throws: `Undecided` where the problem trains nothing, or nothing is hidden in it.
  public func hiddenLayersAtStart(of record: RunRecord) throws(Undecided) -> [LayerValues] {
    let session = try session(of: record)
    let layers = session.layerValues(at: session.initialParameters(), step: 1)
    guard layers.count > 1 else {
      throw Undecided("\(record.spec.problem.name) has no hidden layers")
    }
    return Array(layers.dropLast())
  }

  /// The share of a run's hidden units whose output is 0 for every example of the first `minibatches`
  /// minibatches, at the parameters that it ended with, in 0...1.
  ///
  /// - Throws: `Undecided` where the problem trains nothing, or the run did not keep its parameters.
  public func deadShare(of record: RunRecord, minibatches: Int) throws(Undecided) -> Double {
    guard let end = try traced(record).trajectory.checkpoints.last else {
      throw Undecided("no parameters were kept of \(record.label) on \(record.spec.problem.name)")
    }
    let session = try session(of: record)
    let x = Vector(end.parameters)
    var isAlive: [[Bool]] = []
    for step in 1...max(minibatches, 1) {
      let layers = session.layerValues(at: x, step: step).dropLast()
      if isAlive.isEmpty { isAlive = layers.map { Array(repeating: false, count: $0.units) } }
      for (place, layer) in layers.enumerated() {
        for (index, output) in layer.outputs.enumerated() where output != 0 {
          isAlive[place][index % layer.units] = true
        }
      }
    }
    let units = isAlive.joined()
    guard !units.isEmpty else {
      throw Undecided("\(record.spec.problem.name) has no hidden layers")
    }
    return Double(units.count { !$0 }) / Double(units.count)
  }
}
