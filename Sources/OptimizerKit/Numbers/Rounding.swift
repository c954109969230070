// Numbers as short as people write them.

/// A number rounded to some significant digits.
public func rounded(_ value: Double, digits: Int) -> Double {
  guard value != 0, value.isFinite else { return value }
  var scale = 1.0
  let bound = power(10.0, digits - 1)
  while abs(value) * scale < bound { scale *= 10 }
  while abs(value) * scale >= 10 * bound { scale /= 10 }
  return (value * scale).rounded() / scale
}
