// What `optlab check` says of a network before it is trained.

import Foundation
import Harness
import Networks
import OptimizerKit

/// The sanity checks and the gradient check of a network problem, in words.
struct NetworkReport {
  private let sanity: SanityCheck
  private let differences: [GradientCheck.TensorError]
  private let single: [GradientCheck.TensorError]
  private let examples: Int

  /// The most examples that differences are taken of.
  private static let mostExamples = 4

  /// - Throws: where data are missing, or layers do not fit.
  init(of problem: some NetworkProblem, in catalogue: PluginCatalogue) throws {
    let optimizer = try catalogue.optimizer(PluginSpec(name: "adam", settings: []))
    sanity = try SanityCheck(problem, with: optimizer)
    examples = min(problem.examples.batch, Self.mostExamples)
    let check = try GradientCheck(problem, examples: Self.mostExamples)
    let x = check.nearStart
    differences = check.errors(of: check.gradient(at: x), at: x)
    single = check.singlePrecisionErrors(at: x)
  }

  /// Prints it, a line for each check; returns how many of them a network fails.
  func print() -> Int {
    var failures = 0
    func line(_ isFault: Bool?, _ check: String, _ text: String) {
      if isFault == true { failures += 1 }
      let word = isFault == nil ? "note " : isFault == true ? "fault" : "passes"
      Swift.print("  \(word.padding(toLength: 6, withPad: " ", startingAt: 0)) \(check): \(text)")
    }
    if let guess = sanity.guess, let isNear = sanity.startsAsGuess {
      line(
        isNear ? false : nil, "first loss",
        "\(brief(sanity.initialLoss, digits: 4)), a guess's is \(brief(guess, digits: 4))"
          + (isNear ? "" : ": the first weights are sure of something they cannot know"))
    } else {
      line(
        nil, "first loss", "\(brief(sanity.initialLoss, digits: 4)); there are no classes to guess")
    }
    if let raised = sanity.regularizedLoss {
      line(
        !(raised > sanity.initialLoss), "regularizer",
        "raises it to \(brief(raised, digits: 4))")
    }
    line(!sanity.learns, "\(sanity.examples) examples", learned)
    var worst = 0.0
    for (tensor, other) in zip(differences, single) {
      // A NaN among the elements is a fault; none that could be compared is none.
      let isFault =
        tensor.elements > 0 && !(tensor.error <= GradientCheck.limit)
        || !(other.error <= GradientCheck.singleLimit)
      worst = max(worst, tensor.error.isFinite ? tensor.error : 0)
      line(
        isFault ? true : tensor.elements == 0 ? nil : false, "gradient of \(tensor.tensor)",
        (tensor.elements == 0
          ? "at kinks everywhere"
          : "differs from centred differences by \(brief(tensor.error, digits: 2)) over "
            + "\(tensor.elements) elements")
          + (tensor.kinks > 0 && tensor.elements > 0 ? ", \(tensor.kinks) more at kinks" : "")
          + "; single precision from double by \(brief(other.error, digits: 2))")
    }
    Swift.print(
      "         relative errors ‖g − d‖ / (‖g‖ + ‖d‖) on \(examples) examples; right are "
        + "\(brief(GradientCheck.limit)) and less, in single precision "
        + "\(brief(GradientCheck.singleLimit)) and less")
    return failures
  }

  private var learned: String {
    if let steps = sanity.stepsToFit { return "all right after \(steps) steps of adam" }
    let losses =
      "loss from \(brief(sanity.lossBefore, digits: 3)) to \(brief(sanity.lossAfter, digits: 3)) "
      + "in \(sanity.steps) steps of adam"
    return sanity.accuracy.isNaN
      ? losses : "\(percent(sanity.accuracy)) right; \(losses)"
  }
}
