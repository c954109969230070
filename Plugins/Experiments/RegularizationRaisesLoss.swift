import Analysis
import OptimizerKit

/// A regularisation term raises the training loss, the more the stronger it is.
///
/// The loss that is trained is L(w) + λ R(w), R = Σ w² or Σ |w|. At the start w is the same for every λ of a
/// seed, and the loss rises by λ R(w). At the end it rises too: the least value of L + λ R over all w is the
/// larger, the larger λ is, for it is the least of functions that all rise with λ. Training has to show the
/// second, for it only comes near that least value; it is long enough for weights to shrink as far as
/// the terms take them.
///
/// Strengths are a factor of ten apart; the weakest adds about a twentieth of ln 10, the loss of a guess.
///
/// The notes of CS231n, cs231n.github.io/neural-networks-3 (sanity checks).
public struct RegularizationRaisesLoss: Experiment {
  public static let name = "regularization-raises-loss"
  public static let summary = "the training loss against the strength of its regularisation term"
  public static let source =
    "CS231n, lecture on training neural networks; cs231n.github.io/neural-networks-3"
  public static let claim = "The regularisation term raises the loss, the more the stronger it is."
  public static let rule =
    "It holds if, of L1 and of L2 and for every seed, each larger strength has the larger loss before the first "
    + "step, and over the last tenth of the steps; it does not hold otherwise."
  public static let chapter = ExperimentChapter.regularization
  public static let place = 19.6

  public init() {}

  private static let terms = [
    (name: "l2", strengths: ["0", "1e-3", "1e-2", "0.1"]),
    (name: "l1", strengths: ["0", "1e-4", "1e-3", "1e-2"]),
  ]

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    Self.terms.flatMap { term in
      term.strengths.map { strength in
        var group = Suite.Group(
          name: "\(term.name) \(strength)", optimizers: ["sgd[lr=0.1]"],
          problems: ["mlp[hidden=64;\(term.name)=\(strength);trainSize=1000;batch=50]"])
        group.seeds = Array(1...size.choose(full: 8, quick: 3))
        group.budget = .steps(size.choose(full: 1500, quick: 300))
        group.recording = Recording(validations: 1)
        return group
      }
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "the weakest and the strongest term exchanged",
      groups(size).exchanging("l2 0", "l2 0.1").exchanging("l1 0", "l1 1e-2"))
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    let least = runs.size.choose(full: 8, quick: 3)
    var rises = true
    var numbers: [Verdict.Number] = []
    var panels: [Chart.Panel] = []
    for term in Self.terms {
      var starts: [[Double]] = []
      var ends: [[Double]] = []
      for strength in term.strengths {
        let group = "\(term.name) \(strength)"
        starts.append(try runs.values(group, "first loss", least: least) { $0.initialLoss })
        var tails: [Double] = []
        for record in try runs.ended(group, least: least) {
          guard record.status == .completed else {
            throw Undecided("a run of \(group) diverged")
          }
          let losses = try runs.traced(record).trajectory.losses
          tails.append(Statistics.mean(losses.suffix(max(losses.count / 10, 1))) ?? .nan)
        }
        ends.append(tails)
      }
      for (moment, losses) in [("first", starts), ("last", ends)] {
        rises =
          rises
          && zip(losses, losses.dropFirst()).allSatisfy { weaker, stronger in
            zip(weaker, stronger).allSatisfy { $0 < $1 }
          }
        numbers += zip(term.strengths, losses).compactMap {
          Verdict.Number("\(moment) loss, \(term.name) = \($0)", medianOf: $1)
        }
      }
      panels.append(
        Chart.Panel(
          term.name == "l2" ? "λ Σ w²" : "λ Σ |w|",
          x: Chart.Axis("strength λ", categories: term.strengths),
          y: Chart.Axis("training loss", isLog: true),
          series: zip(["before the first step", "last tenth of the steps"], [starts, ends]).map {
            moment, losses in
            Chart.Series(
              moment,
              losses.enumerated().map { Chart.Point(Double($0 + 1), medianOf: $1) })
          }, levels: [Chart.Level("ln 10, of a guess", at: log(10))]))
    }
    let texts = Self.terms.map { term in
      let (first, last) = (term.strengths[0], term.strengths[term.strengths.count - 1])
      func value(_ strength: String, _ moment: String) -> String {
        let number = numbers.first { $0.name == "\(moment) loss, \(term.name) = \(strength)" }
        return shortest((100 * (number?.value ?? .nan)).rounded() / 100)
      }
      return
        "from \(term.name) = \(first) to \(last) the loss goes from \(value(first, "first")) to "
        + "\(value(last, "first")) before the first step, and from \(value(first, "last")) to "
        + "\(value(last, "last")) at the end"
    }
    return Verdict(
      rises ? .holds : .doesNotHold,
      texts.joined(separator: "; ") + (rises ? "" : ", but not for every strength and seed"),
      numbers: numbers,
      charts: [
        Chart(
          name: "loss", title: "Training loss with its regularisation term", panels: panels,
          notes: ["band: quartiles over seeds"])
      ])
  }
}
