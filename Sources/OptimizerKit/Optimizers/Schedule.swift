// A learning rate, or any other hyperparameter, as a function of the step.

/// A schedule: the value of a hyperparameter as a function of the step.
///
/// What a conformer must uphold: it is pure (the same arguments give the same value), and finite for
/// 0 ≤ step < steps.
public protocol Schedule: Plugin {
  /// The value at `step`.
  ///
  /// - Parameters:
  ///   - base: the hyperparameter's own value, what a constant schedule would give.
  ///   - step: how many steps have been taken, from 0.
  ///   - steps: how many there will be in all; where the schedule ends, the budget ends.
  func value(base: Double, step: Int, steps: Int) -> Double

  /// How many steps it takes before another schedule may follow, as warm-up does; nil where it
  /// lasts to the end.
  var length: Int? { get }
}

extension Schedule {
  public static var kind: PluginKind { .schedule }
  public var length: Int? { nil }
}

/// Schedules one after the other: each but the last runs for its length, and the next one starts
/// from its own step 0, with what is left of the budget.
public struct ScheduleSequence: Sendable {
  /// The schedules in order.
  public let parts: [any Schedule]

  public init(_ parts: [any Schedule]) { self.parts = parts }

  /// The value at `step`; see `Schedule.value`.
  public func value(base: Double, step: Int, steps: Int) -> Double {
    var step = step
    var steps = steps
    for part in parts.dropLast() {
      guard let length = part.length, step >= length else {
        return part.value(base: base, step: step, steps: steps)
      }
      step -= length
      steps = max(steps - length, 1)
    }
    return parts.last?.value(base: base, step: step, steps: steps) ?? base
  }
}
