// Text of pictures: numbers as a reader wants them, labels, and what gnuplot takes.

import Glibc

/// Numbers, lists and labels as text.
public enum Text {
  /// A number with so many significant digits, as printf's %g: "0.001", "1e-07".
  public static func decimal(_ value: Double, digits: Int = 6) -> String {
    guard value.isFinite else { return "NaN" }
    var buffer = [CChar](repeating: 0, count: 40)
    let count = withVaList([Int32(digits), value]) { vsnprintf(&buffer, 40, "%.*g", $0) }
    return String(decoding: buffer.prefix(Int(count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// A number as a reader wants it: "0.001", "1e-7", "12".
  public static func readable(_ value: Double, digits: Int = 3) -> String {
    guard value.isFinite else { return value.isNaN ? "NaN" : value > 0 ? "∞" : "−∞" }
    var text = decimal(value, digits: digits)
    if let e = text.firstIndex(of: "e") {
      // 1e-07 → 1e-7
      let exponent = Int(text[text.index(after: e)...]) ?? 0
      text = text[..<e] + "e\(exponent)"
    }
    if text == "-0" { text = "0" }
    return text.replacing("-", with: "−")
  }

  /// A number in as little room as there is: two digits, and as long as it is short without an exponent,
  /// "670", "0.012", "1.3e5".
  public static func compact(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return readable(value) }
    guard (1e-3..<1e5).contains(abs(value)) else { return readable(value, digits: 2) }
    let rounded = Double(decimal(value, digits: 2)) ?? value
    return readable(rounded, digits: 6)
  }

  /// "1.5 decades", "1 decade".
  public static func decades(_ count: Double) -> String {
    let number = readable(count, digits: 2)
    return "\(number) decade\(number == "1" ? "" : "s")"
  }

  /// A whole number in groups of three digits: "1,000,000".
  public static func grouped(_ count: Int) -> String {
    let digits = Array("\(count.magnitude)")
    let text = digits.enumerated().map { index, digit in
      let left = digits.count - index
      return index > 0 && left % 3 == 0 ? ",\(digit)" : String(digit)
    }.joined()
    return count < 0 ? "−" + text : text
  }

  /// A share as a whole per cent, with a thin word space: "98 %".
  public static func percent(_ share: Double) -> String {
    share.isFinite ? "\(Int((share * 100).rounded())) %" : "–"
  }

  /// A power of ten in superscripts: 10⁻³.
  public static func powerOfTen(_ exponent: Int) -> String {
    let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
    return "10" + String("\(exponent)".map { $0 == "-" ? "⁻" : digits[$0.wholeNumberValue!] })
  }

  /// A string expression of gnuplot that stands for exactly this text. Single quotes keep everything
  /// as it is, backquotes (which would run a command) included; it is drawn as it is where the command
  /// says `noenhanced`. Single quotes themselves and line breaks are joined in from double quotes,
  /// since gnuplot 5.4 takes a doubled quote at the start of a literal for its end; as an escape, since it
  /// looks for macros behind every quote that stands as it is. Other control
  /// characters go.
  static func quoted(_ text: String) -> String {
    var parts: [String] = []
    var part = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "'", "\n":
        parts += [part.isEmpty ? nil : "'\(part)'", scalar == "'" ? "\"\\047\"" : "\"\\n\""]
          .compactMap {
            $0
          }
        part = ""
      default:
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: part += " "
        default: part.unicodeScalars.append(scalar)
        }
      }
    }
    if !part.isEmpty || parts.isEmpty { parts.append("'\(part)'") }
    return parts.joined(separator: ".")
  }

  /// Text without the characters that Markdown takes for marks.
  public static func markdown(_ text: String) -> String {
    var result = ""
    for character in text {
      if "\\`*_[]<>#|".contains(character) { result.append("\\") }
      result.append(character)
    }
    return result
  }

  /// A label as pictures show it: its numbers short, on one line, cut to a length.
  public static func label(_ text: String, limit: Int = 36) -> String {
    oneLine(abbreviated(text), limit: limit)
  }

  /// User text on one line, cut to a length.
  public static func oneLine(_ text: String, limit: Int = 48) -> String {
    let line = text.map { $0.isNewline ? " " : String($0) }.joined()
    return line.count <= limit ? line : line.prefix(limit - 1) + "…"
  }

  /// Text broken at spaces into lines of at most `width` characters; a per cent sign stays with its
  /// number.
  static func wrapped(_ text: String, width: Int) -> [String] {
    var words: [String] = []
    for word in text.split(whereSeparator: { $0 == " " || $0.isNewline }) {
      if word.hasPrefix("%"), let number = words.popLast() {
        words.append(number + " " + word)
      } else {
        words.append(String(word))
      }
    }
    var lines: [String] = []
    var line = ""
    for word in words {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = ""
      }
      line += line.isEmpty ? word : " " + word
    }
    if !line.isEmpty { lines.append(line) }
    return lines
  }

  /// Words in a list: "a", "a and b", "a, b and c"; where there are more than `most`, "a, b and 7 more".
  public static func enumeration(_ words: [String], most: Int = .max) -> String {
    if words.count > most {
      return enumeration(words.prefix(most - 1) + ["\(words.count - most + 1) more"])
    }
    guard words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " and " + words.last!
  }

  /// A label in which no number has more than five significant digits.
  public static func abbreviated(_ label: String) -> String {
    var result = ""
    var number = ""
    func finish() {
      let long = number.filter(\.isNumber).count > 6 && number.contains(".")
      result += long ? Double(number).map { decimal($0, digits: 4) } ?? number : number
      number = ""
    }
    for character in label {
      if character.isASCII, character.isNumber || (character == "." && !number.isEmpty) {
        number.append(character)
      } else {
        finish()
        result.append(character)
      }
    }
    finish()
    return result
  }

  /// A percentage that may be of any size: "4.2 %", "52 %", "400 %", "1.2e8 %".
  public static func percentage(_ value: Double) -> String {
    guard value.isFinite else { return "– %" }
    if value >= 10, value < 10_000 { return "\(Int(value.rounded())) %" }
    return readable(value, digits: 2) + " %"
  }

  /// A name that is safe as part of a file's.
  static func fileSafe(_ name: String) -> String {
    let safe = name.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") ? $0 : "-" }
    return safe.isEmpty ? "unnamed" : String(safe.prefix(100))
  }
}
