// Texts as LaTeX and BibTeX set them.

/// Writing for LaTeX.
enum TeX {
  /// A text in which LaTeX finds no sign of its own.
  static func escaped(_ text: String) -> String {
    text.reduce(into: "") { $0 += signs[$1] ?? String($1) }
  }

  private static let signs: [Character: String] = [
    "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}",
    "|": "\\textbar{}", "<": "\\textless{}", ">": "\\textgreater{}", "_": "\\_", "&": "\\&",
    "₀": "$_0$", "₁": "$_1$", "−": "$-$", "×": "$\\times$", "≥": "$\\ge$", "≤": "$\\le$",
    "…": "\\ldots{}", "κ": "$\\kappa$", "λ": "$\\lambda$", "Δ": "$\\Delta$", "‖": "$\\|$",
    "%": "\\%", "#": "\\#", "$": "\\$", "{": "\\{", "}": "\\}",
  ]
}
