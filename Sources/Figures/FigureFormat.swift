// In what form a picture is drawn.

/// A format of pictures.
public enum FigureFormat: String, Sendable, CaseIterable {
  case png, svg, pdf
  /// Animated where a picture has frames, which are drawn in this format alone.
  case gif
  /// Characters, for the terminal itself.
  case terminal

  /// The format called `name`.
  public static func named(_ name: String) throws(FigureError) -> FigureFormat {
    guard let format = FigureFormat(rawValue: name.lowercased()) else {
      throw .unknownFormat(name: name)
    }
    return format
  }

  /// gnuplot's `set terminal` for a picture of a size in pixels.
  ///
  /// DejaVu Sans is what gnuplot's own dependencies bring along on Debian: the picture is the same
  /// on a bare machine. A named font also saves a search through all that are installed.
  func terminal(width: Int, height: Int, characters: TerminalSize) -> String {
    switch self {
    case .png:
      return "set terminal pngcairo size \(width),\(height) enhanced font 'DejaVu Sans,12'"
        + " linewidth 1 background rgb '#ffffff'"
    case .svg:
      return "set terminal svg size \(width),\(height) enhanced font 'DejaVu Sans,14.5'"
        + " dynamic background rgb '#ffffff'"
    case .pdf:
      // Inches: 800 pixels at 96 to the inch.
      let w = Text.decimal(Double(width) / 96, digits: 4)
      let h = Text.decimal(Double(height) / 96, digits: 4)
      return "set terminal pdfcairo size \(w)in,\(h)in enhanced font 'DejaVu Sans,11'"
        + " fontscale 1 linewidth 1 background rgb '#ffffff'"
    case .gif:
      // Of each frame only what has changed is kept, in the colours of the first one.
      return "set terminal gif animate optimize delay \(Picture.frameDelay) loop 0"
        + " size \(width),\(height) font 'DejaVu Sans,10' background rgb '#ffffff'"
    case .terminal:
      let colour = characters.colour ? "ansi256" : "mono"
      return "set terminal dumb size \(characters.columns),\(characters.rows) aspect 2,1"
        + " enhanced \(colour)"
    }
  }
}

/// The size of a text terminal, and whether it shows colours.
public struct TerminalSize: Sendable {
  public var columns: Int
  public var rows: Int
  public var colour: Bool
  public init(columns: Int = 80, rows: Int = 24, colour: Bool = true) {
    self.columns = max(columns, 30)
    self.rows = max(rows, 12)
    self.colour = colour
  }
}
