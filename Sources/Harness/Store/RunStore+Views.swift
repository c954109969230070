// What other programs read of a store: two views whose columns do not change.

import OptimizerKit

extension RunStore {
  /// The views `judged` and `trial`: a row for each run that a suite asks for, as it calls it. Names are
  /// written with underscores, numbers are numbers, and what a run does not have is NULL.
  static var views: String {
    let outcome = OutcomeColumns.all.map { column in
      let name = snakeCase(column.name)
      return column.type.isEmpty
        ? "CAST(run.\(column.name) AS REAL) AS \(name)" : "run.\(column.name) AS \(name)"
    }
    let columns =
      [
        "suite_run.suite AS suite", #"suite_run."group" AS group_name"#,
        "suite_run.position AS position", "suite_run.label AS label", "run.key AS key",
      ]
      + SpecColumns.all.map { "run.\($0.name) AS \(snakeCase($0.name))" } + outcome
      + ["run.finished AS finished"]
    return ["judged": "NOT LIKE", "trial": "LIKE"].sorted { $0.key < $1.key }.map { name, like in
      """
      CREATE VIEW \(name) AS SELECT
        \(columns.joined(separator: ",\n  "))
      FROM suite_run JOIN run USING (key) WHERE suite_run.suite \(like) '%/trials';
      """
    }.joined(separator: "\n")
  }

  /// "evaluationsTo1e3" as "evaluations_to_1e3".
  static func snakeCase(_ name: String) -> String {
    var text = ""
    for character in name {
      if character.isUppercase { text += "_" }
      if character == "1", text.hasSuffix("to") { text += "_" }
      text += character.lowercased()
    }
    return text
  }
}
