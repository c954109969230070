// Selections back into the text that is read as the same.

extension SelectionTerm {
  /// "adam@torch[lr=0.01;beta1=0.8,0.9]".
  var text: String {
    let shown = settings.map { "\($0.name)=\($0.values.joined(separator: ","))" }
    return name + (preset.map { "@" + $0 } ?? "")
      + (shown.isEmpty ? "" : "[\(shown.joined(separator: ";"))]")
  }
}

extension SelectionSyntax {
  /// "sam[rho=0.05](momentum):cosine".
  var text: String {
    let inner = wrapped.isEmpty ? "" : "(\(wrapped.map(\.text).joined(separator: ",")))"
    let schedules = schedules.map { assignment in
      ":" + (assignment.hyperparameter == "lr" ? "" : assignment.hyperparameter + "=")
        + assignment.parts.map(\.text).joined(separator: "+")
    }
    return term.text + inner + schedules.joined()
  }
}
