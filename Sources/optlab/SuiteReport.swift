// From the stored runs of a suite to its report.

import Analysis
import Figures
import Foundation
import Harness
import OptimizerKit
import Report

/// Gathers what a report says.
struct SuiteReport {
  private let stored: StoredSuite
  private let catalogue: PluginCatalogue
  private let criterion: Criterion
  private let confidence: Double
  private let records: [(group: String, record: RunRecord)]
  private let ledger: Ledger?
  private let input: FigureInput
  /// Of participants over all problems, and of the runs of each group.
  private let looks: [String: OptimizerColors.Look]
  private let colors: [String: OptimizerColors]
  /// The maps of each group.
  private let maps: [String: [OutcomeMap]]
  /// The paths of the groups whose figures or players need them.
  private var traced: [String: [TracedRun]] = [:]
  /// Of groups that have too many, those of the first start alone.
  private var played: [String: [TracedRun]] = [:]
  private(set) var report: Report

  /// Problems beyond so many have no player.
  private static let mostPlayers = 12
  /// Groups of more runs are not opened for their paths.
  private static let mostTraced = 2000
  /// Of more participants, pairs are left to `rank --pairs`.
  private static let mostPairs = 190

  init(
    _ stored: StoredSuite, by criterion: Criterion, confidence: Double, catalogue: PluginCatalogue
  ) throws {
    self.stored = stored
    self.catalogue = catalogue
    self.criterion = criterion
    self.confidence = confidence
    records = try stored.store.records(suite: stored.name)
    ledger = try stored.store.ledger(of: stored.name)
    maps = Dictionary(
      try stored.store.figures(of: stored.name).map(\.group).unique.map {
        ($0, try stored.store.maps(suite: stored.name, group: $0))
      }
    ) { first, _ in first }
    var input = FigureInput(records: records.map(\.record), catalogue: catalogue)
    input.ledger.suite = stored.name
    input.searches = ledger?.searches ?? []
    for group in ledger?.groups ?? [] {
      if let ledger { input.ledger.add(ledger, of: group.name) }
    }
    self.input = input
    looks = input.colors.looks(ofParticipants: input.records)
    colors = Dictionary(
      uniqueKeysWithValues: grouped(records, by: \.group).map {
        ($0.key, OptimizerColors($0.members.map(\.record), known: input.knownOptimizers))
      })
    let title = ledger?.title ?? ""
    report = Report(
      suite: stored.name, title: title.isEmpty ? "Comparison \(stored.name)" : title, answer: [])
    guard !records.isEmpty || maps.contains(where: { !$0.value.isEmpty }) else {
      throw LabFailure(
        "no run of \(stored.name) is done yet; 'optlab compare \(stored.name)' goes on with it")
    }
    try openPaths()
    try addProgress()
    let pictures = try drawnPictures()
    try addRanking(pictures)
    addFacts()
    try addProblems(pictures)
    addTuning()
    addLedger()
  }

  // MARK: what is missing

  private mutating func addProgress() throws {
    let progress = try stored.store.progress(of: stored.name)
    if progress.stored < progress.planned {
      report.notices.append(
        "\(progress.stored) of \(progress.planned) runs are done; this is of those. "
          + "'\(command)' does the others.")
    }
    report.notices += input.ledger.warnings
  }

  private mutating func openPaths() throws {
    let asked = try Set(stored.store.figures(of: stored.name).map(\.group))
    for (group, members) in grouped(records, by: \.group) {
      let hasPaths = members.contains { $0.record.recording.path == .trajectories }
      let isPlane = members.contains { entry in
        input.surface(entry.record.spec.problem)?.dimension == 2
      }
      guard hasPaths, isPlane || asked.contains(group) else { continue }
      if members.count <= Self.mostTraced {
        traced[group] = try stored.store.runs(suite: stored.name, group: group)
        continue
      }
      played[group] = try firstRuns(members.map(\.record)).compactMap(stored.store.run)
      let figures = try stored.store.figures(of: stored.name).filter { $0.group == group }
        .filter { try catalogue.selectFigures([$0.figure]).contains { !$0.isOfWholeSuite } }
      guard !figures.isEmpty else { continue }
      report.notices.append(
        "The \(members.count) paths of \(group) are too many to be drawn here; the ledger has the commands "
          + "that draw them.")
      report.commands += figures.map {
        (
          "paths of \(group)",
          "optlab plot \(shellWord($0.figure)) --suite \(shellWord(stored.name))" + storeOption
        )
      }
    }
  }

