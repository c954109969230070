// Pictures as those see them who do not see all colours, and as a printer without colours prints them.

import Glibc
import OptimizerKit
import Plugins
import Testing

@testable import Figures

@Suite struct ColourVisionTests {
  /// What a colour of linear sRGB becomes: Machado, Oliveira and Fernandes 2009, doi:10.1109/TVCG.2009.113,
  /// severity 1.
  static let visions: [(name: String, matrix: [[Double]])] = [
    ("all colours", [[1, 0, 0], [0, 1, 0], [0, 0, 1]]),
    (
      "protanopia",
      [
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
      ]
    ),
    (
      "deuteranopia",
      [
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
      ]
    ),
    (
      "tritanopia",
      [
        [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
      ]
    ),
  ]

  /// CIE L*a*b* of a colour as it is seen, white point D65.
  static func lab(_ color: String, _ matrix: [[Double]]) -> [Double] {
    let number = Int(color.dropFirst(), radix: 16) ?? 0
    let linear = [number >> 16, number >> 8 & 255, number & 255].map { channel -> Double in
      let c = Double(channel) / 255
      return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4)
    }
    func product(_ m: [[Double]], _ v: [Double]) -> [Double] {
      m.map { $0[0] * v[0] + $0[1] * v[1] + $0[2] * v[2] }
    }
    let seen = product(matrix, linear).map { min(max($0, 0), 1) }
    let xyz = product(
      [
        [0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
      ], seen)
    let f = zip(xyz, [0.95047, 1, 1.08883]).map { value, white -> Double in
      let t = value / white
      return t > 0.008856 ? cbrt(t) : 7.787 * t + 16 / 116.0
    }
    return [116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])]
  }

  /// The distance of two colours, ΔE*ab; 2.3 is just noticed (Mahy, Van Eycken and Oosterlinck 1994,
  /// doi:10.1002/col.5080190207).
  static func distance(_ a: String, _ b: String, _ matrix: [[Double]]) -> Double {
    let (p, q) = (lab(a, matrix), lab(b, matrix))
    return zip(p, q).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
  }

  /// Any two of the palette are five just noticed differences apart, whoever looks.
  @Test(arguments: visions.indices)
  func colorsAreToldApart(_ index: Int) {
    let vision = Self.visions[index]
    let palette = OptimizerColors.palette
    for (place, one) in palette.enumerated() {
      for other in palette.dropFirst(place + 1) {
        let distance = Self.distance(one, other, vision.matrix)
        #expect(distance > 5 * 2.3, "\(vision.name): \(one) and \(other) are \(distance) apart")
      }
    }
  }

  /// Looks of so many optimizers differ in colour, dash or marks, so that none is there twice.
  @Test(arguments: [2, 6, 12, 30])
  func looksDiffer(_ count: Int) {
    let names = (0..<count).map { "optimizer-\($0)" }
    let colors = OptimizerColors(names.map { Make.run($0) })
    #expect(Set(names.map { colors.look(of: $0) }).count == count)
  }

  /// Without colours, lines are told by their names: every line of a chart has one at its end, and letters that
  /// are dark enough to be read on white.
  @Test func linesAreNamedWhereTheyEnd() throws {
    let runs = (0..<12).map { Make.run("optimizer-\($0)", lr: 0.001 * Double($0 + 1)) }
    let panel = try #require(try Convergence().draw(Make.input(runs)).first).panels[0]
    #expect(panel.tags.count == 12)
    for color in OptimizerColors.palette {
      // L* 58 on white is a contrast of 3.9, what large bold letters need is 3 (WCAG 2.1, 1.4.3).
      #expect(OptimizerColors.lightness(OptimizerColors.legible(color)) < 59)
    }
  }

  /// Shades go from dark to light or from light to dark, whoever looks and whatever prints them.
  @Test(arguments: visions.indices)
  func shadesAreMonotone(_ index: Int) throws {
    let matrix = Self.visions[index].matrix
    let suite = ExampleRuns.input(suite: ExampleRuns.suite)
    let pictures =
      try HeatMap().draw(suite) + PlaneMap().draw(Make.input(Make.everything))
      + Trajectories().draw(Make.input([Make.run("sgd")]))
    var seen = 0
    for command in Set(pictures.flatMap(\.panels).flatMap(\.commands)) {
      guard command.hasPrefix("set palette defined") else { continue }
      let colors = command.matches(of: /'(#[0-9a-f]{6})'/).map { String($0.1) }
      // Those of maps are followed by colours of classes, which have no order.
      let shades = colors.prefix(colors[0] == "#440154" ? 10 : colors.count).map {
        Self.lab($0, matrix)[0]
      }
      let steps = zip(shades, shades.dropFirst()).map { $1 - $0 }
      #expect(steps.allSatisfy { $0 > 0 } || steps.allSatisfy { $0 < 0 }, "\(command)")
      seen += 1
    }
    #expect(seen >= 2)
  }
}
