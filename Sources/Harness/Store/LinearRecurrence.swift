// A number told from the four before it.
//
// Near a minimum, and wherever a problem is quadratic, a linear method moves by x_t = Σ c_k x_{t-k}: two
// terms a mode, so that four tell a path of momentum in the plane almost to rounding, where its
// differences say nothing. The coefficients are those of least squares over a block, each equation
// scaled by the largest number in it (a path may shrink by powers within a block), solved by modified
// Gram–Schmidt (Björck 1967, doi:10.1007/BF01934122). They travel with the block: whoever reads it
// back multiplies and adds in the same order, and solves nothing.

struct LinearRecurrence {
  static let terms = 4
  /// The equations of a fit.
  static let rows = 32

  /// Of the number one back first.
  let coefficients: SIMD4<Double>

  init(coefficients: SIMD4<Double>) { self.coefficients = coefficients }

  /// Fits `rows` numbers, the `terms` before them in front; nil where no finite coefficients do.
  init?(fitting values: UnsafePointer<Double>) {
    // Column j is the numbers j back, times the scale of each equation; column 0 is the right side.
    let solution = withUnsafeTemporaryAllocation(
      of: Double.self, capacity: (Self.terms + 2) * Self.rows
    ) { memory -> SIMD4<Double>? in
      let scale = memory.baseAddress! + (Self.terms + 1) * Self.rows
      var largest = 0.0
      for i in 0..<Self.rows {
        var size = values[i].magnitude
        for k in 1...Self.terms { size = max(size, values[i + k].magnitude) }
        largest = max(largest, size)
        scale[i] = size > .leastNormalMagnitude ? 1 / size : 0
      }
      guard largest < .infinity else { return nil }
      for j in 0...Self.terms {
        let column = memory.baseAddress! + j * Self.rows
        for i in 0..<Self.rows { column[i] = scale[i] * values[Self.terms + i - j] }
      }
      return Self.solve(memory.baseAddress!)
    }
    guard let solution else { return nil }
    coefficients = solution
  }

  private static func solve(_ columns: UnsafeMutablePointer<Double>) -> SIMD4<Double>? {
    /// Takes away from a column what lies along a unit vector; returns how much that was.
    @inline(__always)
    func project(_ column: UnsafeMutablePointer<Double>, off unit: UnsafePointer<Double>) -> Double
    {
      let share = dot(unit, column)
      for i in 0..<rows { column[i] -= share * unit[i] }
      return share
    }
    // The rows of R, and Qᵀb.
    var triangle = (SIMD4<Double>.zero, SIMD4<Double>.zero, SIMD4<Double>.zero, SIMD4<Double>.zero)
    var right = SIMD4<Double>.zero
    for k in 0..<terms {
      let unit = columns + (k + 1) * rows
      let square = dot(unit, unit)
      // A column that the ones before it give already adds nothing.
      guard square > 1e-28 else { continue }
      let length = square.squareRoot()
      for i in 0..<rows { unit[i] /= length }
      var row = SIMD4<Double>.zero
      row[k] = length
      for j in k + 1..<terms { row[j] = project(columns + (j + 1) * rows, off: unit) }
      right[k] = project(columns, off: unit)
      switch k {
      case 0: triangle.0 = row
      case 1: triangle.1 = row
      case 2: triangle.2 = row
      default: triangle.3 = row
      }
    }
    var solution = SIMD4<Double>.zero
    func substitute(_ k: Int, _ row: SIMD4<Double>) {
      // What is not solved yet is zero.
      if row[k] > 0 { solution[k] = (right[k] - (row * solution).sum()) / row[k] }
    }
    substitute(3, triangle.3)
    substitute(2, triangle.2)
    substitute(1, triangle.1)
    substitute(0, triangle.0)
    return solution.sum().isFinite ? solution : nil
  }

  @inline(__always)
  private static func dot(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>) -> Double {
    var sums = SIMD8<Double>.zero
    for block in 0..<rows / 8 {
      let a = UnsafeRawPointer(a + 8 * block).loadUnaligned(as: SIMD8<Double>.self)
      let b = UnsafeRawPointer(b + 8 * block).loadUnaligned(as: SIMD8<Double>.self)
      sums += a * b
    }
    return sums.sum()
  }

  /// The number that follows these, the oldest first.
  @inline(__always)
  func next(_ a: Double, _ b: Double, _ c: Double, _ d: Double) -> Double {
    coefficients[0] * d + coefficients[1] * c + coefficients[2] * b + coefficients[3] * a
  }
}
