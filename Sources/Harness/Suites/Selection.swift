// The selection grammar: how optimizers, schedules and problems are asked for.
//
//     adam                          by name, with its defaults
//     adam@cs231n                   with a preset
//     adam[lr=1e-3,1e-2;beta1=0.8]  with hyperparameters; lists multiply
//     adam[lr=1e-4..1:9]            with nine values over a range, on the scale of lr
//     adam:cosine                   with a schedule for the learning rate
//     adam:warmup[steps=10]+cosine  with schedules in sequence
//     momentum:momentum=ramp        with a schedule for another hyperparameter
//     sam[rho=0.05](adam)           a wrapper around an optimizer, or around a wrapper
//     sam(adam,sgd):rho=ramp        lists multiply at every level; a schedule belongs to the term that
//                                   it follows
//     adam*                         every name that matches

import OptimizerKit

/// A selection that cannot be read or refers to what is not there.
public struct SelectionError: Error, CustomStringConvertible {
  public let description: String
  public init(_ description: String) { self.description = description }
}

/// One term of a selection: a name, a preset, and settings with one or more values each.
struct SelectionTerm {
  var name: String
  var preset: String?
  var settings: [(name: String, values: [String])] = []

  /// The most combinations that one term may be written for.
  static let mostCombinations = 100_000

  /// Refuses more combinations than there may be runs, before they are made: those of ranges, of what
  /// is wrapped and of schedules multiply.
  static func checkCombinations(_ counts: [Int]) throws(SelectionError) {
    let product = counts.reduce(1.0) { $0 * Double($1) }
    guard product <= Double(Plan.mostRuns) else {
      let factors = counts.filter { $0 > 1 }.map(String.init).joined(separator: " × ")
      throw SelectionError(
        "\(counts.count { $0 > 1 } > 1 ? "\(factors) = " : "")\(shortest(product)) combinations are "
          + "too many for one suite; at most \(Plan.mostRuns)")
    }
  }

  /// The term with every combination of its settings' values, in order.
  var combinations: [[(name: String, value: String)]] {
    settings.reduce([[]]) { partial, setting in
      partial.flatMap { chosen in setting.values.map { chosen + [(setting.name, $0)] } }
    }
  }
}

/// A selection as written: a term, what it wraps, and its schedules.
struct SelectionSyntax {
  var term: SelectionTerm
  /// What stands in parentheses: alternatives, each a selection.
  var wrapped: [SelectionSyntax] = []
  var schedules: [(hyperparameter: String, parts: [SelectionTerm])] = []

  /// How deep parentheses may be nested.
  static let deepest = 16

  /// Reads a selection; the message of a failure shows where reading stopped.
  init(_ text: String) throws(SelectionError) {
    var parser = SelectionParser(text)
    try self.init(&parser, depth: 0)
    guard parser.isAtEnd else {
      throw parser.error("expected '@', '[', '(', ':' or the end")
    }
  }

  private init(_ parser: inout SelectionParser, depth: Int) throws(SelectionError) {
    term = try parser.term()
    if parser.take("(") {
      guard depth < Self.deepest else {
        throw parser.error("more than \(Self.deepest) wrappers around one another")
      }
      repeat {
        wrapped.append(try SelectionSyntax(&parser, depth: depth + 1))
      } while parser.take(",")
      guard parser.take(")") else { throw parser.error("expected ')' or ','") }
    }
    while parser.take(":") {
      var hyperparameter = "lr"
      var part = try parser.term()
      if parser.take("=") {
        guard part.preset == nil, part.settings.isEmpty else {
          throw parser.error("a hyperparameter's name stands before '='")
        }
        hyperparameter = part.name
        part = try parser.term()
      }
      var parts = [part]
      while parser.take("+") { parts.append(try parser.term()) }
      guard !schedules.contains(where: { $0.hyperparameter == hyperparameter }) else {
        throw parser.error("\(hyperparameter) has a schedule already; one after the other is a+b")
      }
      schedules.append((hyperparameter, parts))
    }
  }
}

/// A reader over the characters of a selection.
struct SelectionParser {
  let text: String
  var position: String.Index

  init(_ text: String) {
    self.text = text
    position = text.startIndex
  }

