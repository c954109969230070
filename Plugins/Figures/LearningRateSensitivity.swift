// The outcome against the learning rate.

import Analysis
import Figures
import Glibc
import OptimizerKit

/// `lr-sensitivity`: how much the outcome depends on the learning rate, optimizer by optimizer.
public struct LearningRateSensitivity: Figure {
  public static let name = "lr-sensitivity"
  public static let summary = "final loss against learning rate, divergence marked"
  public static let needs = "runs of an optimizer with at least two learning rates"

  @Hyperparameter("all in one panel, or one for each") public var layout = ChartLayout.overlaid

  public init() {}

  /// The runs of one optimizer that differ in nothing but learning rate and seed. One that was run at a
  /// single rate, or has none, takes part too: it may be the best.
  private struct Sweep {
    var name: String
    var optimizer: String
    /// By rate; a rate of nil where it has none.
    var rates: [(lr: Double?, runs: [TracedRun])]
    /// What comes of each rate: the median over seeds, infinite where that diverged.
    var outcomes: [Double] = []
    /// Over how many decades of learning rates it does well, without a gap.
    var width = 0.0
    /// Over how many it does well by its own best.
    var tolerance = 0.0

    var runs: [TracedRun] { rates.flatMap(\.runs) }
    var best: Int { outcomes.indices.min { outcomes[$0] < outcomes[$1] } ?? 0 }
  }

  public func draw(_ input: FigureInput) throws(FigureError) -> [Picture] {
    let contests = input.contests(poolsInstances: true).filter { contest in
      sweeps(contest).contains { $0.rates.count > 1 }
    }
    return try pictures(of: contests, input) { pictures($1, $0, input) }
  }

  private func sweeps(_ contest: Contest) -> [Sweep] {
    var groups: [(key: OptimizerSpec, runs: [(lr: Double?, run: TracedRun)])] = []
    for run in contest.runs {
      let (key, lr) = withoutRate(run.spec.optimizer)
      if let i = groups.firstIndex(where: { $0.key == key }) {
        groups[i].runs.append((lr, run))
      } else {
        groups.append((key, [(lr, run)]))
      }
    }
    return groups.map { key, runs in
      // Named after the optimizer, or after its label without the learning rate where it has
      // several sets of other settings.
      let several = groups.filter { $0.key.name == key.name }.count > 1 || key.inner != nil
      let name = several ? withoutRate(runs[0].run.label) : key.name
      let rates = Set(runs.map(\.lr)).sorted { ($0 ?? 0) < ($1 ?? 0) }
      return Sweep(
        name: Text.label(name, limit: 30), optimizer: key.name,
        rates: rates.map { rate in (rate, runs.filter { $0.lr == rate }.map(\.run)) })
    }
  }

  /// An optimizer without its outermost learning rate, and that rate.
  private func withoutRate(_ optimizer: OptimizerSpec) -> (OptimizerSpec, Double?) {
    var optimizer = optimizer
    if let lr = optimizer["lr"].flatMap({ Double($0) }), lr > 0 {
      optimizer.plugin.settings.removeAll { $0.name == "lr" }
      return (optimizer, lr)
    }
    guard let inner = optimizer.inner else { return (optimizer, nil) }
    let (rest, lr) = withoutRate(inner)
    optimizer.wrapped = [rest]
    return (optimizer, lr)
  }

  /// "adam[lr=0.1;beta1=0.8]" → "adam[beta1=0.8]".
  private func withoutRate(_ label: String) -> String {
    var parts: [String] = []
    for part in label.split(separator: "[", omittingEmptySubsequences: false) {
      guard !parts.isEmpty, let close = part.firstIndex(of: "]") else {
        parts.append(String(part))
        continue
      }
      let settings = part[..<close].split(separator: ";").filter { !$0.hasPrefix("lr=") }
      parts[parts.count - 1] += settings.isEmpty ? "" : "[\(settings.joined(separator: ";"))]"
      parts[parts.count - 1] += part[part.index(after: close)...]
    }
    return parts.joined(separator: "[")
  }

