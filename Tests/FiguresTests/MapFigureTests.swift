// Pictures of maps.

import Analysis
import OptimizerKit
import Plugins
import Testing

@testable import Figures

/// A map of momentum on the bowl, whose cells are as asked.
private func makeMap(
  _ width: Int = 40, _ height: Int = 30, label: String = "momentum", target: Double? = nil,
  names: (String, String) = ("lr", "momentum"), cell: (Int, Int) -> MapCells.Cell
) -> OutcomeMap {
  func axis(_ name: String, _ count: Int, _ values: (Double) -> Double, isLog: Bool) -> MapAxis {
    MapAxis(
      place: .optimizer(level: 0), name: name,
      values: (0..<count).map { shortest(values(Double($0) / Double(max(count - 1, 1)))) },
      isLogarithmic: isLog)
  }
  let settings = [names.0, names.1].map { PluginSpec.Setting(name: $0, value: "0.01") }
  let spec = MapSpec(
    base: RunSpec(
      optimizer: OptimizerSpec(PluginSpec(name: "momentum", settings: settings)),
      problem: PluginSpec(name: "bowl", settings: []), start: [10, 1], budget: .steps(500),
      target: target),
    x: axis(names.0, width, { 0.001 * Double.exp($0 * Double.log(1000)) }, isLog: true),
    y: height > 1 ? axis(names.1, height, { 0.9 * $0 }, isLog: false) : nil)
  var cells = MapCells(count: spec.count)
  for index in 0..<spec.count { cells[index] = cell(index % width, index / width) }
  return OutcomeMap(key: "key", label: label, spec: spec, cells: cells)
}

private func cell(
  _ status: RunStatus, steps: Int = 500, loss: Double = 1, escape: Int = -1, minimum: UInt8 = 255
) -> MapCells.Cell {
  var cell = MapCells.Cell()
  cell.status = status
  (cell.steps, cell.gradients) = (Int32(steps), Int32(steps))
  cell.finalLoss = loss
  cell.escape = Int32(escape)
  cell.minimum = minimum
  return cell
}

/// - Parameter withTheory: whether optimizers can be made, for what theory says of them.
private func input(_ maps: OutcomeMap..., withTheory: Bool = false) -> FigureInput {
  var input = Make.input([])
  input.maps = maps
  let catalogue = PluginCatalogue.builtIn()
  if withTheory { input.optimizer = { try? catalogue.optimizer($0) } }
  return input
}

private func picture(
  _ map: OutcomeMap, by criterion: MapCriterion, withTheory: Bool = false
) throws -> Picture {
  var figure = PlaneMap()
  figure.by = criterion
  return try #require(try figure.draw(input(map, withTheory: withTheory)).first)
}

@Suite struct MapFigureTests {
  /// A valley around column 20, with one lucky cell elsewhere.
  static let valley = makeMap(target: 1e-6) { x, y in
    if x > 30 { return cell(.diverged, steps: 20, loss: .infinity) }
    if x < 5 { return cell(.completed) }
    if x == 28, y == 3 { return cell(.reachedTarget, steps: 7) }
    return cell(.reachedTarget, steps: 40 + 10 * abs(x - 20) + abs(y - 15))
  }

