// A kind of picture.

import OptimizerKit

/// A kind of picture, drawn from stored runs.
///
///     public func draw(_ input: FigureInput) throws(FigureError) -> [Picture] {
///       let runs = input.runs.filter { $0.finiteRows > 1 }
///       guard !runs.isEmpty else { throw missing(input) }
///       var panel = Panel(x: Axis("step", 0...100), y: Axis("loss", 1e-6...1, isLog: true))
///       panel.curves.append(.line("first", points, input.colors[runs[0]].color))
///       return [
///         Picture(
///           name: Self.name, title: "What is to be seen", caption: Caption(runs, of: input),
///           panels: [panel])
///       ]
///     }
///
/// What a conformer must uphold: `draw` is a pure function of its input. It runs nothing, reads
/// nothing, and gives finite axes whatever the data: runs that diverged are drawn to their last
/// finite point with a mark, and runs that it cannot use are left out and named in the caption.
public protocol Figure: Plugin {
  /// The runs that it needs, in words that complete "the figure needs …".
  static var needs: String { get }
  /// Whether it is drawn of all runs of a suite at once, without their paths (`FigureInput.records`), and not
  /// of one of its groups.
  static var isOfWholeSuite: Bool { get }
  /// The pictures of these runs, at least one; throws `missing` where they do not contain what it
  /// needs.
  func draw(_ input: FigureInput) throws(FigureError) -> [Picture]
}

extension Figure {
  public static var kind: PluginKind { .figure }
  public static var isOfWholeSuite: Bool { false }

  /// The pictures of each contest, which `draw` is given with a name for its files; throws `missing` where
  /// there are none.
  public func pictures(
    of contests: [Contest], _ input: FigureInput, _ draw: (Contest, String) -> [Picture]
  ) throws(FigureError) -> [Picture] {
    let pictures = zip(contests, input.fileNames(Self.name, contests)).flatMap(draw)
    guard !pictures.isEmpty else { throw missing(input) }
    return pictures
  }

  /// The error that says what the figure needs and what it was given.
  public func missing(_ input: FigureInput) -> FigureError {
    .missingRuns(figure: Self.name, needs: Self.needs, found: input.found)
  }
}

extension PluginCatalogue {
  /// A figure as specified, ready to draw.
  public func figure(_ spec: PluginSpec) throws -> any Figure { try plugin(spec, kind: .figure) }
}
