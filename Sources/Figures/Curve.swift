// What is drawn within axes: numbers and the style that they are drawn in.

/// Data and a style.
struct Curve: Sendable {
  var data: CurveData
  var style: Style
  /// Whether it is left out in the terminal.
  var omittedInTerminal = false

  init(_ data: CurveData, _ style: Style, omittedInTerminal: Bool = false) {
    self.data = data
    self.style = style
    self.omittedInTerminal = omittedInTerminal
  }

  /// A line through points of the plane; where one is not finite, the line is broken.
  static func line(
    _ name: String, _ points: [(x: Double, y: Double)], _ color: String, width: Double = 2,
    dash: Dash = .solid
  ) -> Curve {
    Curve(
      .table(name, columns: 2, points.flatMap { [$0.x, $0.y] }),
      .line(color, width: width, dash: dash))
  }

  /// Marks at points of the plane.
  static func points(
    _ name: String, _ points: [(x: Double, y: Double)], _ color: String, _ symbol: Symbol,
    size: Double = 1, width: Double = 1
  ) -> Curve {
    Curve(
      .table(name, columns: 2, points.flatMap { [$0.x, $0.y] }),
      .points(color, symbol, size: size, width: width))
  }

  /// The area between two curves over the same x.
  static func band(
    _ name: String, _ rows: [(x: Double, low: Double, high: Double)], _ color: String
  ) -> Curve {
    Curve(
      .table(name, columns: 3, rows.flatMap { [$0.x, $0.low, $0.high] }), .band(color),
      omittedInTerminal: true)
  }
}

/// The numbers of a curve.
struct CurveData: Sendable {
  /// Unique within the picture.
  var name: String
  enum Content: Sendable {
    /// Rows of so many columns.
    case table(columns: Int, [Double])
    /// Values 0 ... 100 on a regular grid, row by row from below.
    case shades(width: Int, x: ClosedRange<Double>, y: ClosedRange<Double>, [UInt8])
    /// Heights on a regular grid, row by row.
    case heights(width: Int, x: ClosedRange<Double>, y: ClosedRange<Double>, [Double])
  }
  var content: Content

  /// Rows of numbers; infinities become NaN, which gnuplot leaves out.
  static func table(_ name: String, columns: Int, _ values: [Double]) -> CurveData {
    CurveData(
      name: name,
      content: .table(columns: columns, values.map { $0.isFinite ? $0 : .nan }))
  }

  var isEmpty: Bool {
    switch content {
    case .table(let columns, let values):
      // A row counts where all of it is finite.
      return !stride(from: 0, to: values.count - columns + 1, by: columns).contains { row in
        values[row..<row + columns].allSatisfy(\.isFinite)
      }
    case .shades(let width, _, _, let values): return width < 2 || values.count < 2 * width
    case .heights(let width, _, _, let values):
      return width < 2 || values.count < 2 * width || !values.contains(where: \.isFinite)
    }
  }

  /// The source in a plot command whose data follow in binary.
  var binarySource: String {
    switch content {
    case .table(let columns, let values):
      let format = String(repeating: "%double", count: columns)
      let using = (1...columns).map(String.init).joined(separator: ":")
      return "'-' binary record=(\(values.count / columns)) format='\(format)' using \(using)"
    case .shades(let width, let x, let y, let values):
      return "'-' binary array=(\(width),\(values.count / width))"
        + grid(width, values.count / width, x, y) + " format='%uint8' using 1"
    case .heights(let width, let x, let y, let values):
      return "'-' binary array=(\(width),\(values.count / width))"
        + grid(width, values.count / width, x, y, origin: ",0") + " format='%double' using 1"
    }
  }

  private func grid(
    _ width: Int, _ height: Int, _ x: ClosedRange<Double>, _ y: ClosedRange<Double>,
    origin: String = ""
  ) -> String {
    let dx = (x.upperBound - x.lowerBound) / Double(width - 1)
    let dy = (y.upperBound - y.lowerBound) / Double(height - 1)
    return " dx=\(decimal(dx, digits: 12)) dy=\(decimal(dy, digits: 12))"
      + " origin=(\(decimal(x.lowerBound, digits: 12)),\(decimal(y.lowerBound, digits: 12))\(origin))"
  }

  /// The source in a plot command that reads the data block `block`.
  func textSource(_ block: String) -> String {
    switch content {
    case .table(let columns, _):
      return "\(block) using " + (1...columns).map(String.init).joined(separator: ":")
    case .shades(let width, let x, let y, let values):
      return matrix(block, width, values.count / width, x, y)
    case .heights(let width, let x, let y, let values):
      return matrix(block, width, values.count / width, x, y)
    }
  }

