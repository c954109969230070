// Contour lines of a surface and the paths that optimizers take over it.

import Figures
import Glibc
import OptimizerKit

/// `trajectory`: the paths of several optimizers on the contour map of a problem, marked at equal numbers of
/// gradients; where they crowd at a minimum, with an inset of it, and where they lie on one another, as
/// small multiples.
public struct Trajectories: Figure {
  public static let name = "trajectory"
  public static let summary = "contour map and paths of several optimizers, any 2-D problem"
  public static let needs = "runs with their paths on a problem of two coordinates"

  /// How paths share a picture.
  public enum Layout: String, Choice {
    /// Small multiples where most of the paths lie on one another.
    case auto
    case overlaid
    case multiples
  }

  @Hyperparameter("all on one map, one on each, or as they need it") public var layout = Layout.auto

  /// From this share of common way on, paths have maps of their own.
  private static let crowded = 0.6

  public init() {}

  public func draw(_ input: FigureInput) throws(FigureError) -> [Picture] {
    try pictures(of: input.contests(), input) { contest, name in
      let runs = contest.runs.firstSeeds.filter {
        $0.trajectory.dimension == 2 && $0.finiteRows > 0
      }
      guard !runs.isEmpty, let surface = input.surface(contest.problem), surface.dimension == 2
      else { return [] }
      return pictures(name, contest, runs, surface, input)
    }
  }

  private func pictures(
    _ name: String, _ contest: Contest, _ runs: [TracedRun], _ surface: any Surface,
    _ input: FigureInput
  ) -> [Picture] {
    func end(_ run: TracedRun) -> Double {
      run.diverged || !run.finalLoss.isFinite ? .infinity : run.finalLoss
    }
    let pages = Pages(runs, of: 12, ranking: end)
    // The same part of the plane on all pages.
    let viewport = Viewport(of: surface, with: pages.drawn)
    let title = title(runs, contest.name, surface) + contest.runs.firstSeedRemark
    let panel = Panel(x: Axis("x₀", viewport.x), y: Axis("x₁", viewport.y))
    let overlap = panel.overlap(of: pages.drawn, picture: (800, 600))
    let isCrowded = pages.drawn.count > 2 && overlap > Self.crowded
    return pages.pictures(naming: \.shownLabel) { page in
      var notes: [String] = []
      if contest.runs.count > runs.count {
        notes.append("of each optimizer the run with the lowest seed is drawn")
      }
      if layout == .multiples || layout == .auto && isCrowded {
        if layout == .auto {
          notes.append(
            "a map for each, since paths have \(Text.percent(overlap)) of their way in common: "
              + "trajectory[layout=overlaid] draws one map")
        }
        return multiples(name, title, page, viewport, surface, notes, input)
      }
      return overlaid(name, title, page, panel, surface, notes, input)
    }
  }

  private func overlaid(
    _ name: String, _ title: String, _ page: [TracedRun], _ empty: Panel, _ surface: any Surface,
    _ notes: [String], _ input: FigureInput
  ) -> Picture {
    var panel = empty
    panel.frame.bottom = 0.095
    panel.terminalFrame = panel.frame
    var notes = panel.addMap(of: surface) + notes
    let inset = inset(of: page, on: surface, in: panel, input)
    notes += panel.addPaths(
      of: page, on: surface, picture: (800, 600), colors: input.colors,
      keepingFree: inset?.place)
    if inset != nil { notes.append("the inset shows what is around the minimum") }
    return Picture(
      name: name, title: title, caption: Caption(page, of: input, notes: notes),
      panels: [panel] + [inset?.panel].compactMap { $0 })
  }

