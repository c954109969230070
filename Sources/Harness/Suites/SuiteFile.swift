// Suites as YAML. Every mistake is reported with file, line, key and what was expected.

import OptimizerKit
import Yams

/// What is wrong with a suite file.
public struct SuiteFileError: Error, CustomStringConvertible {
  public let file: String
  public let line: Int?
  public let message: String
  public var description: String {
    file + (line.map { ":\($0)" } ?? "") + ": " + message
  }
}

extension SuiteFileError {
  /// A text that is no YAML: the parser's words, without the page of context that it adds.
  init(yaml error: YamlError, file: String) {
    var line: Int?
    var message = "\(error)"
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      (line, message) = (mark.line, problem)
    case .reader(let problem, _, _, _): message = problem
    case .duplicatedKeysInMapping(let keys, let context):
      let names = keys.map { "'\($0)'" }.joined(separator: ", ")
      (line, message) = (context.mark.line, "\(names) stands twice")
    default: break
    }
    self.init(file: file, line: line, message: "not valid YAML: \(message)")
  }
}

extension Suite {
  /// Reads a suite.
  ///
  /// - Parameters:
  ///   - yaml: the text.
  ///   - name: the name of the suite.
  ///   - file: what to call the file in messages.
  public init(yaml: String, name: String, file: String) throws {
    let root: Node?
    do {
      root = try Yams.compose(yaml: yaml)
    } catch let error as YamlError {
      throw SuiteFileError(yaml: error, file: file)
    }
    guard let root else {
      throw SuiteFileError(file: file, line: nil, message: "the file is empty; expected 'groups:'")
    }
    let reader = SuiteReader(file: file)
    let settings = Group.settings
    let top = try reader.table(root, what: "the suite", keys: ["title", "groups"] + settings)
    var defaults = Group(name: "", optimizers: [], problems: [])
    try reader.apply(top, to: &defaults)
    guard let list = top["groups"] else {
      throw reader.error(root, "the key 'groups' is missing: a list of runs")
    }
    guard let sequence = list.sequence, !sequence.isEmpty else {
      throw reader.error(list, "groups: expected a list with at least one group")
    }
    var groups: [Group] = []
    for node in sequence {
      let table = try reader.table(
        node, what: "a group", keys: ["name", "optimizers", "problems", "maps"] + settings)
      var group = defaults
      group.name =
        try table["name"].map { try reader.text($0, key: "name") }
        ?? "group-\(groups.count + 1)"
      let isFolder = group.name.allSatisfy { $0.isLetter || $0.isNumber || "-_. ".contains($0) }
      guard isFolder, !group.name.hasPrefix(".") else {
        throw reader.error(
          table["name"] ?? node,
          "name: '\(group.name)' becomes a folder; expected letters, digits, '-', '_', '.' and ' '")
      }
      if let maps = table["maps"] { try reader.apply(maps: maps, to: &group) }
      let optimizers = table["optimizers"]
      guard optimizers != nil || !group.maps.isEmpty, let problems = table["problems"] else {
        let missing = table["problems"] == nil && optimizers != nil ? "problems" : "optimizers"
        throw reader.error(node, "\(group.name): the key '\(missing)' is missing: a list of names")
      }
      if let other = groups.first(where: { $0.name == group.name }) {
        throw reader.error(node, "two groups are called '\(other.name)'")
      }
      if let optimizers {
        group.optimizers = try reader.texts(optimizers, key: "optimizers")
        reader.note(optimizers, in: &group)
      }
      group.problems = try reader.texts(problems, key: "problems")
      reader.note(problems, in: &group)
      try reader.apply(table, to: &group)
      groups.append(group)
    }
    let title = try top["title"].map { try reader.text($0, key: "title") } ?? name
    self.init(name: name, title: title, groups: groups)
  }
}

extension Suite.Group {
  /// The keys that may stand at the top, for all groups, or in a group.
  static let settings = [
    "steps", "gradients", "seconds", "seeds", "starts", "instances", "random-starts",
    "target", "tuning", "record", "every",
    "validations", "layers", "test", "sharpness", "checkpoints", "time-limit", "figures",
  ]
}

