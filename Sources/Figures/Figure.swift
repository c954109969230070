// A kind of picture.

import OptimizerKit

/// A kind of picture, drawn from stored runs.
///
/// What a conformer must uphold: `draw` is a pure function of its input. It runs nothing, reads
/// nothing, and gives finite axes whatever the data: runs that diverged are drawn to their last
/// finite point with a mark, and runs that it cannot use are left out and named in the caption.
public protocol Figure: Sendable {
  /// The name by which it is asked for.
  static var name: String { get }
  /// One line: what it shows.
  static var summary: String { get }
  /// The runs that it needs, in words that complete "the figure needs …".
  static var needs: String { get }
  init()
  /// The pictures of these runs; throws where they do not contain what it needs.
  func draw(_ input: FigureInput) throws(FigureError) -> [Picture]
}

extension Figure {
  func missing(_ input: FigureInput) -> FigureError {
    .missingRuns(figure: Self.name, needs: Self.needs, found: input.found)
  }
}

/// All figures.
public enum FigureCatalogue {
  /// In the order in which they are listed.
  public static let all: [any Figure.Type] = [
    TrajectoryFigure.self, ZigZagFigure.self, OvershootFigure.self, ConvergenceFigure.self,
    SaddleFigure.self, LossCurvesFigure.self, LearningRateFigure.self, SchedulesFigure.self,
  ]
}
