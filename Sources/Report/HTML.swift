// Text as HTML and as JSON within HTML.

/// What comes from names and data, made safe for where it stands.
enum HTML {
  /// Text between tags or in a double-quoted attribute.
  static func text(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default:
        // What would turn the direction of what follows, or is no character of a page, goes.
        let isControl = scalar.value < 32 && scalar != "\n" && scalar != "\t" || scalar.value == 127
        let turns =
          (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
        result.unicodeScalars.append(isControl || turns ? " " : scalar)
      }
    }
    return result
  }

  /// A string of JSON that may stand in a script element.
  static func json(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "<", ">", "&", "\u{2028}", "\u{2029}", "\u{0}"..."\u{1F}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// A picture as the source of an image: it runs nothing and asks for nothing there.
  static func source(svg: String) -> String {
    var result = "data:image/svg+xml,"
    var isSpace = false
    for scalar in svg.unicodeScalars {
      let wasSpace = isSpace
      isSpace = scalar == " " || scalar == "\n" || scalar == "\t"
      switch scalar {
      case "%": result += "%25"
      case "#": result += "%23"
      case "\"": result += "&quot;"
      case "&": result += "&amp;"
      case " ", "\n", "\t": if !wasSpace { result += " " }
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// A name for the address of a part of the page, unique by its number.
  static func anchor(_ title: String, _ number: Int) -> String {
    let words = title.lowercased().split { !$0.isASCII || !($0.isLetter || $0.isNumber) }
    return "s\(number)" + words.prefix(4).map { "-" + $0 }.joined()
  }
}
