// Golden data are worth what they would notice: every hyperparameter, set wrongly, must show.

import OptimizerKit
import Plugins
import Testing

@Suite struct HeldHyperparameterTests {
  /// The optimizers and wrappers of the golden files.
  static let names = Set(
    GoldenFile.all.cases.map { String($0.optimizer.name.split(separator: "@")[0]) }
      + GoldenFile.all.matrices.map { String($0.optimizer.name.split(separator: "@")[0]) }
  ).sorted()

  /// No case of the golden files, or these hyperparameters decide no step: where the loss is reported.
  static let exempt: Set<String> = ["judged"]

  /// Other values for a hyperparameter, the first of which may not fit.
  private func others(_ parameter: HyperparameterDescription) -> [String] {
    if !parameter.choices.isEmpty { return parameter.choices.filter { $0 != parameter.value } }
    guard let value = parameter.number else { return [] }
    let tries =
      parameter.expectation == Int.expectation
      ? [value + 1, value - 1] : [value * 1.01, value * 0.99, value + 0.5, value - 0.5]
    return tries.filter { parameter.bounds.contains($0) && $0 != value }.map {
      parameter.expectation == Int.expectation ? "\(Int($0))" : "\($0)"
    }
  }

  /// Presets of which a golden case would say nothing new, and why.
  static let unheldPresets = [
    "lbfgs@textbook": "the tolerances alone", "lookahead@author": "α alone, held at 0.8 elsewhere",
    "muon@moonlight": "the scaling alone, which is held",
    "polyak-averaging@tail": "the start alone",
    "swa@lightning": "start and interval alone",
  ]

  /// Hyperparameters that no reference has, or that only thresholds and lost steps would show.
  static let unheld: Set<String> = [
    "looksam[scope]", "nelder-mead[sizeAtZero]", "polyak[nonNegative]", "psgd-kron[balance]",
    "random-search[reevaluate]", "role-rates[scale]", "sam[plainBiases]",
    "schedule-free[weightPower]",
    "trust-newton[acceptance]",
  ]

  @Test("every preset has a reference", arguments: names)
  func presets(_ name: String) throws {
    let golden = GoldenFile.all
    let held = Set(
      (golden.cases.map(\.optimizer) + golden.matrices.map(\.optimizer)).flatMap(\.names))
    for preset in try catalogue.entry(name, kind: .optimizer).presets {
      let selection = "\(name)@\(preset.name)"
      #expect(held.contains(selection) || Self.unheldPresets[selection] != nil, "\(selection)")
    }
  }

  @Test("a wrong hyperparameter is noticed", arguments: names)
  func wrongHyperparameter(_ name: String) throws {
    for parameter in try optimizer(name).hyperparameters where !Self.exempt.contains(parameter.name)
    {
      let place = "\(name)[\(parameter.name)]"
      let isHeld = try isNoticed(parameter.name, of: name)
      #expect(isHeld || Self.unheld.contains(place), "\(place)")
    }
  }

  /// Whether any case of an optimizer notices another value.
  private func isNoticed(_ hyperparameter: String, of name: String) throws -> Bool {
    func isOf(_ term: GoldenTerm) -> Bool { term.name.split(separator: "@")[0] == name }
    for golden in GoldenFile.all.cases where isOf(golden.optimizer) {
      let right = try golden.optimizer.make()
      for wrong in variants(of: right, hyperparameter) where try !agrees(wrong, with: golden) {
        return true
      }
    }
    for golden in GoldenFile.all.matrices where isOf(golden.optimizer) {
      let right = try golden.optimizer.make()
      for wrong in variants(of: right, hyperparameter) where try !agrees(wrong, with: golden) {
        return true
      }
    }
    return false
  }

  private func variants(of optimizer: any Optimizer, _ hyperparameter: String) -> [any Optimizer] {
    guard let parameter = optimizer.hyperparameters.first(where: { $0.name == hyperparameter })
    else { return [] }
    return others(parameter).compactMap { value in
      var wrong = optimizer
      guard (try? wrong.set(hyperparameter, to: value)) != nil, (try? wrong.validate()) != nil
      else {
        return nil
      }
      wrong.resolve()
      return wrong
    }
  }

  private func agrees(_ optimizer: some Optimizer, with golden: GoldenWrapperCase) throws -> Bool {
    try golden.error(of: optimizer) <= golden.tolerance ?? referenceTolerance
  }

  private func agrees(_ optimizer: some Optimizer, with golden: GoldenMatrixCase) throws -> Bool {
    try golden.error(of: optimizer) <= golden.tolerance ?? tensorTolerance
  }
}
