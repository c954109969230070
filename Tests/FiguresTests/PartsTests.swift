// Colours, text, axes, contour lines, label placement.

import OptimizerKit
import Testing

@testable import Figures

@Suite struct PartsTests {
  private func runs(_ names: [String]) -> [TracedRun] {
    names.map { Make.run($0) }
  }

  @Test func coloursAreStable() {
    // A known optimizer keeps its colour, whoever takes part.
    let lab = ["adam", "momentum", "rmsprop", "sgd"]
    let alone = OptimizerColors(runs(["rmsprop"]), known: lab)
    let crowd = OptimizerColors(
      runs(lab + (0..<7).map { "a-newcomer-\($0)" }), known: lab)
    for name in lab {
      #expect(
        crowd.color(of: name) == OptimizerColors(runs([name]), known: lab).color(of: name))
    }
    #expect(Set((lab + (0..<7).map { "a-newcomer-\($0)" }).map(crowd.color)).count == 11)
    #expect(alone.color(of: "rmsprop") == crowd.color(of: "rmsprop"))
    let few = OptimizerColors(runs(["adam", "sgd"]))
    let many = OptimizerColors(
      runs(["newton", "sgd", "rmsprop", "adam", "nesterov", "momentum", "adamw", "adagrad"]))
    for name in ["adam", "sgd"] { #expect(few.color(of: name) == many.color(of: name)) }
    // Any order, the same colours.
    let reversed = OptimizerColors(runs(["sgd", "adam"]))
    #expect(reversed.color(of: "adam") == few.color(of: "adam"))
  }

  @Test func coloursDoNotMeet() {
    let names = (0..<12).map { "invented-\($0)" }
    let colors = OptimizerColors(runs(names))
    #expect(Set(names.map { colors.color(of: $0) }).count == 12)
    let common = [
      "sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw", "newton",
      "gradient-descent",
    ]
    #expect(Set(common.map(OptimizerColors.preferredSlot)).count == common.count)
    // More optimizers than colours: some share one, and nothing breaks.
    _ = OptimizerColors(runs((0..<40).map { "x\($0)" }))
  }

  @Test func variantsDiffer() {
    let runs = ["adam", "adam[lr=0.1]", "adam[lr=1]"].map { Make.run("adam", label: $0) }
    let colors = OptimizerColors(runs)
    #expect(Set(runs.map { colors[$0].color }).count == 3)
    // On another problem, alone, a variant has the plain colour.
    let alone = Make.run("adam", on: "pass", label: "adam[lr=1]")
    #expect(OptimizerColors(runs + [alone])[alone].color == colors.color(of: "adam"))
  }

  @Test func quoting() {
    #expect(Text.quoted("it's") == "'it'.\"\\047\".'s'")
    #expect(Text.quoted("") == "''")
    #expect(Text.quoted("a\nb") == "'a'.\"\\n\".'b'")
    #expect(Text.quoted("`x` $y \\z \u{7}") == "'`x` $y \\z  '")
  }

  @Test func numbers() {
    #expect(Text.decimal(0.1) == "0.1")
    #expect(Text.decimal(.nan) == "NaN")
    #expect(Text.decimal(-.infinity) == "NaN")
    #expect(Text.readable(1e-7) == "1e−7")
    #expect(Text.readable(-0.0) == "0")
    #expect(Text.readable(123456) == "1.23e5")
    #expect(Text.powerOfTen(-12) == "10⁻¹²")
    #expect(Text.percent(0.984) == "98 %")
    #expect(Text.percentage(52.4) == "52 %")
    #expect(Text.percentage(4.21) == "4.2 %")
    #expect(Text.abbreviated("sgd[lr=0.037000000000000005;b=2]") == "sgd[lr=0.037;b=2]")
    #expect(Text.abbreviated("adam[lr=1e-3]") == "adam[lr=1e-3]")
    #expect(Text.enumeration(["a", "b", "c"]) == "a, b and c")
    #expect(Text.wrapped("one two three", width: 7) == ["one two", "three"])
    #expect(Text.wrapped("from 10 %, to 85.5 %", width: 18) == ["from 10 %, to", "85.5 %"])
  }

