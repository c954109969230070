import Analysis
import OptimizerKit

/// The max-norm constraint holds the weights of each neuron at a norm of c.
///
///     w ← w c / ‖w‖     after each update, where ‖w‖ > c
///
/// The norms are those of the rows of each weight, at the checkpoints of each run, recomputed from the stored
/// parameters; biases are free. Single precision lets a norm exceed c by half a unit in the last place of each
/// weight, a share of 2⁻²⁴ of c at most; 10⁻⁶ is allowed for. That there is something to clamp is seen
/// in the same run without the constraint, whose largest norm must exceed the larger c.
///
/// Srebro and Shraibman 2005, doi:10.1007/11503415_37; Srivastava et al. 2014, JMLR 15:1929–1958.
public struct MaxNormClamps: Experiment {
  public static let name = "max-norm-clamps"
  public static let summary = "norms of neurons with and without the max-norm constraint"
  public static let source =
    "CS231n, lecture on training neural networks; Srivastava et al. 2014, JMLR 15:1929–1958"
  public static let claim =
    "Max-norm clamps each neuron's weight vector to a norm of c, 3 or 4 as a rule."
  public static let rule =
    "It holds if, for every seed, at every checkpoint no neuron's norm exceeds c by more than a millionth, some "
    + "stand at c at the end, and without the constraint some exceed 4; it does not hold if a norm exceeds its "
    + "c, and is undecided if nothing had to be clamped."
  public static let chapter = ExperimentChapter.regularization
  public static let place = 19.4

  public init() {}

  private static let limits = [3.0, 4.0]
  private static func name(_ limit: Double) -> String { "c = \(shortest(limit))" }

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    ([("free", "")] + Self.limits.map { (Self.name($0), "maxNorm=\(shortest($0));") }).map {
      name, bound in
      var group = Suite.Group(
        name: name, optimizers: ["adam[lr=0.01]"],
        problems: ["mlp[hidden=64;\(bound)trainSize=1000;batch=50]"])
      group.seeds = Array(1...size.choose(full: 5, quick: 2))
      group.budget = .steps(size.choose(full: 600, quick: 200))
      group.recording = Recording(every: 10, validations: 1, checkpoints: 10)
      return group
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "no constraint where c is 3",
      groups(size).replacing("maxNorm=3", by: "maxNorm=0", in: [Self.name(3)]))
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    let free = try norms("free", runs)
    let most = free.compactMap { $0.last?.largest }.min() ?? .nan
    var isClamped = true
    var numbers = [Verdict.Number("largest norm, free", medianOf: ends(free))].compactMap { $0 }
    var series = [line("no constraint", free)]
    var texts: [String] = []
    for limit in Self.limits {
      let bounded = try norms(Self.name(limit), runs)
      let largest = bounded.joined().map(\.largest).max() ?? .nan
      let atLimit = bounded.compactMap(\.last).map { norms in
        Double(norms.all.count { $0 > limit * (1 - 1e-6) }) / Double(norms.all.count)
      }
      isClamped = isClamped && largest <= limit * (1 + 1e-6)
      guard most > 4, atLimit.allSatisfy({ $0 > 0 }) else {
        throw Undecided("no neuron reaches a norm of \(shortest(limit)): nothing was clamped")
      }
      numbers += [
        Verdict.Number("largest norm, \(Self.name(limit))", largest),
        Verdict.Number(
          "neurons at c, \(Self.name(limit))", medianOf: atLimit.map { 100 * $0 }, unit: "%"),
      ].compactMap { $0 }
      series.append(line(Self.name(limit), bounded))
      texts.append(
        "\(shortest((1e4 * largest).rounded() / 1e4)) where c is \(shortest(limit))")
    }
    return Verdict(
      isClamped ? .holds : .doesNotHold,
      "the largest norm of a neuron's weights at any checkpoint is \(texts.joined(separator: " and ")); "
        + "without the constraint it grows to at least \(shortest((100 * most).rounded() / 100))",
      numbers: numbers,
      charts: [
        Chart(
          name: "norms", title: "The largest norm of a neuron's weights during training",
          x: Chart.Axis("steps"), y: Chart.Axis("largest norm"), series: series,
          levels: Self.limits.map { Chart.Level(Self.name($0), at: $0) },
          notes: ["median over seeds, band: quartiles"])
      ])
  }

  /// The norms of all neurons at a checkpoint.
  private struct Norms {
    let step: Int
    let all: [Double]
    var largest: Double { all.max() ?? .nan }
  }

  private func ends(_ runs: [[Norms]]) -> [Double] { runs.compactMap { $0.last?.largest } }

  /// Those at the checkpoints of each run of a group.
  private func norms(_ group: String, _ runs: ExperimentRuns) throws(Undecided) -> [[Norms]] {
    var norms: [[Norms]] = []
    for record in try runs.ended(group, least: runs.size.choose(full: 5, quick: 2)) {
      guard let layout = try runs.problem(of: record).parameterLayout else {
        throw Undecided("\(record.spec.problem.name) says nothing of its parameters")
      }
      norms.append(
        try runs.traced(record).trajectory.checkpoints.map { checkpoint in
          let rows = layout.tensors.filter { $0.role == .weight }.flatMap { tensor in
            (0..<tensor.rows).map { row in
              let begin = tensor.offset + row * tensor.columns
              return checkpoint.parameters[begin..<begin + tensor.columns]
                .reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
            }
          }
          return Norms(step: checkpoint.step, all: rows)
        })
    }
    return norms
  }

  private func line(_ name: String, _ runs: [[Norms]]) -> Chart.Series {
    let steps = runs.first?.map(\.step) ?? []
    return Chart.Series(
      name,
      steps.enumerated().map { place, step in
        Chart.Point(
          Double(step), medianOf: runs.compactMap { place < $0.count ? $0[place].largest : nil })
      })
  }
}