/// Reads values of a suite file with their positions.
struct SuiteReader {
  let file: String

  func error(_ node: Node, _ message: String) -> SuiteFileError {
    SuiteFileError(file: file, line: node.mark?.line, message: message)
  }

  /// A mapping with known keys.
  func table(_ node: Node, what: String, keys: [String]) throws -> [String: Node] {
    guard let mapping = node.mapping else {
      throw error(node, "expected \(what) as 'key: value' lines")
    }
    var table: [String: Node] = [:]
    for (key, value) in mapping {
      guard let name = key.string, keys.contains(name) else {
        let name = key.string ?? "?"
        let nearest = nearestNames(to: name, among: keys)
        let hint = nearest.isEmpty ? "" : " Did you mean \(nearest.joined(separator: " or "))?"
        throw error(
          key,
          "\(what) has no key '\(name)'.\(hint) (keys: \(keys.joined(separator: ", ")))")
      }
      guard table[name] == nil else { throw error(key, "the key '\(name)' stands twice") }
      table[name] = value
    }
    return table
  }

  func text(_ node: Node, key: String) throws -> String {
    guard let text = node.scalar?.string, !text.isEmpty else {
      throw error(node, "\(key): expected a text")
    }
    return text
  }

  /// A list of texts, or one text.
  func texts(_ node: Node, key: String) throws -> [String] {
    guard let sequence = node.sequence else { return splitSelections(try text(node, key: key)) }
    guard !sequence.isEmpty else { throw error(node, "\(key): the list is empty") }
    return try sequence.map { try text($0, key: key) }
  }

  /// Notes where the selections of a list stand.
  func note(_ node: Node, in group: inout Suite.Group) {
    guard let line = node.mark?.line else { return }
    for entry in node.sequence.map(Array.init) ?? [node] {
      for selection in splitSelections(entry.scalar?.string ?? "") + [entry.scalar?.string ?? ""] {
        group.places[selection] = "\(file):\(entry.mark?.line ?? line)"
      }
    }
  }

  /// A list of maps: selections, or tables of optimizer and start.
  func apply(maps node: Node, to group: inout Suite.Group) throws {
    let nodes = node.sequence.map(Array.init) ?? [node]
    guard !nodes.isEmpty else { throw error(node, "maps: the list is empty") }
    for node in nodes {
      var map = Suite.Map(optimizer: "")
      if node.mapping != nil {
        let table = try table(node, what: "a map", keys: ["optimizer", "start"])
        guard let optimizer = table["optimizer"] else {
          throw error(node, "maps: the key 'optimizer' is missing")
        }
        map.optimizer = try text(optimizer, key: "optimizer")
        map.start = try table["start"].map { try text($0, key: "start") }
      } else {
        map.optimizer = try text(node, key: "maps")
      }
      group.maps.append(map)
      if let line = node.mark?.line { group.places[map.optimizer] = "\(file):\(line)" }
    }
  }

  func number(_ node: Node, key: String, in bounds: Bounds) throws -> Double {
    let text = node.scalar?.string ?? ""
    guard let value = Double(text), bounds.contains(value) else {
      throw error(node, "\(key): expected a number in \(bounds), found '\(text)'")
    }
    return value
  }

  func count(_ node: Node, key: String, in range: ClosedRange<Int>) throws -> Int {
    let text = node.scalar?.string ?? ""
    guard let value = Int(hyperparameter: text), range.contains(value) else {
      throw error(
        node,
        "\(key): expected a whole number from \(range.lowerBound) to \(range.upperBound), "
          + "found '\(text)'")
    }
    return value
  }

  func flag(_ node: Node, key: String) throws -> Bool {
    let text = node.scalar?.string ?? ""
    guard let value = Bool(text) else {
      throw error(node, "\(key): expected true or false, found '\(text)'")
    }
    return value
  }

  /// A list of seeds or of instances: `3`, `[1, 2, 3]` or `1-5`.
  func seeds(_ node: Node, key: String = "seeds") throws -> [UInt64] {
    let texts = node.sequence?.map { $0.scalar?.string ?? "?" } ?? [node.scalar?.string ?? "?"]
    guard let seeds = parseSeeds(texts.joined(separator: ",")) else {
      throw error(
        node,
        "\(key): expected \(RunLimits.seedsExpectation), found '\(texts.joined(separator: ", "))'"
      )
    }
    return seeds
  }

