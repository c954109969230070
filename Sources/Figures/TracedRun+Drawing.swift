// What figures ask of runs.

import OptimizerKit

extension [TracedRun] {
  /// Runs by label, in order of appearance.
  public var byLabel: [(label: String, runs: [TracedRun])] {
    var groups: [(label: String, runs: [TracedRun])] = []
    for run in self {
      if let i = groups.firstIndex(where: { $0.label == run.label }) {
        groups[i].runs.append(run)
      } else {
        groups.append((run.label, [run]))
      }
    }
    return groups
  }

  /// Of each label (and start), the run with the lowest seed.
  public var firstSeeds: [TracedRun] {
    var chosen: [TracedRun] = []
    for run in self {
      if let i = chosen.firstIndex(where: {
        $0.label == run.label && $0.spec.start == run.spec.start
          && $0.spec.problem == run.spec.problem
      }) {
        if run.spec.seed < chosen[i].spec.seed { chosen[i] = run }
      } else {
        chosen.append(run)
      }
    }
    return chosen
  }
}

extension RunRecord {
  /// The label as it is drawn.
  public var shownLabel: String { Text.label(label) }

  /// Whether it diverged.
  public var diverged: Bool { outcome.status == .diverged }
}

extension [RunRecord] {
  /// Runs by label, in order of appearance.
  public var byLabel: [(label: String, runs: [RunRecord])] {
    var places: [String: Int] = [:]
    var groups: [(label: String, runs: [RunRecord])] = []
    for run in self {
      if let place = places[run.label] {
        groups[place].runs.append(run)
      } else {
        places[run.label] = groups.count
        groups.append((run.label, [run]))
      }
    }
    return groups
  }
}

extension TracedRun {
  /// The label as it is drawn.
  public var shownLabel: String { record.shownLabel }

  /// The rows before the first that is not finite.
  public var finiteRows: Int {
    let t = trajectory
    var count = 0
    while count < t.steps.count, count < t.losses.count, t.losses[count].isFinite {
      if t.dimension > 0 {
        guard (count + 1) * t.dimension <= t.points.count,
          t.point(count).allSatisfy(\.isFinite)
        else { break }
      }
      count += 1
    }
    return count
  }

  /// Whether it diverged.
  public var diverged: Bool { record.diverged }

  /// Where it is at a row, in its first two coordinates.
  public func place(_ row: Int) -> (x: Double, y: Double) {
    let point = trajectory.point(row)
    return (point[point.startIndex], point[point.startIndex + 1])
  }

  /// Its finite rows in its first two coordinates.
  public var places: [(x: Double, y: Double)] { (0..<finiteRows).map(place) }

  /// The first step at which the loss is well below the saddle's.
  public var escapeStep: Int? { outcome.measures.escapeStep.map { Int($0) } }

  /// A loss this near to the minimum, relative to the start, is called reaching it: what is left is
  /// rounding.
  public static let reachedShare = 1e-12

  /// Whether the run ends at a minimum of the loss `floor`.
  public func reaches(_ floor: Double) -> Bool { arrivalRow(floor) != nil }

  /// What was asked of the problem until the run is at the loss `floor` and stays there; nil where it
  /// does not come there.
  public func costToReach(_ floor: Double) -> EvaluationCounts? {
    arrivalRow(floor).map(trajectory.counts)
  }

  /// The same in the unit of an axis.
  public func costToReach(_ floor: Double, on axis: CostAxis, _ input: FigureInput) -> Double? {
    arrivalRow(floor).map { cost($0, on: axis, input) }
  }

  /// The number of updates after which it is there.
  public func stepsToReach(_ floor: Double) -> Int? {
    arrivalRow(floor).map { trajectory.steps[$0] }
  }

  private func arrivalRow(_ floor: Double) -> Int? {
    let limit = Self.reachedShare * max(outcome.initialLoss - floor, 0)
    let before = trajectory.losses.lastIndex { !($0 - floor <= limit) } ?? -1
    let row = before + 1
    return row < trajectory.count && outcome.steps > 0 ? row : nil
  }
}

extension EvaluationCounts {
  /// What was asked for beside gradients: "12 Hessian–vector products and 3 loss values"; nil where
  /// that is nothing.
  public var beyondGradients: String? {
    func text(_ count: Int, _ name: String) -> String? {
      count == 0 ? nil : "\(count) \(name)\(count == 1 ? "" : "s")"
    }
    let parts = [
      text(losses, "loss value"), text(hessianVectorProducts, "Hessian–vector product"),
      text(hessians, "Hessian"),
    ].compactMap { $0 }
    return parts.isEmpty ? nil : Text.enumeration(parts)
  }

  /// All that was asked for: "57 gradients", "1 gradient and 1 Hessian".
  public var text: String {
    "\(gradients) gradient\(gradients == 1 ? "" : "s")"
      + (beyondGradients.map { " and \($0)" } ?? "")
  }
}
