// A kind of plugin: a claim with the runs that test it and the rule by which they judge it.

import OptimizerKit

/// A claim, the runs that test it, a measured verdict and its figure.
///
/// What a conformer must uphold: the rule is stated before there is a result, thresholds have reasons,
/// and `judge` is a function of the runs alone; it draws nothing and writes nothing. Runs are told apart
/// by the group that asks for them, never by what they ran, so that a rule can be tried on runs of which
/// the claim is false (`opposite`). What the runs do not decide is undecided.
public protocol Experiment: Plugin {
  /// The claim in one sentence.
  static var claim: String { get }
  /// How the verdict follows from the numbers, in one or two sentences.
  static var rule: String { get }
  /// Where it stands among the others.
  static var chapter: ExperimentChapter { get }
  /// Its place within the chapter: experiments of the lecture have the number of its item, 1 to 28, and
  /// a fraction where an item makes several claims.
  static var place: Double { get }
  /// By what it is asked for together with others: "lecture" or "published" unless said otherwise.
  static var tags: [String] { get }
  /// The figures that show it, by name, beside the charts of its verdict.
  static var figures: [String] { get }

  /// The runs that test the claim.
  func groups(_ size: ExperimentSize) -> [Suite.Group]
  /// Runs of which the claim is false, in groups of the same names: what its rule must turn down.
  func opposite(_ size: ExperimentSize) -> Opposite
  /// The verdict on the claim.
  ///
  /// - Parameter runs: all runs of `groups`, however they ended.
  /// - Throws: `Undecided` where the runs do not decide it.
  func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict
  /// Whether a run is drawn by `figures`; all are unless said otherwise.
  func isDrawn(_ run: RunRecord) -> Bool
}

extension Experiment {
  public static var kind: PluginKind { .experiment }
  public static var place: Double { 0 }
  public static var tags: [String] { [chapter == .published ? "published" : "lecture"] }
  public static var figures: [String] { [] }
  public func isDrawn(_ run: RunRecord) -> Bool { true }

  /// The suite under which its runs are planned and stored.
  public func suite(_ size: ExperimentSize) -> Suite {
    let suffix = size == .full ? "" : "-\(size.rawValue)"
    return Suite(
      name: "experiment-\(Self.name)\(suffix)", title: Self.claim, groups: groups(size))
  }

  /// The verdict on the claim: `judge`, with what it leaves undecided, and with numbers that are none.
  public func verdict(on runs: ExperimentRuns) -> Verdict {
    do {
      let verdict = try judge(runs)
      guard let broken = verdict.numbers.first(where: { $0.value.isNaN }) else { return verdict }
      return Verdict(
        .undecided, "\(broken.name) is not a number", numbers: verdict.numbers,
        charts: verdict.charts)
    } catch { return Verdict(.undecided, error.reason) }
  }
}

/// What experiments are about, in the order in which they are shown.
public enum ExperimentChapter: String, Sendable, CaseIterable {
  case optimizers = "Optimizers"
  case schedules = "Learning rates and schedules"
  case activations = "Activations"
  case data = "Data, initialisation, normalisation"
  case regularization = "Regularisation"
  case watching = "Watching the training"
  case published = "Published results"
}

/// How much an experiment runs.
public enum ExperimentSize: String, Sendable, CaseIterable {
  /// What its verdict rests on.
  case full
  /// A look within seconds: fewer seeds, shorter runs. The same rule judges it.
  case quick

  /// One of two values.
  public func choose<T>(full: T, quick: T) -> T { self == .full ? full : quick }
}

/// Why a claim is left undecided: too few runs, runs that crashed, a number that is none.
public struct Undecided: Error, Sendable, Equatable, CustomStringConvertible {
  public let reason: String
  public init(_ reason: String) { self.reason = reason }
  public var description: String { reason }
}

/// Runs of which the claim of an experiment is false by the way they are made.
public struct Opposite: Sendable {
  /// What was planted: "plain gradient descent in place of momentum".
  public let planted: String
  /// The groups of the experiment, under their names.
  public let groups: [Suite.Group]

  public init(_ planted: String, _ groups: [Suite.Group]) {
    self.planted = planted
    self.groups = groups
  }
}

extension [Suite.Group] {
  /// These groups with text replaced in the selections of optimizers and problems.
  ///
  /// - Parameter names: the groups in which it is; in all if left out.
  public func replacing(_ text: String, by other: String, in names: [String]? = nil) -> Self {
    map { group in
      guard names?.contains(group.name) ?? true else { return group }
      var group = group
      group.optimizers = group.optimizers.map { $0.replacing(text, with: other) }
      group.problems = group.problems.map { $0.replacing(text, with: other) }
      return group
    }
  }

  /// These groups with what two of them ask for exchanged: each is run under the name of the other.
  public func exchanging(_ first: String, _ second: String) -> Self {
    map { group in
      guard let name = [first: second, second: first][group.name] else { return group }
      var other = self.first { $0.name == name } ?? group
      other.name = group.name
      return other
    }
  }
}
