// All that the training of a network is made of, for other programs.

import OptimizerKit

extension NetworkProblem {
  public func trainingDescription() throws -> TrainingDescription? {
    let plan = try NetworkPlan(layers, input: examples.shape)
    var description = try examples.description()
    description.facts["architecture"] = [
      "input": .axes(examples.shape.axes), "output": .axes(plan.output.axes),
      "layers": plan.facts(prefix: ""),
      "activations": .group(
        Dictionary(
          uniqueKeysWithValues: Activation.allCases.map { ($0.rawValue, .text($0.formula)) })),
      "weights": "a weight is outputs x inputs, row-major; layout.json has its place in the vector",
    ]
    description.facts["loss"] = [
      "kind": .text("\(type(of: loss))"), "settings": .group(Fact.properties(of: loss)),
      "formula": .text(type(of: loss).formula),
      "reduction": "the mean over the examples of the minibatch",
    ]
    let weights = Fact.list(
      plan.parameters.filter { $0.role == .weight }.map { .text($0.name) })
    description.facts["regularizer"] =
      regularizer.map {
        [
          "l1": .number($0.l1), "l2": .number($0.l2), "tensors": weights,
          "formula": .text(
            "l1 sum |w| + l2 sum w^2 is added to the loss that is trained, l1 sign(w) + 2 "
              + "l2 w to its gradient; not to the loss that is validated"),
        ]
      } ?? .nothing
    description.facts["constraint"] =
      constraint.map {
        [
          "limit": .number($0.limit), "tensors": weights,
          "formula": .text(
            "after each update, a row of a weight (all that one output sums over) whose "
              + "Euclidean norm exceeds the limit is scaled to that norm"),
        ]
      } ?? .nothing
    description.facts["precision"] = [
      "parameters": "float32",
      "arithmetic": "float32; the loss is summed over examples in float64",
    ]
    description.facts["random"] = RandomSource.facts
    return description
  }
}

extension NetworkPlan {
  /// Each layer with its shapes, all that it was declared with, and its tensors.
  ///
  /// - Parameter prefix: what the names of layers begin with: a block's name with a dot.
  func facts(prefix: String) -> Fact {
    .list(
      steps.map { step in
        let name = prefix + step.name
        let kind = type(of: step.layer)
        return [
          "name": .text(name), "kind": .text(kind.kind), "formula": .text(kind.formula),
          "input": .axes(step.input.axes), "output": .axes(step.output.axes),
          "settings": .group(step.layer.settings(step.input, name: name)),
          "tensors": .list(step.layer.parameters(step.input).map { $0.facts(layer: name) }),
        ]
      })
  }
}

extension LayerParameter {
  func facts(layer: String) -> Fact {
    [
      "name": .text("\(layer).\(name)"), "shape": .axes(shape),
      "initializer": .text(initializer.hyperparameterText),
      "drawn": .text(initializer.drawn(fanIn: fans.in, fanOut: fans.out)),
    ]
  }
}

extension Initializer {
  /// The distribution in words.
  func drawn(fanIn: Int, fanOut: Int) -> String {
    switch distribution(fanIn: Double(fanIn), fanOut: Double(fanOut)) {
    case .constant(let value): "constant, \(shortest(value))"
    case .normal(let deviation): "normal, mean 0, deviation \(shortest(deviation))"
    case .truncatedNormal(let deviation):
      "normal, mean 0, deviation \(shortest(deviation)), drawn again beyond two deviations"
    case .uniform(let bound): "uniform, from -\(shortest(bound)) to \(shortest(bound))"
    case .orthogonal(let gain): "orthonormal rows or columns, times \(shortest(gain))"
    }
  }
}