  private func matrix(
    _ block: String, _ width: Int, _ height: Int, _ x: ClosedRange<Double>,
    _ y: ClosedRange<Double>
  ) -> String {
    let dx = (x.upperBound - x.lowerBound) / Double(width - 1)
    let dy = (y.upperBound - y.lowerBound) / Double(height - 1)
    return "\(block) matrix using"
      + " (\(decimal(x.lowerBound, digits: 12))+$1*\(decimal(dx, digits: 12)))"
      + ":(\(decimal(y.lowerBound, digits: 12))+$2*\(decimal(dy, digits: 12))):3"
  }

  /// The lines of the data block.
  var text: String {
    func rows(_ columns: Int, _ count: Int, _ value: (Int) -> String) -> String {
      var text = ""
      var start = 0
      while start + columns <= count {
        text += (start..<start + columns).map(value).joined(separator: " ") + "\n"
        start += columns
      }
      return text
    }
    switch content {
    case .table(let columns, let values):
      return rows(columns, values.count) { decimal(values[$0], digits: 6) }
    case .shades(let width, _, _, let values):
      return rows(width, values.count) { String(values[$0]) }
    case .heights(let width, _, _, let values):
      return rows(width, values.count) { decimal(values[$0], digits: 4) }
    }
  }
}

/// How a curve is drawn.
enum Style: Sendable {
  case line(String, width: Double = 2, dash: Dash = .solid)
  case points(String, Symbol, size: Double = 1, width: Double = 1)
  case linePoints(String, width: Double, size: Double)
  case band(String)
  case image
  /// A shaded surface in three dimensions.
  case surface
  /// Characters of the terminal.
  case characters(String, Character)

  func command(_ format: FigureFormat, _ data: CurveData, solid: Bool) -> String {
    switch self {
    case .line(let color, let width, let dash):
      return "with lines linecolor rgb '\(color)' linewidth \(decimal(width))"
        + " dashtype \(dash.rawValue)"
    case .points(let color, let symbol, let size, let width):
      return "with points pointtype \(symbol.rawValue) pointsize \(decimal(size))"
        + " linewidth \(decimal(width)) linecolor rgb '\(color)'"
    case .linePoints(let color, let width, let size):
      return "with linespoints pointtype 7 pointsize \(decimal(size)) linewidth \(decimal(width))"
        + " linecolor rgb '\(color)'"
    case .band(let color):
      return "with filledcurves fillcolor rgb '\(color)' fillstyle transparent solid 0.18 noborder"
    case .image: return "with image"
    case .surface: return "with pm3d"
    case .characters(let color, let character):
      return "with points pointtype \"\(character)\" linecolor rgb '\(color)'"
    }
  }
}

/// gnuplot's point types.
enum Symbol: Int, Sendable {
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

extension Curve {
  /// The curve as characters of a terminal, every cell that it passes through filled.
  func inCharacters(_ panel: Panel, columns: Int, rows: Int) -> Curve? {
    guard !omittedInTerminal, panel.z == nil, case .table(let width, let values) = data.content
    else { return nil }
    let color: String
    var character: Character = "•"
    var joined = true
    switch style {
    case .line(let c, _, let dash):
      color = c
      character = dash == .solid ? "•" : "·"
    case .linePoints(let c, _, _): color = c
    case .points(let c, let symbol, _, _):
      color = c
      joined = false
      character =
        switch symbol {
        case .cross, .asterisk: "×"
        case .plus: "+"
        case .ring: "o"
        default: "●"
        }
    default: return nil
    }
    let points = stride(from: 0, to: values.count - width + 1, by: width).map {
      (x: values[$0], y: values[$0 + 1])
    }
    var result: [Double] = []
    func add(_ p: (x: Double, y: Double)) { result += [p.x, p.y] }
    let cellsX = max(4, (panel.frame.right - panel.frame.left) * Double(columns))
    let cellsY = max(4, (panel.frame.top - panel.frame.bottom) * Double(rows))
    var last: (x: Double, y: Double)?
    for point in points {
      let p = (x: panel.x.share(point.x), y: panel.y.share(point.y))
      guard p.x.isFinite, p.y.isFinite else {
        last = nil
        continue
      }
      if joined, let last {
        let length = max(abs(p.x - last.x) * cellsX, abs(p.y - last.y) * cellsY)
        let count = Int(min(length * 1.5, 400))
        for i in 0..<max(count, 0) {
          let t = Double(i + 1) / Double(count + 1)
          add(
            (
              panel.x.value(at: last.x + t * (p.x - last.x)),
              panel.y.value(at: last.y + t * (p.y - last.y))
            ))
        }
      }
      add(point)
      last = p
    }
    return Curve(
      .table(data.name, columns: 2, result), .characters(color, character))
  }
}
