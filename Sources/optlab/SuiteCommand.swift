// The command that makes the runs of a suite, as it can be typed.

import Harness
import OptimizerKit

/// A suite as `compare` takes it.
struct SuiteCommand {
  /// "optlab compare quick", "optlab compare --optimizers adam,sgd --problems beale --steps 300".
  let text: String

  /// - Parameters:
  ///   - records: the runs that are stored of it.
  init(_ name: String, ledger: Ledger?, records: [RunRecord], catalogue: PluginCatalogue) {
    let group = ledger?.groups.count == 1 ? ledger?.groups[0] : nil
    if (try? catalogue.suite(name)) != nil {
      text = "optlab compare \(shellWord(name))"
    } else if let ledger, let group, group.name == "comparison" {
      text = Self.words(of: group, ledger, records)
    } else {
      text = "optlab compare \(shellWord(name + ".yaml"))"
    }
  }

  /// What was written on the command line, as the ledger has it.
  private static func words(of group: Ledger.Group, _ ledger: Ledger, _ records: [RunRecord])
    -> String
  {
    var words = [
      "optlab compare", "--optimizers \(shellWord(group.optimizers.joined(separator: ",")))",
      "--problems \(shellWord(group.problems.joined(separator: ",")))",
      "--\(group.budgetUnit) \(group.budget.prefix { $0 != " " })",
    ]
    if group.seeds != "1" { words.append("--seeds \(packed(group.seeds))") }
    if let instances = group.instances {
      let isMoved = instances.hasSuffix(", with rotation and shift")
      let numbers = instances.split(separator: ", ").filter { $0.first?.isNumber == true }
      words.append(
        "\(isMoved ? "--instances" : "--random-starts") \(numbers.joined(separator: ","))")
    } else if let start = records.first?.spec.start, start.count < 9,
      records.allSatisfy({ $0.spec.start == start })
    {
      words.append("--start=\(start.map(shortest).joined(separator: ","))")
    }
    if let target = group.target { words.append("--target \(shortest(target))") }
    if let tuned = ledger.tuning.first {
      words.append("--trials \(tuned.trials) --method \(tuned.method)")
    }
    return words.joined(separator: " ")
  }

  /// "1-5,7" of "1-5, 7".
  private static func packed(_ spans: String) -> String { spans.filter { $0 != " " } }
}

/// A text as a shell takes it for one word.
func shellWord(_ text: String) -> String {
  let isPlain = text.allSatisfy {
    $0.isASCII && ($0.isLetter || $0.isNumber || "-_./,:@=+%".contains($0))
  }
  guard !isPlain || text.isEmpty else { return text }
  return "'" + text.replacing("'", with: "'\\''") + "'"
}
