// A ranking as tables of a paper.

import Analysis
import ArgumentParser
import Figures
import Foundation
import OptimizerKit

/// How `rank` writes tables for other documents.
enum TableFormat: String, ExpressibleByArgument, CaseIterable {
  case latex, markdown, csv
}

/// The tables of a ranking: who stands where, and the median score of each on each problem with its
/// interval. What is told apart from all others on a problem is set in bold, and nothing else is.
struct RankTables {
  /// A cell, and whether it is bold.
  private struct Cell {
    var text: String
    var isBold = false
  }

  private struct Table {
    var label: String
    var caption: String
    var header: [String]
    var rows: [[Cell]]
  }

  private let tables: [Table]

  /// - Throws: `ResultsError` where the scores cannot be compared.
  init(_ report: RankReport) throws {
    let leaders = try Self.leaders(report)
    let ordered = report.ranks.enumerated().flatMap { rank, names in
      names.compactMap { name in
        report.participants.first { $0.name == name }.map { (rank: rank + 1, one: $0) }
      }
    }
    let leads = report.ranks.count > 1 && report.ranks[0].count == 1
    let budgets = report.contests.map(\.budget).unique.joined(separator: ", ")
    let confidence = "\(Int((100 * report.confidence).rounded())) %"
    func interval(_ value: RankReport.Interval, _ text: (Double) -> String) -> String {
      guard let low = value.low, let high = value.high else { return text(value.value) }
      return "\(text(value.value)) [\(text(low)), \(text(high))]"
    }
    let remarks = report.remarks.map { "; " + $0 }.joined()
    let ranks = Table(
      label: "ranks",
      caption:
        "\(report.suite) by \(report.criterion), \(budgets): ranks of what can be told apart, average "
        + "ranks, and where runs stand among all runs on a problem (0 the best, 1 the worst; inter-quartile "
        + "mean with its \(confidence) interval). Bold: told apart from all others" + remarks + ".",
      header: ["optimizer", "rank", "average rank", "place", "failed runs"],
      rows: ordered.map { rank, one in
        [
          Cell(text: one.name, isBold: leads && rank == 1), Cell(text: "\(rank)"),
          Cell(text: formatted("%.2f", one.averageRank)),
          Cell(text: interval(one.place) { formatted("%.2f", $0) }), Cell(text: "\(one.failures)"),
        ]
      })
    // Means of logarithms are shown as geometric means.
    let measures = report.contests.map(\.measures).unique.joined(separator: "; ")
      .replacing("mean of the logarithms", with: "geometric mean")
    let nobody = leaders.allSatisfy { $0 == nil }
    let scores = Table(
      label: "scores",
      caption:
        "\(report.suite), \(budgets): median scores over runs with their \(confidence) intervals "
        + "(\(measures); less is better). Bold: told apart from all others on the problem"
        + (nobody ? ", which is nobody" : "") + ".",
      header: ["optimizer"] + report.contests.map(\.problem),
      rows: ordered.map { _, one in
        [Cell(text: one.name)]
          + report.contests.indices.map { place in
            Cell(
              text: interval(one.medians[place]) {
                let shown = report.contests[place].isLogarithm ? pow(10, $0) : $0
                return shown.isFinite ? Text.compact(shown) : "failed"
              }, isBold: leaders[place] == one.name)
          }
      })
    tables = [ranks, scores]
  }

  /// Of each problem, who is told apart from all others on it alone; nil for nobody.
  private static func leaders(_ report: RankReport) throws -> [String?] {
    try report.contests.indices.map { place in
      let results = try Results(
        participants: report.participants.map(\.name), problems: [report.contests[place].problem],
        scores: report.scores.map { [$0[place].map { $0 ?? .infinity }] })
      let ranks = Ranking(results, confidence: report.confidence).ranks
      return ranks.count > 1 && ranks[0].count == 1 ? ranks[0][0] : nil
    }
  }

  /// The tables in a format, a line feed at the end.
  func text(_ format: TableFormat, suite: String) -> String {
    tables.map { table in
      switch format {
      case .latex: Self.latex(table, suite)
      case .markdown: Self.markdown(table)
      case .csv: Self.csv(table)
      }
    }.joined(separator: "\n")
  }

  /// With the lines of the package booktabs.
  private static func latex(_ table: Table, _ suite: String) -> String {
    func cells(_ row: [Cell]) -> String {
      row.map { $0.isBold ? "\\textbf{\(TeX.escaped($0.text))}" : TeX.escaped($0.text) }
        .joined(separator: " & ") + " \\\\"
    }
    let columns = "l" + String(repeating: "r", count: table.header.count - 1)
    let name = suite.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
    var lines = [
      "% Needs \\usepackage{booktabs}.", "\\begin{table}", "  \\centering",
      "  \\caption{\(TeX.escaped(table.caption))}", "  \\label{tab:\(String(name))-\(table.label)}",
      "  \\begin{tabular}{\(columns)}", "    \\toprule",
      "    " + cells(table.header.map { Cell(text: $0) }), "    \\midrule",
    ]
    lines += table.rows.map { "    " + cells($0) }
    lines += ["    \\bottomrule", "  \\end{tabular}", "\\end{table}"]
    return lines.joined(separator: "\n") + "\n"
  }

  private static func markdown(_ table: Table) -> String {
    func line(_ row: [Cell]) -> String {
      "| "
        + row.map { $0.isBold ? "**\(Text.markdown($0.text))**" : Text.markdown($0.text) }
        .joined(separator: " | ") + " |"
    }
    var lines = [line(table.header.map { Cell(text: $0) })]
    lines.append("| --- |" + String(repeating: " ---: |", count: table.header.count - 1))
    lines += table.rows.map(line)
    lines += ["", Text.markdown(table.caption)]
    return lines.joined(separator: "\n") + "\n"
  }

  private static func csv(_ table: Table) -> String {
    ([table.header] + table.rows.map { $0.map(\.text) })
      .map { $0.map(csvCell).joined(separator: ",") + "\n" }.joined()
  }
}
