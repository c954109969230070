// Small multiples: a cell for each participant, with the others faint behind it.

import OptimizerKit

/// How participants share a picture.
public enum ChartLayout: String, Choice {
  /// All in one panel.
  case overlaid
  /// A panel for each, with the same axes, the others faint behind it.
  case multiples
}

/// The cells of small multiples.
public struct Multiples {
  /// Where each cell's axes lie.
  public let frames: [Frame]
  public let size: (width: Int, height: Int)
  let columns: Int

  /// - Parameters:
  ///   - count: how many cells there are.
  ///   - title: that of the picture, which takes room above.
  ///   - cell: the size of a cell with the names of its axes, in pixels.
  public init(
    _ count: Int, title: String, cell: (width: Double, height: Double) = (270, 216)
  ) {
    columns = count <= 2 ? max(count, 1) : count <= 4 ? 2 : count <= 9 ? 3 : 4
    let rows = (max(count, 1) + columns - 1) / columns
    let (left, right, below) = (72.0, 14.0, 20.0)
    let width = max(left + right + cell.width * Double(columns), 560)
    let above = Picture.titleHeight(title + " (page 1 of 9)", width: Int(width)) + 40
    let height = above + below + cell.height * Double(rows)
    size = (Int(width), Int(height))
    let columns = columns
    frames = (0..<count).map { index in
      let x = left + Double(index % columns) * cell.width
      let y = above + Double(index / columns) * cell.height
      return Frame(
        left: x / width, right: (x + cell.width - 22) / width,
        bottom: 1 - (y + cell.height - 54) / height, top: 1 - y / height)
    }
  }

  /// The name of a cell, above it, in letters that fit.
  public func label(_ name: String, _ index: Int, color: String = Ink.text) -> Label {
    let frame = frames[index]
    let room = (frame.right - frame.left) * Double(size.width) + 12
    let wide = LabelPlacement.textWidth(name, size: 11.5, bold: true)
    let points = min(11.5, max(11.5 * room / max(wide, 1), 7.5))
    return Label(
      text: name, x: frame.left, y: frame.top + 13 / Double(size.height), system: .screen,
      color: color, size: points, bold: true)
  }

  /// Axes of a cell: named and numbered only at the edges of the grid.
  public func axes(_ index: Int, _ x: Axis, _ y: Axis) -> (x: Axis, y: Axis) {
    var (x, y) = (x, y)
    x.marks = min(x.marks, 4)
    y.marks = min(y.marks, 5)
    if index % columns > 0 {
      y.label = ""
      y.named = y.ticks.map { ($0.value, "") }
    }
    if index + columns < frames.count { x.label = "" }
    return (x, y)
  }
}

extension Picture {
  /// Lines as small multiples: each in a panel of its own, the others faint behind it.
  ///
  /// - Parameters:
  ///   - lines: one for each cell, the first one first.
  ///   - decorate: adds to a cell what belongs to its line.
  public static func multiples(
    name: String, title: String, caption: Caption, lines: [ChartLine], x: Axis, y: Axis,
    decorate: (inout Panel, Int) -> Void = { _, _ in }
  ) -> Picture {
    let grid = Multiples(lines.count, title: title)
    let panels = lines.indices.map { index in
      let axes = grid.axes(index, x, y)
      var panel = Panel(frame: grid.frames[index], x: axes.x, y: axes.y)
      panel.labels.append(grid.label(lines[index].name, index))
      for (other, line) in lines.enumerated() where other != index {
        panel.curves.append(
          .line("line\(other)", panel.thinned(line.points, of: grid.size), "#d3d8dc", width: 1.2))
      }
      decorate(&panel, index)
      let line = lines[index]
      if !line.band.isEmpty {
        panel.curves.append(.band("band\(index)", panel.clipped(line.band), line.look.color))
      }
      panel.curves.append(
        .line(
          "line\(index)", panel.thinned(line.points, of: grid.size), line.look.color, width: 2.4))
      panel.curves.append(
        .points("marks\(index)", line.marks, line.look.color, .ring, size: 1.2, width: 2))
      if line.diverged, let end = line.points.last(where: { $0.y.isFinite }) {
        panel.curves.append(
          .points("end\(index)", [end], line.look.color, .cross, size: 1.4, width: 3))
      }
      if !line.remark.isEmpty {
        panel.labels.append(
          Label(
            text: line.remark, x: 0.98, y: 0.94, system: .graph, align: .right,
            color: OptimizerColors.legible(line.look.color), size: 9, boxed: true))
      }
      return panel
    }
    var picture = Picture(name: name, title: title, caption: caption, panels: panels)
    picture.width = grid.size.width
    picture.height = grid.size.height
    // Text has room for a few cells only.
    for index in picture.panels.indices where index >= 4 {
      picture.panels[index].terminalFrame = nil
    }
    if lines.count > 4 {
      picture.caption.lines.append(("terminal", "only the first four cells are drawn as text"))
    }
    return picture
  }
}
