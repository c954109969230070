// What the first layer of a network on images looks for.

import Analysis
import Figures
import Glibc
import OptimizerKit

/// `filters`: the weights of the first layer of a network on images, each unit's as a small image, at the
/// last checkpoint: one panel an optimizer; of a single run, its start beside its end.
///
/// For a convolution a filter is k × k, the mean over input channels; for a dense layer on grey square
/// images it is as large as they are.
public struct Filters: Figure {
  public static let name = "filters"
  public static let summary = "network training: weights of the first layer as small images"
  public static let needs =
    "training runs on images that kept their parameters (--checkpoints), with a convolution or a dense "
    + "layer on grey square images first"

  @Hyperparameter("most filters of a panel, those of the largest norm", in: 1...144)
  public var most = 25

  public init() {}

  public func draw(_ input: FigureInput) throws(FigureError) -> [Picture] {
    try pictures(of: input.contests(), input) { pictures($0, $1, input) }
  }

  /// The filters of a checkpoint.
  private struct Bank {
    var run: TracedRun
    var title: String
    /// Row by row from above, one filter after the other.
    var filters: [[Double]]
    /// The mean of their norms.
    var norm: Double
  }

  private func pictures(_ contest: Contest, _ file: String, _ input: FigureInput) -> [Picture] {
    guard let layout = input.layout(contest.problem),
      let tensor = layout.tensors.first(where: { $0.role == .weight }),
      let side = Self.side(of: tensor)
    else { return [] }
    let kept = contest.runs.firstSeeds.filter {
      $0.trajectory.checkpoints.last?.parameters.count == layout.count
    }
    guard !kept.isEmpty else { return [] }
    func bank(_ run: TracedRun, _ place: Int, _ title: String) -> Bank {
      let x = run.trajectory.checkpoints[place].parameters
      let filters = Self.filters(x, tensor, side)
      let norms = filters.map { $0.map(\.squared).reduce(0, +).squareRoot() }
      let order = norms.indices.sorted { norms[$0] > norms[$1] }
      let mean = norms.reduce(0, +) / Double(max(norms.count, 1))
      return Bank(
        run: run, title: title, filters: order.prefix(most).map { filters[$0] }, norm: mean)
    }
    var banks = kept.map { run in
      bank(
        run, run.trajectory.checkpoints.count - 1,
        run.shownLabel + (run.diverged ? ", diverged" : ""))
    }
    if banks.count == 1, kept[0].trajectory.checkpoints.count > 1 {
      banks = [
        bank(kept[0], 0, "start"), bank(kept[0], kept[0].trajectory.checkpoints.count - 1, "end"),
      ]
    }
    let title = title(contest, kept, banks, tensor) + contest.runs.firstSeedRemark
    return Pages(banks, of: 12).pictures(naming: \.title) { page in
      picture(file, title, page, side, tensor, input)
    }
  }

  /// The height and width of a filter; nil where it is no image.
  private static func side(of tensor: ParameterLayout.Tensor) -> Int? {
    if tensor.shape.count == 4, tensor.shape[2] == tensor.shape[3], tensor.shape[2] > 1 {
      return tensor.shape[2]
    }
    guard tensor.shape.count == 2 else { return nil }
    let side = Int(Double(tensor.columns).squareRoot().rounded())
    return side > 3 && side * side == tensor.columns ? side : nil
  }

  private static func filters(_ x: [Float], _ tensor: ParameterLayout.Tensor, _ side: Int)
    -> [[Double]]
  {
    let pixels = side * side
    let channels = tensor.columns / pixels
    return (0..<tensor.rows).map { unit in
      (0..<pixels).map { pixel in
        let first = tensor.offset + unit * tensor.columns + pixel
        return (0..<channels).map { Double(x[first + $0 * pixels]) }.reduce(0, +)
          / Double(channels)
      }
    }
  }

