// What a user reads is what happened: rows, columns, tables and verdicts against numbers known by hand.

import Foundation
import Testing

@Suite struct NumbersTests {
  /// The cells of a CSV text without quotes, by the name of their column.
  private func rows(_ text: String) -> [[String: String]] {
    let lines = text.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(lines[0], $0)) }
  }

  private func number(_ row: [String: String], _ column: String) throws -> Double {
    try #require(row[column].flatMap(Double.init), "\(column) of \(row)")
  }

  /// On ½‖x‖², each step of rate ¼ leaves three quarters of the point, all exact in binary.
  @Test func aTrajectoryByHand() async throws {
    let workspace = try Workspace()
    _ = try await workspace.run(
      "compare", "--optimizers", "sgd[lr=0.25]", "--problems", "sphere", "--start", "3,4",
      "--steps", "8", "--figures", "none")
    let rows = rows(try await workspace.run("export", "trajectories").output)
    #expect(rows.count == 9)
    var scale = 1.0
    for (step, row) in rows.enumerated() {
      #expect(try number(row, "step") == Double(step))
      #expect(try number(row, "loss") == 12.5 * scale * scale)
      #expect(try number(row, "gradient_norm") == 5 * scale)
      #expect(try number(row, "learning_rate") == (step == 0 ? 0 : 0.25))
      #expect(row["point"] == "\(exactly(3 * scale)) \(exactly(4 * scale))")
      scale *= 0.75
    }
  }

  private func exactly(_ value: Double) -> String {
    String(format: "%.17g", value)
  }

  /// Initial, final and best loss, and the counts of what was asked for, each in its own column.
  @Test func summariesByHand() async throws {
    let workspace = try Workspace()
    // At a rate of 3 the point doubles and turns: the loss quadruples, the start is the best.
    _ = try await workspace.run(
      "compare", "--optimizers", "sgd[lr=3],newton", "--problems", "sphere", "--start", "3,4",
      "--steps", "5", "--figures", "none")
    let rows = rows(try await workspace.run("export", "summaries").output)
    let sgd = try #require(rows.first { $0["optimizer"] == "sgd[lr=3]" })
    #expect(try number(sgd, "initial_loss") == 12.5)
    #expect(try number(sgd, "final_loss") == 12.5 * 1024)
    #expect(try number(sgd, "best_loss") == 12.5)
    #expect(try number(sgd, "gradients") == 5)
    for column in ["losses", "hessians", "hessian_vector_products"] {
      #expect(try number(sgd, column) == 0)
    }
    let newton = try #require(rows.first { $0["optimizer"] == "newton" })
    #expect(try number(newton, "hessians") == 5 && number(newton, "gradients") == 5)
    #expect(try number(newton, "losses") == 0)
    #expect(try number(newton, "best_loss") == 0)
  }

  private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

  /// A line of a table stands for all seeds by their median, measure by measure.
  @Test func linesAreMediansOverSeeds() async throws {
    let workspace = try Workspace()
    let outcome = try await workspace.run(
      "compare", "--optimizers", "sgd[lr=0.0198]", "--problems", "quadratic[noise=0.3]",
      "--seeds", "1-5", "--steps", "60", "--figures", "none", "--json")
    let line = try #require((try workspace.json(outcome) as? [[String: Any]])?.first)
    let rows = rows(try await workspace.run("export", "summaries").output)
    #expect(rows.count == 5)
    let finals = try rows.map { try number($0, "final_loss") }
    #expect(Set(finals).count == 5)
    #expect(line["finalLoss"] as? Double == median(finals))
    #expect(line["runs"] as? Int == 5)
    let times = try rows.map { try 1e6 * number($0, "seconds") / number($0, "steps") }
    let time = try #require(line["microsecondsPerStep"] as? Double)
    #expect(abs(time / median(times) - 1) < 1e-12)
    #expect(line["statuses"] as? [String: Int] == ["completed": 5])
    let runs = try await workspace.storedRuns()
    for measure in ["steepOvershoot", "flatOvershoot", "zigZag", "pathEfficiency"] {
      let values = runs.compactMap { ($0["measures"] as? [String: Any])?[measure] as? Double }
      #expect(values.count == 5, "\(measure) in \(runs.first?.keys.sorted() ?? [])")
      if values.count == 5 { #expect(line[measure] as? Double == median(values), "\(measure)") }
    }
  }

  /// Each column of the table holds what its heading says: plain descent near the edge of stability
  /// turns at every step, overshoots along the steep direction by 98 %, and not along the flat one.
  @Test func columnsHoldWhatTheySay() async throws {
    let workspace = try Workspace()
    let outcome = try await workspace.run(
      "compare", "--optimizers", "sgd[lr=0.0198]", "--problems", "quadratic", "--steps", "300",
      "--figures", "none", "--json")
    let line = try #require((try workspace.json(outcome) as? [[String: Any]])?.first)
    func value(_ name: String) -> Double { line[name] as? Double ?? .nan }
    // x ← (1 − 0.0198 λ) x with λ = 1 and 100.
    #expect(abs(value("steepOvershoot") - 98) < 1e-9)
    #expect(value("flatOvershoot") == 0)
    #expect(value("zigZag") == 1 && value("turns") == 299)
    #expect(abs(value("theoreticalRate") - 0.9802) < 1e-12)
    #expect(abs(value("rate") - 0.9802) < 1e-6)
    // From (100, 1): 0.9802ⁿ < 0.01 first for n = 231.
    #expect(value("settlingStep") == 231)
  }

  /// Validation passes in an export are those of the table, loss and accuracy in their own columns.
  @Test func validationsByColumn() async throws {
    let workspace = try Workspace()
    try workspace.fixture("Drawn.swift")
    let outcome = try await workspace.run(
      "compare", "--plugin", "Drawn.swift", "--problems", "drawn", "--optimizers", "sgd[lr=0.5]",
      "--steps", "20", "--figures", "none", "--json")
    let line = try #require((try workspace.json(outcome) as? [[String: Any]])?.first)
    let rows = rows(try await workspace.run("export", "validations").output)
    let last = try #require(rows.last)
    #expect(try number(last, "step") == 20)
    #expect(try number(last, "validation_loss") == line["validationLoss"] as? Double)
    #expect(try number(last, "validation_accuracy") == line["validationAccuracy"] as? Double)
    #expect(try number(last, "validation_loss") != number(last, "validation_accuracy"))
  }

  /// Where the minimum is not zero: f − f* is the final loss less f*, in the table as in the JSON, and a
  /// target is a share of f₀ − f*.
  @Test func aboveAMinimumThatIsNotZero() async throws {
    let workspace = try Workspace()
    let arguments = [
      "compare", "--optimizers", "sgd[lr=0.01]", "--problems", "styblinski-tang", "--steps", "12",
      "--figures", "none",
    ]
    let outcome = try await workspace.run(arguments + ["--json"])
    let line = try #require((try workspace.json(outcome) as? [[String: Any]])?.first)
    let final = try #require(line["finalLoss"] as? Double)
    let gap = try #require(line["gap"] as? Double)
    // f* = −39.16616570377142 in each of two coordinates.
    let minimum = -78.33233140754284
    #expect(abs(gap - (final - minimum)) < 1e-12)
    #expect(gap > 0.001 && abs(final) > 1)
    let table = try await workspace.run(arguments).output
    #expect(table.contains("f − f*"))
    let cell = try #require(
      table.split(separator: "\n").first { $0.contains("sgd[lr=0.01]") }?
        .split(separator: " ")[2])
    #expect(abs(try #require(Double(cell)) - gap) < 0.005 * gap)

    let target = try await workspace.run(arguments + ["--target", "0.5", "--steps", "100"])
    #expect(target.output.contains("reached-target"), "\(target)")
    let rows = rows(try await workspace.run("export", "trajectories").output)
    let losses = try rows.map { try number($0, "loss") - minimum }
    let last = try #require(losses.last)
    #expect(last <= 0.5 * losses[0] && losses.dropLast().allSatisfy { $0 > 0.5 * losses[0] })
  }

  /// Of many variants a table shows the best: ½‖x‖² shrinks by 1 − α a step, fastest at the largest α.
  @Test func theBestVariantIsShown() async throws {
    let workspace = try Workspace()
    let outcome = try await workspace.run(
      "compare", "--optimizers", "sgd[lr=0.01..0.9:30],momentum[lr=1e-4,1e-3;momentum=0]",
      "--problems", "sphere", "--steps", "5", "--figures", "none")
    #expect(outcome.output.contains("of each optimizer the best of its variants, 32 in all"))
    let shown = outcome.output.split(separator: "\n").filter { $0.contains("[lr=") }
    #expect(shown.count == 2)
    #expect(outcome.output.contains("sgd[lr=0.9]"))
    #expect(outcome.output.contains("momentum[lr=1e-3;momentum=0]"))
  }

  /// A range of learning rates that work has none in it that do not.
  @Test func aWorkingRangeHasNoHole() async throws {
    let workspace = try Workspace()
    try workspace.fixture("Holed.swift")
    let whole = try await workspace.run("check", "sgd", "--time-limit", "600").output
    let holed = try await workspace.run(
      "check", "holed", "--plugin", "Holed.swift", "--time-limit", "600"
    ).output
    func range(_ text: String) throws -> (Double, Double) {
      let line = try #require(text.split(separator: "\n").first { $0.contains("on quadratic") })
      let match = try #require(line.firstMatch(of: /below 1 % from (\S+) to ([^\s;]+)/))
      return (try #require(Double(match.1)), try #require(Double(match.2)))
    }
    let (low, high) = try range(whole)
    #expect(low < 0.009 && high > 0.011)
    let (from, to) = try range(holed)
    #expect(to < 0.01 || from > 0.01)
  }

  /// Rates that an optimizer does not take are not tried, and what is said speaks of those that were.
  @Test func onlyValidRatesAreTried() async throws {
    let workspace = try Workspace()
    try workspace.fixture("Confined.swift")
    let outcome = try await workspace.run(
      "check", "confined", "--plugin", "Confined.swift", "--time-limit", "600")
    #expect(outcome.status == 0, "\(outcome)")
    #expect(outcome.output.contains("100 steps: best at 1.47e-05, f − f*"), "\(outcome.output)")
  }

  /// The pictures of one comparison from the command line stay when another one is drawn; those of the
  /// same take their place.
  @Test func comparisonsHaveFoldersOfTheirOwn() async throws {
    let workspace = try Workspace()
    func compare(_ optimizers: String, _ seeds: String = "1") async throws {
      let outcome = try await workspace.run(
        "compare", "--optimizers", optimizers, "--problems", "beale", "--steps", "5", "--seeds",
        seeds, "--figures", "trajectory", "--format", "svg")
      #expect(outcome.status == 0, "\(outcome)")
    }
    func folders() throws -> [String] { try workspace.pictureFolders() }
    try await compare("sgd")
    let first = try folders()
    try await compare("sgd")
    #expect(try folders() == first && first.count == 1)
    #expect(first[0].hasPrefix("plots/sgd-on-beale-"))
    try await compare("sgd,adam")
    try await compare("sgd,adam", "1,2")
    let all = try folders()
    #expect(all.count == 3 && all.contains(first[0]))
    for folder in all {
      #expect(
        FileManager.default.fileExists(
          atPath: workspace.path("\(folder)/comparison/trajectory-beale.svg")))
    }
    // The last one is what is drawn again.
    let plot = try await workspace.run("plot", "trajectory", "--format", "svg")
    #expect(plot.output.split(separator: "\n").count == 1, "\(plot)")
  }
}
