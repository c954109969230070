// What came of an experiment, as text and as JSON.

import Analysis
import Figures
import Foundation
import OptimizerKit

/// A verdict with all that it rests on.
struct ExperimentResult: Encodable {
  /// A picture, and its files.
  struct Drawn {
    let picture: Picture
    let files: [String]
  }

  let experiment: any Experiment.Type
  let name, claim, source, rule: String
  let tags: [String]
  let size: ExperimentSize
  /// What was planted that makes the claim false; nil where the claim itself was tested.
  let planted: String?
  let verdict: Verdict
  let runs: Int
  let seconds: Double
  let drawn: [Drawn]
  /// The optimizers that were run, by name, in the order in which they come.
  let optimizers: [String]

  init(
    _ experiment: any Experiment, _ verdict: Verdict, size: ExperimentSize, planted: String?,
    runs: Int, seconds: Double, drawn: [Drawn]
  ) {
    let type = type(of: experiment)
    self.experiment = type
    name = type.name
    claim = type.claim
    source = type.source
    rule = type.rule
    tags = type.tags
    self.size = size
    self.planted = planted
    self.verdict = verdict
    self.runs = runs
    self.seconds = seconds
    self.drawn = drawn
    optimizers =
      experiment.groups(size).flatMap(\.optimizers).map { selection in
        String(selection.prefix { $0.isLetter || $0.isNumber || $0 == "-" })
      }.unique
  }

  private enum CodingKeys: String, CodingKey {
    case name, claim, source, rule, tags, size, planted, verdict, sentence, numbers, runs, figures
  }

  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(name, forKey: .name)
    try values.encode(claim, forKey: .claim)
    try values.encode(source, forKey: .source)
    try values.encode(rule, forKey: .rule)
    try values.encode(tags, forKey: .tags)
    try values.encode(size.rawValue, forKey: .size)
    try values.encode(planted, forKey: .planted)
    try values.encode(verdict.judgement, forKey: .verdict)
    try values.encode(verdict.sentence, forKey: .sentence)
    try values.encode(verdict.numbers, forKey: .numbers)
    try values.encode(runs, forKey: .runs)
    try values.encode(drawn.compactMap(\.files.first), forKey: .figures)
  }

  /// Prints it for readers.
  func print() {
    Swift.print("\(Terminal.bold(name)): \(claim)")
    if let planted { Swift.print("  planted: \(planted)") }
    Swift.print("  source: \(source)")
    Swift.print("  rule: \(rule)")
    Swift.print(
      "  \(Terminal.bold(verdict.judgement.rawValue)): \(verdict.sentence) (\(runs) runs)")
    let hasStated = verdict.numbers.contains { $0.stated != nil }
    var table = Table(
      ["measured", "", "from", "to"] + (hasStated ? ["stated"] : []) + ["unit"],
      numeric: hasStated ? [1, 2, 3, 4] : [1, 2, 3])
    table.rows = verdict.numbers.map { number in
      [
        number.name, brief(number.value, digits: 4), brief(number.low, digits: 4),
        brief(number.high, digits: 4),
      ] + (hasStated ? [number.statedText] : []) + [number.unit]
    }
    table.flowing = "measured"
    if !verdict.numbers.isEmpty { table.print(indent: 2) }
    for picture in drawn {
      if let file = picture.files.first { Swift.print("  drew \(file)") }
    }
  }

  /// Says in a line what came of several.
  static func printSummary(of results: [ExperimentResult]) {
    guard results.count > 1 else { return }
    Swift.print("\(results.count) claims: \(results.judgements.joined(separator: ", "))")
  }
}

extension [ExperimentResult] {
  /// How many came to which judgement: "26 hold", "3 do not hold".
  var judgements: [String] {
    Verdict.Judgement.allCases.compactMap { judgement in
      let count = count { $0.verdict.judgement == judgement }
      return count == 0 ? nil : "\(count) \(judgement.verb)"
    }
  }
}

extension Verdict.Judgement {
  /// What several of them do: "hold".
  fileprivate var verb: String {
    switch self {
    case .holds: "hold"
    case .doesNotHold: "do not hold"
    case .holdsOnlyWhen: "hold only under a condition"
    case .undecided: "undecided"
    }
  }
}

extension Verdict.Number {
  /// "87.3975 ± 0.169"; empty where the source says nothing.
  var statedText: String {
    guard let stated else { return "" }
    return brief(stated, digits: 6) + (statedSpread.map { " ± \(brief($0, digits: 3))" } ?? "")
  }
}