  /// Of each problem in the plane the runs from the first start with the lowest seed.
  private func firstRuns(_ records: [RunRecord]) -> [RunRecord] {
    grouped(records, by: \.spec.problem).flatMap { problem, members -> [RunRecord] in
      guard input.surface(problem)?.dimension == 2,
        let first = members.min(by: { $0.spec.seed < $1.spec.seed })
      else { return [] }
      return members.filter {
        $0.spec.seed == first.spec.seed && $0.spec.start == first.spec.start
          && $0.spec.instance == first.spec.instance
      }
    }
  }

  // MARK: pictures

  private mutating func drawnPictures() throws -> [ReportPictures.Drawn] {
    let asked = try stored.store.figures(of: stored.name)
    func command(_ figure: SelectedFigure) -> String {
      "optlab plot \(shellWord(figure.label)) --suite \(shellWord(stored.name))" + storeOption
    }
    // Those of the whole suite are shown whether it asks for them or not.
    let whole = try catalogue.selectFigures(["*"]).filter(\.isOfWholeSuite)
    let wanted = try catalogue.selectFigures(asked.map(\.figure).unique).filter(\.isOfWholeSuite)
    let names = Set(wanted.map(\.name))
    var pictures = ReportPictures()
    try pictures.add(
      wanted + whole.filter { !names.contains($0.name) }, ofSuite: input, command: command
    ) { pictures in
      let opened = maps.filter { !$0.value.isEmpty }.map(\.key) + traced.map(\.key)
      for group in Set(opened).sorted() {
        var input = FigureInput(runs: traced[group] ?? [], catalogue: catalogue)
        input.maps = maps[group] ?? []
        input.ledger.suite = stored.name
        if let ledger { input.ledger.add(ledger, of: group) }
        let figures = asked.filter { $0.group == group }.map(\.figure)
        for figure in try catalogue.selectFigures(figures) where !figure.isOfWholeSuite {
          pictures.add(figure, of: input, command: command(figure))
        }
      }
    }
    let left = pictures.leftOut
    if !left.isEmpty {
      report.notices.append(
        "Not all pictures are here; the ledger has the commands that draw the others.")
      report.commands += left.map { ($0.name, $0.command) }
    }
    return pictures.drawn { report.notices.append($0) }
  }

  // MARK: who is better

  private mutating func addRanking(_ pictures: [ReportPictures.Drawn]) throws {
    func rank(_ records: [RunRecord]) throws -> RankReport {
      try RankReport(
        records, suite: stored.name, by: criterion, over: .evaluations, confidence: confidence,
        level: 1e-4, ledger: nil, missing: 0, hasProfiles: true, catalogue: catalogue)
    }
    var section = Report.Section("Who is better")
    do {
      let ranks = try rank(records.map(\.record))
      report.answer = ranks.words.map { Self.sentence($0, names: ranks.participants.map(\.name)) }
      add(ranks, named: "Ranks", to: &section)
    } catch let reason {
      // No problem that all have in common: each group answers for itself.
      var few: [String] = []
      for (group, members) in grouped(records, by: \.group) {
        guard let ranks = try? rank(members.map(\.record)) else {
          few.append(group)
          continue
        }
        if ranks.hasEnoughRuns, let words = ranks.words.first {
          report.answer.append("\(group): \(words).")
          add(ranks, named: "Ranks in \(group)", to: &section)
        } else {
          few.append(group)
          add(
            ranks, named: "\(group): too few runs to tell anybody apart", isFolded: true,
            to: &section)
        }
      }
      if report.answer.isEmpty {
        report.answer = unranked(pictures)
        // What follows speaks of options of `rank`.
        let cause = "\(reason)".replacing("nothing can be ranked: ", with: "")
          .prefix { $0 != ";" }
        if !records.isEmpty {
          section.paragraphs.append("There is no ranking of all: \(cause).")
        }
      } else {
        report.answer.insert(
          "Each group answers a question of its own: not all optimizers of the suite met on the same "
            + "problems.", at: 0)
        if !few.isEmpty {
          section.paragraphs.append(
            "Too few runs to tell anybody apart: \(few.joined(separator: ", "))."
          )
        }
      }
    }
    if section.tables.allSatisfy(\.isFolded) { section.title = "Over several problems" }
    section.figures = pictures.filter { $0.problem == nil }.map(\.picture)
    report.sections.append(section)
  }

