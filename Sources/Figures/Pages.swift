// Participants that are too many for one picture: on several, none left out in silence.

/// Participants of a picture, shared out among pages that each hold as many as can be told apart.
///
/// Where there are several pages, the best participant stands on each of them, so that each can be read
/// by itself. What does not fit even on `most` pages is not drawn, and every caption says so: the best
/// and the worst are drawn in any case, of the others those that lie evenly in their order.
public struct Pages<Participant> {
  /// Who stands on which page.
  public let pages: [[Participant]]
  /// Who stands on one or all of them, each once.
  public let drawn: [Participant]
  /// Who stands on none.
  public let undrawn: [Participant]
  /// How many there are in all.
  public let count: Int

  private let best: Participant?

  /// - Parameters:
  ///   - capacity: how many a page holds, at least 1, and at least 2 where one stands on every page.
  ///   - most: how many pages there are at most; nil for as many as it takes.
  ///   - best: the place of the one that stands on every page; nil for none.
  ///   - worst: the place of one that is drawn in any case.
  public init(
    _ participants: [Participant], of capacity: Int, most: Int? = 8, best: Int? = nil,
    worst: Int? = nil
  ) {
    count = participants.count
    guard count > capacity else {
      pages = participants.isEmpty ? [] : [participants]
      drawn = participants
      undrawn = []
      self.best = nil
      return
    }
    self.best = best.map { participants[$0] }
    let others = participants.indices.filter { $0 != best }
    let room = capacity - (best == nil ? 0 : 1)
    var chosen = others
    if let most, others.count > room * most {
      let places = room * most
      chosen = (0..<places).map { others[$0 * (others.count - 1) / (places - 1)] }
      if let worst, worst != best, !chosen.contains(worst) {
        let near = chosen.indices.min { abs(chosen[$0] - worst) < abs(chosen[$1] - worst) }!
        chosen[near] = worst
      }
    }
    let isDrawn = Set(chosen + [best].compactMap { $0 })
    drawn = isDrawn.sorted().map { participants[$0] }
    undrawn = participants.indices.filter { !isDrawn.contains($0) }.map { participants[$0] }
    // Evenly filled: of 15, two pages of 8 and 7 rather than of 14 and 1.
    let sheets = (chosen.count + room - 1) / room
    pages = (0..<sheets).map { sheet in
      var members = Array(
        chosen[sheet * chosen.count / sheets..<(sheet + 1) * chosen.count / sheets])
      if let best { members.append(best) }
      return members.sorted().map { participants[$0] }
    }
  }

  /// The same where each has a rank of its own, the least being the best: best and worst follow from it.
  public init(
    _ participants: [Participant], of capacity: Int, ranking rank: (Participant) -> Double
  ) {
    let ranks = participants.map(rank)
    self.init(
      participants, of: capacity, best: ranks.indices.min { ranks[$0] < ranks[$1] },
      worst: ranks.indices.max { ranks[$0] < ranks[$1] })
  }

  /// A picture of each page; where there are several, names and titles number them, and captions say
  /// what is on the others.
  ///
  /// - Parameters:
  ///   - name: what a participant is called.
  ///   - draw: the picture of a page, entitled and named as if it were the only one.
  public func pictures(
    naming name: (Participant) -> String, _ draw: ([Participant]) -> Picture
  ) -> [Picture] {
    pages.enumerated().map { index, page in
      var picture = draw(page)
      guard pages.count > 1 else { return picture }
      if index > 0 { picture.name += "-page-\(index + 1)" }
      picture.title += " (page \(index + 1) of \(pages.count))"
      var note = "\(page.count) of \(count) are on this page, \(index + 1) of \(pages.count)"
      note += ", with the same axes on each"
      if let best { note += "; \(name(best)), the best of all, is on each" }
      picture.caption.lines.append(("page", note))
      if !undrawn.isEmpty {
        picture.caption.lines.append(
          (
            "on no page",
            Text.enumeration(undrawn.map(name), most: 21)
              + "; the title speaks of all \(count)"
          ))
      }
      return picture
    }
  }
}