  /// What is drawn of a run, and how it is judged.
  private struct Measure {
    var label: String
    /// The loss at the minimum; 0 where losses are drawn as they are.
    var floor: Double
    var isTraining: Bool
    /// Below it, rounding decides.
    var least: Double
    /// Whether outcomes are distances from a known minimum.
    var isAboveMinimum: Bool

    init(_ contest: Contest, _ surface: (any Surface)?) {
      isTraining = contest.runs.contains { $0.validation != nil }
      let minimum = isTraining ? nil : surface?.minimumLoss
      floor = minimum ?? 0
      label =
        isTraining
        ? "final validation loss" : minimum != nil ? "final loss above the minimum" : "final loss"
      let starts = contest.runs.map(\.initialLoss).filter(\.isFinite)
      least = max((starts.map { abs($0 - (minimum ?? 0)) }.max() ?? 1) * 1e-16, 1e-300)
      isAboveMinimum = minimum != nil
    }

    func outcome(_ run: TracedRun) -> Double {
      if run.diverged || run.status == .crashed { return .infinity }
      if isTraining { return run.validation?.loss ?? .infinity }
      guard run.finalLoss.isFinite else { return .infinity }
      return isAboveMinimum ? max(run.finalLoss - floor, 0) : run.finalLoss
    }

    /// The worst outcome that is still good, where `best` is the best of all.
    func limit(best: Double, initial: Double) -> Double {
      isAboveMinimum ? 10 * max(best, least) : best + 0.1 * max(initial - best, 0)
    }

    /// The worst outcome that an optimizer whose best is `best` tolerates: half as many decades as it
    /// descends from the start, or nine tenths of the way where losses are drawn as they are.
    func tolerated(best: Double, initial: Double) -> Double {
      guard isAboveMinimum else { return limit(best: best, initial: initial) }
      return (max(best, least) * max(initial - floor, least)).squareRoot()
    }

    /// What `tolerated` stands for, in words.
    var toleranceName: String {
      isAboveMinimum
        ? "half as many decades down from the start as it does at its best rate"
        : "nine tenths of its own best way from the start"
    }

    /// What `limit` stands for, in words.
    var limitName: String {
      isAboveMinimum
        ? "within ten times of the best" : "nine tenths of the way from the start to the best"
    }
  }

  private func pictures(_ name: String, _ contest: Contest, _ input: FigureInput) -> [Picture] {
    let measure = Measure(contest, input.surface(contest.problem))
    var sweeps = sweeps(contest)
    for i in sweeps.indices {
      sweeps[i].outcomes = sweeps[i].rates.map { rate in
        Statistics.median(rate.runs.map(measure.outcome)) ?? .infinity
      }
    }
    let best = sweeps.flatMap(\.outcomes).min() ?? .infinity
    let initial = Statistics.median(contest.runs.map(\.initialLoss).filter(\.isFinite)) ?? .nan
    let limit = measure.limit(best: best, initial: initial)
    for i in sweeps.indices {
      sweeps[i].width = width(sweeps[i], limit)
      let own = measure.tolerated(best: sweeps[i].outcomes[sweeps[i].best], initial: initial)
      sweeps[i].tolerance = width(sweeps[i], own)
    }

    let pages = Pages(sweeps, of: 12) { $0.outcomes[$0.best] }
    let axes = axes(pages.drawn, measure)
    let looks = looks(sweeps, input)
    let title = title(sweeps, measure, contest)
    return pages.pictures(naming: { $0.name }) { page in
      picture(name, title, page, axes, looks, measure, input)
    }
  }

  /// The most decades between two rates such that the outcome is within the limit at both and at all
  /// rates between them.
  private func width(_ sweep: Sweep, _ limit: Double) -> Double {
    var most = 0.0
    var first: Double?
    for (rate, outcome) in zip(sweep.rates, sweep.outcomes) {
      guard let lr = rate.lr, outcome <= limit else {
        first = nil
        continue
      }
      most = max(most, log10(lr / (first ?? lr)))
      first = first ?? lr
    }
    return most
  }

