// What plugins say of themselves, read from their files.

import OptimizerKit
import Testing

@Suite struct DocumentationCommentTests {
  private let source = """
    import OptimizerKit

    /// Another type.
    struct Other {}

    /// Twice: a rule
    /// of two lines.
    ///
    ///     x ← x − 2αg
    ///       (indented further)
    ///
    /// Nobody 2026.
    public struct Twice: CoordinateRule {
      /// Not this one.
      struct Inner {}
    }
    """

  @Test func paragraphsAndEquations() {
    let comment = DocumentationComment(of: "Twice", in: source)
    #expect(
      comment.parts == [
        .text("Twice: a rule of two lines."), .verbatim(["x ← x − 2αg", "  (indented further)"]),
        .text("Nobody 2026."),
      ])
    #expect(DocumentationComment(comment.text).parts == comment.parts)
  }

  @Test(arguments: ["Inner", "Thrice", "Twic"])
  func onlyTheTypeOfTheFile(_ type: String) {
    #expect(DocumentationComment(of: type, in: source).parts == [])
  }

  /// An optimizer has its update as equations, and every plugin a sentence.
  @Test(arguments: PluginKind.allCases.filter { $0.language == .swift })
  func everyPluginSaysWhatItIs(_ kind: PluginKind) {
    for entry in catalogue.entries(kind) {
      let parts = entry.documentation.parts
      #expect(!parts.isEmpty, "\(entry.name)")
      guard kind == .optimizer else { continue }
      let hasEquation = parts.contains { if case .verbatim = $0 { true } else { false } }
      #expect(hasEquation, "\(entry.name)")
    }
  }
}
