// The numbers of a curve, and how they reach gnuplot.

/// The numbers of a curve.
public struct CurveData: Sendable {
  /// Unique within the picture: letters, digits and hyphens.
  public var name: String
  /// What they are.
  public enum Content: Sendable {
    /// Rows of so many columns.
    case table(columns: Int, [Double])
    /// Values 0 ... 100 on a regular grid, row by row from below.
    case shades(width: Int, x: ClosedRange<Double>, y: ClosedRange<Double>, [UInt8])
    /// Heights on a regular grid, row by row.
    case heights(width: Int, x: ClosedRange<Double>, y: ClosedRange<Double>, [Double])
  }
  public var content: Content

  public init(name: String, content: Content) {
    self.name = name
    self.content = content
  }

  /// Rows of numbers; infinities become NaN, which gnuplot leaves out.
  public static func table(_ name: String, columns: Int, _ values: [Double]) -> CurveData {
    CurveData(
      name: name,
      content: .table(columns: columns, values.map { $0.isFinite ? $0 : .nan }))
  }

  /// Whether there is nothing to draw.
  public var isEmpty: Bool {
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
    return " dx=\(Text.decimal(dx, digits: 12)) dy=\(Text.decimal(dy, digits: 12))"
      + " origin=(\(Text.decimal(x.lowerBound, digits: 12)),\(Text.decimal(y.lowerBound, digits: 12))\(origin))"
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
      + " (\(Text.decimal(x.lowerBound, digits: 12))+$1*\(Text.decimal(dx, digits: 12)))"
      + ":(\(Text.decimal(y.lowerBound, digits: 12))+$2*\(Text.decimal(dy, digits: 12))):3"
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
      return rows(columns, values.count) { Text.decimal(values[$0], digits: 6) }
    case .shades(let width, _, _, let values):
      return rows(width, values.count) { String(values[$0]) }
    case .heights(let width, _, _, let values):
      return rows(width, values.count) { Text.decimal(values[$0], digits: 4) }
    }
  }
}
