// Direct labels: beside the lines that they name, over nothing else.

import Glibc

/// Finds places for labels in a panel, in pixels from its lower left corner.
public struct LabelPlacement {
  /// A rectangle.
  public struct Box: Sendable {
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
    func overlap(_ other: Box) -> Double {
      let w = min(right, other.right) - max(left, other.left)
      let h = min(top, other.top) - max(bottom, other.bottom)
      return w > 0 && h > 0 ? w * h : 0
    }
    func contains(_ p: (x: Double, y: Double)) -> Bool {
      p.x > left && p.x < right && p.y > bottom && p.y < top
    }
  }

  /// The size of the panel.
  public let width: Double
  public let height: Double
  /// What no label may lie over.
  public private(set) var boxes: [Box] = []
  private var occupied: [(x: Double, y: Double)] = []

  /// The room of a panel of a picture.
  public init(_ panel: Panel, picture: (width: Int, height: Int)) {
    width = (panel.frame.right - panel.frame.left) * Double(picture.width)
    height = (panel.frame.top - panel.frame.bottom) * Double(picture.height)
  }

  /// About how wide a text is, in pixels: the advance widths of DejaVu Sans Bold in a few classes.
  public static func textWidth(_ text: String, size: Double, bold: Bool = false) -> Double {
    let ems = text.reduce(0.0) { sum, character in
      switch character {
      case "m", "M", "W", "%", "@": sum + 1.04
      case "w": sum + 0.92
      case "i", "j", "l", "I", ".", ",", ":", ";", "'", "|", "/", " ", "-": sum + 0.4
      case "f", "r", "t", "(", ")", "[", "]", "!", "_", "*": sum + 0.5
      case "A"..."Z", "=", "+", "<", ">", "~", "#": sum + 0.82
      default: sum + 0.7
      }
    }
    return ems * size * (4.0 / 3) * (bold ? 1 : 0.92)
  }

  /// Pixels of a point of the panel.
  public func place(_ p: (x: Double, y: Double), _ panel: Panel) -> (x: Double, y: Double) {
    (panel.x.share(p.x) * width, panel.y.share(p.y) * height)
  }

  /// Marks the way of a line as not to be covered.
  public mutating func occupy(_ line: [(x: Double, y: Double)], _ panel: Panel) {
    var last: (x: Double, y: Double)?
    for p in line {
      let q = place(p, panel)
      guard q.x.isFinite, q.y.isFinite else {
        last = nil
        continue
      }
      if let last {
        let length = max(abs(q.x - last.x), abs(q.y - last.y))
        let pieces = min(Int(length / 6), 200)
        for i in 0..<max(pieces, 0) {
          let t = Double(i + 1) / Double(pieces + 1)
          occupied.append((last.x + t * (q.x - last.x), last.y + t * (q.y - last.y)))
        }
      }
      occupied.append(q)
      last = q
    }
  }

  /// Keeps labels away from a rectangle.
  public mutating func reserve(_ box: Box) { boxes.append(box) }

  /// The best place for a label of one line near one of its anchors (the first ones are preferred);
  /// nil where there is none that is not over something else.
  public mutating func label(
    _ text: String, size: Double, bold: Bool, anchors: [(x: Double, y: Double)], panel: Panel
  ) -> (x: Double, y: Double)? {
    let w = Self.textWidth(text, size: size, bold: bold)
    let h = size * 1.6
    var best: (cost: Double, box: Box)?
    for (rank, anchor) in anchors.enumerated() {
      let a = place(anchor, panel)
      guard a.x > -1, a.y > -1, a.x < width + 1, a.y < height + 1 else { continue }
      for (distance, penalty) in [(10.0, 0.0), (15, 1), (24, 4), (38, 9)] {
        for (turn, dx, dy) in [
          (0.0, 1.0, 0.0), (0.3, -1, 0), (0.2, 0.7, 0.7), (0.2, 0.7, -0.7), (0.5, -0.7, 0.7),
          (0.5, -0.7, -0.7), (0.4, 0, 1), (0.4, 0, -1),
        ] {
          let cx = a.x + dx * (distance + w / 2)
          let cy = a.y + dy * (distance + h / 2)
          let box = Box(left: cx - w / 2, right: cx + w / 2, bottom: cy - h / 2, top: cy + h / 2)
          guard box.left > 2, box.right < width - 2, box.bottom > 2, box.top < height - 2,
            !boxes.contains(where: { $0.overlap(box) > 0 })
          else { continue }
          var cost = Double(rank) * 2.5 + penalty + turn
          for p in occupied where box.contains(p) { cost += 2 }
          if cost < best?.cost ?? .infinity { best = (cost, box) }
        }
      }
    }
    guard let best, best.cost < 60 else { return nil }
    boxes.append(best.box)
    return ((best.box.left + best.box.right) / 2, (best.box.bottom + best.box.top) / 2)
  }
}

/// Heights of labels at the end of lines, moved apart so that none overlap, in order of the ends.
func spread(_ wanted: [Double], gap: Double, within range: ClosedRange<Double>) -> [Double] {
  let order = wanted.indices.sorted { wanted[$0] < wanted[$1] }
  var places = order.map { min(max(wanted[$0], range.lowerBound), range.upperBound) }
  guard places.count > 1 else { return places }
  let gap = min(gap, (range.upperBound - range.lowerBound) / Double(places.count - 1))
  // Neighbours that touch form blocks, each centred where its labels want to be.
  for _ in 0..<200 {
    var moved = false
    for i in 1..<places.count where places[i] - places[i - 1] < gap - 1e-9 {
      let middle = (places[i] + places[i - 1]) / 2
      places[i - 1] = middle - gap / 2
      places[i] = middle + gap / 2
      moved = true
    }
    for i in places.indices {
      places[i] = min(
        max(places[i], range.lowerBound + gap * Double(i)),
        range.upperBound - gap * Double(places.count - 1 - i))
    }
    if !moved { break }
  }
  var result = wanted
  for (place, index) in zip(places, order) { result[index] = place }
  return result
}
