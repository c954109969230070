// What the file of a plugin says of it: written once, for readers of the source and of `optlab show`.

/// The documentation comment of a type, as paragraphs.
public struct DocumentationComment: Sendable {
  /// A paragraph.
  public enum Part: Sendable, Equatable, Encodable {
    /// Prose, on one line.
    case text(String)
    /// Lines that keep their form: equations, commands.
    case verbatim([String])

    public func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .text(let text): try container.encode(text)
      case .verbatim(let lines): try container.encode(lines)
      }
    }
  }

  public private(set) var parts: [Part] = []

  /// The comment above the declaration of `type` in a Swift source; none where there is neither.
  public init(of type: String, in source: String) {
    let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
    let declaration = lines.firstIndex { line in
      let words = line.split { $0 == " " || $0 == ":" || $0 == "{" || $0 == "<" }
      guard let keyword = words.firstIndex(of: "struct"), keyword + 1 < words.count else {
        return false
      }
      return words[keyword + 1] == type && !line.hasPrefix(" ")
    }
    guard let declaration else {
      self.init("")
      return
    }
    let comment = lines[..<declaration].reversed().prefix { $0.hasPrefix("///") }.reversed()
    self.init(comment.map { $0.dropFirst(3) }.joined(separator: "\n"))
  }

  /// The paragraphs of a text whose lines each begin with a space; further ones mean that the form of
  /// the line is kept.
  public init(_ text: String) {
    var isOpen = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let content = line.drop { $0 == " " }
      guard !content.isEmpty else {
        isOpen = false
        continue
      }
      let isVerbatim = line.count - content.count >= 5
      switch (isOpen ? parts.last : nil, isVerbatim) {
      case (.text(let before)?, false):
        parts[parts.count - 1] = .text(before + " " + content)
      case (.verbatim(let before)?, true):
        parts[parts.count - 1] = .verbatim(before + [String(line.dropFirst(5))])
      default:
        parts.append(isVerbatim ? .verbatim([String(line.dropFirst(5))]) : .text(String(content)))
      }
      isOpen = true
    }
  }

  /// The lines from which the second initialiser makes it again.
  public var text: String {
    parts.map { part in
      switch part {
      case .text(let text): " " + text + "\n"
      case .verbatim(let lines): lines.map { "     " + $0 + "\n" }.joined()
      }
    }.joined(separator: "\n")
  }
}
