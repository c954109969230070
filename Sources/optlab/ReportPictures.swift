// Which pictures a report shows, and how they become part of it.

import Figures
import Foundation
import Harness
import OptimizerKit
import Report

/// The pictures of a report: of all that its figures offer, as many as a page holds.
struct ReportPictures {
  /// A picture, and the problem that it is about; nil where it is about several.
  struct Drawn {
    let problem: String?
    let picture: Report.Picture
  }

  /// A picture that a figure offers.
  private struct Offer: Hashable {
    let figure: String
    let command: String
    /// What its caption says of problems.
    let problems: [String]
    let place: Int
  }

  /// So many in all, and so many of one figure on one problem: the first instances stand for the others.
  private static let most = 60
  private static let mostAlike = 2

  private var offers: [Offer] = []
  private var pictures: [Picture] = []

  /// Adds what a figure offers; what it cannot be drawn of is no fault of the report.
  mutating func add(_ figure: SelectedFigure, of input: FigureInput, command: String) {
    add((try? figure.pictures(input)) ?? [], of: figure, command: command)
  }

  /// Adds what figures of a whole suite offer: those that are about all problems at once first, those with a
  /// picture of each problem later (`rest`).
  mutating func add(
    _ figures: [SelectedFigure], ofSuite input: FigureInput, command: (SelectedFigure) -> String,
    rest: (inout ReportPictures) throws -> Void
  ) rethrows {
    let drawn = figures.compactMap { figure in
      (try? figure.pictures(input)).map { (figure: figure, pictures: $0) }
    }.sorted { $0.pictures.count < $1.pictures.count }
    func isByProblem(_ pictures: [Picture]) -> Bool {
      pictures.count > 1 && pictures.allSatisfy { Self.problems(of: $0).count == 1 }
        && Set(pictures.map { Self.problems(of: $0) }).count > 1
    }
    for (figure, pictures) in drawn where !isByProblem(pictures) {
      add(pictures, of: figure, command: command(figure))
    }
    try rest(&self)
    for (figure, pictures) in drawn where isByProblem(pictures) {
      add(pictures, of: figure, command: command(figure))
    }
  }

  private mutating func add(_ new: [Picture], of figure: SelectedFigure, command: String) {
    for picture in new {
      offers.append(
        Offer(
          figure: figure.label, command: command, problems: Self.problems(of: picture),
          place: pictures.count))
      pictures.append(picture)
    }
  }

  private static func problems(of picture: Picture) -> [String] {
    picture.caption.lines.filter { $0.name == "problem" }.map(\.value).unique
  }

  /// Those that are shown, in their order: of each figure and problem the first, then the second.
  private var chosen: [Offer] {
    var turns: [[String]: Int] = [:]
    let ranked = offers.map { offer in
      let turn = turns[[offer.figure] + offer.problems, default: 0]
      turns[[offer.figure] + offer.problems] = turn + 1
      return (turn: turn, offer: offer)
    }
    return ranked.filter { $0.turn < Self.mostAlike }
      .sorted { ($0.turn, $0.offer.place) < ($1.turn, $1.offer.place) }
      .prefix(Self.most).map(\.offer).sorted { $0.place < $1.place }
  }

  /// What is not shown, a line for each figure: how many, and the command that draws them.
  var leftOut: [(name: String, command: String)] {
    let shown = Set(chosen)
    return grouped(offers.filter { !shown.contains($0) }, by: \.figure).map { figure, members in
      let noun = "\(members.count) more picture\(members.count == 1 ? "" : "s")"
      return ("\(noun) of \(figure)", members[0].command)
    }
  }

  /// Draws those that are shown.
  ///
  /// - Parameter warn: is told what could not be drawn.
  func drawn(warn: (String) -> Void) -> [Drawn] {
    let chosen = chosen
    guard !chosen.isEmpty else { return [] }
    let svgs = Self.svgs(of: chosen.map { pictures[$0.place] }, warn: warn)
    return zip(chosen, svgs).compactMap { offer, svg in
      guard let svg else { return nil }
      let picture = pictures[offer.place]
      return Drawn(
        problem: offer.problems.count == 1 ? offer.problems[0] : nil,
        picture: Report.Picture(
          title: picture.title, svg: svg, width: picture.width, height: picture.height,
          caption: picture.caption.lines, command: offer.command))
    }
  }

  /// Pictures as svg; nil for those that could not be drawn.
  ///
  /// - Parameter warn: is told of them.
  static func svgs(of pictures: [Picture], warn: (String) -> Void) -> [String?] {
    guard !pictures.isEmpty else { return [] }
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("optlab-report-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let named = pictures.enumerated().map { index, picture in
      var picture = picture
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
      warn("not all figures could be drawn: \(error)")
    }
    return named.map { try? String(contentsOfFile: "\(folder)/\($0.name).svg", encoding: .utf8) }
  }
}
