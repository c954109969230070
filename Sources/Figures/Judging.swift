// Runs of a suite as figures of comparison judge them.

import Analysis
import OptimizerKit

extension Figure {
  /// What the runs of a suite say about those who took part.
  ///
  /// - Throws: `FigureError` where nothing can be compared.
  public func judgement(
    of input: FigureInput, by criterion: Criterion = .standard,
    over axis: CostAxis = .evaluations
  ) throws(FigureError) -> Judgement {
    guard !input.records.isEmpty else { throw missing(input) }
    do {
      return try Judgement(
        input.records, by: criterion, over: axis, problem: input.problem,
        label: input.problemLabel)
    } catch {
      throw .notComparable(figure: Self.name, reason: "\(error)")
    }
  }
}

extension Judgement {
  /// What a caption says of how it was judged.
  public var notes: [String] {
    var notes = ["judged by \(criterion): " + meanings.joined(separator: "; ")]
    if axis != .evaluations {
      notes.append(
        "\(axis.label) of a run are shared out evenly over its evaluations: exact where every step costs the "
          + "same")
    }
    let failed = zip(judged.participants, judged.failures).filter { $0.1 > 0 }.map {
      "\($0.1) of \(Text.label($0.0))"
    }
    if !failed.isEmpty {
      notes.append(
        "failed runs stand behind all others: " + Text.enumeration(failed, most: 9))
    }
    return notes + judged.remarks
  }

  /// "10 problems × 20 runs".
  public var extent: String { Words.extent(results) }

  /// The participants from the best rank to the worst, each with the number of its rank from 1.
  public var ranked: [(participant: Int, rank: Int)] {
    let places = Dictionary(
      uniqueKeysWithValues: judged.participants.enumerated().map { ($1, $0) })
    return ranking.ranks.enumerated().flatMap { rank, names in
      names.compactMap { name in places[name].map { ($0, rank + 1) } }
    }
  }
}