  /// What is said where nobody is ranked: why, and what the pictures show.
  private func unranked(_ pictures: [ReportPictures.Drawn]) -> [String] {
    let found = pictures.prefix(12).map { $0.picture.title + "." }
    guard !records.isEmpty else { return ["What its maps show:"] + found }
    if records.allSatisfy(\.record.outcome.hasFailed) {
      return ["All of \(extent) failed: there is nobody to rank."] + found
    }
    if Set(records.map(\.record.label)).count == 1 {
      return ["\(extent.prefix(1).uppercased() + extent.dropFirst()): to rank takes two."] + found
    }
    return found.isEmpty
      ? ["\(extent.prefix(1).uppercased() + extent.dropFirst()): too few to rank anybody."]
      : ["Too few runs to rank anybody. What the pictures show:"] + found
  }

  private mutating func addFacts() {
    func add(_ count: Int, _ noun: String) {
      report.facts.append(("\(count)", count == 1 ? noun : noun + "s"))
    }
    add(Set(records.map(\.record.spec.optimizer.name)).count, "optimizer")
    let labels = Set(records.map(\.record.label)).count
    if labels > Set(records.map(\.record.spec.optimizer.name)).count { add(labels, "setting") }
    add(Set(records.map(\.record.spec.problem)).count, "problem")
    add(records.count, "run")
    let failures = records.count { $0.record.outcome.hasFailed }
    if failures > 0 { report.facts.append(("\(failures)", "failed")) }
  }

  /// "12 runs of 3 optimizers on 2 problems".
  private var extent: String {
    func text(_ count: Int, _ noun: String) -> String {
      "\(count) \(noun)\(count == 1 ? "" : "s")"
    }
    let labels = Set(records.map(\.record.label)).count
    let problems = Set(records.map(\.record.spec.problem)).count
    return
      "\(text(records.count, "run")) of \(text(labels, "optimizer")) on \(text(problems, "problem"))"
  }

  /// Words as a sentence; a name at its front stays as it is.
  private static func sentence(_ words: String, names: [String]) -> String {
    let begins = names.contains { words.hasPrefix($0) }
    return (begins ? words : words.prefix(1).uppercased() + words.dropFirst()) + "."
  }

  private func add(
    _ ranks: RankReport, named title: String, isFolded: Bool = false,
    to section: inout Report.Section
  ) {
    let scores = ranks.profiles.map { profile in
      Dictionary(profile.participants.map { ($0.name, $0) }) { first, _ in first }
    }
    let solo = ranks.ranks.count > 1 && ranks.ranks[0].count == 1 ? ranks.ranks[0][0] : nil
    var rows: [[Report.Table.Cell]] = []
    for (group, names) in ranks.ranks.enumerated() {
      for name in names {
        guard let one = ranks.participants.first(where: { $0.name == name }) else { continue }
        var row: [Report.Table.Cell] = [
          .init(name, color: looks[name]?.color, isStrong: name == solo),
          .init("\(group + 1)", value: Double(group + 1)),
          .init(formatted("%.2f", one.averageRank), value: one.averageRank),
          Self.cell(one.place, color: looks[name]?.color),
          .init("\(one.failures)", value: Double(one.failures)),
        ]
        if let scores {
          let line = scores[name]
          row.append(
            .init(
              line.map { formatted("%.3f", $0.algoPerfScore) } ?? "", value: line?.algoPerfScore))
          row.append(
            .init(
              line.map { percent($0.reached.last ?? 0) } ?? "",
              value: line.map { $0.reached.last ?? 0 }
            ))
        }
        rows.append(row)
      }
    }
    var columns: [Report.Table.Column] = [
      .init("optimizer"), .init("rank", isNumeric: true), .init("average rank", isNumeric: true),
      .init("place [interval]", isNumeric: true), .init("failed runs", isNumeric: true),
    ]
    var notes = [
      "rank: what cannot be told apart stands in one rank; place: where runs stand among all runs on a problem, "
        + "0 the best and 1 the worst, inter-quartile mean with its \(percent(confidence)) interval"
    ]
    if let profiles = ranks.profiles {
      columns += [
        .init("profile score", isNumeric: true), .init("targets reached", isNumeric: true),
      ]
      notes.append(
        "profile score: mean height of the performance profile up to four times the fastest's evaluations, at "
          + "\(shortest(profiles.target)) of f₀ − f* or the problem's own target")
    }
    section.tables.append(
      Report.Table(
        title, columns: columns, rows: rows, notes: notes + ranks.remarks, isFolded: isFolded))
    guard !isFolded else { return }
    guard ranks.pairs.count <= Self.mostPairs else {
      section.paragraphs.append(
        "\(ranks.pairs.count) pairs are not listed here: 'optlab rank \(stored.name) --pairs' does."
      )
      return
    }
    section.tables.append(
      Report.Table(
        title.replacingOccurrences(of: "Ranks", with: "Pairs"),
        columns: [
          .init("first"), .init("second"), .init("share of runs won", isNumeric: true),
          .init("wins", isNumeric: true), .init("losses", isNumeric: true),
          .init("ties", isNumeric: true), .init("p (Holm)", isNumeric: true), .init("better"),
        ],
        rows: ranks.pairs.map { pair in
          [
            .init(pair.first, color: looks[pair.first]?.color),
            .init(pair.second, color: looks[pair.second]?.color),
            Self.cell(
              pair.share, color: pair.winner.flatMap { looks[$0]?.color } ?? "#8a949d"),
            .init("\(pair.wins)", value: Double(pair.wins)),
            .init("\(pair.losses)", value: Double(pair.losses)),
            .init("\(pair.ties)", value: Double(pair.ties)),
            .init(brief(pair.adjustedP, digits: 2), value: pair.adjustedP),
            .init(pair.winner ?? "cannot be told", isStrong: pair.winner != nil),
          ]
        }, isFolded: true))
  }

