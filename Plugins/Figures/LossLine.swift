// The loss between the solutions that two optimizers find.

import Analysis
import Figures
import Glibc
import OptimizerKit

/// `loss-line`: the loss at (1 − α) a + α b, on the straight line from where one optimizer ends (α = 0) to
/// where each of the others does (α = 1), from α = −0.5 to 1.5. A hump between two ends says that they
/// lie in different valleys. Of a single run, the line leads from its start to its end.
public struct LossLine: Figure {
  public static let name = "loss-line"
  public static let summary = "network training: loss on the line between two solutions"
  public static let needs = "training runs that kept their parameters (--checkpoints)"
  public static let source = "Goodfellow et al. 2015, arXiv 1412.6544"

  @Hyperparameter(
    "points between the two ends, each end included, and half as many beyond either", in: 3...101)
  public var points = 13

  public init() {}

  public func draw(_ input: FigureInput) throws(FigureError) -> [Picture] {
    try pictures(of: input.contests(), input) { pictures($0, $1, input) }
  }

  /// The losses along a line from one end to another.
  private struct Section {
    var run: TracedRun
    var name: String
    var training: [(x: Double, y: Double)]
    var validation: [(x: Double, y: Double)]

    /// By how much the loss between the ends exceeds the higher of them; 0 where it does not.
    var barrier: Double {
      let line = validation.isEmpty ? training : validation
      let inside = line.filter { (-1e-9...(1 + 1e-9)).contains($0.x) }
      guard let first = inside.first?.y, let last = inside.last?.y,
        let top = inside.map(\.y).max()
      else { return .nan }
      return max(top - max(first, last), 0)
    }
  }

  private func pictures(_ contest: Contest, _ file: String, _ input: FigureInput) -> [Picture] {
    let kept = contest.runs.filter { !$0.diverged && !$0.trajectory.checkpoints.isEmpty }
    let runs = kept.ofCommonSeed
    guard let seed = runs.first?.spec.seed, let probe = input.probe(contest.problem, seed) else {
      return []
    }
    func end(_ run: TracedRun) -> [Float] { run.trajectory.checkpoints.last!.parameters }
    // The others are compared with the one that is validated best.
    let base = runs.min {
      ($0.outcome.validation?.loss ?? .infinity) < ($1.outcome.validation?.loss ?? .infinity)
    }!
    guard runs.allSatisfy({ end($0).count == probe.count }) else { return [] }
    var sections: [Section]
    if runs.count == 1 {
      guard base.trajectory.checkpoints.count > 1 else { return [] }
      sections = [
        section(base, from: base.trajectory.checkpoints[0].parameters, to: end(base), probe)
      ]
    } else {
      sections = runs.filter { $0.key != base.key || $0.label != base.label }.map {
        section($0, from: end(base), to: end($0), probe)
      }
    }
    let title = title(contest, base, sections) + seedRemark(contest, seed)
    let axes = axes(sections)
    return Pages(sections, of: 12, ranking: \.barrier).pictures(naming: \.name) { page in
      picture(file, title, base, page, axes, isAlone: runs.count == 1, seed, input)
    }
  }

  private func section(
    _ run: TracedRun, from a: [Float], to b: [Float], _ probe: LossProbe
  ) -> Section {
    let steps = points - 1
    var section = Section(run: run, name: run.shownLabel, training: [], validation: [])
    for k in -steps / 2...steps + steps / 2 {
      let alpha = Double(k) / Double(steps)
      // Exact at both ends.
      let x = zip(a, b).map { a, b in
        k == 0 ? a : k == steps ? b : Float((1 - alpha) * Double(a) + alpha * Double(b))
      }
      section.training.append((alpha, probe.trainingLoss(x)))
      if let validation = probe.validationLoss {
        section.validation.append((alpha, validation(x, nil)))
      }
    }
    return section
  }

  private func axes(_ sections: [Section]) -> Axis {
    let all = sections.flatMap { $0.training + $0.validation }.filter { $0.y.isFinite }
    let between = all.filter { (0...1).contains($0.x) }.map(\.y)
    let low = all.map(\.y).min() ?? 0
    let top = max(between.max() ?? 1, low + 1e-9)
    // Beyond the ends lines may leave the picture.
    let high = min(all.map(\.y).max() ?? 1, top + (top - low) * 2)
    return low > 0 && high / low > 8
      ? Axis("loss", (low / 1.15)...(high * 1.15), isLog: true, grid: true)
      : Axis("loss", (low - (high - low) * 0.05)...(high + (high - low) * 0.05), grid: true)
  }

