// What a report consists of, as plain data.

/// A report on a suite: what it says, in the order in which it says it. `html` is the page.
public struct Report: Sendable {
  /// What the suite is called, and its title.
  public var suite: String
  public var title: String
  /// The answer in sentences, the first one large.
  public var answer: [String]
  /// What it rests on, as numbers: "12" and "problems".
  public var facts: [(number: String, name: String)] = []
  /// What a reader must know before anything else: runs that are missing, what was left out.
  public var notices: [String] = []
  public var sections: [Section] = []
  /// The fairness ledger: name and value.
  public var ledger: [(name: String, value: String)] = []
  /// The commands that reproduce it: what for, and the command.
  public var commands: [(purpose: String, command: String)] = []

  public init(suite: String, title: String, answer: [String]) {
    self.suite = suite
    self.title = title
    self.answer = answer
  }

  /// A part with a heading.
  public struct Section: Sendable {
    public var title: String
    /// By what it is linked to: letters, digits and hyphens; nil for one made from the title.
    public var anchor: String?
    /// What begins with it; nil for nothing.
    public var chapter: String?
    /// A word beside the title.
    public var badge: Badge?
    /// The most important sentence.
    public var lead = ""
    public var paragraphs: [String] = []
    /// Lines that keep their form, each block with a title.
    public var code: [(title: String, lines: [String])] = []
    public var tables: [Table] = []
    public var player: Player?
    public var figures: [Picture] = []
    /// What stands small below.
    public var notes: [String] = []

    public init(_ title: String) { self.title = title }

    /// A word with a colour.
    public struct Badge: Sendable {
      /// What it is like.
      public enum Tone: Sendable {
        case good, mixed, bad, open

        /// "#1a7f52": dark enough for white text on it.
        public var color: String {
          switch self {
          case .good: "#1a7f52"
          case .mixed: "#9c6200"
          case .bad: "#a3243b"
          case .open: "#66707a"
          }
        }
      }
      public var text: String
      public var tone: Tone
      public init(_ text: String, _ tone: Tone) {
        self.text = text
        self.tone = tone
      }
    }

    /// Whether there is nothing in it.
    public var isEmpty: Bool {
      lead.isEmpty && paragraphs.isEmpty && tables.isEmpty && player == nil && figures.isEmpty
    }
  }

  /// A table that can be sorted and filtered.
  public struct Table: Sendable {
    /// A column: its name, and whether it holds numbers.
    public struct Column: Sendable {
      public var name: String
      public var isNumeric: Bool
      public init(_ name: String, isNumeric: Bool = false) {
        self.name = name
        self.isNumeric = isNumeric
      }
    }

    /// A cell: its text, and what it is sorted by.
    public struct Cell: Sendable {
      public var text: String
      /// nil sorts by the text; infinity comes last either way.
      public var value: Double?
      /// A swatch before the text: "#0072b2".
      public var color: String?
      public var isStrong = false
      /// The value and what it is sure to lie in, drawn on a line from 0 to 1.
      public var mark: Mark?
      /// The anchor of the section that it leads to.
      public var link: String?
      public init(
        _ text: String, value: Double? = nil, color: String? = nil, isStrong: Bool = false,
        mark: Mark? = nil, link: String? = nil
      ) {
        self.link = link
        self.text = text
        self.value = value
        self.color = color
        self.isStrong = isStrong
        self.mark = mark
      }
    }

    /// A value in 0...1 with its interval, as a dot with whiskers.
    public struct Mark: Sendable {
      public var value: Double
      public var interval: ClosedRange<Double>?
      /// "#0072b2".
      public var color: String
      public init(_ value: Double, in interval: ClosedRange<Double>? = nil, color: String) {
        self.value = value
        self.interval = interval
        self.color = color
      }
    }

    public var title: String
    public var columns: [Column]
    public var rows: [[Cell]]
    /// What stands below it.
    public var notes: [String] = []
    /// What its columns mean, a line each, folded away.
    public var legend: [String] = []
    /// Whether it is folded away behind its title, below the figures.
    public var isFolded: Bool
    /// Whether its rows can be filtered; nil for where there are more than a few.
    public var hasFilter: Bool?

    public init(
      _ title: String, columns: [Column], rows: [[Cell]], notes: [String] = [],
      isFolded: Bool = false
    ) {
      self.isFolded = isFolded
      self.title = title
      self.columns = columns
      self.rows = rows
      self.notes = notes
    }
  }

  /// A drawn figure.
  public struct Picture: Sendable {
    /// What is to be seen, in one sentence.
    public var title: String
    /// The picture itself.
    public var svg: String
    public var width: Int
    public var height: Int
    /// The caption: name and value.
    public var caption: [(name: String, value: String)]
    /// The command that draws it.
    public var command: String

    public init(
      title: String, svg: String, width: Int, height: Int,
      caption: [(name: String, value: String)], command: String
    ) {
      self.title = title
      self.svg = svg
      self.width = width
      self.height = height
      self.caption = caption
      self.command = command
    }
  }
}
