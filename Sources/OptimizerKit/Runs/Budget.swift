// How much a run may cost.

/// What a run may spend before it ends.
///
/// The budget of a fair comparison is gradients: an optimizer that takes two a step makes half as
/// many steps. Schedules go along the budget: what they take for a step is a unit of it, so that a
/// schedule ends where the budget ends, whatever a step costs.
public enum Budget: Sendable, Hashable, CustomStringConvertible {
  /// Updates.
  case steps(Int)
  /// Gradient evaluations, those that the optimizer asks for included; the step in which the last one
  /// is spent is finished. An optimizer that uses no gradients spends losses.
  case gradients(Int)
  /// Seconds of updates, evaluation and recording not included. The numbers of such a run depend on
  /// the machine.
  case seconds(Double)

  /// Whether nothing is left.
  public func isSpent(steps: Int, gradients: Int, seconds: Double) -> Bool {
    switch self {
    case .steps(let most): steps >= most
    case .gradients(let most): gradients >= most
    case .seconds(let most): seconds >= most
    }
  }

  /// How much is spent, in units of which there are `total`.
  public func spent(steps: Int, gradients: Int, seconds: Double) -> Int {
    switch self {
    case .steps: steps
    case .gradients: gradients
    case .seconds: Int(seconds * 1e6)
    }
  }

  /// All that may be spent: updates, gradients or microseconds.
  public var total: Int {
    switch self {
    case .steps(let count), .gradients(let count): count
    case .seconds(let time): Int(min(time, 1e9) * 1e6)
    }
  }

  /// The most updates that a run can make; nil where only the clock says.
  public var mostSteps: Int? {
    switch self {
    case .steps(let count), .gradients(let count): count
    case .seconds: nil
    }
  }

  /// "300 steps".
  public var description: String {
    switch self {
    case .steps(let count): "\(count) steps"
    case .gradients(let count): "\(count) gradients"
    case .seconds(let time): "\(shortest(time)) s"
    }
  }
}
