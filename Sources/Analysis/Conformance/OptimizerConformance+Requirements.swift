// What an optimizer asks of the oracle must be declared: plans refuse it by its declaration.

import OptimizerKit

extension OptimizerConformance {
  /// What is asked for without being declared: first where everything is answered, so that all of it
  /// is seen, whatever becomes of the answer; then where only what is declared is.
  static func undeclaredFindings(_ optimizer: some Optimizer, _ ground: Ground) throws
    -> [ConformanceFinding]
  {
    for (capabilities, steps) in [
      (OracleCapabilities.everything, 30), (optimizer.requirements, 12),
    ] {
      var walk = Walk<_, Double>(optimizer, ground)
      walk.capabilities = capabilities
      do { try walk.advance(steps) } catch {
        // Where the reason is that something was not declared, that is what there is to say.
        let found = undeclaredFindings(optimizer, asked: walk.meter.asked)
        guard found.isEmpty else { return found }
        throw error
      }
      let found = undeclaredFindings(optimizer, asked: walk.meter.asked)
      guard found.isEmpty else { return found }
    }
    return []
  }

  /// The finding, where more was asked than is declared.
  static func undeclaredFindings(_ optimizer: some Optimizer, asked: OracleCapabilities)
    -> [ConformanceFinding]
  {
    let missing = asked.subtracting(optimizer.requirements)
    guard !missing.isEmpty else { return [] }
    let (property, own) =
      (optimizer as? any Wrapper).map { ("ownRequirements", $0.ownRequirements) }
      ?? ("requirements", optimizer.requirements)
    return [
      ConformanceFinding(
        "requirements", "asks the oracle for \(missing), which it does not declare",
        expected: "public var \(property): OracleCapabilities { \(own.union(missing).source) }",
        actual: own.source)
    ]
  }
}

extension OracleCapabilities {
  /// As Swift source: "[.loss, .hessian]".
  fileprivate var source: String {
    let names: [(OracleCapabilities, String)] = [
      (.loss, ".loss"), (.gradient, ".gradient"),
      (.hessianVectorProduct, ".hessianVectorProduct"), (.hessian, ".hessian"),
      (.quadratic, ".quadratic"), (.residuals, ".residuals"),
    ]
    return "[" + names.filter { contains($0.0) }.map(\.1).joined(separator: ", ") + "]"
  }
}