  @Test func titleSaysWhatIsSeen() throws {
    let picture = try picture(Self.valley, by: .target)
    let lr = Text.readable(Self.valley.spec.x.numbers[20])
    #expect(
      picture.title
        == "On bowl, momentum does best at lr \(lr), momentum 0.466: 1e−6 after 40 gradients "
        + "(a single cell after 7); of 1,200 cells 23\u{A0}% diverge and 13\u{A0}% do not get there"
    )
    #expect(picture.name == "map-bowl-momentum")
    #expect(FigureConformance.findings(in: [picture]) == [])
    let caption = picture.caption.text
    #expect(caption.contains("x axis: lr, 40 values from 0.001 to 1, evenly in the logarithm"))
    #expect(caption.contains("y axis: momentum, 30 values from 0 to 0.9, evenly"))
    #expect(caption.contains("cells: 1,200: 150 completed, 780 reached-target, 270 diverged"))
    #expect(caption.contains("it stops at f − f* = 1e−6 of the start's"))
  }

  /// The ring lies in the middle of the best cell.
  @Test func bestIsMarked() throws {
    let panel = try #require(try picture(Self.valley, by: .target).panels.first)
    let ring = try #require(panel.curves.first { $0.data.name == "best" })
    guard case .table(_, let values) = ring.data.content else { return }
    #expect(values == [20.5 / 40, 15.5 / 30])
  }

  /// α = 2(1 + β)/λmax, with the eigenvalues 1 and 25 of the bowl; Polyak 1964 too says where the rate is
  /// least: at μ = ((√κ − 1)/(√κ + 1))².
  @Test func theory() throws {
    let theory = try #require(MapTheory(Self.valley.spec, of: input(withTheory: true)))
    let y = try #require(Self.valley.spec.y)
    var count = 0
    for point in theory.edge.joined() where (0.05...0.95).contains(point.y) {
      let momentum = y.axis.value(at: point.y)
      let lr = Self.valley.spec.x.axis.value(at: point.x)
      #expect(abs(lr / (2 * (1 + momentum) / 25) - 1) < 1e-3, "\(lr), \(momentum)")
      count += 1
    }
    #expect(count > 20)
    let best = try #require(theory.best)
    #expect(abs(y.axis.value(at: best.y) - 4.0 / 9) < 0.05)
    #expect(abs(best.rate - 2.0 / 3) < 0.01)
    // None for a rule that is not linear, or a problem that is no quadratic.
    var adam = Self.valley.spec.base
    adam.optimizer = OptimizerSpec(
      PluginSpec(name: "adam", settings: [.init(name: "lr", value: "1")]))
    #expect(
      MapTheory(
        MapSpec(base: adam, x: Self.valley.spec.x, y: nil), of: input(withTheory: true)) == nil)
    var pass = Self.valley.spec.base
    pass.problem.name = "nowhere"
    #expect(
      MapTheory(
        MapSpec(base: pass, x: Self.valley.spec.x, y: nil), of: input(withTheory: true)) == nil)
  }

  @Test func rowsHaveAnEdgeToo() throws {
    let row = makeMap(50, 1) { x, _ in cell(x > 30 ? .diverged : .completed, loss: Double(x)) }
    let picture = try picture(row, by: .final, withTheory: true)
    #expect(picture.panels[0].curves.contains { $0.data.name == "edge" })
    #expect(FigureConformance.findings(in: [picture]) == [])
    let theory = try #require(MapTheory(row.spec, of: input(withTheory: true)))
    let edge = try #require(theory.edge.joined().first)
    #expect(abs(row.spec.x.axis.value(at: edge.x) / (2 * 1.01 / 25) - 1) < 1e-3)
  }

  @Test func allDiverged() throws {
    let map = makeMap(target: 1e-6) { _, _ in cell(.diverged, steps: 3, loss: .nan) }
    for criterion in MapCriterion.allCases where criterion != .diverged && criterion != .basin {
      let picture = try picture(map, by: criterion)
      #expect(picture.title == "On bowl, momentum diverges in every one of 1,200 cells")
      #expect(FigureConformance.findings(in: [picture]) == [])
    }
    #expect(
      try picture(map, by: .diverged).title
        == "On bowl, momentum diverges in 100\u{A0}% of 1,200 cells, soonest at lr 0.0289, momentum "
        + "0.434: after 3 steps")
  }

  @Test func allEqual() throws {
    let map = makeMap { _, _ in cell(.completed, loss: 0.5) }
    let picture = try picture(map, by: .final)
    #expect(
      picture.title.hasPrefix(
        "On bowl, momentum ends at f − f* = 0.5 alike in 100\u{A0}% of the cells"),
      "\(picture.title)")
    #expect(FigureConformance.findings(in: [picture]) == [])
    #expect(picture.caption.text.contains("1,200 are so alike"))
  }

  @Test func noneGetsThere() throws {
    let map = makeMap(target: 1e-6) { x, _ in cell(x < 20 ? .completed : .diverged) }
    #expect(
      try picture(map, by: .target).title
        == "On bowl, momentum reaches 1e−6 in none of 1,200 cells; 50\u{A0}% diverge and 50\u{A0}% do "
        + "not get there")
    #expect(try picture(map, by: .escape).title.hasPrefix("On bowl, momentum escapes in none of"))
  }

  @Test func crashedCellsAreCounted() throws {
    let map = makeMap(target: 1e-6) { x, _ in
      cell(x == 0 ? .crashed : .reachedTarget, steps: 10 + x)
    }
    let picture = try picture(map, by: .target)
    #expect(picture.title.hasSuffix("; of 1,200 cells 30 fail"), "\(picture.title)")
  }

  @Test func basins() throws {
    let map = makeMap { x, _ in cell(.completed, minimum: x < 30 ? 0 : 255) }
    #expect(
      try picture(map, by: .basin).title
        == "On bowl, momentum ends at one minimum from 1,200 cells: (0,\u{A0}0) 75\u{A0}%; "
        + "25\u{A0}% end at none")
  }

  // MARK: size

  /// Of a map with more cells than an image holds, evenly spaced ones are drawn as they are.
  @Test func largeMaps() throws {
    let map = makeMap(1000, 500) { x, y in
      cell(x > 900 ? .diverged : .completed, loss: 1 + Double((x * 7919 + y * 104_729) % 1000))
    }
    let picture = try picture(map, by: .final)
    #expect(
      picture.caption.text.contains(
        "of 1000 × 500 cells, 334 × 250 evenly spaced ones are drawn, each as it is"))
    #expect(picture.title.contains("500,000 cells 10\u{A0}% diverge"))
    let workspace = Workspace()
    _ = try FigureRenderer().draw([picture], into: workspace.path)
    #expect(workspace.bytes("\(picture.name).png").count < 300_000)
    #expect(workspace.bytes("\(picture.name).gp").count < 400_000)
  }

  @Test(arguments: [1, 2, 3, 399, 400, 401, 799, 1000, 1999, 10_000])
  func drawnCells(_ count: Int) {
    let drawn = MapShades.drawn(count)
    #expect(drawn.count <= MapShades.mostCells && drawn.count >= min(count, 200))
    #expect(drawn == drawn.unique.sorted())
    #expect(drawn.allSatisfy { (0..<count).contains($0) })
    if count <= MapShades.mostCells { #expect(drawn == Array(0..<count)) }
  }

  // MARK: names and formats

  @Test func oddNames() throws {
    let odd = "a'b\"{/Bold x}_^`ls`@\n∞"
    let map = makeMap(12, 8, label: odd, names: (odd, "$(reboot)")) { x, _ in
      cell(.completed, loss: 1 + Double(x))
    }
    let workspace = Workspace()
    let drawn = try FigureRenderer().draw(
      [try picture(map, by: .final)], into: workspace.path,
      options: .init(formats: FigureFormat.allCases))
    let (status, messages) = try workspace.gnuplot("\(drawn[0].name).gp")
    #expect(status == 0 && messages == "")
  }

  /// The cells of a svg picture have edges, however far it is enlarged.
  @Test func edgesOfCells() throws {
    let workspace = Workspace()
    let picture = try picture(Self.valley, by: .target)
    _ = try FigureRenderer().draw([picture], into: workspace.path, options: .init(formats: [.svg]))
    let svg = workspace.text("\(picture.name).svg")
    #expect(svg.contains("<image style='image-rendering:pixelated' "))
  }

  /// Losses that are worse than nine tenths of all are as dark as these.
  @Test func scaleOfLosses() throws {
    let map = makeMap(100, 10) { x, _ in cell(.completed, loss: x < 95 ? 1 + Double(x) : 1e9) }
    let view = MapView(map, by: .final, of: input())
    let scale = try #require(view.shades.scale)
    #expect(scale.range.upperBound < 100)
    #expect(
      try picture(map, by: .final).caption.text.contains(
        "larger ones, up to 1e9, are as dark"))
  }

  /// Each column of a map over problems has a best cell of its own.
  @Test func ridge() throws {
    let example = ExampleRuns.map("sgd")
    let picture = try picture(example, by: .final)
    #expect(
      picture.title.hasPrefix("On bowl, the best lr of sgd goes from "), "\(picture.title)")
    let view = MapView(example, by: .final, of: input(example))
    #expect(view.ridge.count == example.spec.width)
    // The steeper the bowl, the smaller the best rate.
    let rows = view.ridge.map { $0 / example.spec.width }
    #expect(rows.first! > rows.last! && rows == rows.sorted(by: >))
  }

  /// In the terminal, cells are characters: full where it is best, blank where it diverged.
  @Test func terminal() throws {
    let workspace = Workspace()
    let drawn = try FigureRenderer().draw(
      [try picture(Self.valley, by: .target)], into: workspace.path,
      options: .init(
        formats: [.terminal], script: false, caption: false,
        terminal: .init(columns: 100, rows: 30, colour: false)))
    let text = try #require(drawn[0].text)
    for character in "█▓▒░·" { #expect(text.contains(character), "\(character)") }
    #expect(text.contains("gradients to the target"))
  }

  /// Classes never share a shade with numbers, or with one another.
  @Test func shadesAreApart() throws {
    let view = MapView(Self.valley, by: .target, of: input())
    let shades = view.shades.tiles.map(\.shades)
    for (i, a) in shades.enumerated() {
      for b in shades[(i + 1)...] { #expect(!a.overlaps(b)) }
    }
    guard case .shades(let width, _, _, let values) = view.shades.image("cells").content else {
      Issue.record("no shades")
      return
    }
    #expect(width == 40)
    #expect(Set(values).allSatisfy { value in shades.contains { $0.contains(value) } })
    // The best cell is the brightest.
    #expect(values[15 * 40 + 20] == values.filter { $0 < 80 }.max())
  }

  @Test func withoutMapsItSaysWhatItNeeds() throws {
    #expect(throws: FigureError.self) { try PlaneMap().draw(input()) }
  }
}
