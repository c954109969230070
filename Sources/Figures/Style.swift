// How a curve is drawn.

/// How a curve is drawn; colours are written "#0072b2".
public enum Style: Sendable {
  case line(String, width: Double = 2, dash: Dash = .solid)
  case points(String, Symbol, size: Double = 1, width: Double = 1)
  /// The area between the second and the third column.
  case band(String)
  /// Bars from the axis to the second column, as wide as the third says.
  case bars(String)
  /// Whiskers at the second column from the third to the fourth.
  case whiskers(String)
  /// Shades, smoothed by some viewers where they are few.
  case image
  /// Shades with sharp borders: cells of a table.
  case cells
  /// Shades, each of which stands for a character of the terminal.
  case tiles([Tile])
  /// A shaded surface in three dimensions.
  case surface
  /// Characters of the terminal.
  case characters(String, Character)

  /// The end of a plot command.
  var command: String {
    switch self {
    case .line(let color, let width, let dash):
      return "with lines linecolor rgb '\(color)' linewidth \(Text.decimal(width))"
        + " dashtype \(dash.rawValue)"
    case .points(let color, let symbol, let size, let width):
      return "with points pointtype \(symbol.rawValue) pointsize \(Text.decimal(size))"
        + " linewidth \(Text.decimal(width)) linecolor rgb '\(color)'"
    case .band(let color):
      return "with filledcurves fillcolor rgb '\(color)' fillstyle transparent solid 0.18 noborder"
    case .bars(let color):
      return "with boxes fillcolor rgb '\(color)' fillstyle solid 0.82 noborder"
    case .whiskers(let color):
      return "with yerrorbars pointtype -1 linewidth 1.6 linecolor rgb '\(color)'"
    case .image, .tiles: return "with image"
    case .cells: return "with image pixels"
    case .surface: return "with pm3d"
    case .characters(let color, let character):
      return "with points pointtype \"\(character)\" linecolor rgb '\(color)'"
    }
  }
}

/// Shades that are one character of the terminal.
public struct Tile: Sendable {
  public let shades: ClosedRange<UInt8>
  public let character: Character
  public let color: String

  public init(_ shades: ClosedRange<UInt8>, _ character: Character, _ color: String) {
    self.shades = shades
    self.character = character
    self.color = color
  }
}

/// A mark at a point: gnuplot's point types.
public enum Symbol: Int, Sendable {
  case plus = 1
  case cross = 2
  case asterisk = 3
  case square = 5
  case ring = 6
  case dot = 7
  case triangle = 9
  case downTriangle = 11
  case diamond = 13
}
