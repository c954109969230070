// Curves in the terminal.

extension Curve {
  /// An image as characters, a curve for each of them; none for what is no image.
  func tilesInCharacters(_ panel: Panel, columns: Int, rows: Int) -> [Curve] {
    guard case .tiles(let tiles) = style,
      case .shades(let width, let x, let y, let shades) = data.content
    else { return [] }
    let height = shades.count / width
    let across = max(4, Int((panel.frame.right - panel.frame.left) * Double(columns)))
    let up = max(4, Int((panel.frame.top - panel.frame.bottom) * Double(rows)))
    /// The place on a grid of `count` of what lies at a share of the panel.
    func place(_ share: Double, _ axis: Axis, _ range: ClosedRange<Double>, _ count: Int) -> Int {
      let step = (range.upperBound - range.lowerBound) / Double(max(count - 1, 1))
      let place = (axis.value(at: share) - range.lowerBound) / step
      return min(max(Int(place.rounded()), 0), count - 1)
    }
    var points = [[Double]](repeating: [], count: tiles.count)
    for row in 0..<up {
      for column in 0..<across {
        let (a, b) = (
          (Double(column) + 0.5) / Double(across), (Double(row) + 0.5) / Double(up)
        )
        let shade = shades[place(b, panel.y, y, height) * width + place(a, panel.x, x, width)]
        if let tile = tiles.firstIndex(where: { $0.shades.contains(shade) }) {
          points[tile] += [panel.x.value(at: a), panel.y.value(at: b)]
        }
      }
    }
    return zip(tiles, points).enumerated().map { index, entry in
      Curve(
        .table("\(data.name)-\(index)", columns: 2, entry.1),
        .characters(entry.0.color, entry.0.character))
    }
  }

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
    case .bars(let c):
      color = c
      joined = false
      character = "█"
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
