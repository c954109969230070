// What tuning changes, on what is judged.

import Analysis
import Figures
import OptimizerKit

/// `tuned`: one-shot against tuned: on each problem what each optimizer comes to with its defaults (a ring) and
/// with the settings of its best trial (a dot), on seeds and instances that tuning has not seen.
public struct TunedAgainstDefaults: Figure {
  public static let name = "tuned"
  public static let summary = "one-shot against tuned, optimizer by optimizer"
  public static let needs = "a suite that was tuned, with its defaults judged too"
  public static let source = "Schmidt, Schneider and Hennig 2021, arXiv 2007.01547, figure 2"
  public static let isOfWholeSuite = true

  @Hyperparameter("what counts, as in 'optlab rank --by'") public var by = Criterion.standard

  public init() {}

  /// An optimizer on a problem; of an optimizer that has nothing to tune, both are the same.
  private struct Row {
    let label: String
    let color: String
    /// Shown scores: quartiles and medians.
    let before: Spread
    let after: Spread
    /// By which factor, or how much, the score falls.
    var gain: Double { before.median / after.median }
  }

  private struct Spread {
    let low, median, high: Double
    init?(_ scores: [Double]) {
      guard let median = Statistics.median(scores), let low = Statistics.quantile(0.25, of: scores),
        let high = Statistics.quantile(0.75, of: scores)
      else { return nil }
      (self.low, self.median, self.high) = (low, median, high)
    }
  }

  public func draw(_ input: FigureInput) throws(FigureError) -> [Picture] {
    let tuned = Set(input.searches.map(\.optimizer))
    guard !tuned.isEmpty else { throw missing(input) }
    let judgement = try judgement(of: input, by: by)
    let judged = judgement.judged
    let pairs = judged.participants.indices.compactMap { place -> (Int, Int)? in
      let label = judged.participants[place]
      guard tuned.contains(label),
        let other = judged.participants.firstIndex(of: label + " tuned")
      else { return nil }
      return (place, other)
    }
    guard !pairs.isEmpty else { throw missing(input) }
    let looks = input.colors.looks(ofParticipants: input.records)
    let files = input.fileNames(Self.name, of: judgement.names)
    return judged.contests.indices.flatMap { contest -> [Picture] in
      let problem = judged.problems[contest]
      func spread(_ place: Int) -> Spread? {
        Spread(judged.scores[place][contest].map { by.shown($0, on: problem) })
      }
      let rows = pairs.compactMap { before, after -> Row? in
        guard let first = spread(before), let second = spread(after) else { return nil }
        return Row(
          label: judged.participants[before],
          color: looks[judged.participants[after]]?.color ?? Ink.text, before: first,
          after: second)
      }.sorted { $0.after.median < $1.after.median }
      return pictures(rows, files[contest], contest, judgement, input)
    }
  }

  private func pictures(
    _ rows: [Row], _ file: String, _ contest: Int, _ judgement: Judgement, _ input: FigureInput
  ) -> [Picture] {
    func name(_ row: Row) -> String { Text.label(row.label) }
    let problem = judgement.judged.problems[contest]
    let values = rows.flatMap { [$0.before.low, $0.before.high, $0.after.low, $0.after.high] }
      .filter(\.isFinite)
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    let isLog = low > 0 && (by.isLogarithm(on: problem) || high / low > 8)
    let meaning = by.shownMeaning(on: problem) ?? ""
    let room = (high - low) * 0.06
    let x =
      isLog
      ? Axis(meaning, (low * 0.9)...(high * 1.12), isLog: true, grid: true)
      : Axis(meaning, (low - room)...(high + room), grid: true)
    let title = title(rows, judgement.names[contest])
    return Pages(rows, of: 40, most: nil).pictures(naming: name) { page in
      var chart = RowChart(
        page.map { RowChart.Row(name($0), color: $0.color) }, title: title + " (page 1 of 9)",
        x: x, right: 118)
      for (index, row) in page.enumerated() {
        let y = chart.height(index)
        let light = OptimizerColors.mixed(row.color, "#ffffff", 0.5)
        for (part, spread, shift) in [("d", row.before, 0.16), ("t", row.after, -0.16)] {
          let ends = [spread.low, spread.high].map { (min($0, x.range.upperBound), y + shift) }
          chart.panel.curves.append(.line("quartiles\(part)\(index)", ends, light, width: 2.5))
        }
        let before = row.before.median.isFinite ? row.before.median : x.range.upperBound
        let after = row.after.median.isFinite ? row.after.median : x.range.upperBound
        chart.panel.curves.append(
          .line("change\(index)", [(before, y), (after, y)], row.color, width: 1.4))
        chart.panel.curves.append(
          .points(
            "default\(index)", [(before, y)], row.color,
            row.before.median.isFinite ? .ring : .cross,
            size: 1.4, width: 2))
        chart.panel.curves.append(
          .points(
            "tuned\(index)", [(after, y)], row.color, row.after.median.isFinite ? .dot : .cross,
            size: 1.4, width: 2))
        chart.addRemark(remark(row), row: index)
      }
      let drawn = Set(page.flatMap { [$0.label, $0.label + " tuned"] })
      let spec = judgement.judged.contests[contest].problem
      let notes =
        [
          "ring: defaults, dot: tuned; medians, with quartiles as faint bars; × where more than half of the runs "
            + "failed",
          "tuned on other seeds and instances than those drawn",
        ] + judgement.judged.remarks
      return chart.picture(
        name: file, title: title,
        caption: Caption(
          input.records.filter { drawn.contains($0.label) && $0.spec.problem == spec }, of: input,
          notes: notes))
    }
  }

  private func remark(_ row: Row) -> String {
    guard row.after.median.isFinite else { return "fails tuned" }
    guard row.before.median.isFinite else { return "failed before" }
    guard row.after.median > 0, row.before.median > 0 else { return "" }
    let factor = row.gain
    if abs(factor - 1) < 0.005 { return "no change" }
    return factor > 1
      ? "\(Text.compact(factor)) times less" : "\(Text.compact(1 / factor)) times more"
  }

  private func title(_ rows: [Row], _ problem: String) -> String {
    func name(_ row: Row) -> String { Text.label(row.label, limit: 30) }
    let better = rows.count { $0.after.median < $0.before.median }
    let worse = rows.filter { $0.after.median > $0.before.median }
    var text = "On \(problem), tuning improves \(better) of \(rows.count)"
    let gains = rows.filter { $0.gain.isFinite && $0.gain > 1 }.sorted { $0.gain > $1.gain }
    if let most = gains.first { text += ", most of all \(name(most))" }
    if !worse.isEmpty {
      text += "; worse for it: \(Text.enumeration(worse.map(name), most: 3))"
    }
    return text
  }
}