  /// Sweeps of one optimizer share its hue.
  private func looks(_ sweeps: [Sweep], _ input: FigureInput) -> [String: OptimizerColors.Look] {
    var looks: [String: OptimizerColors.Look] = [:]
    for optimizer in sweeps.map(\.optimizer).unique {
      let own = sweeps.filter { $0.optimizer == optimizer }
      let shades = OptimizerColors.looks(input.colors.look(of: optimizer), count: own.count)
      for (sweep, look) in zip(own, shades) { looks[sweep.name] = look }
    }
    return looks
  }

  private struct Axes {
    var x: Axis
    var y: Axis
    /// Where those that diverged are marked.
    var ceiling: Double
  }

  private func axes(_ sweeps: [Sweep], _ measure: Measure) -> Axes {
    let finite = sweeps.flatMap(\.outcomes).filter(\.isFinite)
    let largest = finite.max() ?? 1
    let smallest = finite.min() ?? min(largest, measure.least)
    let rates = sweeps.flatMap { $0.rates.compactMap(\.lr) }
    let x = Axis(
      "learning rate", ((rates.min() ?? 1) * 0.8)...((rates.max() ?? 1) * 1.25), isLog: true)
    if smallest >= 0, largest > 0 {
      let low = max(smallest, measure.least)
      let decades = max(log10(max(largest, low) / low), 0.3)
      let ceiling = max(largest, low) * pow(10, decades * 0.09)
      return Axes(
        x: x,
        y: Axis(
          measure.label, (low * pow(10, -decades * 0.05))...(ceiling * pow(10, decades * 0.05)),
          isLog: true, grid: true),
        ceiling: ceiling)
    }
    let span = max(largest - smallest, 1e-9)
    let ceiling = largest + span * 0.09
    return Axes(
      x: x,
      y: Axis(measure.label, (smallest - span * 0.05)...(ceiling + span * 0.05), grid: true),
      ceiling: ceiling)
  }

  /// The line of a sweep, broken where the median diverged, and where it did.
  private func line(
    _ sweep: Sweep, _ look: OptimizerColors.Look, _ axes: Axes, _ measure: Measure
  ) -> (line: ChartLine, lost: [Double]) {
    func height(_ value: Double) -> Double { axes.y.isLog ? max(value, measure.least) : value }
    var line = ChartLine(name: sweep.name, look: look, points: [])
    var lost: [Double] = []
    for (rate, median) in zip(sweep.rates, sweep.outcomes) {
      guard let lr = rate.lr else {
        // Without a learning rate, the same at all of them.
        line.remark = median.isFinite ? "has no learning rate" : "diverges, has no learning rate"
        line.points = [axes.x.range.lowerBound, axes.x.range.upperBound].map {
          ($0, median.isFinite ? height(median) : axes.ceiling)
        }
        return (line, lost)
      }
      line.points.append((lr, median.isFinite ? height(median) : .nan))
      guard median.isFinite else {
        lost.append(lr)
        continue
      }
      let values = rate.runs.map(measure.outcome)
      if values.count > 1, let low = Statistics.quantile(0.25, of: values),
        let high = Statistics.quantile(0.75, of: values)
      {
        line.band.append((lr, height(low), high.isFinite ? height(high) : 1e300))
      }
    }
    let best = sweep.best
    if let lr = sweep.rates[best].lr, sweep.outcomes[best].isFinite {
      line.marks = [(lr, height(sweep.outcomes[best]))]
      line.remark =
        sweep.rates.count > 1
        ? "best at \(Text.readable(lr)), tolerates "
          + (sweep.tolerance > 0 ? Text.decades(sweep.tolerance) : "no other")
        : "run at \(Text.readable(lr)) only"
    } else {
      line.remark = "diverges at all"
    }
    return (line, lost)
  }

