// Which settings do well together.

import Analysis
import Figures
import OptimizerKit

/// `parallel-coordinates`: every trial of a tuning as a line over its hyperparameters to its score, the best
/// tenth in colour.
public struct ParallelCoordinates: Figure {
  public static let name = "parallel-coordinates"
  public static let summary = "trials as lines over their hyperparameters, the best in colour"
  public static let needs =
    "a suite that was tuned, with two hyperparameters and two trials at least"
  public static let source = "Inselberg 1985, doi:10.1007/BF01898350"
  public static let isOfWholeSuite = true

  @Hyperparameter("the share of trials that is drawn in colour", in: 0.0...1) public var best = 0.1

  public init() {}

  public func draw(_ input: FigureInput) throws(FigureError) -> [Picture] {
    let searches = input.searches.filter {
      $0.history.complete.contains { $0.score != nil } && $0.history.complete.count > 1
        && $0.history.dimensions.count > 1
    }
    guard !searches.isEmpty else { throw missing(input) }
    let names = searches.map { search in
      let name = "\(search.problem) \(search.optimizer)"
      let isTwice =
        searches.count { $0.problem == search.problem && $0.optimizer == search.optimizer } > 1
      return isTwice ? "\(name) \(search.method)" : name
    }
    let files = input.fileNames(Self.name, of: names)
    return zip(searches, files).map { picture($0, $1, input) }
  }

  private func picture(_ search: TunedSearch, _ file: String, _ input: FigureInput) -> Picture {
    let history = search.history
    let trials = history.complete.filter { $0.score != nil }
      .sorted { ($0.score ?? .infinity) > ($1.score ?? .infinity) }
    let scores = trials.compactMap(\.score)
    let (least, most) = (scores.min() ?? 0, scores.max() ?? 1)
    let leaders = max(1, Int((best * Double(trials.count)).rounded()))
    let count = history.dimensions.count
    let size = (width: max(640, 150 * (count + 1)), height: 460)
    var panel = Panel(
      frame: Frame(left: 0.07, right: 0.93, bottom: 0.12, top: 0.76),
      x: Axis("", 0...Double(count), marks: 0), y: Axis("", 0.0...1, marks: 0))
    panel.commands = ["set border 0"]
    let color = input.colors.look(of: search.optimizer.nameOfOptimizer).color
    for (rank, trial) in trials.enumerated() {
      var points = zip(history.dimensions, trial.values).enumerated().map { place, pair in
        (x: Double(place), y: pair.0.share(of: pair.1) ?? .nan)
      }
      let score = trial.score ?? most
      points.append((Double(count), most > least ? (score - least) / (most - least) : 0.5))
      let isLeader = rank >= trials.count - leaders
      let isBest = rank == trials.count - 1
      panel.curves.append(
        .line(
          "trial\(rank)", points, isLeader ? color : "#c9ced3",
          width: isBest ? 3.2 : isLeader ? 1.8 : 0.8))
    }
    for place in 0...count {
      panel.rules.append(
        Rule(from: (Double(place), 0), to: (Double(place), 1), color: Ink.axis, width: 1.2))
    }
    func label(_ text: String, _ place: Int, _ y: Double, bold: Bool = false) {
      panel.labels.append(
        Label(
          text: text, x: Double(place) / Double(count), y: y, system: .graph, align: .center,
          color: bold ? Ink.text : Ink.soft, size: bold ? 10.5 : 9.5, bold: bold))
    }
    for (place, dimension) in history.dimensions.enumerated() {
      label(Text.oneLine(dimension.name, limit: 18), place, 1.13, bold: true)
      label(Text.oneLine(dimension.end(upper: true), limit: 14), place, 1.05)
      label(Text.oneLine(dimension.end(upper: false), limit: 14), place, -0.055)
    }
    label("score", count, 1.13, bold: true)
    label(Text.readable(history.shown(most)), count, 1.05)
    label(Text.readable(history.shown(least)), count, -0.055)
    let title =
      "\(Text.label(search.optimizer, limit: 30)) on \(search.problem): the best "
      + (leaders == 1 ? "trial" : "\(leaders) trials")
      + " of \(trials.count), to a score of \(Text.readable(history.shown(least)))"
    let failed = history.trials.count { $0.score == nil }
    var notes = [
      "score: \(history.meaning), less is better"
        + (history.isLogarithm ? "; its axis is logarithmic" : ""),
      "the best trial: \(Text.oneLine(search.settings, limit: 200))",
      "chosen by \(search.method)",
    ]
    if failed > 0 { notes.append("not drawn: \(failed) trials of which all runs failed") }
    var picture = Picture(
      name: file, title: title,
      caption: Caption(
        input.records(of: [search]), of: input, notes: notes), panels: [panel])
    picture.width = size.width
    picture.height = size.height
    return picture
  }
}

extension SearchHistory.Dimension {
  /// What stands at an end of its axis.
  fileprivate func end(upper: Bool) -> String {
    if let end = upper ? range.last : range.first {
      return Text.readable(end) + (isLogarithmic && upper ? " (log)" : "")
    }
    return (upper ? choices.last : choices.first) ?? ""
  }
}