  private func picture(
    _ file: String, _ title: String, _ base: TracedRun, _ page: [Section], _ axis: Axis,
    isAlone: Bool, _ seed: UInt64, _ input: FigureInput
  ) -> Picture {
    let size = (width: 960, height: 480)
    func lines(_ part: KeyPath<Section, [(x: Double, y: Double)]>) -> [ChartLine] {
      page.map { section in
        let points = section[keyPath: part]
        return ChartLine(
          name: section.name, look: input.colors[section.run], points: points,
          remark: isAlone ? "" : "barrier \(Text.compact(section.barrier))",
          marks: points.filter { $0.x == 1 || $0.x == 0 })
      }
    }
    let hasValidation = page.contains { !$0.validation.isEmpty }
    let parts: [(String, String, [ChartLine])] =
      [("train", "Training loss", lines(\.training))]
      + (hasValidation ? [("validation", "Validation loss", lines(\.validation))] : [])
    let margin = Panel.nameMargin(parts[0].2, size: 10.5, width: size.width)
    let (left, gap) = (0.09, 0.055)
    let width = (0.985 - margin - left - gap * Double(parts.count - 1)) / Double(parts.count)
    var panels: [Panel] = []
    for (place, (name, heading, lines)) in parts.enumerated() {
      let x0 = left + Double(place) * (width + gap)
      var y = axis
      if place > 0 {
        y.label = ""
        y.named = y.ticks.filter { $0.level == 0 }.map { ($0.value, "") }
      }
      var x = Axis("", -0.5...1.5)
      x.named = [
        (-0.5, "−0.5"), (0, isAlone ? "start" : "the best"), (0.5, "0.5"),
        (1, isAlone ? "end" : "the other"), (1.5, "1.5"),
      ]
      var panel = Panel(
        frame: Frame(left: x0, right: x0 + width, bottom: 0.1, top: 0.8), x: x, y: y)
      panel.title = heading
      for end in [0.0, 1] {
        panel.rules.append(
          Rule(
            from: (end, axis.range.lowerBound), to: (end, axis.range.upperBound), color: Ink.soft,
            width: 1, dash: .dotted))
      }
      panel.add(lines, prefix: name, of: size, named: place == parts.count - 1, size: 10.5)
      panels.append(panel)
    }
    let runs = (isAlone ? [] : [base]) + page.map(\.run)
    var notes = [
      isAlone
        ? "α = 0: the start, α = 1: the end of the run"
        : "α = 0: where \(base.shownLabel) ends, which is validated best; α = 1: where each of the "
          + "others does, all with seed \(seed)",
      "training loss: the mean of \(LossProbe.minibatches) minibatches, as they are trained on; "
        + (hasValidation
          ? "validation loss: of all validation examples"
          : "no validation loss, which would take running averages that belong to no point"),
    ]
    if !isAlone {
      notes.append("barrier: by how much the loss between the ends exceeds the higher of them")
    }
    var picture = Picture(
      name: file, title: title, caption: Caption(runs, of: input, notes: notes), panels: panels)
    picture.width = size.width
    picture.height = size.height
    return picture
  }

  private func title(_ contest: Contest, _ base: TracedRun, _ sections: [Section]) -> String {
    func text(_ section: Section) -> String { Text.compact(section.barrier) }
    if sections.count == 1, sections[0].run.key == base.key, sections[0].run.label == base.label {
      return "On \(contest.name), from start to end of \(base.shownLabel) the loss "
        + (sections[0].barrier > 0
          ? "rises by \(text(sections[0])) on a straight line"
          : "has no barrier on a straight line")
    }
    let ranked = sections.filter { $0.barrier.isFinite }.sorted { $0.barrier < $1.barrier }
    guard let least = ranked.first, let most = ranked.last else {
      return "On \(contest.name), the loss between solutions is not finite"
    }
    return "On \(contest.name), between the ends of \(base.shownLabel) and "
      + (ranked.count == 1
        ? "\(least.name) stands a barrier of \(text(least))"
        : "the others stand barriers from \(text(least)) (\(least.name)) to \(text(most)) "
          + "(\(most.name))")
      + " in the loss"
  }

  private func seedRemark(_ contest: Contest, _ seed: UInt64) -> String {
    contest.runs.seedCount > 1 ? " (seed \(seed) of \(contest.runs.seedCount))" : ""
  }
}
