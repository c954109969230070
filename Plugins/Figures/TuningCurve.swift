// What tuning buys.

import Analysis
import Figures
import OptimizerKit

/// `tuning-curve`: the best score that so many trials lead to, for each optimizer on each problem.
///
/// Of trials that do not depend on one another (random, Sobol, Halton, grid) any of them might have come
/// first: the line is the median of the best of k of them, the band its quartiles (`ExpectedBest`). Of a
/// search that learns it is the best so far.
public struct TuningCurve: Figure {
  public static let name = "tuning-curve"
  public static let summary = "the best score after so many trials of tuning"
  public static let needs = "a suite that was tuned, with at least two trials"
  public static let source =
    "Dodge et al. 2019, arXiv 1909.03004; Tang et al. 2020, arXiv 2004.13705"
  public static let isOfWholeSuite = true

  public init() {}

  public func draw(_ input: FigureInput) throws(FigureError) -> [Picture] {
    let searches = input.searches.filter { $0.history.complete.count > 1 }
    let contests = searches.map { [$0.group, $0.problem] }.unique.map { key in
      searches.filter { [$0.group, $0.problem] == key }
    }
    guard !contests.isEmpty else { throw missing(input) }
    let names = contests.map { contest in
      let problem = contest[0].problem
      return contests.count { $0[0].problem == problem } > 1
        ? "\(problem) \(contest[0].group)" : problem
    }
    let files = input.fileNames(Self.name, of: names)
    return zip(contests, files).flatMap { pictures($0, $1, input) }
  }

  private func pictures(_ searches: [TunedSearch], _ file: String, _ input: FigureInput)
    -> [Picture]
  {
    let size = (width: 800, height: 600)
    let looks = looks(searches, input)
    let lines = searches.map { line($0, looks[$0.optimizer] ?? .init(Ink.text)) }
    let ends = lines.map { $0.points.last?.y ?? .infinity }
    let values = lines.flatMap { line in
      line.points.map(\.y) + line.band.flatMap { [$0.low, $0.high] }
    }.filter { $0.isFinite && $0 < 1e300 }
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    let isLog = low > 0 && (searches[0].history.isLogarithm || high / low > 20)
    let room = (high - low) * 0.05
    let most = lines.compactMap { $0.points.last?.x }.max() ?? 2
    let x = Axis("trials", 1...max(most, 2), isLog: most > 200)
    let y =
      isLog
      ? Axis(searches[0].history.meaning, (low * 0.9)...(high * 1.12), isLog: true, grid: true)
      : Axis(searches[0].history.meaning, (low - room)...(high + room), grid: true)
    let title = title(searches, lines)
    let ordered = lines.indices.sorted { ends[$0] < ends[$1] }
    let problem = searches[0].problem
    let learns = searches.contains { !isExchangeable($0) }
    var notes: [String] = []
    if searches.contains(where: isExchangeable) {
      notes.append(
        "a line is the median of the best of so many trials, drawn from all without replacement, a band its "
          + "quartiles; it ends at the best of all")
    }
    if learns || searches.contains(where: { $0.history.trials.contains { $0.stage > 0 } }) {
      notes.append(
        "trials that were chosen after a look at earlier ones (a search that learns, a range that was widened) "
          + "go on as the best so far, without a band")
    }
    notes.append(
      "scores of trials, which are not what is judged: that is done on other seeds and instances")
    return Pages(ordered, of: 12, best: ordered.isEmpty ? nil : 0, worst: ordered.count - 1)
      .pictures(naming: { searches[$0].optimizer }) { page in
        let shown = page.map { lines[$0] }
        let margin = Panel.nameMargin(shown, size: 10.5, width: size.width)
        var panel = Panel(
          frame: Frame(left: 0.125, right: 0.985 - margin, bottom: 0.105, top: 0.865), x: x, y: y)
        // As far as its trials go, and then faintly to its name.
        for (index, line) in shown.enumerated() {
          guard let end = line.points.last(where: { $0.y.isFinite }) else { continue }
          panel.curves.append(
            .line(
              "rest\(index)", [end, (x.range.upperBound, end.y)],
              OptimizerColors.mixed(line.look.color, "#ffffff", 0.4), width: 1, dash: .dotted))
        }
        panel.add(shown, prefix: "tuning", of: size, size: 10.5)
        return Picture(
          name: file, title: title,
          caption: Caption(
            input.records(of: page.map { searches[$0] }), of: input, notes: notes), panels: [panel])
      }
  }

  /// Whether any trial might have come first.
  private func isExchangeable(_ search: TunedSearch) -> Bool {
    ["random", "sobol", "halton", "grid"].contains(search.method)
  }

  private func line(_ search: TunedSearch, _ look: OptimizerColors.Look) -> ChartLine {
    let history = search.history
    // What was tried after a look at what came before goes on from there.
    let trials = history.complete
    let drawn = isExchangeable(search) ? trials.filter { $0.stage == 0 } : []
    let scores = trials.map { $0.score ?? .infinity }
    var line = ChartLine(
      name: Text.label(search.optimizer, limit: 30), look: look, points: [])
    let best = ExpectedBest(drawn.map { $0.score ?? .infinity })
    for count in scores.indices.map({ $0 + 1 }) {
      if let median = best.median(after: count), let low = best.quantile(0.25, after: count),
        let high = best.quantile(0.75, after: count)
      {
        let (middle, top) = (history.shown(median), history.shown(high))
        line.points.append((Double(count), middle.isFinite ? middle : .nan))
        line.band.append((Double(count), history.shown(low), top.isFinite ? top : 1e300))
      } else {
        let reached = history.shown(scores.prefix(count).min() ?? .infinity)
        line.points.append((Double(count), reached.isFinite ? reached : .nan))
      }
    }
    let failed = scores.count { !$0.isFinite }
    if failed > 0 { line.remark = "\(failed) of \(scores.count) failed" }
    return line
  }

  private func looks(_ searches: [TunedSearch], _ input: FigureInput)
    -> [String: OptimizerColors.Look]
  {
    // In full colour: their tuned runs, where they are there.
    let all = input.colors.looks(ofParticipants: input.records)
    var looks: [String: OptimizerColors.Look] = [:]
    for search in searches {
      looks[search.optimizer] =
        all[search.optimizer + " tuned"] ?? all[search.optimizer]
        ?? input.colors.look(of: search.optimizer.nameOfOptimizer)
    }
    return looks
  }

  /// Who is best with few trials and who with all.
  private func title(_ searches: [TunedSearch], _ lines: [ChartLine]) -> String {
    let counts = searches.map(\.history.complete.count)
    let count = counts.max() ?? 0
    let least = counts.min() ?? 0
    func best(_ trials: Int) -> (name: String, value: Double)? {
      zip(searches, lines).compactMap { search, line in
        line.points.last { Int($0.x) <= trials && $0.y.isFinite }.map { (line.name, $0.y) }
      }.min { $0.1 < $1.1 }
    }
    let problem = searches[0].problem
    guard let last = best(count) else { return "On \(problem), every trial of tuning fails" }
    let few = max(2, min(count / 4, 8))
    var text = "On \(problem), \(last.name) has the best trial of "
    text += least < count ? "\(least) to \(count)" : "\(count)"
    text += " each"
    if let first = best(few), few < count {
      text +=
        first.name == last.name
        ? ", and leads after \(few) already" : "; after \(few) \(first.name) leads"
    }
    return text
  }
}
