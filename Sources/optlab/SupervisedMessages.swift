// What a supervised command says to its supervisor.

#if canImport(Glibc)
  import Glibc
#endif

/// What a check is trying.
struct Trial: Equatable {
  var plugin = "a plugin"
  /// What it is tried on, such as "a tall matrix of 5 × 2"; empty where there is nothing to say.
  var place = ""

  var isKnown: Bool { self != Trial() }
  var `where`: String { place.isEmpty ? "" : " on \(place)" }
}

/// A line of what a supervised command says.
enum SupervisedMessage {
  /// What it tries next.
  case trial(Trial)
  /// It has come to its end.
  case end

  var line: String {
    switch self {
    case .trial(let trial): "T\(trial.plugin)\t\(trial.place)\n"
    case .end: "E\n"
    }
  }

  /// Nil for what the command does not say: a plugin may write anywhere.
  init?(line: Substring) {
    switch line.first {
    case "T":
      let parts = line.dropFirst().split(separator: "\t", omittingEmptySubsequences: false)
      guard parts.count == 2 else { return nil }
      self = .trial(Trial(plugin: String(parts[0]), place: String(parts[1])))
    case "E": self = .end
    default: return nil
    }
  }
}

/// The messages that were read so far, of which the last trial and the end are kept.
struct SupervisedMessages {
  private(set) var trial = Trial()
  private(set) var isEnd = false
  private let pipe: Int32
  /// A line that has no end yet.
  private var rest: [UInt8] = []

  /// - Parameter pipe: read without waiting.
  init(from pipe: Int32) { self.pipe = pipe }

  /// Takes in what there is to be read.
  mutating func read() {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = Glibc.read(pipe, &buffer, buffer.count)
      guard count > 0 else { break }
      rest += buffer[..<count]
    }
    guard let end = rest.lastIndex(of: UInt8(ascii: "\n")) else { return }
    for line in String(decoding: rest[..<end], as: UTF8.self).split(separator: "\n") {
      switch SupervisedMessage(line: line) {
      case .trial(let trial): self.trial = trial
      case .end: isEnd = true
      case nil: break
      }
    }
    rest.removeSubrange(...end)
  }
}
