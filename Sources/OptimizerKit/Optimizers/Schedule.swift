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

/// A schedule that reads the loss: a smaller learning rate where the loss has stopped falling.
///
/// Before each step it is told the loss that came with the gradient of that step, and then asked for
/// the value. What it remembers lies in its own stored properties, so that a copy of it is a checkpoint;
/// a new one has been told nothing. What a conformer must uphold: what it has been told decides the
/// value, together with the arguments of `value`; whatever it has been told, the value is one of
/// `range(base:)`.
public protocol ReactiveSchedule: Schedule {
  /// Takes in the loss of the step that comes next, which may be NaN or infinite.
  ///
  /// - Parameter base: the hyperparameter's own value.
  mutating func read(loss: Double, base: Double)

  /// The values that it may give, whatever the losses.
  func range(base: Double) -> ClosedRange<Double>
}

extension Schedule {
  public static var kind: PluginKind { .schedule }
  public var length: Int? { nil }
}

/// Schedules one after the other: each but the last runs for its length, and the next one starts
/// from its own step 0, with what is left of the budget.
public struct ScheduleSequence: Sendable {
  /// The schedules in order.
  public private(set) var parts: [any Schedule]

  public init(_ parts: [any Schedule]) { self.parts = parts }

  /// The value at `step`; see `Schedule.value`.
  public func value(base: Double, step: Int, steps: Int) -> Double {
    guard let place = place(at: step, of: steps) else { return base }
    return parts[place.index].value(base: base, step: place.step, steps: place.steps)
  }

  /// Whether any of them reads the loss.
  public var readsLoss: Bool { parts.contains { $0 is any ReactiveSchedule } }

  /// Tells the schedule in force at `step` the loss of that step, where it reads it.
  public mutating func read(loss: Double, base: Double, step: Int) {
    guard let index = place(at: step, of: .max)?.index,
      var part = parts[index] as? any ReactiveSchedule
    else { return }
    part.read(loss: loss, base: base)
    parts[index] = part
  }

  /// The values that may be given at `step`, whatever the losses; see `ReactiveSchedule.range`.
  public func range(base: Double, step: Int, steps: Int) -> ClosedRange<Double>? {
    guard let place = place(at: step, of: steps) else { return nil }
    return (parts[place.index] as? any ReactiveSchedule)?.range(base: base)
  }

  /// The schedule in force at `step`, with its own step and what it has of the budget; nil where there
  /// is none at all.
  private func place(at step: Int, of steps: Int) -> (index: Int, step: Int, steps: Int)? {
    var step = step
    var steps = steps
    for (index, part) in parts.enumerated() {
      guard index < parts.count - 1, let length = part.length, step >= length else {
        return (index, step, steps)
      }
      step -= length
      steps = max(steps - length, 1)
    }
    return nil
  }
}
