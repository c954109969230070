// What the layers of a network compute, and the gradients that reach them, as histograms.

import Analysis
import Figures
import Glibc
import OptimizerKit

/// `histograms`: the outputs of each layer of a network for one minibatch, and the sizes of the gradients
/// that reach it, as histograms: a column a layer, a row for the start and for what each run ends with,
/// where it kept its parameters. Signals that collapse to 0, saturate at the ends of an activation's range
/// or grow without bound are seen at a glance. Of a single run, the rows are its checkpoints.
public struct Histograms: Figure {
  public static let name = "histograms"
  public static let summary =
    "network training: activations and gradients of each layer, as histograms"
  public static let needs = "training runs of a network"
  public static let source =
    "Glorot and Bengio 2010, proceedings.mlr.press/v9/glorot10a.html; He et al. 2015, "
    + "arXiv 1502.01852"

  @Hyperparameter("most layers that have a column, evenly chosen from first to last", in: 2...12)
  public var columns = 10
  @Hyperparameter("bins of each histogram", in: 5...200)
  public var bins = 41
  @Hyperparameter("most rows: the start, and ends of runs or checkpoints of one", in: 1...12)
  public var rows = 8

  public init() {}

  public func draw(_ input: FigureInput) throws(FigureError) -> [Picture] {
    try pictures(of: input.contests(), input) { pictures($0, $1, input) }
  }

  /// What the layers compute at some parameters.
  private struct Moment {
    var name: String
    var layers: [LayerValues]
  }

  private func pictures(_ contest: Contest, _ file: String, _ input: FigureInput) -> [Picture] {
    let runs = contest.runs.ofCommonSeed
    guard let seed = runs.first?.spec.seed, let probe = input.probe(contest.problem, seed) else {
      return []
    }
    var moments = [Moment(name: "start", layers: probe.layers(probe.start()))]
    let kept = runs.filter { !$0.trajectory.checkpoints.isEmpty }
    if runs.count == 1, let run = kept.first {
      let places = run.trajectory.checkpoints.dropFirst().filter {
        $0.parameters.count == probe.count
      }
      moments += Self.spread(Array(places), most: rows - 1).map {
        Moment(name: "step \($0.step)", layers: probe.layers($0.parameters))
      }
    } else {
      moments += Self.spread(kept, most: rows - 1).compactMap { run in
        guard let end = run.trajectory.checkpoints.last, end.parameters.count == probe.count else {
          return nil
        }
        return Moment(
          name: run.shownLabel + (run.diverged ? ", diverged" : ""),
          layers: probe.layers(end.parameters))
      }
    }
    // The scores of a classifier are no activations.
    let all = moments[0].layers
    let hidden = all.count > 1 ? Array(all.indices.dropLast()) : Array(all.indices)
    let shown = Self.spread(hidden, most: columns)
    guard !shown.isEmpty else { return [] }
    var notes = [
      "one minibatch of \(all[0].rows) rows, the first of the run with "
        + "seed \(seed); each histogram is scaled to its fullest bin"
    ]
    if all.count > 1 {
      notes.append("without \(all[all.count - 1].layer), whose outputs are scores")
    }
    if shown.count < hidden.count {
      notes.append("\(shown.count) of \(hidden.count) layers have a column")
    }
    if kept.count > rows - 1, runs.count > 1 {
      notes.append("\(rows - 1) of the \(kept.count) runs that kept their parameters have a row")
    }
    let caption = Caption(runs, of: input, notes: notes)
    return [activations(moments, shown, contest, file), gradients(moments, shown, contest, file)]
      .map { Picture($0, caption: caption, knownOptimizers: input.knownOptimizers) }
  }

  /// So many of some things at most, evenly chosen, the first and the last among them.
  private static func spread<T>(_ all: [T], most: Int) -> [T] {
    guard all.count > most else { return all }
    guard most > 1 else { return most == 1 ? [all[all.count - 1]] : [] }
    return (0..<most).map { all[$0 * (all.count - 1) / (most - 1)] }
  }

