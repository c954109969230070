// What the cells of a map are coloured by.

/// What is shown of each cell of a map.
public enum MapCriterion: String, Choice {
  /// Gradients until the target was reached.
  case target
  /// The loss at the end.
  case final
  /// Steps until the loss was well below the saddle's.
  case escape
  /// The step at which the run diverged.
  case diverged
  /// Which minimum the run ended at.
  case basin
}
