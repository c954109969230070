// Ranges in selections: adam[lr=1e-4..1:9] stands for nine values on the scale of lr.

import OptimizerKit

extension SelectionTerm {
  /// The term with every range replaced by its values: evenly spaced on the scale that the
  /// hyperparameter declares, both ends included, rounded to six significant digits.
  func expandingRanges(of plugin: some Plugin) throws -> SelectionTerm {
    var term = self
    for index in settings.indices {
      let name = settings[index].name
      let description = plugin.hyperparameters.first { $0.name == name }
      // A text that is no number has no range: csv:../points.csv.
      if let description, description.number == nil { continue }
      term.settings[index].values = try settings[index].values.flatMap { text -> [String] in
        try Self.values(of: text, name: name, isLogarithmic: description?.scale == .log) ?? [text]
      }
    }
    return term
  }

  /// The values of a range such as `1e-4..1:9`; nil for a text that is none.
  static func values(
    of text: String, name: String, isLogarithmic: Bool
  ) throws(SelectionError) -> [String]? {
    guard let range = text.firstRange(of: "..") else { return nil }
    let tail = text[range.upperBound...].split(separator: ":", omittingEmptySubsequences: false)
    guard let lower = Double(text[..<range.lowerBound]), tail.count == 2,
      let upper = Double(tail[0]), let count = Int(tail[1]), lower.isFinite, upper.isFinite,
      lower < upper, (2...10_000).contains(count)
    else {
      throw SelectionError(
        "\(name) = \(text) is no range; expected one such as 1e-4..1:9, the ends and how many "
          + "values (2 to 10000)")
    }
    guard !isLogarithmic || lower > 0 else {
      throw SelectionError(
        "\(name) = \(text): \(name) is on a logarithmic scale, so the range begins above 0")
    }
    return (0..<count).map { i in
      let share = Double(i) / Double(count - 1)
      let value =
        isLogarithmic
        ? Double.exp((1 - share) * Double.log(lower) + share * Double.log(upper))
        : lower + share * (upper - lower)
      return shortest(rounded(value, digits: 6))
    }
  }
}
