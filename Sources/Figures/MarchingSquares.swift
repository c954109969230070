// Contour lines.

/// The lines on which a function on a regular grid has a value, in units of the grid.
///
/// In each square of four neighbours, the line enters and leaves through the sides whose ends lie on
/// either side of the level, where linear interpolation puts it; where all four sides are crossed,
/// the mean of the corners decides which pairs belong together. The sides join the pieces to lines.
/// Lorensen and Cline 1987, doi:10.1145/37402.37422, in the plane.
func marchingSquares(_ values: [Double], width: Int, level: Double) -> [[(x: Double, y: Double)]] {
  let height = width > 0 ? values.count / width : 0
  guard width > 1, height > 1 else { return [] }
  // Sides: 2k is the horizontal one that starts at grid point k, 2k + 1 the vertical one. Each
  // belongs to at most two squares, and so has at most two links.
  var links = [Int32](repeating: -1, count: 4 * values.count)
  var crossed: [Int32] = []
  func join(_ a: Int, _ b: Int) {
    for (from, to) in [(a, b), (b, a)] {
      if links[2 * from] < 0 {
        links[2 * from] = Int32(to)
        crossed.append(Int32(from))
      } else {
        links[2 * from + 1] = Int32(to)
      }
    }
  }
  values.withUnsafeBufferPointer { v in
    for j in 0..<(height - 1) {
      for i in 0..<(width - 1) {
        let k = j * width + i
        let a = v[k] >= level
        let b = v[k + 1] >= level
        let c = v[k + 1 + width] >= level
        let d = v[k + width] >= level
        if a == b, b == c, c == d { continue }
        let sum = v[k] + v[k + 1] + v[k + width] + v[k + width + 1]
        if sum.isNaN { continue }
        let bottom = 2 * k
        let top = 2 * (k + width)
        let left = 2 * k + 1
        let right = 2 * (k + 1) + 1
        switch (a != b, b != c, c != d, d != a) {
        case (true, true, true, true):
          if (sum / 4 >= level) == a {
            join(bottom, right)
            join(left, top)
          } else {
            join(bottom, left)
            join(top, right)
          }
        case (true, true, _, _): join(bottom, right)
        case (true, _, true, _): join(bottom, top)
        case (true, _, _, true): join(bottom, left)
        case (_, true, true, _): join(right, top)
        case (_, true, _, true): join(right, left)
        default: join(top, left)
        }
      }
    }
  }
  func point(_ side: Int) -> (x: Double, y: Double) {
    let k = side / 2
    let isVertical = side % 2 == 1
    let from = values[k]
    let to = values[isVertical ? k + width : k + 1]
    let t = min(max((level - from) / (to - from), 0), 1)
    let x = Double(k % width)
    let y = Double(k / width)
    return isVertical ? (x, y + t) : (x + t, y)
  }

  var lines: [[(x: Double, y: Double)]] = []
  func follow(_ start: Int) {
    var line = [point(start)]
    var side = start
    while true {
      let next: Int
      if links[2 * side] >= 0 {
        next = Int(links[2 * side])
        links[2 * side] = -1
      } else if links[2 * side + 1] >= 0 {
        next = Int(links[2 * side + 1])
        links[2 * side + 1] = -1
      } else {
        break
      }
      // The same piece, seen from its other end.
      if links[2 * next] == Int32(side) {
        links[2 * next] = -1
      } else if links[2 * next + 1] == Int32(side) {
        links[2 * next + 1] = -1
      }
      line.append(point(next))
      side = next
    }
    if line.count > 1 { lines.append(line) }
  }
  // Lines that end at the border first, then those that close.
  for side in crossed where links[2 * Int(side) + 1] < 0 && links[2 * Int(side)] >= 0 {
    follow(Int(side))
  }
  for side in crossed where links[2 * Int(side)] >= 0 { follow(Int(side)) }
  return lines
}
