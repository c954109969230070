// Which hyperparameters matter.

import Analysis
import Figures
import OptimizerKit

/// `hyperparameters`: every trial of a tuning, its score against each hyperparameter; where an optimizer was
/// searched in several ways (grid beside random), they stand below one another.
public struct HyperparameterScatter: Figure {
  public static let name = "hyperparameters"
  public static let summary = "scores of trials against each hyperparameter, grid beside random"
  public static let needs = "a suite that was tuned, with at least two trials"
  public static let source =
    "Bergstra and Bengio 2012, jmlr.org/papers/v13/bergstra12a.html, figure 1"
  public static let isOfWholeSuite = true

  public init() {}

  public func draw(_ input: FigureInput) throws(FigureError) -> [Picture] {
    let searches = input.searches.filter { $0.history.trials.count > 1 }
    let problems = searches.map(\.problem).unique
    guard !problems.isEmpty else { throw missing(input) }
    let files = input.fileNames(Self.name, of: problems)
    return zip(problems, files).flatMap { problem, file -> [Picture] in
      // The searches of one optimizer beside one another.
      let own = searches.filter { $0.problem == problem }
      let ordered = own.map(\.optimizer).unique.flatMap { name in
        own.filter { $0.optimizer == name }
      }
      let title = title(ordered)
      return Pages(ordered, of: 12).pictures(naming: { $0.optimizer }) {
        picture($0, title, file, input)
      }
    }
  }

  /// A panel: a hyperparameter of a search.
  private struct Cell {
    var search: Int
    var dimension: Int
    var line: Int
    var column: Int
  }

  /// Searches of several hyperparameters begin a line of their own.
  private static func layout(_ searches: [TunedSearch]) -> [Cell] {
    var cells: [Cell] = []
    var (line, column) = (0, 0)
    func isWide(_ search: TunedSearch) -> Bool { search.history.dimensions.count > 1 }
    for (index, search) in searches.enumerated() {
      if column > 0, isWide(search) || isWide(searches[index - 1]) {
        (line, column) = (line + 1, 0)
      }
      for dimension in search.history.dimensions.indices {
        if column == columns { (line, column) = (line + 1, 0) }
        cells.append(Cell(search: index, dimension: dimension, line: line, column: column))
        column += 1
      }
    }
    return cells
  }

  private static let columns = 4
  private static let cell = (width: 236.0, height: 228.0)

  private func picture(
    _ searches: [TunedSearch], _ title: String, _ file: String, _ input: FigureInput
  ) -> Picture {
    let cells = Self.layout(searches)
    let columns = (cells.map(\.column).max() ?? 0) + 1
    let lines = (cells.map(\.line).max() ?? 0) + 1
    let width = max(560, 76 + Self.cell.width * Double(columns))
    let above = Picture.titleHeight(title + " (page 1 of 9)", width: Int(width)) + 50
    let height = above + Double(lines) * Self.cell.height + 4
    let scores = searches.flatMap { search in
      search.history.trials.compactMap(\.score).map(search.history.shown)
    }
    let (low, high) = (scores.min() ?? 0, scores.max() ?? 1)
    let isLog = low > 0 && (searches[0].history.isLogarithm || high / low > 20)
    let room = max((high - low) * 0.06, 1e-9)
    // Failed trials stand above all others.
    let span = max(high / max(low, 1e-300), 2)
    let ceiling = isLog ? high * span.squareRoot().squareRoot() : high + room * 3
    let y =
      isLog
      ? Axis(
        "", (low / span.squareRoot().squareRoot().squareRoot())...(ceiling * 1.1), isLog: true,
        marks: 4, grid: true)
      : Axis("", (low - room)...(ceiling + room), marks: 4, grid: true)
    let isTwice = Dictionary(grouping: searches, by: \.optimizer).contains { $0.value.count > 1 }
    var panels: [Panel] = []
    for cell in cells {
      let search = searches[cell.search]
      let dimension = search.history.dimensions[cell.dimension]
      let left = 76 + Double(cell.column) * Self.cell.width
      let top = above + Double(cell.line) * Self.cell.height
      var x = axis(dimension)
      x.label = dimension.name
      var panel = Panel(
        frame: Frame(
          left: left / width, right: (left + Self.cell.width - 34) / width,
          bottom: 1 - (top + Self.cell.height - 94) / height, top: 1 - top / height), x: x, y: y)
      if cell.column > 0 { panel.y.marks = 0 } else { panel.y.label = "score" }
      if cell.dimension == 0 {
        panel.title =
          Text.label(search.optimizer, limit: 22)
          + (isTwice ? ", \(search.method)" : "")
      }
      add(
        search, cell.dimension, dimension, to: &panel, "\(cell.search)x\(cell.dimension)",
        color(search, input), ceiling)
      panels.append(panel)
    }
    var picture = Picture(
      name: file, title: title,
      caption: Caption(
        input.records(of: searches), of: input,
        notes: [
          "score: \(searches[0].history.meaning), less is better; a ring marks the best trial, × one of which "
            + "all runs failed, pale dots what had only a part of the budget or was dropped",
          "chosen by \(Text.enumeration(searches.map(\.method).unique))",
        ]), panels: panels)
    picture.width = Int(width)
    picture.height = Int(height)
    return picture
  }

