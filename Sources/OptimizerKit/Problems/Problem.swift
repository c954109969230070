// What is optimised: a synthetic surface or the training of a model.

/// An objective. Conform to `Surface` or `TrainingProblem`.
public protocol Problem: Plugin {
  /// What it is meant to show, in a few words: "ill-conditioned valley".
  static var shows: String { get }
  /// What an optimizer may ask of it.
  var capabilities: OracleCapabilities { get }
  /// Its parameters, tensor by tensor, where that is known without loading anything.
  var parameterLayout: ParameterLayout? { get }
}

extension Problem {
  public static var kind: PluginKind { .problem }
  public static var shows: String { "" }
  public var parameterLayout: ParameterLayout? { nil }
}

/// A rectangle of the plane, for pictures.
public struct Viewport: Sendable, Equatable {
  public var x: ClosedRange<Double>
  public var y: ClosedRange<Double>
  public init(x: ClosedRange<Double>, y: ClosedRange<Double>) {
    self.x = x
    self.y = y
  }
}
