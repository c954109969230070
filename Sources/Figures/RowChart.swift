// Charts with a named row for each participant.

import OptimizerKit

/// A panel with a row for each of several things, named at its left, over a common axis.
///
/// In the coordinates of the panel, row i from above lies at `height(i)`.
public struct RowChart {
  /// A row's name.
  public struct Row {
    public var name: String
    public var color: String
    public init(_ name: String, color: String = Ink.text) {
      self.name = name
      self.color = color
    }
  }

  public var panel: Panel
  /// That of the picture, in pixels.
  public let size: (width: Int, height: Int)
  private let count: Int

  /// - Parameters:
  ///   - title: that of the picture, which takes room above.
  ///   - right: room right of the axes, in pixels.
  ///   - above: room between title and axes, in pixels.
  ///   - rowHeight: in pixels.
  public init(
    _ rows: [Row], title: String, x: Axis, width: Int = 800, right: Double = 24,
    above: Double = 12, rowHeight: Double = 24
  ) {
    count = rows.count
    let textSize = 10.5
    let longest =
      rows.map { LabelPlacement.textWidth($0.name, size: textSize, bold: true) }.max() ?? 0
    let left = min(longest + 26, Double(width) * 0.45)
    let top = Picture.titleHeight(title, width: width) + 14 + above
    let bottom = x.label.isEmpty && x.ticks.isEmpty ? 16.0 : 66
    let height = (top + bottom + rowHeight * Double(max(rows.count, 2))).rounded(.up)
    size = (width, Int(height))
    var y = Axis("", 0...Double(max(rows.count, 1)), marks: 0)
    y.marks = 0
    panel = Panel(
      frame: Frame(
        left: left / Double(width), right: 1 - right / Double(width), bottom: bottom / height,
        top: 1 - top / height),
      x: x, y: y)
    // Characters of the terminal are wider, beside the picture, than those of the picture.
    let letters = rows.map(\.name.count).max() ?? 0
    panel.terminalFrame = panel.frame
    panel.terminalFrame?.left = min(max(panel.frame.left, Double(letters + 3) / 90), 0.5)
    for (index, row) in rows.enumerated() {
      if index % 2 == 1 {
        panel.rules.append(
          Rule(
            from: (0, share(index)), to: (1, share(index)), system: .graph,
            color: "#f3f5f7", width: rowHeight * 0.9))
      }
      panel.labels.append(
        Label(
          text: row.name, x: -8 / (Double(width) * (panel.frame.right - panel.frame.left)),
          y: share(index), system: .graph, align: .right,
          color: OptimizerColors.legible(row.color), size: textSize, bold: true))
    }
  }

  /// Where a row lies.
  public func height(_ row: Int) -> Double { Double(count - row) - 0.5 }

  private func share(_ row: Int) -> Double { height(row) / Double(max(count, 1)) }

  /// Adds text right of the axes, beside a row.
  public mutating func addRemark(_ text: String, row: Int, color: String = Ink.soft) {
    panel.labels.append(
      Label(
        text: text, x: 1 + 8 / (Double(size.width) * (panel.frame.right - panel.frame.left)),
        y: share(row), system: .graph, color: color, size: 9.5, omittedInTerminal: false))
  }

  /// The picture of it.
  public func picture(name: String, title: String, caption: Caption) -> Picture {
    var picture = Picture(name: name, title: title, caption: caption, panels: [panel])
    picture.width = size.width
    picture.height = size.height
    picture.terminalRows = count + 8
    return picture
  }
}