  private func axis(_ dimension: SearchHistory.Dimension) -> Axis {
    guard let low = dimension.range.first, let high = dimension.range.last else {
      var axis = Axis("", -0.5...Double(max(dimension.choices.count, 1)) - 0.5)
      axis.named = dimension.choices.enumerated().map {
        (Double($0), Text.oneLine($1, limit: 12))
      }
      return axis
    }
    if dimension.isLogarithmic {
      return Axis("", (low * 0.8)...(high * 1.25), isLog: true, marks: 4)
    }
    let room = (high - low) * 0.04
    return Axis("", (low - room)...(high + room), marks: 4)
  }

  private func add(
    _ search: TunedSearch, _ place: Int, _ dimension: SearchHistory.Dimension,
    to panel: inout Panel,
    _ name: String, _ color: String, _ ceiling: Double
  ) {
    var (whole, part, failed):
      ([(x: Double, y: Double)], [(x: Double, y: Double)], [(x: Double, y: Double)]) =
        ([], [], [])
    var best: (x: Double, y: Double)?
    for trial in search.history.trials where place < trial.values.count {
      let value = trial.values[place]
      guard let x = dimension.choices.firstIndex(of: value).map(Double.init) ?? Double(value) else {
        continue
      }
      guard let score = trial.score.map(search.history.shown) else {
        failed.append((x, ceiling))
        continue
      }
      guard trial.budgetShare == 1, !trial.isDropped else {
        part.append((x, score))
        continue
      }
      whole.append((x, score))
      if score < best?.y ?? .infinity { best = (x, score) }
    }
    panel.curves.append(
      .points("part\(name)", part, OptimizerColors.mixed(color, "#ffffff", 0.6), .dot, size: 0.6))
    panel.curves.append(.points("trials\(name)", whole, color, .dot, size: 0.7))
    panel.curves.append(.points("failed\(name)", failed, Ink.soft, .cross, size: 0.9, width: 1.4))
    if let best {
      panel.curves.append(.points("best\(name)", [best], Ink.marker, .ring, size: 1.5, width: 2))
    }
  }

  private func color(_ search: TunedSearch, _ input: FigureInput) -> String {
    input.colors.look(of: search.optimizer.nameOfOptimizer).color
  }

  /// Of whom the score depends most on one hyperparameter: the share of its variance that lies between the
  /// quarters of the range.
  private func title(_ searches: [TunedSearch]) -> String {
    let trials = searches.reduce(0) { $0 + $1.history.trials.count }
    let text =
      "On \(searches[0].problem), \(trials) trials of \(searches.map(\.optimizer).unique.count) optimizer"
      + (searches.map(\.optimizer).unique.count == 1 ? "" : "s")
    let shares = searches.flatMap { search in
      search.history.dimensions.indices.compactMap { place in
        explained(search.history, place).map {
          (name: search.history.dimensions[place].name, optimizer: search.optimizer, share: $0)
        }
      }
    }
    guard let most = shares.max(by: { $0.share < $1.share }), most.share > 0.2 else { return text }
    let name = Text.label(most.optimizer, limit: 30)
    return text + ": the score depends most on \(most.name) of \(name), whose quarters explain "
      + "\(Text.percent(most.share)) of its variance"
  }

  private func explained(_ history: SearchHistory, _ place: Int) -> Double? {
    let points = history.complete.compactMap { trial -> (share: Double, score: Double)? in
      guard let score = trial.score,
        let share = history.dimensions[place].share(of: trial.values[place])
      else { return nil }
      return (share, score)
    }
    guard points.count >= 16, let mean = Statistics.mean(points.map(\.score)) else { return nil }
    let total = points.reduce(0) { $0 + ($1.score - mean).squared }
    guard total > 0 else { return nil }
    let quarters = Dictionary(grouping: points) { min(Int($0.share * 4), 3) }
    let between = quarters.values.reduce(0) { sum, members in
      let own = members.reduce(0) { $0 + $1.score } / Double(members.count)
      return sum + Double(members.count) * (own - mean).squared
    }
    return between / total
  }
}
