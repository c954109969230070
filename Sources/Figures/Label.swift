// Text in a picture.

/// A line of text, drawn as it is whatever characters it has.
public struct Label: Sendable {
  /// What its place is given in: the values of the axes, shares of the panel, or of the picture.
  public enum System: String, Sendable { case first, graph, screen }
  /// Which part of it lies at its place.
  public enum Align: String, Sendable { case left, center, right }
  public var text: String
  public var x: Double
  public var y: Double
  public var system: System
  public var align: Align
  public var color: String
  /// Points.
  public var size: Double
  public var bold: Bool
  /// Whether what is below is dimmed.
  public var boxed: Bool
  /// Only in pictures, not in the terminal.
  public var omittedInTerminal: Bool
  /// Only in the terminal, not in pictures.
  public var onlyInTerminal = false
  /// Whether it is read from below upwards.
  public var turned: Bool

  public init(
    text: String, x: Double, y: Double, system: System = .first, align: Align = .left,
    color: String = Ink.text, size: Double = 11, bold: Bool = false, boxed: Bool = false,
    omittedInTerminal: Bool = false, turned: Bool = false
  ) {
    self.text = text
    self.x = x
    self.y = y
    self.system = system
    self.align = align
    self.color = color
    self.size = size
    self.bold = bold
    self.boxed = boxed
    self.omittedInTerminal = omittedInTerminal
    self.turned = turned
  }

  /// The command that sets it.
  func command(_ format: FigureFormat) -> String {
    // gnuplot 5.4 writes the name of a font into a svg file as it is, and knows no weight there.
    let weight =
      switch format {
      case .svg: bold ? "\" font-weight=\"bold" : ""
      default: bold ? ":Bold" : ""
      }
    // Points of the svg terminal are pixels.
    let points = format == .svg ? size * 1.2 : format == .pdf ? size * 11 / 12 : size
    return "set label \(Text.quoted(text)) at \(system.rawValue) \(Text.decimal(x, digits: 8)),"
      + "\(system.rawValue) \(Text.decimal(y, digits: 8)) \(align.rawValue) noenhanced front"
      + (turned ? " rotate by 90" : "")
      + (format == .terminal
        ? " textcolor rgb '\(color)'"
        : " font 'DejaVu Sans\(weight),\(Text.decimal(points, digits: 3))' textcolor rgb '\(color)'")
      + (boxed && format != .terminal ? " boxed" : "")
  }
}