  @Test func axesAreAlwaysFinite() {
    for (low, high) in [(0.0, 0.0), (5, 5), (1e-300, 1e300), (-1e9, 1e-9), (3, 3.0000001)] {
      let axis = Axis("", low...high)
      #expect(axis.range.upperBound > axis.range.lowerBound)
      #expect(axis.ticks.allSatisfy { $0.value.isFinite })
      let log = Axis("", low...high, isLog: true)
      #expect(log.range.lowerBound > 0 && log.range.upperBound > log.range.lowerBound)
      #expect(log.ticks.count < 700)
    }
    #expect(Axis("", 0...10).ticks.map(\.text) == ["0", "2", "4", "6", "8", "10"])
    #expect(
      Axis("", 0.001...10, isLog: true).ticks.map(\.text) == ["10⁻³", "10⁻²", "10⁻¹", "10⁰", "10¹"])
  }

  /// A mark stands at the number that it carries, and a place is that of its value.
  @Test func marksStandAtTheirNumbers() {
    let linear = Axis("", 0...10)
    #expect(linear.ticks.map(\.value) == [0, 2, 4, 6, 8, 10])
    #expect(linear.ticks.map { linear.share($0.value) } == [0, 0.2, 0.4, 0.6, 0.8, 1])
    let log = Axis("", 0.001...10, isLog: true)
    for (tick, exponent) in zip(log.ticks, -3...1) {
      #expect(abs(tick.value / [0.001, 0.01, 0.1, 1, 10][exponent + 3] - 1) < 1e-12)
      #expect(abs(log.share(tick.value) - Double(exponent + 3) / 4) < 1e-12)
    }
    for axis in [linear, log] {
      for share in [0, 0.1, 0.5, 1] {
        #expect(abs(axis.share(axis.value(at: share)) - share) < 1e-12)
      }
    }
    let commands = log.commands("y", .png).joined(separator: "\n")
    #expect(commands.contains("set logscale y") && commands.contains("set yrange [0.001:10]"))
    #expect(commands.contains("'10⁻³' 0.001 0"))
  }

  /// A band that comes from below begins where its edges come in, not at the corner of the panel.
  @Test func bandsEndWhereTheyLeaveThePanel() {
    let frame = Frame(left: 0, right: 1, bottom: 0, top: 1)
    let linear = Panel(frame: frame, x: Axis("", 0...10), y: Axis("", 50...100))
    let rows = linear.clipped([(0, 0, 25), (10, 100, 75), (20, .nan, .nan)])
    #expect(rows.map(\.x) == [0, 5, 5, 10, 20])
    #expect(rows.map(\.low).prefix(4) == [50, 50, 50, 100])
    #expect(rows.map(\.high).prefix(4) == [50, 50, 50, 75])
    let log = Panel(frame: frame, x: Axis("", 0...10), y: Axis("", 1...100, isLog: true))
    let curved = log.clipped([(0, 0.01, 10), (10, 10, 10)])
    #expect(curved.count == 3)
    // log₁₀ rises from −2 to 1, and passes 0 at two thirds.
    #expect(abs(curved[1].x - 20.0 / 3) < 1e-9 && abs(curved[1].low - 1) < 1e-9)
  }

  @Test func contourOfACircle() throws {
    let width = 41
    var values: [Double] = []
    for j in 0..<width {
      for i in 0..<width {
        let x = Double(i - 20) / 10
        let y = Double(j - 20) / 10
        values.append(x * x + y * y)
      }
    }
    let lines = marchingSquares(values, width: width, level: 1)
    try #require(lines.count == 1)
    #expect(lines[0].first! == lines[0].last!)
    for p in lines[0] {
      let r = ((p.x - 20) * (p.x - 20) + (p.y - 20) * (p.y - 20)).squareRoot()
      #expect(abs(r - 10) < 0.05)
    }
    // A line that ends at the border is open; none where the level is not reached.
    let open = marchingSquares(values, width: width, level: 5)
    #expect(open.count == 4)
    #expect(marchingSquares(values, width: width, level: 100).isEmpty)
    #expect(marchingSquares([.nan, .nan, .nan, .nan], width: 2, level: 0).isEmpty)
  }

  /// Contour lines and shades lie where the surface has their height.
  @Test func aMapIsItsSurface() throws {
    let surface = try #require(ExampleRuns.surface(PluginSpec(name: "bowl", settings: [])))
    let map = Landscape(surface, viewport: try #require(surface.viewport))
    guard case .table(2, let values) = map.contours("").content,
      case .shades(let width, let x, let y, let shades) = map.shades("").content
    else {
      Issue.record("not as expected")
      return
    }
    var count = 0
    for i in stride(from: 0, to: values.count, by: 2) where abs(values[i]) > 8 {
      let loss = surface.loss(at: [values[i], values[i + 1]])
      // A thirtieth of the grid's spacing, 0.12 and 0.04, is less than 1 % out there.
      #expect(map.levels.contains { abs(loss / $0 - 1) < 0.01 }, "\(values[i]), \(values[i + 1])")
      count += 1
    }
    #expect(count > 50)
    let height = shades.count / width
    for (i, shade) in shades.enumerated() {
      let column = Double(i % width) / Double(width - 1)
      let row = Double(i / width) / Double(height - 1)
      let point = [
        x.lowerBound + column * (x.upperBound - x.lowerBound),
        y.lowerBound + row * (y.upperBound - y.lowerBound),
      ]
      #expect(abs(Double(shade) - 100 * map.height(of: surface.loss(at: point))) <= 1)
    }
  }

  @Test func labelsAreSpread() {
    let places = spread([0.5, 0.5, 0.5, 0.1], gap: 0.1, within: 0...1)
    let sorted = places.sorted()
    for (a, b) in zip(sorted, sorted.dropFirst()) { #expect(b - a > 0.099) }
    #expect(places[3] == sorted[0])
    #expect(spread([0.3], gap: 0.1, within: 0...1) == [0.3])
    let crowded = spread(Array(repeating: 0.9, count: 30), gap: 0.1, within: 0...1)
    #expect(crowded.allSatisfy { $0 >= -1e-9 && $0 <= 1 + 1e-9 })
  }

  @Test func fileNames() {
    #expect(Text.fileSafe("../a b/ü") == "---a-b--")
    #expect(Text.fileSafe("") == "unnamed")
  }
}
