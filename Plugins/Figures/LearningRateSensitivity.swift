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

  public init() {}

  /// The runs of one optimizer that differ in nothing but learning rate and seed.
  private struct Sweep {
    var name: String
    var rates: [(lr: Double, runs: [TracedRun])]
  }

  public func draw(_ input: FigureInput) throws(FigureError) -> [Picture] {
    var found: [(contest: Contest, sweeps: [Sweep])] = []
    for contest in input.contests() {
      let sweeps = sweeps(contest)
      if !sweeps.isEmpty { found.append((contest, sweeps)) }
    }
    guard !found.isEmpty else { throw missing(input) }
    let names = input.fileNames(Self.name, found.map(\.contest))
    return zip(found, names).map { picture($1, $0.contest, $0.sweeps, input) }
  }

  private func sweeps(_ contest: Contest) -> [Sweep] {
    struct Key: Hashable {
      var optimizer: OptimizerSpec
    }
    var groups: [(key: Key, runs: [(Double, TracedRun)])] = []
    for run in contest.runs {
      guard let text = run.spec.optimizer["lr"], let lr = Double(text), lr > 0 else { continue }
      var rest = run.spec.optimizer
      rest.plugin.settings.removeAll { $0.name == "lr" }
      let key = Key(optimizer: rest)
      if let i = groups.firstIndex(where: { $0.key == key }) {
        groups[i].runs.append((lr, run))
      } else {
        groups.append((key, [(lr, run)]))
      }
    }
    return groups.compactMap { key, runs in
      let rates = Set(runs.map(\.0)).sorted()
      guard rates.count >= 2 else { return nil }
      // Named after the optimizer, or after its label without the learning rate where it has
      // several sets of other settings.
      let several = groups.filter { $0.key.optimizer.name == key.optimizer.name }.count > 1
      let name = several ? withoutRate(runs[0].1.label) : key.optimizer.name
      return Sweep(
        name: Text.oneLine(Text.abbreviated(name), limit: 30),
        rates: rates.map { rate in (rate, runs.filter { $0.0 == rate }.map(\.1)) })
    }
  }

  /// "adam[lr=0.1;beta1=0.8]" → "adam[beta1=0.8]".
  private func withoutRate(_ label: String) -> String {
    guard let open = label.firstIndex(of: "["), let close = label.lastIndex(of: "]"), open < close
    else { return label }
    let inside = label[label.index(after: open)..<close].split(separator: ";")
      .filter { !$0.hasPrefix("lr=") }
    return String(label[..<open]) + (inside.isEmpty ? "" : "[\(inside.joined(separator: ";"))]")
      + label[label.index(after: close)...]
  }

  private func picture(
    _ name: String, _ contest: Contest, _ sweeps: [Sweep], _ input: FigureInput
  ) -> Picture {
    let size = (width: 800, height: 600)
    let surface = input.surface(contest.problem)
    let floor = surface?.minimumLoss
    let isTraining = contest.runs.contains { !$0.trajectory.validation.isEmpty }
    func outcome(_ run: TracedRun) -> Double {
      if run.diverged || run.status == .crashed { return .infinity }
      if isTraining {
        return run.trajectory.validation.last.map(\.metrics.loss) ?? .infinity
      }
      return floor.map { max(run.finalLoss - $0, 0) } ?? run.finalLoss
    }
    let all = sweeps.flatMap { $0.rates.flatMap { $0.runs.map(outcome) } }.filter(\.isFinite)
    let largest = all.max() ?? 1
    let least = max(
      (contest.runs.map { abs($0.initialLoss - (floor ?? 0)) }.filter(\.isFinite).max() ?? 1)
        * 1e-16, 1e-300)
    let isLog = (all.min() ?? 0) >= 0 && largest > 0
    let label =
      isTraining
      ? "final validation loss" : floor != nil ? "final loss above the minimum" : "final loss"

    // Room above for those that diverged.
    let yAxis: Axis
    let ceiling: Double
    if isLog {
      let low = max(all.min() ?? least, least)
      let decades = max(log10(max(largest, low) / low), 0.3)
      ceiling = max(largest, low) * pow(10, decades * 0.09)
      yAxis = Axis(
        label, (low * pow(10, -decades * 0.05))...(ceiling * pow(10, decades * 0.05)),
        isLog: true, grid: true)
    } else {
      let low = all.min() ?? 0
      let span = max(largest - low, 1e-9)
      ceiling = largest + span * 0.09
      yAxis = Axis(label, (low - span * 0.05)...(ceiling + span * 0.05), grid: true)
    }

    var lines: [ChartLine] = []
    var diverged: [(color: String, points: [(x: Double, y: Double)])] = []
    var best: [(name: String, lr: Double, value: Double, width: Double)] = []
    for (index, sweep) in sweeps.prefix(12).enumerated() {
      let look = input.colors.color(of: sweep.rates[0].runs[0].spec.optimizer.name)
      let twins = sweeps.prefix(index).filter {
        $0.rates[0].runs[0].spec.optimizer.name == sweep.rates[0].runs[0].spec.optimizer.name
      }.count
      let color = OptimizerColors.shade(look, twins)
      var line = ChartLine(name: sweep.name, color: color, points: [])
      var lost: [(x: Double, y: Double)] = []
      for (lr, runs) in sweep.rates {
        let values = runs.map(outcome)
        let median = Statistics.median(values)!
        if median.isFinite {
          line.points.append((lr, isLog ? max(median, least) : median))
          if runs.count > 1 {
            let low = Statistics.quantile(0.25, of: values)!
            let high = Statistics.quantile(0.75, of: values)!
            line.band.append((lr, max(low, isLog ? least : low), high.isFinite ? high : 1e300))
          }
        } else {
          // The line rises to the mark and is broken there.
          line.points.append((lr, .nan))
          lost.append((lr, ceiling))
        }
      }
      let finite = line.points.filter { $0.y.isFinite }
      if let minimum = finite.min(by: { $0.y < $1.y }) {
        line.marks = [minimum]
        line.remark = "best at \(Text.readable(minimum.x))"
        // How many decades of learning rates end within a factor of ten of the best outcome.
        let good = finite.filter { $0.y <= minimum.y * 10 }.map(\.x)
        best.append(
          (sweep.name, minimum.x, minimum.y, isLog ? log10(good.max()! / good.min()!) : 0))
      } else {
        line.remark = "diverges at all"
      }
      lines.append(line)
      diverged.append((color, lost))
    }
    let rates = sweeps.flatMap { $0.rates.map(\.lr) }
    let margin = Panel.nameMargin(lines, size: 10.5, width: size.width)
    var panel = Panel(
      frame: Frame(left: 0.125, right: 0.985 - margin, bottom: 0.105, top: 0.865),
      x: Axis("learning rate", (rates.min()! * 0.8)...(rates.max()! * 1.25), isLog: true), y: yAxis)
    panel.add(lines, prefix: "sweep", of: size, size: 10.5)
    for (i, line) in lines.enumerated() {
      let finite = line.points.filter { $0.y.isFinite }
      panel.curves.append(.points("points\(i)", finite, line.color, .dot, size: 0.6))
    }
    if diverged.contains(where: { !$0.points.isEmpty }) {
      panel.rules.append(
        Rule(
          from: (panel.x.range.lowerBound, ceiling), to: (panel.x.range.upperBound, ceiling),
          color: Ink.grid, width: 1, dash: .solid))
      panel.labels.append(
        Label(
          text: "diverged", x: 0.01, y: yAxis.share(ceiling) + 0.0, system: .graph,
          color: Ink.soft, size: 10, boxed: true))
      // Marks at the same learning rate stand side by side.
      let step = 0.011
      for (i, entry) in diverged.enumerated() where !entry.points.isEmpty {
        let shifted = entry.points.map { p in
          let rank = diverged.prefix(i).filter { $0.points.contains { $0.x == p.x } }.count
          return (x: panel.x.value(at: panel.x.share(p.x) + step * Double(rank)), y: p.y)
        }
        panel.curves.append(
          .points("diverged\(i)", shifted, entry.color, .cross, size: 1.2, width: 2.4))
      }
    }
    let seeds = sweeps.flatMap { $0.rates.map(\.runs.count) }.max() ?? 1
    var notes = [
      "the range near the best is that in which the final loss is at most ten times the best one's, "
        + "in factors of ten",
      "a ring marks the best learning rate, × a median that diverged",
    ]
    if seeds > 1 { notes.append("lines are medians over seeds, bands their quartiles") }
    return Picture(
      name: name, title: title(best, Text.oneLine(contest.problem.name)),
      caption: Caption(sweeps.flatMap { $0.rates.flatMap(\.runs) }, of: input, notes: notes),
      panels: [panel])
  }

  private func title(
    _ best: [(name: String, lr: Double, value: Double, width: Double)], _ problem: String
  ) -> String {
    guard let wide = best.max(by: { $0.width < $1.width }),
      let low = best.min(by: { $0.value < $1.value })
    else { return "On \(problem), every learning rate diverges" }
    let first =
      "On \(problem), \(low.name) does best, at a learning rate of \(Text.readable(low.lr))"
    guard best.count > 1, wide.width > 0 else { return first }
    return first + "; \(wide.name) has the widest range near its best"
  }
}
