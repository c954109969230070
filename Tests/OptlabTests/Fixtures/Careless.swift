// A figure with every fault that is no trap: no caption, an endless axis, an empty picture, and a
// picture of nothing.

import Figures
import OptimizerKit

public struct Careless: Figure {
  public static let name = "careless"
  public static let summary = "axes without end"
  public static let needs = "nothing"

  public init() {}

  public func draw(_ input: FigureInput) throws(FigureError) -> [Picture] {
    var caption = Caption(input.runs, of: input)
    caption.lines = []
    let panel = Panel(
      x: Axis("step", 0...(.infinity)), y: Axis("loss", 0...1))
    return [Picture(name: "careless", title: "", caption: caption, panels: [panel])]
  }
}
