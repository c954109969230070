import Analysis
import Networks
import OptimizerKit

/// Plain and inverted dropout agree in expectation.
///
/// A hidden unit is kept with probability p. Plain dropout leaves training unscaled and multiplies by p at test
/// time; inverted dropout divides by p in training and leaves testing as it is:
///
///     training     plain  z = W (m ∘ h) + b       inverted  z = W (m ∘ h)/p + b       m = 1 with p, else 0
///     testing      plain  z = p W h + b           inverted  z = W h + b
///
/// Both have E[z] over masks equal to the z of testing, and with W/p in one for W in the other they are the
/// same. Recomputed here from the parameters of trained networks: the mean outputs over many masks against
/// those of testing, for both forms, and the tested outputs of both against one another. Deviations of the mean
/// are in units of its standard error, s/√K over K masks, whose root mean square over all outputs is 1 if
/// the expectations agree. It varies, with the 20 examples that are passed, by about a quarter of itself:
/// 1.5 leaves it twice that.
///
/// Where a nonlinearity follows the masked units, E f(x) is not f(E x): the group `deep` has a second hidden
/// layer.
///
/// (The notes draw a mask by `randn > p` in one place: a slip for rand < p.)
///
/// Srivastava et al. 2014, JMLR 15:1929–1958.
public struct DropoutFormsAgree: Experiment {
  public static let name = "dropout-forms-agree"
  public static let summary = "outputs with dropout, averaged over masks, against those of testing"
  public static let source =
    "CS231n, lecture on training neural networks; Srivastava et al. 2014, JMLR 15:1929–1958"
  public static let claim =
    "Plain dropout, scaled by p at test time, and inverted dropout, scaled by 1/p in training, agree in "
    + "expectation."
  public static let rule =
    "A network's expectations agree if, in both forms, the mean outputs over masks deviate from those of testing "
    + "by at most 1.5 standard errors (root mean square), and the tested outputs of both forms are equal but "
    + "for 10⁻⁴ of their size. The claim holds if they agree for every seed with one hidden layer and with two, "
    + "holds only for masks that no nonlinearity follows if with one alone, and does not hold otherwise."
  public static let chapter = ExperimentChapter.regularization
  public static let place = 20.0

  public init() {}

  private static let networks = ["one", "deep"]
  private static func masks(_ size: ExperimentSize) -> Int { size.choose(full: 1000, quick: 300) }

  public func groups(_ size: ExperimentSize) -> [Suite.Group] {
    zip(Self.networks, ["64", "64x64"]).map { name, hidden in
      var group = Suite.Group(
        name: name, optimizers: ["adam[lr=1e-3]"],
        problems: ["mlp[hidden=\(hidden);keep=0.4;trainSize=1000;batch=50]"])
      group.seeds = Array(1...size.choose(full: 6, quick: 2))
      group.budget = .steps(size.choose(full: 300, quick: 60))
      group.recording = Recording(every: 10, validations: 1, checkpoints: 1)
      return group
    }
  }

  public func opposite(_ size: ExperimentSize) -> Opposite {
    Opposite(
      "a nonlinearity after the masks where there should be none",
      groups(size).exchanging("one", "deep"))
  }

  public func judge(_ runs: ExperimentRuns) throws(Undecided) -> Verdict {
    var numbers: [Verdict.Number] = []
    var agrees: [Bool] = []
    var panels: [Chart.Series] = []
    for network in Self.networks {
      let records = try runs.ended(network, least: runs.size.choose(full: 6, quick: 2))
      let studies = try records.map { (record) throws(Undecided) in try study(record, runs) }
      agrees.append(
        studies.allSatisfy {
          ($0.deviations.last?.values.allSatisfy { $0 <= 1.5 } ?? false) && $0.difference <= 1e-4
        })
      let title = network == "one" ? "one hidden layer" : "two hidden layers"
      for (place, form) in ["plain", "inverted"].enumerated() {
        if let number = Verdict.Number(
          "deviation of \(form), \(title)",
          medianOf: studies.compactMap { $0.deviations.last?.values[place] },
          unit: "standard errors")
        {
          numbers.append(number)
        }
      }
      if let number = Verdict.Number(
        "largest difference of the forms, \(title)", medianOf: studies.map(\.difference))
      {
        numbers.append(number)
      }
      let counts = studies.first?.deviations.map(\.masks) ?? []
      panels.append(
        Chart.Series(
          title,
          counts.enumerated().map { place, count in
            Chart.Point(
              Double(count), medianOf: studies.map { $0.deviations[place].relative })
          }))
    }
    if let first = panels.first?.points.first {
      panels.append(
        Chart.Series(
          "1/√K",
          (panels.first?.points ?? []).map {
            Chart.Point($0.x, first.y * (first.x / $0.x).squareRoot())
          }, style: .dashed))
    }
    let judgement: Verdict.Judgement =
      agrees == [true, true] ? .holds : agrees[0] ? .holdsOnlyWhen : .doesNotHold
    func value(_ name: String) -> String {
      shortest((100 * (numbers.first { $0.name == name }?.value ?? .nan)).rounded() / 100)
    }
    return Verdict(
      judgement,
      (judgement == .holdsOnlyWhen ? "no nonlinearity follows the mask: " : "")
        + "over \(Self.masks(runs.size)) masks the mean outputs deviate from those of testing by "
        + "\(value("deviation of plain, one hidden layer")) (plain) and "
        + "\(value("deviation of inverted, one hidden layer")) (inverted) standard errors with one hidden "
        + "layer, by \(value("deviation of plain, two hidden layers")) and "
        + "\(value("deviation of inverted, two hidden layers")) with two",
      numbers: numbers,
      charts: [
        Chart(
          name: "masks", title: "Mean outputs over masks come to those of testing, if at all",
          x: Chart.Axis("masks averaged, K", isLog: true),
          y: Chart.Axis("distance from the tested outputs / their size", isLog: true),
          series: panels,
          notes: ["inverted dropout, keep probability 0.4; median over seeds, band: quartiles"])
      ])
  }

