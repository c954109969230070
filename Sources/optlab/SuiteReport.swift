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
  private(set) var report: Report

  /// Pictures beyond so many are named, and not drawn; so are players.
  private static let mostPictures = 60
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
          + "'optlab compare \(stored.name)' does the others.")
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
      guard members.count <= Self.mostTraced else {
        report.notices.append(
          "the paths of \(group), \(members.count) runs, are not shown here: 'optlab plot' draws them"
        )
        continue
      }
      traced[group] = try stored.store.runs(suite: stored.name, group: group)
    }
  }

  // MARK: pictures

  /// A picture, and the problem that it is about; nil where it is about several.
  private struct Drawn {
    let problem: String?
    let picture: Report.Picture
  }

  private mutating func drawnPictures() throws -> [Drawn] {
    var pictures: [(picture: Picture, command: String)] = []
    var left: [String: Int] = [:]
    let asked = try stored.store.figures(of: stored.name)
    func command(_ figure: String) -> String {
      "optlab plot '\(figure)' --suite \(stored.name)" + storeOption
    }
    func add(_ figure: SelectedFigure, _ input: FigureInput) {
      // What a figure cannot be drawn of is no fault of the report.
      guard let drawn = try? figure.pictures(input) else { return }
      for picture in drawn {
        if pictures.count < Self.mostPictures {
          pictures.append((picture, command(figure.label)))
        } else {
          left[figure.label, default: 0] += 1
        }
      }
    }
    // Those of the whole suite that one picture holds come first, then what groups ask for.
    let whole = try catalogue.selectFigures(["*"]).filter(\.isOfWholeSuite)
    let wanted = try catalogue.selectFigures(asked.map(\.figure).unique)
    let settled = Set(wanted.filter(\.isOfWholeSuite).map(\.name))
    let ofSuite = wanted.filter(\.isOfWholeSuite) + whole.filter { !settled.contains($0.name) }
    var several: [(figure: SelectedFigure, pictures: [Picture])] = []
    // What one picture holds is seen before what takes pages.
    let drawn = ofSuite.compactMap { figure in
      (try? figure.pictures(input)).map { (figure: figure, pictures: $0) }
    }.sorted { $0.pictures.count < $1.pictures.count }
    for (figure, drawn) in drawn {
      let problems = Set(drawn.map { Self.problems(of: $0) })
      if problems.count > 1, drawn.count > 1, !problems.contains(where: { $0.count > 1 }) {
        several.append((figure, drawn))
      } else {
        pictures += drawn.map { ($0, command(figure.label)) }
      }
    }
    let opened = maps.filter { !$0.value.isEmpty }.map(\.key) + traced.map(\.key)
    for group in Set(opened).sorted() {
      var input = FigureInput(runs: traced[group] ?? [], catalogue: catalogue)
      input.maps = maps[group] ?? []
      input.ledger.suite = stored.name
      if let ledger { input.ledger.add(ledger, of: group) }
      let figures = asked.filter { $0.group == group }.map(\.figure)
      for figure in try catalogue.selectFigures(figures) where !figure.isOfWholeSuite {
        add(figure, input)
      }
    }
    for (figure, drawn) in several {
      for picture in drawn {
        if pictures.count < Self.mostPictures {
          pictures.append((picture, command(figure.label)))
        } else {
          left[figure.label, default: 0] += 1
        }
      }
    }
    for (figure, count) in left.sorted(by: { $0.key < $1.key }) {
      report.notices.append(
        "\(count) more picture\(count == 1 ? "" : "s") of '\(figure)' \(count == 1 ? "is" : "are") not "
          + "shown here: '\(command(figure))' draws \(count == 1 ? "it" : "them")")
    }
    return try render(pictures)
  }

  /// What the caption of a picture says of problems.
  private static func problems(of picture: Picture) -> [String] {
    picture.caption.lines.filter { $0.name == "problem" }.map(\.value).unique
  }

  private mutating func render(_ pictures: [(picture: Picture, command: String)]) throws -> [Drawn]
  {
    guard !pictures.isEmpty else { return [] }
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("optlab-report-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let named = pictures.enumerated().map { index, entry in
      var picture = entry.picture
      picture.name = "\(index)"
      return picture
    }
    do {
      _ = try FigureRenderer().draw(
        named, into: folder,
        options: .init(
          formats: [.svg], script: false, caption: false,
          processes: min(named.count, ProcessInfo.processInfo.activeProcessorCount)))
    } catch {
      report.notices.append("not all figures could be drawn: \(error)")
    }
    return pictures.enumerated().compactMap { index, entry in
      guard let svg = try? String(contentsOfFile: "\(folder)/\(index).svg", encoding: .utf8) else {
        return nil
      }
      let problems = Self.problems(of: entry.picture)
      return Drawn(
        problem: problems.count == 1 ? problems[0] : nil,
        picture: Report.Picture(
          title: entry.picture.title, svg: svg, width: entry.picture.width,
          height: entry.picture.height, caption: entry.picture.caption.lines,
          command: entry.command))
    }
  }

  // MARK: who is better

  private mutating func addRanking(_ pictures: [Drawn]) throws {
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
        guard let ranks = try? rank(members.map(\.record)), ranks.hasEnoughRuns,
          let words = ranks.words.first
        else {
          few.append(group)
          continue
        }
        report.answer.append("\(group): \(words).")
        add(ranks, named: "Ranks in \(group)", to: &section)
      }
      if report.answer.isEmpty {
        report.answer = [
          records.isEmpty
            ? "What its maps show:" : "Too few runs to rank anybody; what its pictures show:"
        ]
        report.answer += pictures.prefix(12).map { $0.picture.title + "." }
        if pictures.isEmpty { report.answer = [extent] }
        let cause = "\(reason)".replacing("nothing can be ranked: ", with: "")
        if !records.isEmpty {
          section.paragraphs.append("There is no ranking of all: \(cause).")
        }
      } else {
        report.answer.insert(
          "Each group answers a question of its own: not all optimizers of the suite met on the same "
            + "problems.", at: 0)
        if !few.isEmpty {
          section.paragraphs.append(
            "Too few runs to tell anybody apart, and not ranked here: \(few.joined(separator: ", "))."
          )
        }
      }
    }
    if section.tables.isEmpty { section.title = "Over several problems" }
    section.figures = pictures.filter { $0.problem == nil }.map(\.picture)
    report.sections.append(section)
  }

  /// "12 runs of 3 optimizers on 2 problems."
  private var extent: String {
    func text(_ count: Int, _ noun: String) -> String {
      "\(count) \(noun)\(count == 1 ? "" : "s")"
    }
    let labels = Set(records.map(\.record.label)).count
    let problems = Set(records.map(\.record.spec.problem)).count
    return
      "\(text(records.count, "run")) of \(text(labels, "optimizer")) on \(text(problems, "problem"))."
  }

  /// Words as a sentence; a name at its front stays as it is.
  private static func sentence(_ words: String, names: [String]) -> String {
    let begins = names.contains { words.hasPrefix($0) }
    return (begins ? words : words.prefix(1).uppercased() + words.dropFirst()) + "."
  }

  private func add(
    _ ranks: RankReport, named title: String, to section: inout Report.Section
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
          Self.cell(one.place), .init("\(one.failures)", value: Double(one.failures)),
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
      Report.Table(title, columns: columns, rows: rows, notes: notes + ranks.remarks))
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
            .init(pair.second, color: looks[pair.second]?.color), Self.cell(pair.share),
            .init("\(pair.wins)", value: Double(pair.wins)),
            .init("\(pair.losses)", value: Double(pair.losses)),
            .init("\(pair.ties)", value: Double(pair.ties)),
            .init(brief(pair.adjustedP, digits: 2), value: pair.adjustedP),
            .init(pair.winner ?? "cannot be told", isStrong: pair.winner != nil),
          ]
        }, isFolded: true))
  }

  /// "0.97 [0.93, 0.99]".
  private static func cell(_ interval: RankReport.Interval) -> Report.Table.Cell {
    var text = formatted("%.2f", interval.value)
    if let low = interval.low, let high = interval.high {
      text += " [\(formatted("%.2f", low)), \(formatted("%.2f", high))]"
    }
    return .init(text, value: interval.value)
  }

  // MARK: problem by problem

  private mutating func addProblems(_ pictures: [Drawn]) throws {
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

  /// The player of the first runs from one start.
  private func player(of specs: [PluginSpec], _ problem: String) -> Report.Player? {
    for (group, runs) in traced.sorted(by: { $0.key < $1.key }) {
      let own = runs.filter { specs.contains($0.spec.problem) && $0.trajectory.count > 1 }
      guard let first = own.first, let surface = input.surface(first.spec.problem) else { continue }
      let same = own.filter {
        $0.spec.problem == first.spec.problem && $0.spec.start == first.spec.start
          && $0.spec.instance == first.spec.instance
      }
      if let player = Report.Player(
        same, on: surface, problem: problem,
        colors: colors[group] ?? input.colors)
      {
        return player
      }
    }
    return nil
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
    var notes = ComparisonLine.legend(section.lines)
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
    return Report.Table(
      section.title, columns: kept.map { .init(header[$0], isNumeric: $0 > 1) }, rows: rows,
      notes: notes)
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
    report.commands = [
      ("runs", "optlab compare \(stored.name)" + storeOption),
      ("ranks", "optlab rank \(stored.name) --pairs --profiles" + storeOption),
      ("runs as data", "optlab export summaries --output runs.csv" + storeOption),
      ("this page", "optlab report \(stored.name)" + storeOption),
    ]
  }

  private var storeOption: String {
    stored.store.path == "plots/runs.sqlite" ? "" : " --store \(stored.store.path)"
  }
}
