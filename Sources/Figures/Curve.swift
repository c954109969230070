// What is drawn within axes: numbers and the style that they are drawn in.

/// Data and a style.
public struct Curve: Sendable {
  public var data: CurveData
  public var style: Style
  /// Whether it is left out in the terminal.
  public var omittedInTerminal = false

  /// A curve; most are made by `line`, `points` and `band`.
  public init(_ data: CurveData, _ style: Style, omittedInTerminal: Bool = false) {
    self.data = data
    self.style = style
    self.omittedInTerminal = omittedInTerminal
  }

  /// A line through points of the plane; where one is not finite, the line is broken.
  ///
  /// - Parameter name: that of its data; two curves of a picture that share it share the data.
  public static func line(
    _ name: String, _ points: [(x: Double, y: Double)], _ color: String, width: Double = 2,
    dash: Dash = .solid
  ) -> Curve {
    Curve(
      .table(name, columns: 2, points.flatMap { [$0.x, $0.y] }),
      .line(color, width: width, dash: dash))
  }

  /// Marks at points of the plane.
  public static func points(
    _ name: String, _ points: [(x: Double, y: Double)], _ color: String, _ symbol: Symbol,
    size: Double = 1, width: Double = 1
  ) -> Curve {
    Curve(
      .table(name, columns: 2, points.flatMap { [$0.x, $0.y] }),
      .points(color, symbol, size: size, width: width))
  }

  /// The area between two curves over the same x.
  public static func band(
    _ name: String, _ rows: [(x: Double, low: Double, high: Double)], _ color: String
  ) -> Curve {
    Curve(
      .table(name, columns: 3, rows.flatMap { [$0.x, $0.low, $0.high] }), .band(color),
      omittedInTerminal: true)
  }

  /// Bars from the axis; where `wide` is their width in units of x.
  public static func bars(
    _ name: String, _ points: [(x: Double, y: Double)], wide: Double, _ color: String
  ) -> Curve {
    Curve(.table(name, columns: 3, points.flatMap { [$0.x, $0.y, wide] }), .bars(color))
  }

  /// Whiskers from low to high.
  public static func whiskers(
    _ name: String, _ rows: [(x: Double, y: Double, low: Double, high: Double)], _ color: String
  ) -> Curve {
    Curve(
      .table(name, columns: 4, rows.flatMap { [$0.x, $0.y, $0.low, $0.high] }), .whiskers(color),
      omittedInTerminal: true)
  }
}