  private struct Study {
    /// After so many masks: the deviations of plain and inverted in standard errors, and the distance of
    /// the inverted mean from the tested outputs relative to these.
    var deviations: [(masks: Int, values: [Double], relative: Double)] = []
    /// The largest difference between the tested outputs of both forms, relative to the largest output.
    var difference = 0.0
  }

  /// Passes the first examples through the trained network and its plain twin.
  private func study(_ record: RunRecord, _ runs: ExperimentRuns) throws(Undecided) -> Study {
    guard let problem = try runs.problem(of: record) as? any NetworkProblem else {
      throw Undecided("\(record.spec.problem.name) is no network")
    }
    let inverted = try runs.lastParameters(of: record)
    do {
      let examples = try problem.data.load(problem.examples.preprocessing).validation
      let count = 20
      var inputs = [Float](repeating: 0, count: count * examples.shape.count)
      var labels = [Int32](repeating: 0, count: count)
      (0..<Int32(count)).map { $0 }.withUnsafeBufferPointer {
        examples.gather($0, inputs: &inputs, labels: &labels)
      }
      var twin = inverted
      let plainLayers = plain(problem.layers, problem.parameterLayout, &twin)
      let forms = [
        (try Network<Float>(plainLayers, input: examples.shape, capacity: count), twin),
        (try Network<Float>(problem.layers, input: examples.shape, capacity: count), inverted),
      ]
      /// The outputs for all examples: of testing, or with the mask of a step.
      func outputs(_ form: Int, mask: Int?) -> [Double] {
        let (network, parameters) = forms[form]
        return withExtendedLifetime(parameters) {
          let outputs = network.forward(
            inputs, parameters: parameters.pointer,
            pass: Pass(
              examples: count, isTraining: mask != nil, seed: record.spec.seed, step: mask ?? 0))
          return (0..<count * network.output.count).map { Double(outputs[$0]) }
        }
      }
      let tested = [outputs(0, mask: nil), outputs(1, mask: nil)]
      let largest = tested[1].map(abs).max() ?? .nan
      var study = Study()
      study.difference = zip(tested[0], tested[1]).map { abs($0 - $1) / largest }.max() ?? .nan
      var sums = tested.map { $0.map { _ in 0.0 } }
      var squares = sums
      for mask in 1...Self.masks(runs.size) {
        for form in 0..<2 {
          for (place, value) in outputs(form, mask: mask).enumerated() {
            let offset = value - tested[form][place]
            sums[form][place] += offset
            squares[form][place] += offset * offset
          }
        }
        // Powers of two, and the last.
        guard mask & (mask - 1) == 0 && mask > 4 || mask == Self.masks(runs.size) else { continue }
        let n = Double(mask)
        let deviations = (0..<2).map { form in
          let ratios = zip(sums[form], squares[form]).map { sum, square in
            // (mean)² / (s²/K)
            (sum / n) * (sum / n) / max((square - sum * sum / n) / (n - 1) / n, 1e-300)
          }
          return (Statistics.mean(ratios) ?? .nan).squareRoot()
        }
        let distance = sums[1].reduce(0) { $0 + ($1 / n) * ($1 / n) }
        let size = tested[1].reduce(0) { $0 + $1 * $1 }
        study.deviations.append((mask, deviations, (distance / size).squareRoot()))
      }
      return study
    } catch { throw Undecided("\(error)") }
  }

  /// The layers with plain dropout in place of inverted, and parameters with which they compute the same: those
  /// weights that follow a dropout are divided by p.
  private func plain(
    _ layers: [any Layer], _ layout: ParameterLayout?, _ parameters: inout Vector<Float>
  ) -> [any Layer] {
    let weights = (layout?.tensors ?? []).filter { $0.role == .weight }
    var next = 0
    var keep = 1.0
    return layers.map { layer in
      if let dropout = layer as? Dropout {
        keep = dropout.keep
        return Dropout(keep: dropout.keep, .plain)
      }
      if layer is Dense, next < weights.count {
        let tensor = weights[next]
        next += 1
        for i in tensor.offset..<tensor.offset + tensor.count { parameters[i] /= Float(keep) }
        keep = 1
      }
      return layer
    }
  }
}
