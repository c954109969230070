// The colours of everything that is not data.

/// The colours of text, axes and marks.
public enum Ink {
  /// Titles, and the names of axes.
  public static let text = "#2b2f33"
  /// What is to be read second: remarks, numbers.
  public static let soft = "#6b7278"
  public static let axis = "#8a9096"
  public static let grid = "#e6e8ea"
  public static let contour = "#9fb0c0"
  /// Starts, minima, saddles.
  public static let marker = "#1b1e21"
}
