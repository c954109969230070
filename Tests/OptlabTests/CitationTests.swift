// Sources taken apart, and written as BibTeX.

import Testing

@testable import optlab

@Suite struct CitationTests {
  @Test func authorsYearAndPlace() {
    let adam = Citation("Kingma and Ba 2015, arXiv 1412.6980, section 7.1")
    #expect(adam.authors == ["Kingma", "Ba"] && !adam.hasOthers)
    #expect(adam.year == "2015" && adam.eprint == "1412.6980" && adam.rest == ["section 7.1"])
    let many = Citation("Liu, Bernstein et al. 2021, doi:10.1016/0893-6080(89)90014-2")
    #expect(many.authors == ["Liu", "Bernstein"] && many.hasOthers)
    #expect(many.doi == "10.1016/0893-6080(89)90014-2" && many.rest.isEmpty)
    #expect(
      Citation("Jordan et al. 2024, kellerjordan.github.io/posts/muon").url
        == "https://kellerjordan.github.io/posts/muon")
  }

  /// What cannot be told apart for certain stays as it stands.
  @Test func nothingIsInvented() {
    let title = Citation("De Jong, An Analysis of the Behavior of a Class of Systems, 1975")
    #expect(title.authors.isEmpty && title.year == nil)
    #expect(title.rest.joined(separator: ", ").hasSuffix("Class of Systems, 1975"))
    #expect(Citation("torch.optim.lr_scheduler.StepLR").rest == ["torch.optim.lr_scheduler.StepLR"])
  }

  @Test func signsOfTeXAreEscaped() {
    #expect(
      TeX.escaped(#"a_b & 5 % #$ {x} ~ ^ \ |"#)
        == ##"a\_b \& 5 \% \#\$ \{x\} \textasciitilde{} \textasciicircum{} \textbackslash{} \textbar{}"##
    )
    let entry = Citation("torch.optim.lr_scheduler.StepLR").entry(
      key: "step", note: "schedule step")
    #expect(entry.hasPrefix("@misc{step,\n") && entry.contains(#"lr\_scheduler"#))
  }
}