  private func picture(
    _ name: String, _ title: String, _ sweeps: [Sweep], _ axes: Axes,
    _ looks: [String: OptimizerColors.Look], _ measure: Measure, _ input: FigureInput
  ) -> Picture {
    let size = (width: 800, height: 600)
    let drawn = sweeps.map {
      line($0, looks[$0.name] ?? input.colors.look(of: $0.optimizer), axes, measure)
    }
    let lines = drawn.map(\.line)
    let runs = sweeps.flatMap(\.runs)
    var notes = [
      "a ring marks the best learning rate, × a median that diverged",
      "tolerance: the widest range of rates without a gap at which an optimizer comes "
        + measure.toleranceName,
      "doing well is to come \(measure.limitName) of all; its range is that between the first and the "
        + "last of neighbouring rates of which that holds",
    ]
    if measure.isTraining {
      notes.append("rates are chosen and judged by the same validation examples and seeds")
    }
    notes += runs.seedNotes
    let caption = Caption(runs, of: input, notes: notes)
    if layout == .multiples {
      return Picture.multiples(
        name: name, title: title, caption: caption, lines: lines, x: axes.x, y: axes.y
      ) { panel, index in
        let marks = drawn[index].lost.map { (x: $0, y: axes.ceiling) }
        panel.curves.append(
          .points("lost\(index)", marks, lines[index].look.color, .cross, size: 1, width: 2))
      }
    }
    let margin = Panel.nameMargin(lines, size: 10.5, width: size.width)
    var panel = Panel(
      frame: Frame(left: 0.125, right: 0.985 - margin, bottom: 0.105, top: 0.865), x: axes.x,
      y: axes.y)
    panel.add(lines, prefix: "sweep", of: size, size: 10.5)
    for (i, sweep) in sweeps.enumerated() where sweep.rates.contains(where: { $0.lr != nil }) {
      let finite = lines[i].points.filter { $0.y.isFinite }
      panel.curves.append(.points("points\(i)", finite, lines[i].look.color, .dot, size: 0.6))
    }
    if drawn.contains(where: { !$0.lost.isEmpty }) {
      panel.rules.append(
        Rule(
          from: (panel.x.range.lowerBound, axes.ceiling),
          to: (panel.x.range.upperBound, axes.ceiling), color: Ink.grid))
      panel.labels.append(
        Label(
          text: "diverged", x: 0.01, y: panel.y.share(axes.ceiling), system: .graph,
          color: Ink.soft, size: 10, boxed: true))
      // Marks at the same learning rate stand side by side.
      let step = 0.011
      for (i, entry) in drawn.enumerated() where !entry.lost.isEmpty {
        let marks = entry.lost.map { lr in
          let rank = drawn.prefix(i).filter { $0.lost.contains(lr) }.count
          return (x: panel.x.value(at: panel.x.share(lr) + step * Double(rank)), y: axes.ceiling)
        }
        panel.curves.append(
          .points("diverged\(i)", marks, entry.line.look.color, .cross, size: 1.2, width: 2.4))
      }
    }
    return Picture(name: name, title: title, caption: caption, panels: [panel])
  }

  private func title(_ sweeps: [Sweep], _ measure: Measure, _ contest: Contest) -> String {
    let problem = contest.name
    func height(_ sweep: Sweep) -> Double {
      let outcome = sweep.outcomes[sweep.best]
      return measure.isAboveMinimum ? max(outcome, measure.least) : outcome
    }
    guard let low = sweeps.map(height).min(), low.isFinite else {
      return "On \(problem), every learning rate diverges"
    }
    let leaders = sweeps.filter { height($0) == low }
    var text = "On \(problem), "
    if leaders.count > 1 {
      text += Text.enumeration(leaders.map(\.name), most: 3)
      text += " do best alike, each at its own learning rate"
    } else {
      let rate = leaders[0].rates[leaders[0].best]
      text += "\(leaders[0].name) does best, "
      text +=
        rate.lr.map { "at a learning rate of \(Text.readable($0))" } ?? "without a learning rate"
      if measure.isTraining, leaders[0].rates.count > 1 { text += ", chosen by these very runs" }
    }
    let widest = sweeps.map(\.width).max() ?? 0
    let wide = sweeps.filter { $0.width > widest - 1e-9 }
    if sweeps.count > 1, widest > 0, wide.count == 1 {
      let decades = Text.decades(widest)
      let isLeader = leaders.count == 1 && leaders[0].name == wide[0].name
      text += isLeader ? ", and comes" : "; \(wide[0].name) comes"
      text += " \(measure.limitName) over the widest range, \(decades)"
    }
    return text + contest.runs.medianRemark
  }
}