  /// A closer look at the minimum, in the corner where no path is; nil where nothing crowds there, or no
  /// corner is free.
  private func inset(
    of runs: [TracedRun], on surface: any Surface, in panel: Panel, _ input: FigureInput
  ) -> (panel: Panel, place: Frame)? {
    let minima = surface.minima.filter { $0.count == 2 }
    guard minima.count == 1, let minimum = minima.first else { return nil }
    let center = (x: panel.x.share(minimum[0]), y: panel.y.share(minimum[1]))
    // Those that end near it.
    let ends = runs.filter { !$0.diverged }.compactMap { run -> Double? in
      guard run.finiteRows > 0 else { return nil }
      let end = run.place(run.finiteRows - 1)
      return max(
        abs(panel.x.share(end.x) - center.x), abs(panel.y.share(end.y) - center.y))
    }.filter { $0 < 0.08 }
    guard ends.count > 2 else { return nil }
    let reach = min(max((ends.max() ?? 0) * 1.5, 0.012), 0.1)
    let size = 0.3
    let corners = [(0.02, 0.02), (0.68, 0.02), (0.02, 0.68), (0.68, 0.68)].map {
      Frame(left: $0.0, right: $0.0 + size, bottom: $0.1, top: $0.1 + size)
    }
    let points =
      runs.flatMap { run in
        run.places.map { (x: panel.x.share($0.x), y: panel.y.share($0.y)) }
      } + [center]
    let free = corners.first { corner in
      !points.contains {
        $0.x > corner.left - 0.03 && $0.x < corner.right + 0.03 && $0.y > corner.bottom - 0.03
          && $0.y < corner.top + 0.03
      }
    }
    guard let place = free else { return nil }
    func range(_ axis: Axis, _ at: Double) -> ClosedRange<Double> {
      axis.value(at: at - reach)...axis.value(at: at + reach)
    }
    var inset = Panel(
      x: Axis("", range(panel.x, center.x), marks: 0),
      y: Axis("", range(panel.y, center.y), marks: 0))
    let (w, h) = (panel.frame.right - panel.frame.left, panel.frame.top - panel.frame.bottom)
    inset.frame = Frame(
      left: panel.frame.left + place.left * w, right: panel.frame.left + place.right * w,
      bottom: panel.frame.bottom + place.bottom * h, top: panel.frame.bottom + place.top * h)
    inset.terminalFrame = nil
    _ = inset.addMap(of: surface, prefix: "inset")
    inset.commands.append("set border 15 linecolor rgb '\(Ink.text)' linewidth 1.4")
    for (index, run) in runs.enumerated() {
      let look = input.colors[run]
      inset.curves.append(
        .line(
          "near\(index)", inset.thinned(run.places, of: (800, 600)), look.color, width: 1.8,
          dash: look.dash))
    }
    let spot = [(x: minimum[0], y: minimum[1])]
    inset.curves.append(.points("spot", spot, "#ffffff", .asterisk, size: 1.5, width: 5))
    inset.curves.append(.points("spot", spot, Ink.marker, .asterisk, size: 1.4, width: 1.8))
    inset.labels.append(
      Label(
        text: "\(Text.compact(1 / (2 * reach))) times as large", x: 0.04, y: 0.07, system: .graph,
        color: Ink.soft, size: 9, boxed: true))
    return (inset, place)
  }

