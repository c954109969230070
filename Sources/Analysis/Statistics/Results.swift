// What is compared: scores of participants on problems, run by run.

import OptimizerKit

/// The scores of several participants on several problems, in paired runs.
///
/// Less is better. A score that is NaN or infinite is a failure: it is kept as +∞, behind all
/// others and equal to every other failure. Runs with the same place on a problem have seed and
/// instance in common.
///
/// Equal runs are one run. Where nothing is random, every run on a problem comes as often as it is
/// repeated; so the runs that are equal bit by bit for all participants are counted, and how often
/// each is kept is divided by the greatest common divisor of the counts. Ten repetitions become one
/// run, five seeds on each of four instances become four, and runs that agree by chance, as
/// failures do, keep their weight.
public struct Results: Sendable, Equatable {
  /// Those who took part.
  public let participants: [String]
  /// What they took part in.
  public let problems: [String]
  /// `scores[participant][problem][run]`, of distinct runs.
  public let scores: [[[Double]]]
  /// How many runs of each problem are distinct.
  public let runs: [Int]
  /// How many runs of each problem were given.
  public let givenRuns: [Int]
  /// The scores of each participant on each problem in order.
  let ranked: [[[Double]]]

  /// - Parameter scores: `scores[participant][problem][run]`; on a problem, all participants have
  ///   equally many runs, at least one.
  /// - Throws: `ResultsError` where they cannot be compared.
  public init(
    participants: [String], problems: [String], scores: [[[Double]]]
  ) throws(ResultsError) {
    guard participants.count > 1 else {
      throw ResultsError(
        participants.isEmpty
          ? "to compare takes two participants; there are none"
          : "to compare takes two participants; there is only \(participants[0])")
    }
    guard !problems.isEmpty else { throw ResultsError("there is no problem to compare on") }
    if let name = participants.first(where: { name in participants.filter { $0 == name }.count > 1 }
    ) {
      throw ResultsError("two participants are called \(name)")
    }
    guard scores.count == participants.count else {
      throw ResultsError(
        "there are scores of \(scores.count) participants, but names of \(participants.count)")
    }
    for (name, own) in zip(participants, scores) where own.count != problems.count {
      throw ResultsError("\(name) has scores on \(own.count) of \(problems.count) problems")
    }
    for (place, problem) in problems.enumerated() {
      let count = scores[0][place].count
      guard count > 0 else { throw ResultsError("\(problem): \(participants[0]) has no run") }
      for (name, own) in zip(participants, scores) where own[place].count != count {
        throw ResultsError(
          "\(problem): \(participants[0]) has \(count) runs and \(name) has \(own[place].count); "
            + "runs are compared in pairs")
      }
    }
    self.init(
      participants, problems, givenRuns: scores[0].map(\.count),
      scores: scores.map { $0.map { $0.map { $0.isFinite ? $0 + 0 : .infinity } } })
  }

  /// Checked scores, of which repetitions are left out.
  private init(
    _ participants: [String], _ problems: [String], givenRuns: [Int], scores: [[[Double]]]
  ) {
    var scores = scores
    for place in problems.indices {
      let columns = scores.map { $0[place] }
      let repetitions = Self.repetitions(of: columns)
      guard repetitions > 1 else { continue }
      var seen: [[Double]: Int] = [:]
      let kept = columns[0].indices.filter { run in
        let count = seen[columns.map { $0[run] }, default: 0]
        seen[columns.map { $0[run] }] = count + 1
        return count % repetitions == 0
      }
      for i in scores.indices { scores[i][place] = kept.map { columns[i][$0] } }
    }
    self.participants = participants
    self.problems = problems
    self.scores = scores
    self.runs = scores[0].map(\.count)
    self.givenRuns = givenRuns
    self.ranked = scores.map { $0.map { $0.sorted() } }
  }

  /// The greatest common divisor of how often each distinct run occurs: 1 where something is
  /// random.
  ///
  /// - Parameter columns: `columns[participant][run]`.
  static func repetitions(of columns: [[Double]]) -> Int {
    // What divides the counts of whole runs divides those of each participant's scores.
    for column in columns where repetitions(ofRanked: column.sorted()) == 1 { return 1 }
    let runs = columns[0].indices.map { run in columns.map { $0[run] } }
    return repetitions(ofRanked: runs.sorted { $0.lexicographicallyPrecedes($1) })
  }

  private static func repetitions<T: Equatable>(ofRanked values: [T]) -> Int {
    var divisor = 0
    var start = 0
    for i in values.indices where i + 1 == values.count || values[i + 1] != values[i] {
      var (a, b) = (divisor, i + 1 - start)
      while b != 0 { (a, b) = (b, a % b) }
      divisor = a
      if divisor == 1 { return 1 }
      start = i + 1
    }
    return divisor
  }

  /// The results of some of the participants, in the given order. Nothing may be random for them
  /// although it is for others; then their equal runs count once.
  public func subset(_ names: [String]) throws(ResultsError) -> Results {
    var chosen: [[[Double]]] = []
    for name in names {
      guard let place = participants.firstIndex(of: name) else {
        throw ResultsError(
          "there is no participant \(name) among \(participants.joined(separator: ", "))")
      }
      chosen.append(scores[place])
    }
    let subset = try Results(participants: names, problems: problems, scores: chosen)
    return Results(names, problems, givenRuns: givenRuns, scores: subset.scores)
  }
}

/// Why results cannot be compared.
public struct ResultsError: Error, Sendable, Equatable, CustomStringConvertible {
  public let description: String
  init(_ description: String) { self.description = description }
}
