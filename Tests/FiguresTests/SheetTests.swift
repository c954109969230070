// Many optimizers on many surfaces: each cell has the best setting, and the title counts.

import OptimizerKit
import Plugins
import Testing

@testable import Figures

@Suite struct SheetTests {
  /// At a rate of 0.01 the bowl is left within a hundredth of its minimum, at 0.001 not; at 0.1 all
  /// diverge.
  private func runs(_ optimizer: String, _ rates: [Double], on problem: String = "bowl")
    -> [TracedRun]
  {
    rates.map { lr in
      Make.run(optimizer, on: problem, lr: lr, steps: 300, label: "\(optimizer)[lr=\(lr)]")
    }
  }

  private func texts(_ picture: Picture) -> [String] {
    picture.panels.flatMap { $0.labels.map(\.text) }
  }

  private var sheet: Sheet {
    var sheet = Sheet()
    sheet.solved = 0.01
    return sheet
  }

  @Test func theBestSettingIsDrawnAndNamed() throws {
    let input = Make.input(runs("sgd", [0.001, 0.01, 0.1]) + runs("adam", [0.001]))
    let picture = try #require(try sheet.draw(input).first)
    #expect(picture.panels.count == 2)
    #expect(texts(picture).contains("α 0.01") && texts(picture).contains("α 0.001"))
    #expect(!texts(picture).contains("α 0.1"))
    #expect(picture.title.hasPrefix("sgd comes within 0.01 of the minimum on 1 of 1:"))
    #expect(picture.title.contains("2 optimizers on 1 surface"))
    #expect(picture.title.contains("the best of up to 3 settings, chosen by these very runs"))
  }

  /// Seeds are no settings; what is told of a cell is the median of its seeds, as a share of the start's.
  @Test func seedsAreNoSettings() throws {
    let runs = [0.001, 0.01].flatMap { lr in
      (1...3).map { seed in
        Make.run("sgd", lr: lr, steps: 200, seed: seed, label: "sgd[lr=\(lr)]")
      }
    }
    let picture = try #require(try sheet.draw(Make.input(runs)).first)
    #expect(picture.title.contains("the best of up to 2 settings"))
    #expect(picture.title.hasPrefix("1 optimizer on 1 surface"))
    // ½ x² from 10 and 12.5 y² from 1: what is left at 0.01 after 200 steps.
    let (flat, steep) = (power(0.99, 400), power(0.75, 400))
    let share = (50 * flat + 12.5 * steep) / 62.5
    #expect(texts(picture).contains(Text.readable(share, digits: 1)))
    #expect(texts(picture).contains("α 0.01"))
  }

  @Test func rowsAreSurfacesAndPagesHoldAllColumns() throws {
    let names = (1...13).map { "rule-\($0)" }
    let input = Make.input(
      names.flatMap { runs($0, [0.01]) + runs($0, [0.01], on: "pass") })
    var sheet = Sheet()
    sheet.columns = 5
    let pictures = try sheet.draw(input)
    #expect(pictures.count == 3)
    #expect(pictures.flatMap(texts).filter(names.contains).sorted() == names.sorted())
    #expect(pictures.map(\.panels.count) == [8, 8, 10])
    // Nothing is solved: nobody is called best.
    #expect(pictures.allSatisfy { $0.title.hasPrefix("13 optimizers on 2 surfaces") })
  }

  @Test func whatDivergesSaysSo() throws {
    let picture = try #require(
      try sheet.draw(Make.input(runs("sgd", [100]) + runs("adam", [0.01]))).first)
    #expect(texts(picture).contains("diverges"))
    #expect(picture.title.hasPrefix("adam comes within"))
  }
}