  /// A map for each run, the paths of the others faint on it.
  private func multiples(
    _ name: String, _ title: String, _ page: [TracedRun], _ viewport: Viewport,
    _ surface: any Surface, _ notes: [String], _ input: FigureInput
  ) -> Picture {
    let grid = Multiples(page.count, title: title)
    var map = Panel(x: Axis("x₀", viewport.x), y: Axis("x₁", viewport.y))
    var notes = map.addMap(of: surface) + notes
    let counts = Panel.milestones(of: page)
    notes += Panel.milestoneNotes(counts)
    let floor = surface.minimumLoss
    let panels = page.indices.map { index in
      let axes = grid.axes(index, map.x, map.y)
      var panel = map
      (panel.frame, panel.x, panel.y) = (grid.frames[index], axes.x, axes.y)
      panel.terminalFrame = index < 4 ? panel.frame : nil
      func path(_ run: TracedRun) -> [(x: Double, y: Double)] {
        return panel.thinned(panel.clipped(run.places), of: grid.size)
      }
      for (other, run) in page.enumerated() where other != index {
        panel.curves.append(.line("path\(other)", path(run), "#b4bcc4", width: 1))
      }
      let run = page[index]
      let look = input.colors[run]
      let own = path(run)
      panel.curves.append(.line("path\(index)", own, look.color, width: 2.4))
      panel.addMilestones(counts, of: run, input.colors, "\(index)")
      let minima = surface.minima.filter { $0.count == 2 }.map { (x: $0[0], y: $0[1]) }
      panel.curves.append(.points("minima", minima, Ink.marker, .asterisk, size: 1.1, width: 1.5))
      panel.curves.append(
        .points("start\(index)", Array(own.prefix(1)), Ink.marker, .ring, size: 1.1, width: 1.6))
      if let end = own.last {
        panel.curves.append(
          .points(
            "end\(index)", [end], look.color, run.diverged ? .cross : .dot, size: 1.3, width: 3))
      }
      panel.labels.append(grid.label(run.shownLabel, index))
      let left = floor.map { max(run.finalLoss - $0, 0) }
      panel.labels.append(
        Label(
          text: run.diverged
            ? "diverges at step \(run.steps)" : left.map { "\(Text.compact($0)) left" } ?? "",
          x: 0.97, y: 0.93, system: .graph, align: .right,
          color: OptimizerColors.legible(look.color),
          size: 9, boxed: true))
      return panel
    }
    if floor != nil { notes.append("left: the loss above the minimum at the end") }
    var picture = Picture(
      name: name, title: title, caption: Caption(page, of: input, notes: notes), panels: panels)
    (picture.width, picture.height) = grid.size
    return picture
  }

  /// What is to be seen: who gets nearest to the minimum, who does not get there.
  private func title(_ runs: [TracedRun], _ name: String, _ surface: any Surface) -> String {
    let diverged = runs.filter(\.diverged).map(\.shownLabel).unique
    var text: String
    if let floor = surface.minimumLoss {
      // Those that arrive by when they do, the others by how near they come.
      let ranked = runs.filter { !$0.diverged && $0.finalLoss.isFinite }.sorted { one, other in
        let steps = [one, other].map { $0.stepsToReach(floor) ?? .max }
        return steps[0] != steps[1] ? steps[0] < steps[1] : one.finalLoss < other.finalLoss
      }
      if let best = ranked.first, let worst = ranked.last {
        let gap = Text.readable(best.finalLoss - floor, digits: 2)
        let left = Text.readable(worst.finalLoss - floor, digits: 2)
        let minimum = surface.minima.count > 1 ? "a minimum" : "the minimum"
        text =
          "On \(name), \(best.shownLabel) "
          + (best.reaches(floor) ? "reaches \(minimum)" : "comes within \(gap) of the minimal loss")
        let steps = best.stepsToReach(floor) ?? best.steps
        text += " in \(steps) step\(steps == 1 ? "" : "s")"
        if worst.label != best.label {
          if worst.reaches(floor) {
            text += ", as do all others"
          } else if left != gap {
            text += "; \(worst.shownLabel) is still \(left) above it"
          }
        }
      } else {
        text = "On \(name), no run ends at a finite loss"
      }
    } else {
      let escaped = runs.filter { $0.escapeStep != nil }
      text =
        surface.saddle != nil
        ? "On \(name), \(escaped.count) of \(runs.count) runs escape from the saddle"
        : "Paths of \(runs.map(\.shownLabel).unique.count) optimizers on \(name)"
    }
    if !diverged.isEmpty {
      text +=
        diverged.count == 1
        ? "; \(diverged[0]) diverges" : "; \(diverged.count) of \(runs.count) diverge"
    }
    return text
  }
}
