// What a training's loss curve looks like.

/// What a loss curve looks like, in the words of CS231n's lecture on watching a training; `LossCurveShape`
/// tells it from the curve alone. Stored by number: a new case takes a new one.
public enum LossCurve: Int, Codable, Sendable, CaseIterable, CustomStringConvertible {
  /// It falls, and goes on falling or has come low.
  case good = 0
  /// The loss barely moves: the learning rate is too low.
  case barelyMoves = 1
  /// It falls, then stays on a high plateau: the learning rate is too high.
  case highPlateau = 2
  /// It rises, or becomes NaN: the learning rate is far too high.
  case explodes = 3
  /// It is flat for long, then falls suddenly: a bad initialisation.
  case lateFall = 4
  /// The gap between training and validation widens.
  case overfits = 5
  /// There is no gap, and both stay high: the model is too small, or held back too much.
  case underfits = 6

  /// As tables have it.
  public var description: String {
    switch self {
    case .good: "good"
    case .barelyMoves: "barely moves"
    case .highPlateau: "high plateau"
    case .explodes: "explodes"
    case .lateFall: "late fall"
    case .overfits: "overfits"
    case .underfits: "underfits"
    }
  }

  /// What it suggests; nothing of a good one.
  public var cause: String {
    switch self {
    case .good: ""
    case .barelyMoves: "learning rate too low"
    case .highPlateau: "learning rate too high"
    case .explodes: "learning rate far too high"
    case .lateFall: "bad initialisation"
    case .overfits: "model too large for so few examples"
    case .underfits: "model too small or held back too much"
    }
  }
}
