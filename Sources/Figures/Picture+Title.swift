// A title, broken into lines.

extension Picture {
  /// The lines of a title as they are drawn.
  struct TitleLines {
    var lines: [String]
    /// Points.
    var size: Double
    /// From line to line, as a share of the picture.
    var spacing: Double
  }

  /// The title in a picture: two lines at the usual size, or up to four smaller ones, the last of which
  /// ends with "…" where even they do not hold it.
  func titleLines(_ format: FigureFormat, _ characters: TerminalSize) -> TitleLines {
    if format == .terminal {
      return TitleLines(
        lines: Self.cut(Text.wrapped(title, width: characters.columns - 6)), size: 12,
        spacing: 1.02 / Double(characters.rows))
    }
    let (lines, size) = Self.titleLines(title, width: width)
    return TitleLines(lines: lines, size: size, spacing: size * 1.62 / Double(height))
  }

  /// How much of a picture a title takes from the top, in pixels.
  public static func titleHeight(_ title: String, width: Int) -> Double {
    let (lines, size) = titleLines(title, width: width)
    return 34 + Double(lines.count - 1) * size * 1.62
  }

  private static func titleLines(_ title: String, width: Int) -> (lines: [String], size: Double) {
    func lines(_ size: Double) -> [String] {
      Text.wrapped(title, width: Int(Double(width) * 0.965 / (size * 0.84)))
    }
    let usual = lines(14)
    return usual.count <= 2 ? (usual, 14) : (cut(lines(11.5)), 11.5)
  }

  private static func cut(_ lines: [String]) -> [String] {
    lines.count <= 4 ? lines : lines.prefix(3) + [lines[3] + " …"]
  }
}
