// What may be set on an optimizer, and what one is told otherwise.

import OptimizerKit
import Plugins
import Testing

@Suite("Optimizer hyperparameters")
struct OptimizerHyperparameterTests {
  static let messages: [(String, String, String, String)] = [
    ("sgd", "lr", "fast", "sgd: lr = fast is not valid; expected a number in [0, ∞)"),
    ("sgd", "lr", "-0.1", "sgd: lr = -0.1 is not valid; expected a number in [0, ∞)"),
    ("sgd", "lr", "nan", "sgd: lr = nan is not valid; expected a number in [0, ∞)"),
    ("sgd", "lr", "inf", "sgd: lr = inf is not valid; expected a number in [0, ∞)"),
    (
      "sgd", "momentum", "0.9",
      "sgd has no hyperparameter 'momentum'. (it has lr, weightDecay)"
    ),
    (
      "momentum", "momentum", "1.1",
      "momentum: momentum = 1.1 is not valid; expected a number in [0, 1]"
    ),
    (
      "momentum", "form", "nesterov",
      "momentum: form = nesterov is not valid; expected one of velocity, displacement"
    ),
    (
      "rmsprop", "centered", "maybe",
      "rmsprop: centered = maybe is not valid; expected true or false"
    ),
    ("adam", "beta1", "1.5", "adam: beta1 = 1.5 is not valid; expected a number in [0, 1)"),
    ("adam", "beta2", "1", "adam: beta2 = 1 is not valid; expected a number in [0, 1)"),
    (
      "adam", "epsilonroot", "0",
      "adam has no hyperparameter 'epsilonroot'. Did you mean epsilonRoot? "
        + "(it has lr, beta1, beta2, epsilon, epsilonRoot, weightDecay, biasCorrection, amsgrad)"
    ),
    (
      "adamw", "wieghtDecay", "0",
      "adamw has no hyperparameter 'wieghtDecay'. Did you mean weightDecay? "
        + "(it has lr, beta1, beta2, epsilon, epsilonRoot, weightDecay, amsgrad)"
    ),
    ("newton", "damping", "-1", "newton: damping = -1 is not valid; expected a number in [0, ∞)"),
    ("newton", "lr", "1", "newton has no hyperparameter 'lr'. (it has damping)"),
    (
      "gradient-descent", "lineSearch", "wolfe",
      "gradient-descent: lineSearch = wolfe is not valid; expected one of exact, armijo"
    ),
    (
      "gradient-descent", "initialStep", "0",
      "gradient-descent: initialStep = 0 is not valid; expected a number in (0, ∞)"
    ),
    (
      "gradient-descent", "shrink", "1",
      "gradient-descent: shrink = 1 is not valid; expected a number in [0.01, 0.99]"
    ),
  ]

  @Test("says what is wrong and what would be right", arguments: messages.indices)
  func message(_ index: Int) throws {
    let (name, hyperparameter, value, message) = Self.messages[index]
    let error = #expect(throws: HyperparameterError.self) {
      try optimizer(name, [hyperparameter: value])
    }
    #expect(error?.description == message)
  }

  @Test("refuses what is out of range", arguments: catalogue.optimizers.map(\.name))
  func ranges(_ name: String) throws {
    for hyperparameter in try optimizer(name).hyperparameters where hyperparameter.number != nil {
      let bounds = hyperparameter.bounds
      var invalid = ["nan", "inf", "-inf", "", "1,5", "x"]
      if bounds.lower.isFinite {
        invalid.append("\(bounds.lower - 1)")
        if !bounds.includesLower { invalid.append("\(bounds.lower)") }
      }
      if bounds.upper.isFinite {
        invalid.append("\(bounds.upper + 1)")
        if !bounds.includesUpper { invalid.append("\(bounds.upper)") }
      }
      for value in invalid {
        #expect(throws: HyperparameterError.self, "\(hyperparameter.name) = \(value)") {
          try optimizer(name, [hyperparameter.name: value])
        }
      }
      #expect(!hyperparameter.help.isEmpty)
      #expect(bounds.contains(hyperparameter.number!), "\(hyperparameter.name): its default")
    }
  }

  @Test("defaults are those of the references")
  func defaults() throws {
    func value(_ name: String, _ hyperparameter: String) throws -> Double? {
      try optimizer(name).hyperparameters.first { $0.name == hyperparameter }?.number
    }
    for (name, hyperparameter, expected) in [
      ("sgd", "lr", 1e-2), ("momentum", "momentum", 0.9), ("momentum", "dampening", 0),
      ("nesterov", "momentum", 0.9), ("adagrad", "lr", 1e-2), ("adagrad", "epsilon", 1e-10),
      ("adagrad", "initialAccumulator", 0), ("adagrad@optax", "initialAccumulator", 0.1),
      ("adagrad@optax", "epsilon", 1e-7), ("adagrad@cs231n", "epsilon", 1e-7),
      ("rmsprop", "decay", 0.99), ("rmsprop@torch", "epsilon", 1e-8),
      ("rmsprop@optax", "decay", 0.9), ("rmsprop@cs231n", "epsilon", 1e-7),
      ("adam", "lr", 1e-3), ("adam", "beta1", 0.9), ("adam", "beta2", 0.999),
      ("adam", "epsilon", 1e-8), ("adam@cs231n", "epsilon", 1e-7),
      ("adamw@torch", "weightDecay", 1e-2), ("adamw@optax", "weightDecay", 1e-4),
    ] {
      #expect(try value(name, hyperparameter) == expected, "\(name) \(hyperparameter)")
    }
  }

  @Test("requirements follow the line search")
  func requirements() throws {
    #expect(try optimizer("sgd").requirements == [])
    #expect(try optimizer("newton").requirements == [.hessian])
    #expect(try optimizer("gradient-descent@armijo").requirements == [.loss])
    #expect(
      try optimizer("gradient-descent@exact").requirements == [.quadratic, .hessianVectorProduct])
  }
}
