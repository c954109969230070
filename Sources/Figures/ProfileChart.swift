// Profiles: shares that grow with what is spent, a line for each participant.

import Analysis
import OptimizerKit

/// A chart of step functions from 0 to 1 over a logarithmic axis, with those of many participants on pages.
public struct ProfileChart {
  /// One line.
  public struct Line {
    /// The participant's label.
    public var label: String
    public var share: StepFunction
    /// More is better: who stands on every page, and in which order pages are filled.
    public var score: Double
    /// What stands after the name.
    public var remark: String
    public init(label: String, share: StepFunction, score: Double, remark: String) {
      self.label = label
      self.share = share
      self.score = score
      self.remark = remark
    }
  }

  public var lines: [Line]
  /// What the axes are called.
  public var x: String
  public var y: String
  /// Where the x axis begins; where the first line rises if left out.
  public var start: Double?
  /// Where it ends at the latest.
  public var end: Double
  /// A vertical line and what it is.
  public var mark: (place: Double, text: String)?
  public var layout = ChartLayout.overlaid

  public init(
    _ lines: [Line], x: String, y: String, from start: Double? = nil, to end: Double = .infinity,
    mark: (place: Double, text: String)? = nil
  ) {
    self.lines = lines
    self.x = x
    self.y = y
    self.start = start
    self.end = end
    self.mark = mark
  }

  /// Those with the highest value, as a title names them, and that value.
  public static func leaders(_ values: [(label: String, value: Double)])
    -> (names: String, count: Int, value: Double)
  {
    let best = values.map(\.value).max() ?? 0
    let leaders = values.filter { $0.value == best }.map { Text.label($0.label, limit: 30) }
    return (Text.enumeration(leaders, most: 3), leaders.count, best)
  }

  /// The pictures.
  ///
  /// - Parameter caption: that of the picture of these labels.
  public func pictures(
    name: String, title: String, looks: [String: OptimizerColors.Look],
    caption: ([String]) -> Caption
  ) -> [Picture] {
    let jumps = lines.flatMap(\.share.places).filter { $0 > 0 }
    let first = start ?? max((jumps.min() ?? 1) * 0.8, 1e-300)
    let last = max(
      min((jumps.max() ?? 10) * 1.15, end), first * 2, mark.map { $0.place * 1.15 } ?? 0)
    let ordered = lines.sorted { $0.score > $1.score }
    return Pages(ordered, of: 12, best: ordered.isEmpty ? nil : 0, worst: ordered.count - 1)
      .pictures(naming: { $0.label }) { page in
        picture(name, title, page, first...last, looks, caption(page.map(\.label)))
      }
  }

  private func picture(
    _ name: String, _ title: String, _ page: [Line], _ range: ClosedRange<Double>,
    _ looks: [String: OptimizerColors.Look], _ caption: Caption
  ) -> Picture {
    let size = (width: 800, height: 600)
    let lines = page.map { line in
      ChartLine(
        name: Text.label(line.label, limit: 30),
        look: looks[line.label] ?? .init(Ink.text), points: points(of: line.share, within: range),
        remark: line.remark)
    }
    if layout == .multiples {
      return Picture.multiples(
        name: name, title: title, caption: caption, lines: lines, x: Axis(x, range, isLog: true),
        y: Axis(y, -1...102, grid: true))
    }
    let margin = Panel.nameMargin(lines, size: 10.5, width: size.width)
    var panel = Panel(
      frame: Frame(left: 0.1, right: 0.985 - margin, bottom: 0.105, top: 0.865),
      x: Axis(x, range, isLog: true), y: Axis(y, -1...102, grid: true))
    if let mark {
      panel.rules.append(
        Rule(
          from: (mark.place, -1), to: (mark.place, 102), color: Ink.soft, width: 1, dash: .dotted))
      panel.labels.append(
        Label(
          text: mark.text, x: panel.x.share(mark.place) + 0.008, y: 0.025, system: .graph,
          color: Ink.soft, size: 9, omittedInTerminal: true))
    }
    panel.add(lines, prefix: "profile", of: size, size: 10.5)
    return Picture(name: name, title: title, caption: caption, panels: [panel])
  }

  /// The corners of a step function, in per cent.
  private func points(of share: StepFunction, within range: ClosedRange<Double>) -> [(
    x: Double, y: Double
  )] {
    var height = 100 * share(range.lowerBound)
    var points = [(x: range.lowerBound, y: height)]
    for (place, value) in zip(share.places, share.values)
    where place > range.lowerBound && place <= range.upperBound {
      points.append((place, height))
      height = 100 * value
      points.append((place, height))
    }
    points.append((range.upperBound, height))
    return points
  }
}
