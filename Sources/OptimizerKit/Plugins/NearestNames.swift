// Suggestions for a misspelt name.

/// The names nearest to `name`, best first: at most three, none farther than a third of its length
/// (and at least two edits) in optimal string alignment distance, or of which it is a prefix.
public func nearestNames(to name: String, among names: [String]) -> [String] {
  let name = name.lowercased()
  let limit = max(2, name.count / 3)
  return
    names
    .map { candidate -> (String, Int) in
      let lowered = candidate.lowercased()
      let distance = editDistance(name, lowered)
      return (candidate, name.count > 1 && lowered.hasPrefix(name) ? min(distance, 1) : distance)
    }
    .filter { $0.1 <= limit && $0.1 < max(name.count, $0.0.count) }
    .sorted { ($0.1, $0.0) < ($1.1, $1.0) }
    .prefix(3).map(\.0)
}

/// Edits (insertion, deletion, substitution, swap of neighbours) between two words.
func editDistance(_ a: String, _ b: String) -> Int {
  let a = Array(a)
  let b = Array(b)
  var before: [Int] = []
  var previous = Array(0...b.count)
  for i in a.indices {
    var current = [i + 1]
    for j in b.indices {
      var best = min(previous[j] + (a[i] == b[j] ? 0 : 1), previous[j + 1] + 1, current[j] + 1)
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, before[j - 1] + 1) }
      current.append(best)
    }
    before = previous
    previous = current
  }
  return previous[b.count]
}