  /// "0.97 [0.93, 0.99]".
  private static func cell(_ interval: RankReport.Interval, color: String?) -> Report.Table.Cell {
    var text = formatted("%.2f", interval.value)
    var bounds: ClosedRange<Double>?
    if let low = interval.low, let high = interval.high, low <= high {
      text += " [\(formatted("%.2f", low)), \(formatted("%.2f", high))]"
      bounds = low...high
    }
    return .init(
      text, value: interval.value,
      mark: interval.value.isFinite
        ? .init(interval.value, in: bounds, color: color ?? Ink.text) : nil)
  }

  // MARK: problem by problem

  private mutating func addProblems(_ pictures: [ReportPictures.Drawn]) throws {
    let tables = ComparisonTables(records, catalogue: catalogue)
    var shown: Set<String> = []
    var players = 0
    for (problem, sections) in grouped(tables.sections, by: { $0.lines.first?.problem ?? "" }) {
      var section = Report.Section(problem)
      let specs = records.map(\.record.spec.problem).unique.filter {
        $0.label(in: catalogue) == problem
      }
      if let summary = specs.first.flatMap({ try? catalogue.problem($0) }).map({
        type(of: $0).summary
      }) {
        section.paragraphs.append(summary.prefix(1).uppercased() + summary.dropFirst() + ".")
      }
      for part in sections { section.tables.append(table(part)) }
      let captions = Set(specs.map { Caption.text($0) })
      section.figures = pictures.filter { $0.problem.map(captions.contains) ?? false }.map(
        \.picture)
      shown.formUnion(captions)
      if players < Self.mostPlayers, let player = player(of: specs, problem) {
        section.player = player
        players += 1
      }
      report.sections.append(section)
    }
  }

  /// Where runs meet that a player shows side by side.
  private struct Meeting: Hashable {
    let group: String
    let problem: PluginSpec
    let start: [Double]?
    let instance: Instance?

    /// "of paths from (-1.2, 1)", "of bowls on instance 3".
    var text: String {
      "of \(group) "
        + (instance.map { "on instance \($0.number)" }
          ?? start.map { "from \(point($0))" } ?? "")
    }
  }

  /// The player of a problem: of the first group and start where most take part that one player holds.
  private func player(of specs: [PluginSpec], _ problem: String) -> Report.Player? {
    var meetings: [(key: Meeting, members: [TracedRun])] = []
    for (group, runs) in traced.merging(played) { all, _ in all }.sorted(by: { $0.key < $1.key }) {
      meetings += grouped(
        runs.filter { specs.contains($0.spec.problem) && $0.trajectory.dimension == 2 }
      ) {
        let spec = $0.spec
        return Meeting(
          group: group, problem: spec.problem, start: spec.start, instance: spec.instance)
      }
    }
    func worth(_ runs: [TracedRun]) -> Int {
      let count = Set(runs.map(\.label)).count
      return count > Report.Player.mostPaths ? 1 : count
    }
    // Of equal ones the first.
    let most = meetings.map { worth($0.members) }.max()
    guard let (meeting, runs) = meetings.first(where: { worth($0.members) == most }),
      let surface = input.surface(meeting.problem)
    else { return nil }
    let instances = Set(
      records.filter { $0.group == meeting.group && $0.record.spec.problem == meeting.problem }
        .map(\.record.spec.instance))
    return Report.Player(
      runs, on: surface, problem: problem,
      from: meeting.text + (instances.count > 1 ? ", one of \(instances.count)" : ""),
      colors: colors[meeting.group] ?? input.colors)
  }