  var isAtEnd: Bool { position == text.endIndex }

  /// Takes one character if it comes next.
  mutating func take(_ character: Character) -> Bool {
    guard !isAtEnd, text[position] == character else { return false }
    position = text.index(after: position)
    return true
  }

  mutating func word(_ allowed: (Character) -> Bool) -> String {
    let start = position
    while !isAtEnd, allowed(text[position]) { position = text.index(after: position) }
    return text[start..<position].trimmingSpaces
  }

  mutating func term() throws(SelectionError) -> SelectionTerm {
    let name = word { $0.isLetter || $0.isNumber || "-_*? ".contains($0) }
    guard !name.isEmpty else { throw error("expected a name") }
    var term = SelectionTerm(name: name)
    while true {
      if take("@") {
        guard term.preset == nil else { throw error("there is a preset already") }
        let preset = word { $0.isLetter || $0.isNumber || "-_ ".contains($0) }
        guard !preset.isEmpty else { throw error("expected a preset's name after '@'") }
        term.preset = preset
      } else if take("[") {
        while !take("]") {
          let name = word { $0.isLetter || $0.isNumber || "_- ".contains($0) }
          guard !name.isEmpty, take("=") else {
            throw error("expected 'hyperparameter=value'")
          }
          guard !term.settings.contains(where: { $0.name == name }) else {
            throw error("\(name) stands twice; a list of values is written \(name)=1,2")
          }
          var values: [String] = []
          repeat {
            let value = word { !",;[]".contains($0) }
            guard !value.isEmpty else { throw error("expected a value for \(name)") }
            values.append(value)
          } while take(",")
          term.settings.append((name, values))
          let combinations = term.settings.reduce(1.0) { $0 * Double($1.values.count) }
          guard combinations <= Double(SelectionTerm.mostCombinations) else {
            throw error(
              "\(shortest(combinations)) combinations; at most \(SelectionTerm.mostCombinations)")
          }
          if isAtEnd { throw error("expected ']'") }
          if text[position] != "]", !take(";") { throw error("expected ';' or ']'") }
        }
      } else {
        return term
      }
    }
  }

  /// A failure to read, with the text around the place where reading stopped.
  func error(_ message: String) -> SelectionError {
    guard !text.isEmpty else { return SelectionError("the selection is empty: \(message)") }
    let start = text.index(position, offsetBy: -50, limitedBy: text.startIndex) ?? text.startIndex
    let end = text.index(position, offsetBy: 25, limitedBy: text.endIndex) ?? text.endIndex
    let before = (start > text.startIndex ? "…" : "") + text[start..<position]
    let after = text[position..<end] + (end < text.endIndex ? "…" : "")
    return SelectionError(
      "cannot read the selection: \(message)\n  \(before)\(after)\n"
        + "  \(String(repeating: " ", count: before.count))^")
  }
}

/// Splits a list of selections at commas outside brackets and parentheses.
public func splitSelections(_ text: String) -> [String] {
  var parts: [String] = []
  var depth = 0
  var current = ""
  for character in text {
    if "[(".contains(character) { depth += 1 }
    if "])".contains(character) { depth -= 1 }
    if character == ",", depth == 0 {
      parts.append(current.trimmingSpaces)
      current = ""
    } else {
      current.append(character)
    }
  }
  parts.append(current.trimmingSpaces)
  return parts.filter { !$0.isEmpty }
}

/// Whether `name` matches `pattern`, in which `*` stands for any characters and `?` for one.
public func matches(_ name: String, pattern: String) -> Bool {
  let name = Array(name)
  var reachable: Set<Int> = [0]
  for symbol in pattern {
    switch symbol {
    case "*": reachable = reachable.min().map { Set($0...name.count) } ?? []
    default:
      reachable = Set(
        reachable.compactMap { i in
          i < name.count && (symbol == "?" || name[i] == symbol) ? i + 1 : nil
        })
    }
  }
  return reachable.contains(name.count)
}

extension StringProtocol {
  /// Without spaces at either end.
  var trimmingSpaces: String {
    var view = self[...]
    while view.first == " " { view = view.dropFirst() }
    while view.last == " " { view = view.dropLast() }
    return String(view)
  }
}
