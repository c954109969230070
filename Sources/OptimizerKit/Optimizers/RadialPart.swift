// Steps of weights whose length does not matter, such as those before a normalisation.

/// Takes out of a step u what points along the weights x, for each row or for the whole matrix, where
/// the gradient is at right angles to them: |cos(g, x)| < δ / √n for all rows of n elements, or for the
/// matrix of n. Says whether it was so.
@inlinable
public func removeRadialPart<R: Real>(
  _ u: UnsafeMutablePointer<R>, weights x: UnsafePointer<R>, gradient g: UnsafePointer<R>,
  rows: Int, columns: Int, delta: Double, epsilon: Double
) -> Bool {
  for (rows, columns) in [(rows, columns), (1, rows * columns)] {
    let limit = delta / Double(columns).squareRoot()
    let isAlong = { (row: Int) in
      let (x, g) = (x + row * columns, g + row * columns)
      let (xx, gg, xg) = interleavedSums(
        columns, { x[$0].double * x[$0].double }, { g[$0].double * g[$0].double },
        { x[$0].double * g[$0].double })
      let lengths = max(xx.squareRoot(), epsilon) * max(gg.squareRoot(), epsilon)
      return (xg / lengths).magnitude >= limit
    }
    if (0..<rows).contains(where: isAlong) { continue }
    for row in 0..<rows {
      let (x, u) = (x + row * columns, u + row * columns)
      let length = norm(x, columns) + epsilon
      let share = R(dot(x, u, columns) / (length * length))
      for j in 0..<columns { u[j] = u[j] - share * x[j] }
    }
    return true
  }
  return false
}