  private func picture(
    _ file: String, _ title: String, _ banks: [Bank], _ side: Int,
    _ tensor: ParameterLayout.Tensor, _ input: FigureInput
  ) -> Picture {
    let columns = banks.count <= 4 ? banks.count : banks.count <= 6 ? 3 : 4
    let rows = (banks.count + columns - 1) / columns
    let cell = columns <= 2 ? 320 : 230
    let head = Picture.titleHeight(title, width: max(columns * cell + 30, 500)) + 14
    let size = (width: max(columns * cell + 30, 500), height: Int(head) + rows * (cell + 10) + 14)
    let (w, h) = (Double(size.width), Double(size.height))
    let left = (w - Double(columns * cell)) / 2
    var panels: [Panel] = []
    for (place, bank) in banks.enumerated() {
      let x0 = left + Double(place % columns * cell) + 8
      let y1 = h - head - Double(place / columns) * Double(cell + 10) - 18
      let edge = Double(cell - 22)
      let mosaic = Self.mosaic(bank.filters, side, "filters\(place)")
      var panel = Panel(
        frame: Frame(
          left: x0 / w, right: (x0 + edge) / w, bottom: (y1 - edge) / h, top: y1 / h),
        x: Axis("", 0...1, marks: 0), y: Axis("", 0...1, marks: 0))
      panel.title = Text.oneLine(bank.title, limit: cell / 9)
      panel.commands += [
        "set palette defined (0 '#0b5a8f', 25 '#7fb2d3', 50 '#f7f7f4', 75 '#eda274', 100 '#b5430b')",
        "set cbrange [0:100]", "unset colorbox", "unset border",
      ]
      panel.curves.append(Curve(mosaic, .cells))
      panels.append(panel)
    }
    let shown = banks.map(\.filters.count).max() ?? 0
    var notes = [
      "\(shown) of the \(tensor.rows) units of \(tensor.name), those of the largest norm, the largest "
        + "first; each is scaled by its own largest weight: orange above 0, blue below, white 0"
    ]
    if tensor.shape.count == 4 { notes.append("the mean over \(tensor.shape[1]) input channels") }
    let runs = banks.map(\.run)
    var picture = Picture(
      name: file, title: title, caption: Caption(runs, of: input, notes: notes), panels: panels)
    picture.width = size.width
    picture.height = size.height
    return picture
  }

  /// Filters side by side, with room between them: shades from 0 (the lowest weight of a filter) over 50
  /// (none) to 100, on a square.
  private static func mosaic(_ filters: [[Double]], _ side: Int, _ name: String) -> CurveData {
    let across = Int(Double(filters.count).squareRoot().rounded(.up))
    let gap = max(1, side / 12)
    let width = across * (side + gap) - gap
    var shades = [UInt8](repeating: 50, count: width * width)
    for (place, filter) in filters.enumerated() {
      let most = filter.map(\.magnitude).max() ?? 0
      let (column, row) = (place % across * (side + gap), place / across * (side + gap))
      for pixel in filter.indices where most > 0 && filter[pixel].isFinite {
        // Rows of shades go from below, those of images from above.
        let line = width - 1 - row - pixel / side
        shades[line * width + column + pixel % side] =
          UInt8(min(max(50 + 50 * filter[pixel] / most, 0), 100))
      }
    }
    let half = 0.5 / Double(width)
    return CurveData(
      name: name, content: .shades(width: width, x: half...1 - half, y: half...1 - half, shades))
  }

  private func title(
    _ contest: Contest, _ runs: [TracedRun], _ banks: [Bank], _ tensor: ParameterLayout.Tensor
  ) -> String {
    func norm(_ bank: Bank) -> String { Text.readable(bank.norm, digits: 3) }
    if runs.count == 1 {
      let change =
        banks.count == 2
        ? "grow from a mean norm of \(norm(banks[0])) to \(norm(banks[1]))"
        : "have a mean norm of \(norm(banks[0]))"
      return "On \(contest.name), the \(tensor.rows) filters of \(runs[0].shownLabel) "
        + (banks.count == 2 && banks[1].norm < banks[0].norm
          ? change.replacing("grow", with: "shrink") : change)
    }
    let ranked = banks.filter { $0.norm.isFinite }.sorted { $0.norm < $1.norm }
    guard let least = ranked.first, let most = ranked.last else {
      return "On \(contest.name), the first layer's filters are not finite"
    }
    return "On \(contest.name), the first layer's filters end with mean norms from \(norm(least)) "
      + "(\(least.title)) to \(norm(most)) (\(most.title))"
  }
}