  private func activations(
    _ moments: [Moment], _ shown: [Int], _ contest: Contest, _ file: String
  ) -> Chart {
    var (low, high) = (Double.infinity, -Double.infinity)
    for layer in moments.flatMap({ moment in shown.map { moment.layers[$0] } }) {
      let (mean, deviation) = layer.outputMoments
      guard deviation.isFinite, let least = layer.outputs.min(), let most = layer.outputs.max()
      else { continue }
      low = min(low, max(Double(least), mean - 3.5 * deviation))
      high = max(high, min(Double(most), mean + 3.5 * deviation))
    }
    let range = low < high ? low...high : -1...1
    return grid(
      moments, shown, name: file,
      title: title(contest, moments, shown, "the spread of activations") {
        $0.outputMoments.deviation
      },
      x: Chart.Axis("activation", range: range)
    ) { layer in
      Chart.Panel(
        x: Chart.Axis(""), y: Chart.Axis(""),
        series: [
          Chart.Series("", heightsOf: Histogram(layer.outputs, in: range, bins: bins))
        ])
    }
  }

  private func gradients(
    _ moments: [Moment], _ shown: [Int], _ contest: Contest, _ file: String
  ) -> Chart {
    var (low, high) = (Double.infinity, -Double.infinity)
    for moment in moments {
      for place in shown {
        for gradient in moment.layers[place].gradients where gradient != 0 && gradient.isFinite {
          let size = log10(Double(gradient.magnitude))
          low = min(low, size)
          high = max(high, size)
        }
      }
    }
    // Smaller ones than 10⁻¹² of the largest are lost in rounding.
    let range = low < high ? max(low.rounded(.down), high - 12)...high.rounded(.up) : -12...0
    return grid(
      moments, shown, name: file + "-gradients",
      title: title(contest, moments, shown, "the spread of gradients") {
        $0.gradientMoments.deviation
      },
      x: Chart.Axis("log₁₀ |∂loss/∂activation|", range: range)
    ) { layer in
      let histogram = Histogram(sizesOf: layer.gradients, in: range, bins: bins)
      let share = Double(histogram.below) / Double(max(histogram.count, 1))
      return Chart.Panel(
        x: Chart.Axis(""), y: Chart.Axis(""),
        series: [Chart.Series("", heightsOf: histogram)],
        levels: share >= 0.005
          ? [
            Chart.Level(
              "\(Text.percent(share)) below", at: range.lowerBound, .vertical)
          ] : [])
    }
  }

  private func grid(
    _ moments: [Moment], _ shown: [Int], name: String, title: String, x: Chart.Axis,
    _ panel: (LayerValues) -> Chart.Panel
  ) -> Chart {
    Chart(
      name: name, title: title,
      panels: moments.enumerated().flatMap { row, moment in
        shown.enumerated().map { column, place in
          var panel = panel(moment.layers[place])
          if row == 0 { panel.title = moment.layers[place].layer }
          panel.x = x
          panel.y = Chart.Axis(
            column == 0 ? Text.oneLine(moment.name, limit: 14) : "", range: 0...1.08,
            isNumbered: false)
          return panel
        }
      }, columns: shown.count)
  }

  /// How the spread changes from the first of the layers that are shown to the last, row by row.
  private func title(
    _ contest: Contest, _ moments: [Moment], _ shown: [Int], _ what: String,
    _ deviation: (LayerValues) -> Double
  ) -> String {
    func spread(_ moment: Moment, _ place: Int) -> String {
      Text.readable(deviation(moment.layers[place]), digits: 2)
    }
    let (first, last) = (shown[0], shown[shown.count - 1])
    let names = moments[0].layers
    let changes = [moments[0], moments[moments.count - 1]].prefix(moments.count).map {
      "from \(spread($0, first)) to \(spread($0, last)) (\($0.name))"
    }
    return "On \(contest.name), from \(names[first].layer) to \(names[last].layer) \(what) goes "
      + changes.joined(separator: ", ")
  }
}
