// A system of axes and what is drawn in it.

/// Axes with curves, labels and rules, somewhere in a picture.
public struct Panel: Sendable {
  /// Where the axes lie, in shares of the picture; y upwards.
  public var frame: Frame
  /// Where they lie in the terminal; nil where the panel is left out there.
  public var terminalFrame: Frame?
  /// What stands above it, where a picture has several.
  public var title = ""
  public var x: Axis
  public var y: Axis
  /// Set in three dimensions.
  public var z: Axis?
  /// What is drawn, the last on top.
  public var curves: [Curve] = []
  public var labels: [Label] = []
  /// The names of lines, placed when the size of the picture is known.
  var tags: [NameTag] = []
  /// Straight lines.
  public var rules: [Rule] = []
  /// Further commands of gnuplot, sent before the curves.
  public var commands: [String] = []

  /// An empty panel.
  ///
  /// - Parameters:
  ///   - frame: where it lies; the whole picture if left out.
  ///   - z: a third axis, for curves of three columns.
  public init(frame: Frame = .whole, x: Axis, y: Axis, z: Axis? = nil) {
    self.frame = frame
    terminalFrame = frame
    self.x = x
    self.y = y
    self.z = z
  }
}

/// A rectangle in shares of the picture.
public struct Frame: Sendable, Equatable {
  public var left: Double
  public var right: Double
  public var bottom: Double
  public var top: Double

  public init(left: Double, right: Double, bottom: Double, top: Double) {
    self.left = left
    self.right = right
    self.bottom = bottom
    self.top = top
  }

  /// One panel that fills the picture, with room for the title above and the axes' names.
  public static let whole = Frame(left: 0.105, right: 0.97, bottom: 0.105, top: 0.885)
}

/// A straight line from point to point.
public struct Rule: Sendable {
  public var from: (x: Double, y: Double)
  public var to: (x: Double, y: Double)
  /// What its ends are given in.
  public var system: Label.System
  public var color: String
  public var width: Double
  public var dash: Dash

  public init(
    from: (x: Double, y: Double), to: (x: Double, y: Double), system: Label.System = .first,
    color: String, width: Double = 1, dash: Dash = .solid
  ) {
    self.from = from
    self.to = to
    self.system = system
    self.color = color
    self.width = width
    self.dash = dash
  }
}

/// How a line is broken up.
public enum Dash: Int, Sendable {
  case solid = 1
  case dashed = 2
  case dotted = 3
  case dashDotted = 4
}