  private func table(_ section: ComparisonTables.Section) -> Report.Table {
    let header = ComparisonLine.header(section.lossName)
    let cells = section.lines.map(\.cells)
    let kept = header.indices.filter { column in cells.contains { !$0[column].isEmpty } }
    let rows = zip(section.lines, cells).map { line, cells in
      kept.map { column -> Report.Table.Cell in
        guard column > 1 else {
          return .init(cells[column], color: column == 0 ? color(of: line, in: section) : nil)
        }
        return .init(cells[column], value: Self.number(cells[column]))
      }
    }
    var notes: [String] = []
    if let target = section.lines.lazy.compactMap(\.target).first {
      notes.append("to target: steps to the first validation pass with \(target)")
    }
    if let load = section.lines.first(where: { $0.validationLoss != nil && $0.concurrency > 1 }) {
      notes.append("* timed with \(load.concurrency) runs at a time")
    }
    let failures = section.lines.flatMap { line in
      line.reasons.prefix(2).map { "\(line.optimizer): \($0)" }
    }
    notes += failures.prefix(12)
    if failures.count > 12 { notes.append("and \(failures.count - 12) more that failed") }
    var table = Report.Table(
      section.title, columns: kept.map { .init(header[$0], isNumeric: $0 > 1) }, rows: rows,
      notes: notes)
    table.legend = ComparisonLine.legend(section.lines)
    return table
  }

  /// As in the pictures of the group.
  private func color(of line: ComparisonLine, in section: ComparisonTables.Section) -> String? {
    colors[section.group]?.look(labelled: line.optimizer, on: section.problem)?.color
  }

  /// What a cell is sorted by: the number at its front.
  private static func number(_ cell: String) -> Double? {
    let front = cell.prefix { $0.isNumber || "+-.einf".contains($0) }
    return Double(front)
  }

  // MARK: how it was made

  private mutating func addTuning() {
    guard let ledger, !ledger.tuning.isEmpty else { return }
    var section = Report.Section("Tuning")
    section.tables.append(
      Report.Table(
        "What was tried, and what was found",
        columns: [
          .init("optimizer"), .init("problem"), .init("best settings"), .init("searched"),
          .init("method"), .init("trials", isNumeric: true), .init("failed", isNumeric: true),
          .init("at an edge"),
        ],
        rows: ledger.tuning.map { tuned in
          [
            .init(tuned.optimizer, color: looks[tuned.optimizer]?.color), .init(tuned.problem),
            .init(tuned.settings), .init(tuned.space.joined(separator: ", ")),
            .init(tuned.method), .init("\(tuned.trials)", value: Double(tuned.trials)),
            .init("\(tuned.failures)", value: Double(tuned.failures)),
            .init(tuned.edges.joined(separator: ", ")),
          ]
        }))
    report.sections.append(section)
  }

  private mutating func addLedger() {
    for group in ledger?.groups ?? [] {
      report.ledger.append(
        (
          group.name,
          ([group.budget, "seeds \(group.seeds)"]
            + (group.instances.map { ["instances \($0)"] } ?? [])
            + ["\(group.optimizers.count) optimizers on \(group.problems.joined(separator: ", "))"])
            .joined(separator: "; ")
        ))
    }
    report.ledger += input.ledger.entries.map { ($0.name, $0.value) }
    report.ledger.append(("versions", input.ledger.versions.joined(separator: ", ")))
    report.ledger += input.ledger.warnings.map { ("warning", $0) }
    let name = shellWord(stored.name)
    report.commands =
      [
        ("runs", command + storeOption),
        (
          "ranks, pairs and profiles",
          "optlab rank \(name) --pairs --profiles" + rankOptions + storeOption
        ),
        ("runs as data", "optlab export summaries --output runs.csv" + storeOption),
        ("this page", "optlab report \(name)" + rankOptions + storeOption),
      ] + report.commands
  }

  private var storeOption: String {
    stored.store.path == "plots/runs.sqlite" ? "" : " --store \(shellWord(stored.store.path))"
  }

  /// What was asked of the ranking.
  private var rankOptions: String {
    (criterion == .standard ? "" : " --by \(criterion)")
      + (confidence == 0.95 ? "" : " --confidence \(shortest(confidence))")
  }

  /// What makes the runs.
  private var command: String {
    SuiteCommand(
      stored.name, ledger: ledger, records: records.map(\.record), catalogue: catalogue
    ).text
  }
}
