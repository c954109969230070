// A picture as plain data: panels with axes, curves and labels. From it come the commands that
// draw it and the script that redraws it.

/// One picture, ready to be drawn in any format.
public struct Picture: Sendable {
  /// The stem of the names of its files, unique among the pictures of a figure.
  public var name: String
  /// What is to be seen, in one sentence.
  public var title: String
  /// Where it comes from; written beside the picture.
  public var caption: Caption
  /// Pixels.
  public var width = 800
  public var height = 600
  /// How many lines of text it needs at least when drawn in the terminal.
  public var terminalRows = 0
  /// What it consists of, drawn in this order.
  public var panels: [Panel]
  /// What it consists of one after the other in an animated gif, which is drawn beside the png of the picture.
  /// Each must differ from the one before, and the first must have all colours.
  public var frames: [[Panel]] = []
  /// Of a frame, in hundredths of a second.
  static let frameDelay = 9

  public init(name: String, title: String, caption: Caption, panels: [Panel]) {
    self.name = name
    self.title = title
    self.caption = caption
    self.panels = panels
  }

  /// Width and height in pixels.
  public var size: (width: Int, height: Int) { (width, height) }
}
