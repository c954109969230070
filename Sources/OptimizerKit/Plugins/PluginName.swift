// What plugins may be called.

/// The one rule for names of plugins, whatever their kind.
public enum PluginName {
  /// The rule, in words that complete "a name is ...".
  public static let rule =
    "lower case letters, digits, and hyphens between them"

  /// Whether a name keeps to the rule.
  public static func isValid(_ name: String) -> Bool {
    !name.isEmpty && name.first != "-" && name.last != "-"
      && name.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-") }
  }

  /// The name that suits a type: a hyphen where a word begins, "SignSGD" → "sign-sgd".
  public static func suggested(for type: String) -> String {
    let letters = Array(type)
    var name = ""
    for (i, letter) in letters.enumerated() {
      let startsWord =
        i > 0 && letter.isUppercase
        && (letters[i - 1].isLowercase || letters[i - 1].isNumber
          || (i + 1 < letters.count && letters[i + 1].isLowercase && letters[i - 1].isUppercase))
      name += (startsWord ? "-" : "") + letter.lowercased()
    }
    return name
  }

  /// Whether a text is the name of a plugin's type, and so may be that of its file: "Lion".
  public static func isType(_ text: String) -> Bool {
    text.first?.isUppercase == true
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
  }
}
