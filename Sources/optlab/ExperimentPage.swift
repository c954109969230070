// Verdicts as a page: a lecture whose claims were tested.

import Analysis
import Figures
import Foundation
import OptimizerKit
import Report

/// Gathers what the page of experiments says.
struct ExperimentPage {
  let report: Report

  init(_ results: [ExperimentResult], command: String, catalogue: PluginCatalogue) {
    var report = Report(
      suite: "experiments", title: "Claims about training, tested",
      answer: [
        results.count == 1
          ? "The claim: \(results[0].verdict.judgement.rawValue)."
          : "Of \(results.count) claims, \(Text.enumeration(results.judgements))."
      ])
    report.facts = [
      ("\(results.count)", results.count == 1 ? "claim" : "claims"),
      (Text.grouped(results.map(\.runs).reduce(0, +)), "runs"),
    ]
    if results.contains(where: { $0.planted != nil }) {
      report.notices.append(
        "What makes each claim false was run in its place: these verdicts are of the rules, not of the claims."
      )
    }
    if results.contains(where: { $0.size == .quick }) {
      report.notices.append(
        "These are the quick versions: fewer seeds and shorter runs than the verdicts are meant to rest on."
      )
    }
    report.sections = [Self.overview(results)]
    let svgs = ReportPictures.svgs(of: results.flatMap { $0.drawn.map(\.picture) }) {
      Terminal.warn($0)
    }
    var next = 0
    var chapter: ExperimentChapter?
    for result in results {
      var section = Report.Section(result.claim)
      section.anchor = result.name
      if result.experiment.chapter != chapter {
        chapter = result.experiment.chapter
        section.chapter = result.experiment.chapter.rawValue
      }
      section.badge = Report.Section.Badge(
        result.verdict.judgement.rawValue, result.verdict.judgement.tone)
      section.lead = result.verdict.sentence.capitalizedSentence
      if let planted = result.planted { section.paragraphs.append("Planted: \(planted).") }
      section.paragraphs += Self.text(of: result, catalogue)
      section.code = Self.rules(of: result, catalogue)
      section.paragraphs.append("Rule: \(result.rule)")
      if let table = Self.numbers(result) { section.tables.append(table) }
      for drawn in result.drawn {
        if let svg = svgs[next] {
          section.figures.append(
            Report.Picture(
              title: drawn.picture.title, svg: svg, width: drawn.picture.width,
              height: drawn.picture.height, caption: drawn.picture.caption.lines,
              command: "optlab experiment \(result.name)"))
        }
        next += 1
      }
      section.notes = [
        "Source: \(result.source)",
        "optlab experiment \(result.name)\(result.size == .quick ? " --quick" : "")",
      ]
      report.sections.append(section)
    }
    report.ledger = [
      ("runs", Text.grouped(results.map(\.runs).reduce(0, +))),
      ("versions", "OptimizerLab \(OptLab.configuration.version)"),
    ]
    report.commands = [("all of it", command)]
    self.report = report
  }

  /// One row for each claim.
  private static func overview(_ results: [ExperimentResult]) -> Report.Section {
    var section = Report.Section("All claims")
    section.tables = [
      Report.Table(
        "Verdicts follow from runs by rules that were stated before.",
        columns: [
          .init("experiment"), .init("verdict"), .init("claim"), .init("runs", isNumeric: true),
        ],
        rows: results.map { result in
          [
            .init(result.name, link: result.name),
            .init(result.verdict.judgement.rawValue, color: result.verdict.judgement.tone.color),
            .init(result.claim), .init("\(result.runs)", value: Double(result.runs)),
          ]
        })
    ]
    return section
  }

  /// What the file of an experiment says of it.
  private static func text(of result: ExperimentResult, _ catalogue: PluginCatalogue) -> [String] {
    guard let entry = catalogue.entries(.experiment).first(where: { $0.name == result.name }) else {
      return []
    }
    return entry.documentation.parts.compactMap { part in
      if case .text(let text) = part { text } else { nil }
    }
  }

  /// The update rules of the optimizers that were run, where they are few: the equations of their files.
  private static func rules(
    of result: ExperimentResult, _ catalogue: PluginCatalogue
  ) -> [(title: String, lines: [String])] {
    guard result.optimizers.count <= 3 else { return [] }
    return result.optimizers.compactMap { name in
      guard let entry = catalogue.optimizers.first(where: { $0.name == name }) else { return nil }
      let lines = entry.documentation.parts.lazy.compactMap { part -> [String]? in
        if case .verbatim(let lines) = part { lines } else { nil }
      }.first
      return lines.map { (name, $0) }
    }
  }

  private static func numbers(_ result: ExperimentResult) -> Report.Table? {
    guard !result.verdict.numbers.isEmpty else { return nil }
    let numbers = result.verdict.numbers
    let hasStated = numbers.contains { $0.stated != nil }
    let hasRange = numbers.contains { $0.low != nil }
    var columns = [Report.Table.Column("measured"), .init("value", isNumeric: true)]
    if hasRange { columns += [.init("from", isNumeric: true), .init("to", isNumeric: true)] }
    if hasStated { columns.append(.init("the source says", isNumeric: true)) }
    columns.append(.init("unit"))
    func cell(_ value: Double?) -> Report.Table.Cell {
      .init(brief(value, digits: 4), value: value)
    }
    var table = Report.Table(
      "What was measured", columns: columns,
      rows: numbers.map { number in
        var row: [Report.Table.Cell] = [.init(number.name), cell(number.value)]
        if hasRange { row += [cell(number.low), cell(number.high)] }
        if hasStated { row.append(.init(number.statedText, value: number.stated)) }
        return row + [.init(number.unit)]
      })
    table.hasFilter = false
    return table
  }
}

extension Verdict.Judgement {
  /// How it is coloured.
  fileprivate var tone: Report.Section.Badge.Tone {
    switch self {
    case .holds: .good
    case .doesNotHold: .bad
    case .holdsOnlyWhen: .mixed
    case .undecided: .open
    }
  }
}

extension String {
  /// The sentence with a capital letter and a full stop.
  fileprivate var capitalizedSentence: String {
    let text = prefix(1).uppercased() + dropFirst()
    return text.last.map { ".!?".contains($0) } ?? true ? text : text + "."
  }
}
