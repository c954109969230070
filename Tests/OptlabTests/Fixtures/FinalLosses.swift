// A figure brought as a file: the final loss of each run, a point for each.

import Analysis
import Figures
import OptimizerKit

public struct FinalLosses: Figure {
  public static let name = "final-losses"
  public static let summary = "the final loss of each run"
  public static let needs = "runs that end at a finite loss"
  public static let presets = [Preset("large", "points that are seen from afar", ["size": 3])]

  @Hyperparameter("size of the points", in: .positive) public var size = 1.0
  @Hyperparameter("whether to trap, to see that it costs a sentence") public var traps = false

  public init() {}

  public func draw(_ input: FigureInput) throws(FigureError) -> [Picture] {
    precondition(!traps, "asked to")
    let runs = input.runs.filter { $0.finalLoss.isFinite && !$0.diverged }
    guard let range = ClosedRange(covering: runs.map(\.finalLoss)) else { throw missing(input) }
    var panel = Panel(
      x: Axis("run", 0...Double(runs.count + 1)), y: Axis("final loss", range, grid: true))
    for (place, run) in runs.enumerated() {
      panel.curves.append(
        .points(
          "run\(place)", [(Double(place + 1), run.finalLoss)], input.colors[run].color, .dot,
          size: size))
    }
    let median = Statistics.median(runs.map(\.finalLoss)) ?? .nan
    return [
      Picture(
        name: Self.name, title: "Half of the runs end below \(Text.readable(median))",
        caption: Caption(input.runs, of: input), panels: [panel])
    ]
  }
}
