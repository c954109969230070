// What `optlab check` says of an optimizer's relatives and invariances.

import Analysis

/// Which known optimizer an optimizer equals, or is nearest to.
struct DialectReport {
  /// Paths no farther apart than this share of the way are called nearly equal.
  static let near = 0.05

  let dialects: [Dialect]

  /// - Parameter dialects: nearest first.
  init(_ dialects: [Dialect]) { self.dialects = dialects }

  var text: String {
    let equal = dialects.filter { $0.parts == nil }
    if !equal.isEmpty {
      let names = equal.prefix(3).map(name).joined(separator: " and ")
      let more = equal.count > 3 ? " and \(equal.count - 3) more" : ""
      return
        "  kin    equals \(names)\(more) with the same hyperparameters, over \(Dialect.steps) steps"
    }
    guard let nearest = dialects.first, nearest.share.isFinite else {
      return "  kin    walks like no optimizer that is known"
    }
    let relation = nearest.share <= Self.near ? "nearly equals" : "is like no other; nearest is"
    return "  kin    \(relation) \(name(nearest)): parts from it at step \(nearest.parts ?? 1), "
      + "\(percent(nearest.share)) of the way apart within \(Dialect.steps) steps"
  }

  private func name(_ dialect: Dialect) -> String {
    dialect.rateFactor == 1
      ? dialect.name : "\(dialect.name) with \(brief(dialect.rateFactor)) times the learning rate"
  }
}

/// What an optimizer's path depends on.
struct InvarianceReport {
  let measured: [OptimizerConformance.MeasuredInvariance]

  init(_ measured: [OptimizerConformance.MeasuredInvariance]) { self.measured = measured }

  var text: String {
    let (held, broken) = (measured.filter(\.holds), measured.filter { !$0.holds })
    let invariant = held.isEmpty ? "nothing" : held.map(\.name).joined(separator: ", ")
    let rest = broken.map { one in
      one.gap.isFinite ? "\(one.name) (\(percent(one.gap)) of the way apart)" : one.name
    }
    return "  moves  invariant to \(invariant)"
      + (rest.isEmpty ? "" : "; not to " + rest.joined(separator: ", "))
  }
}
