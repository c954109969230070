// What labels tell of what they name.

extension String {
  /// The registered name at the front of a selection: "adam" of "adam[lr=0.1]:cosine".
  public var nameOfOptimizer: String { String(prefix { !"[@:(".contains($0) }) }
}