  func apply(_ table: [String: Node], to group: inout Suite.Group) throws {
    let budgets = ["steps", "gradients", "seconds"].filter { table[$0] != nil }
    if budgets.count > 1, let node = table[budgets[1]] {
      throw error(
        node, "a run has one budget: \(budgets.joined(separator: " and ")) are given")
    }
    if let node = table["steps"] {
      group.budget = .steps(try count(node, key: "steps", in: RunLimits.steps))
    }
    if let node = table["gradients"] {
      group.budget = .gradients(try count(node, key: "gradients", in: RunLimits.steps))
    }
    if let node = table["seconds"] {
      group.budget = .seconds(try number(node, key: "seconds", in: RunLimits.seconds))
    }
    if let node = table["record"] {
      let text = node.scalar?.string ?? ""
      guard let path = Recording.Path(rawValue: text) else {
        let known = Recording.Path.allCases.map(\.rawValue).joined(separator: " or ")
        throw error(node, "record: expected \(known), found '\(text)'")
      }
      group.recording.path = path
    }
    if let node = table["seeds"] { group.seeds = try seeds(node) }
    if let instances = try instances(table) { group.instances = instances }
    if let node = table["every"] {
      group.recording.every = try count(node, key: "every", in: RunLimits.steps)
    }
    if let node = table["validations"] {
      group.recording.validations = try count(node, key: "validations", in: RunLimits.validations)
    }
    if let node = table["layers"] { group.recording.layers = try flag(node, key: "layers") }
    if let node = table["sharpness"] {
      group.recording.sharpness = try flag(node, key: "sharpness")
    }
    if let node = table["test"] { group.recording.test = try flag(node, key: "test") }
    if let node = table["checkpoints"] {
      group.recording.checkpoints = try count(
        node, key: "checkpoints", in: RunLimits.checkpoints)
    }
    if let node = table["target"] {
      group.target = try number(node, key: "target", in: (0.0..<1.0).bounds)
    }
    if let node = table["tuning"] {
      group.tuning = try tuning(node)
      group.places["tuning"] = "\(file):\(node.mark?.line ?? 0)"
    }
    if let node = table["time-limit"] {
      group.timeLimit = try number(node, key: "time-limit", in: RunLimits.seconds)
    }
    if let node = table["figures"] { group.figures = try texts(node, key: "figures") }
    for key in ["starts", "steps", "every"] {
      if let line = table[key]?.mark?.line { group.places[key] = "\(file):\(line)" }
    }
    if let node = table["starts"] {
      guard let starts = node.sequence, !starts.isEmpty else {
        throw error(node, "starts: expected a list of points such as [[-1.2, 1]]")
      }
      group.starts = try starts.map { start in
        guard let coordinates = start.sequence else {
          throw error(start, "starts: expected points such as [-1.2, 1]")
        }
        return try coordinates.map { try number($0, key: "starts", in: .any) }
      }
    }
  }
}

/// Reads seeds: whole numbers and ranges, separated by commas; nil where the text is none, or names
/// more than `RunLimits.seeds` of them.
public func parseSeeds(_ text: String) -> [UInt64]? {
  var seeds: [UInt64] = []
  for part in text.split(separator: ",", omittingEmptySubsequences: false) {
    let ends = part.split(separator: "-", omittingEmptySubsequences: false)
      .map { UInt64($0.trimmingSpaces) }
    switch (ends.count, ends.first ?? nil, ends.last ?? nil) {
    case (1, let seed?, _): seeds.append(seed)
    case (2, let first?, let last?) where first <= last && last - first < RunLimits.seeds:
      seeds += Array(first...last)
    default: return nil
    }
  }
  // The same seed once more is the same run.
  var known: Set<UInt64> = []
  seeds = seeds.filter { known.insert($0).inserted }
  return seeds.isEmpty || seeds.count > RunLimits.seeds ? nil : seeds
}
