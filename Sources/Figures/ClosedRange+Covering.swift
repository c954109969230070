// The range of data.

extension ClosedRange where Bound == Double {
  /// The range of the finite values; nil without any.
  public init?(covering values: some Sequence<Double>) {
    var low = Double.infinity
    var high = -Double.infinity
    for v in values where v.isFinite {
      low = Swift.min(low, v)
      high = Swift.max(high, v)
    }
    guard low <= high else { return nil }
    self = low...high
  }
}
