// The cells of a map as shades of an image.

import OptimizerKit

/// What is shown of the cells of a map: a number on a scale, or one of a few named classes.
public struct MapShades: Sendable {
  /// Cells that have no number: they diverged, or did not get there.
  public struct Class: Sendable {
    public let name: String
    public let color: String
    /// What stands for it in the terminal.
    public let character: Character
    public let count: Int

    public init(name: String, color: String, character: Character, count: Int) {
      self.name = name
      self.color = color
      self.character = character
      self.count = count
    }
  }

  /// The number of each cell; NaN where it belongs to a class.
  public let numbers: [Double]
  /// The class of each cell; −1 where it has a number.
  public let places: [Int8]
  public let classes: [Class]
  /// The scale of the numbers, whose beginning is drawn brightest; nil where no cell has one.
  public let scale: Axis?
  /// How many cells make a row.
  public let width: Int

  /// Shades below are numbers; above, every other one is a class.
  private static let levels: UInt8 = 79
  /// How many classes there may be.
  public static let mostClasses = 9
  /// The most cells of an image along an axis: a map of more is drawn in part.
  public static let mostCells = 400

  public init(
    numbers: [Double], places: [Int8], classes: [Class], scale: Axis?, width: Int
  ) {
    self.numbers = numbers
    self.places = places
    self.classes = classes
    self.scale = scale
    self.width = width
  }

  public var height: Int { numbers.count / max(width, 1) }

  /// Dark to bright, at even steps of lightness: the lower four fifths of viridis (Smith and van der Walt
  /// 2015), which keeps its order in grey and for colour-blind eyes. Lighter greys remain for classes.
  private static let colors = [
    "#440154", "#482173", "#433e85", "#38588c", "#2d708e", "#25858e", "#1e9b8a", "#2ab07f",
    "#52c569", "#86d549",
  ]
  /// Neutral colours, lighter than all of the scale.
  public static let unreached = "#c9ccd0"
  public static let diverged = "#f1f1f2"
  public static let failed = "#000000"

  private static func shade(ofClass place: Int) -> UInt8 { levels + 2 + 2 * UInt8(place) }

  /// The commands that set the palette.
  public var palette: [String] {
    let last = Double(Self.levels)
    let colors = Self.colors.enumerated().map { index, color in
      "\(Text.decimal(last * Double(index) / Double(Self.colors.count - 1))) '\(color)'"
    }
    let flat = classes.enumerated().flatMap { place, entry in
      let shade = Int(Self.shade(ofClass: place))
      return ["\(shade - 1) '\(entry.color)'", "\(shade + 1) '\(entry.color)'"]
    }
    return [
      "set palette defined (\((colors + flat + ["99 '#000000'"]).joined(separator: ", ")))",
      "set cbrange [0:99]", "unset colorbox",
    ]
  }

  /// The shade of a number.
  private func shade(_ number: Double) -> UInt8 {
    let share = min(max(scale?.share(number) ?? 0, 0), 1)
    return UInt8((Double(Self.levels) * (1 - share)).rounded())
  }

  /// Which of `count` cells along an axis are drawn: all of them, or the middle ones of as many equal
  /// lengths as the image holds.
  static func drawn(_ count: Int) -> [Int] {
    let step = (count + mostCells - 1) / mostCells
    let places = (count + step - 1) / max(step, 1)
    return (0..<places).map { (2 * $0 + 1) * count / (2 * places) }
  }

  /// Along how many columns and rows cells are drawn.
  public var drawnSize: (columns: Int, rows: Int) {
    (Self.drawn(width).count, Self.drawn(height).count)
  }

  /// The image, in shares of the axes.
  public func image(_ name: String) -> CurveData {
    let columns = Self.drawn(width)
    let rows = Self.drawn(height)
    var shades: [UInt8] = []
    shades.reserveCapacity(columns.count * rows.count)
    for row in rows {
      for column in columns {
        let cell = row * width + column
        let place = Int(places[cell])
        shades.append(place < 0 ? shade(numbers[cell]) : Self.shade(ofClass: place))
      }
    }
    // An image has two rows and two columns at least.
    if rows.count == 1 { shades += shades }
    func extent(_ count: Int) -> ClosedRange<Double> {
      let half = 0.5 / Double(max(count, 2))
      return half...(1 - half)
    }
    return CurveData(
      name: name,
      content: .shades(
        width: columns.count, x: extent(columns.count), y: extent(rows.count), shades))
  }

  /// How the map looks in the terminal: full where it is best.
  public var tiles: [Tile] {
    let bands: [Character] = ["░", "▒", "▓", "█"]
    let last = Int(Self.levels)
    let numbers = bands.enumerated().map { index, character in
      let low = UInt8(index == 0 ? 0 : (last * index) / bands.count + 1)
      return Tile(
        low...UInt8(last * (index + 1) / bands.count), character,
        Self.colors[(2 * index + 1) * Self.colors.count / (2 * bands.count)])
    }
    return numbers
      + classes.enumerated().map { place, entry in
        let shade = Self.shade(ofClass: place)
        return Tile(shade...shade, entry.character, Ink.soft)
      }
  }

  /// The colour bar: shades from the worst below to the best above.
  public func bar(_ name: String) -> CurveData {
    let shades = (0...Self.levels).flatMap { [Self.levels - $0, Self.levels - $0] }
    let step = 1 / Double(Int(Self.levels) + 1)
    return CurveData(
      name: name,
      content: .shades(
        width: 2, x: 0.25...0.75, y: (step / 2)...(1 - step / 2), shades))
  }
}
