// Scheduled hyperparameters against the step.

import Figures
import OptimizerKit

/// `schedules`: the learning rate, and whatever else is scheduled, against the step.
public struct Schedules: Figure {
  public static let name = "schedules"
  public static let summary = "learning rate and other scheduled hyperparameters against step"
  public static let needs = "runs with a schedule"

  public init() {}

  private struct Curve {
    var name: String
    var run: TracedRun
    var points: [(x: Double, y: Double)]
  }

  public func draw(_ input: FigureInput) throws(FigureError) -> [Picture] {
    let runs = input.runs.filter { !$0.spec.optimizer.schedules.isEmpty }
    var panels: [(hyperparameter: String, curves: [Curve])] = []
    var notes: [String] = []
    for run in runs {
      for schedule in run.spec.optimizer.schedules {
        let points = points(schedule, run, input)
        guard points.count > 1 else {
          notes.append(
            "\(Text.oneLine(schedule.hyperparameter)) of \(Text.oneLine(run.shownLabel)) is not drawn: "
              + "the run holds no values of it")
          continue
        }
        let names = schedule.parts.map { Text.oneLine($0.name, limit: 24) }.joined(separator: " → ")
        let index =
          panels.firstIndex { $0.hyperparameter == schedule.hyperparameter } ?? panels.count
        if index == panels.count { panels.append((schedule.hyperparameter, [])) }
        // One curve for all runs that follow the same schedule in the same way.
        let same = panels[index].curves.contains { curve in
          curve.points.count == points.count
            && zip(curve.points, points).allSatisfy { $0.x == $1.x && $0.y == $1.y }
        }
        if !same { panels[index].curves.append(Curve(name: names, run: run, points: points)) }
      }
    }
    guard !panels.isEmpty else { throw missing(input) }
    let title = title(panels.map { ($0.hyperparameter, $0.curves) })
    // Ten curves a panel, three panels a picture.
    let parts = panels.flatMap { panel in
      Pages(panel.curves, of: 10, most: nil).pages.map { (panel.hyperparameter, $0) }
    }
    return Pages(parts, of: 3, most: nil).pictures(naming: \.0) { page in
      picture(title, page, input, notes.unique)
    }
  }

  private func picture(
    _ title: String, _ panels: [(hyperparameter: String, curves: [Curve])], _ input: FigureInput,
    _ notes: [String]
  ) -> Picture {
    let count = panels.count
    let size = (width: 800, height: count == 1 ? 520 : 120 + 280 * count)
    var drawn: [Panel] = []
    var charts: [[ChartLine]] = []
    let top = 1 - 70 / Double(size.height)
    let bottom = 58 / Double(size.height)
    let each = (top - bottom) / Double(count)
    var margin = 0.0
    for (index, panel) in panels.enumerated() {
      let several = panel.curves.map(\.run.spec.optimizer.name).unique.count > 1
      // Two of the same name are told apart by the run that they belong to.
      let names = panel.curves.map { curve in
        panel.curves.filter { $0.name == curve.name }.count > 1 || several
          ? Text.label(curve.run.label, limit: 34) : curve.name
      }
      let lines = zip(panel.curves, names).enumerated().map { i, pair in
        let last = pair.0.points.last!.y
        let first = pair.0.points.first!.y
        return ChartLine(
          name: pair.1, look: look(i, pair.0.run, several, input), points: pair.0.points,
          remark: "\(Text.readable(first, digits: 2)) → \(Text.readable(last, digits: 2))")
      }
      let values = panel.curves.flatMap { $0.points.map(\.y) }
      let range = ClosedRange(covering: values + [0]) ?? 0...1
      let room = max((range.upperBound - range.lowerBound) * 0.05, 1e-12)
      let steps = panel.curves.flatMap { $0.points.map(\.x) }.max() ?? 1
      margin = max(margin, Panel.nameMargin(lines, size: 10.5, width: size.width))
      let y1 = top - each * Double(index)
      let axes = Panel(
        frame: Frame(
          left: 0.13, right: 0.985,
          bottom: y1 - each + 40 / Double(size.height), top: y1 - 16 / Double(size.height)),
        x: Axis(index == count - 1 ? "step" : "", 0...max(steps, 1)),
        y: Axis(
          panel.hyperparameter == "lr" ? "learning rate" : Text.oneLine(panel.hyperparameter),
          range.lowerBound...(range.upperBound + room), grid: true))
      drawn.append(axes)
      charts.append(lines)
    }
    // One width for all panels, so that steps stand below each other.
    for index in drawn.indices {
      drawn[index].frame.right -= margin
      drawn[index].add(charts[index], prefix: "schedule\(index)-", of: size, size: 10.5)
    }
    var picture = Picture(
      name: Self.name, title: title,
      caption: Caption(panels.flatMap { $0.curves.map(\.run) }, of: input, notes: notes),
      panels: drawn)
    picture.width = size.width
    picture.height = size.height
    picture.terminalRows = 16 * count
    return picture
  }

  /// Schedules of one optimizer are told apart by colour; those of several have the optimizers'.
  private func look(
    _ index: Int, _ run: TracedRun, _ several: Bool, _ input: FigureInput
  ) -> OptimizerColors.Look {
    several ? input.colors[run] : OptimizerColors.Look(OptimizerColors.palette[index])
  }

  private func points(
    _ schedule: ScheduleSpec, _ run: TracedRun, _ input: FigureInput
  ) -> [(x: Double, y: Double)] {
    let steps = max(run.spec.budget.mostSteps ?? run.steps, 1)
    let text = run.spec.optimizer[schedule.hyperparameter]
    if let sequence = input.schedule(schedule.parts), !sequence.readsLoss,
      let base = text.flatMap({ Double($0) })
    {
      let stride = max(1, steps / 1000)
      return Swift.stride(from: 0, to: steps, by: stride).map {
        (Double($0), sequence.value(base: base, step: $0, steps: steps))
      }.filter { $0.1.isFinite }
    }
    // A schedule that reads the loss, or is not known any more, has left its learning rates in the run.
    guard schedule.hyperparameter == "lr" else { return [] }
    let t = run.trajectory
    return zip(t.steps, t.learningRates).dropFirst().map { (Double($0 - 1), $1) }
      .filter { $0.1.isFinite }
  }

  private func title(_ panels: [(String, [Curve])]) -> String {
    let curves = panels[0].1
    let names = curves.map(\.name).unique
    let what = panels[0].0 == "lr" ? "learning rate" : Text.oneLine(panels[0].0)
    if names.count == 1, let points = curves.first?.points {
      return "\(names[0]): the \(what) goes from \(Text.readable(points.first!.y, digits: 2)) to "
        + Text.readable(points.last!.y, digits: 2)
    }
    return "\(names.count) schedules of the \(what)"
      + (names.count <= 4 ? ": \(Text.enumeration(names))" : "")
  }
}
