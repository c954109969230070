// Contour lines of a surface and the paths that optimizers take over it.

import Figures
import Glibc
import OptimizerKit

/// `trajectory`: the paths of several optimizers on the contour map of a problem.
public struct Trajectories: Figure {
  public static let name = "trajectory"
  public static let summary = "contour map and paths of several optimizers, any 2-D problem"
  public static let needs = "runs with their paths on a problem of two coordinates"

  public init() {}

  public func draw(_ input: FigureInput) throws(FigureError) -> [Picture] {
    let contests = input.contests()
    let names = input.fileNames(Self.name, contests)
    var pictures: [Picture] = []
    for (contest, name) in zip(contests, names) {
      let runs = contest.runs.firstSeeds.filter {
        $0.trajectory.dimension == 2 && $0.finiteRows > 0
      }
      guard !runs.isEmpty, let surface = input.surface(contest.problem), surface.dimension == 2
      else { continue }
      pictures += self.pictures(name, contest, runs, surface, input)
    }
    guard !pictures.isEmpty else { throw missing(input) }
    return pictures
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
    return pages.pictures(naming: \.shownLabel) { page in
      var panel = Panel(x: Axis("x₀", viewport.x), y: Axis("x₁", viewport.y))
      panel.frame.bottom = 0.095
      panel.terminalFrame = panel.frame
      var notes = panel.addMap(of: surface)
      panel.addPaths(of: page, on: surface, picture: (800, 600), colors: input.colors)
      if contest.runs.count > runs.count {
        notes.append("of each optimizer the run with the lowest seed is drawn")
      }
      return Picture(
        name: name, title: title, caption: Caption(page, of: input, notes: notes), panels: [panel])
    }
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
