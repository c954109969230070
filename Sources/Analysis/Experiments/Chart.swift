// A chart as plain data: what an experiment measured, to be drawn.

/// Panels of lines, points and bars, with axes and a title: what shows a verdict where no figure of runs
/// does. It says nothing of colours, sizes or places; `Figures` draws it.
public struct Chart: Sendable, Equatable {
  /// The stem of its file, unique among the charts of a verdict: letters, digits and hyphens.
  public var name: String
  /// What is to be seen, in one sentence.
  public var title: String
  public var panels: [Panel]
  /// How many panels make a row of a grid that shares its axes: numbers and names of axes stand at its left
  /// and lower edges only. nil for panels that each have their own.
  public var columns: Int?
  /// What must be said of it and does not stand in it: what a band is, how much was left out.
  public var notes: [String]

  public init(
    name: String, title: String, panels: [Panel], columns: Int? = nil, notes: [String] = []
  ) {
    self.name = name
    self.title = title
    self.panels = panels
    self.columns = columns
    self.notes = notes
  }

  /// One panel.
  public init(
    name: String, title: String, x: Axis, y: Axis, series: [Series], levels: [Level] = [],
    notes: [String] = []
  ) {
    self.init(
      name: name, title: title, panels: [Panel(x: x, y: y, series: series, levels: levels)],
      notes: notes)
  }

  /// Axes with what is drawn in them. Panels of one chart lie side by side, in rows where there are many.
  public struct Panel: Sendable, Equatable {
    /// What stands above it; nothing where that is empty.
    public var title: String
    public var x: Axis
    public var y: Axis
    public var series: [Series]
    /// Straight lines across it.
    public var levels: [Level]

    public init(_ title: String = "", x: Axis, y: Axis, series: [Series], levels: [Level] = []) {
      self.title = title
      self.x = x
      self.y = y
      self.series = series
      self.levels = levels
    }
  }

  /// An axis: its name with the unit, and its scale.
  public struct Axis: Sendable, Equatable {
    public var label: String
    public var isLog: Bool
    /// From where to where it goes; nil for around all that is drawn.
    public var range: ClosedRange<Double>?
    /// Names of the places 1, 2, 3, ... in place of numbers.
    public var categories: [String]
    /// Whether numbers stand at its marks; of heights that mean nothing by themselves, none.
    public var isNumbered: Bool

    public init(
      _ label: String, isLog: Bool = false, range: ClosedRange<Double>? = nil,
      categories: [String] = [], isNumbered: Bool = true
    ) {
      self.label = label
      self.isLog = isLog
      self.range = range
      self.categories = categories
      self.isNumbered = isNumbered
    }
  }

  /// A value over another, with how sure it is.
  public struct Point: Sendable, Equatable {
    public var x: Double
    /// NaN breaks a line.
    public var y: Double
    /// From where to where it varies; nil for nothing said.
    public var low: Double?
    public var high: Double?

    public init(_ x: Double, _ y: Double, in range: ClosedRange<Double>? = nil) {
      self.x = x
      self.y = y
      low = range?.lowerBound
      high = range?.upperBound
    }

    /// The median of values with their quartiles; NaN without any.
    public init(_ x: Double, medianOf values: [Double]) {
      let middle = Statistics.median(values) ?? .nan
      let low = Statistics.quantile(0.25, of: values) ?? .nan
      let high = Statistics.quantile(0.75, of: values) ?? .nan
      self.init(x, middle, in: low <= high && high.isFinite ? low...high : nil)
    }
  }

  /// Points that belong together.
  public struct Series: Sendable, Equatable {
    /// How they are drawn.
    public enum Style: Sendable, Equatable {
      /// A line, with a band where points have a range.
      case line
      /// The same, dashed: theory, or a limit that varies.
      case dashed
      /// Points, with whiskers where they have a range.
      case points
      /// Bars from the axis, with whiskers where points have a range; those of several series side by side.
      case bars
      /// Adjoining bars: a histogram.
      case steps
    }

    /// What stands beside it; nothing where that is empty.
    public var name: String
    public var style: Style
    public var points: [Point]
    /// The optimizer whose colour it has; nil for a colour of its own, by `name`: series of one name have
    /// one colour in all panels.
    public var optimizer: String?

    /// A histogram, each bin as high as it is full relative to the fullest one.
    public init(_ name: String, heightsOf histogram: Histogram) {
      self.init(
        name, histogram.heights.enumerated().map { Point(histogram.centre($0), $1) }, style: .steps)
    }

    public init(
      _ name: String, _ points: [Point], style: Style = .line, optimizer: String? = nil
    ) {
      self.name = name
      self.style = style
      self.points = points
      self.optimizer = optimizer
    }
  }

  /// A straight dotted line across a panel, with what it stands for.
  public struct Level: Sendable, Equatable {
    public enum Direction: Sendable, Equatable { case horizontal, vertical }
    public var text: String
    public var value: Double
    public var direction: Direction

    public init(_ text: String, at value: Double, _ direction: Direction = .horizontal) {
      self.text = text
      self.value = value
      self.direction = direction
    }
  }
}
