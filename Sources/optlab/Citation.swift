// A source as plugins name it, taken apart.

import Foundation

/// What the text of a plugin's source says, and nothing besides.
struct Citation: Equatable {
  var authors: [String] = []
  /// Whether there are more authors than it names.
  var hasOthers = false
  var year: String?
  var eprint: String?
  var doi: String?
  var url: String?
  /// What is none of these, as it stands.
  var rest: [String] = []

  /// Reads "Kingma and Ba 2015, arXiv 1412.6980, section 7.1".
  init(_ text: String) {
    var parts = text.components(separatedBy: ", ")
    if let last = parts.firstIndex(where: { $0.firstMatch(of: /^\D+ (\d{4})$/) != nil }),
      parts[...last].allSatisfy({ Self.areNames($0.replacing(/\s\d{4}$/, with: "")) })
    {
      year = String(parts[last].suffix(4))
      var names = parts[..<last] + [String(parts[last].dropLast(5))]
      hasOthers = names[last].hasSuffix(" et al.")
      if hasOthers { names[last].removeLast(" et al.".count) }
      authors = names.flatMap { $0.components(separatedBy: " and ") }
      parts.removeSubrange(...last)
    }
    for part in parts {
      if let found = part.wholeMatch(of: /arXiv (\d{4}\.\d{4,5})/), eprint == nil {
        eprint = String(found.1)
      } else if part.hasPrefix("doi:"), doi == nil {
        doi = String(part.dropFirst(4))
      } else if part.wholeMatch(of: /(https?:\/\/)?[a-z0-9.-]+\.[a-z]+\/\S+/) != nil, url == nil {
        url = part.hasPrefix("http") ? part : "https://" + part
      } else {
        rest.append(part)
      }
    }
  }

  /// Whether a text is surnames: capitals, and no words between them but "and", "et al." and particles.
  private static func areNames(_ text: String) -> Bool {
    let words = text.replacing(" et al.", with: "").split(separator: " ")
    return words.count <= 3 && words.allSatisfy { $0 == "and" || $0.first?.isUppercase == true }
  }

  /// Its entry in a bibliography.
  func entry(key: String, note: String) -> String {
    var fields: [(String, String)] = []
    if !authors.isEmpty {
      let names = authors.map { "{\(TeX.escaped($0))}" } + (hasOthers ? ["others"] : [])
      fields.append(("author", names.joined(separator: " and ")))
    }
    if let year { fields.append(("year", year)) }
    if let eprint { fields += [("eprint", eprint), ("archiveprefix", "arXiv")] }
    if let doi { fields.append(("doi", doi)) }
    if let url { fields.append(("url", url)) }
    let notes = rest + [note]
    fields.append(("note", TeX.escaped(notes.joined(separator: "; "))))
    let lines = fields.map { "  \($0.0) = {\($0.1)}" }
    return "@misc{\(key),\n" + lines.joined(separator: ",\n") + "\n}\n"
  }
}
