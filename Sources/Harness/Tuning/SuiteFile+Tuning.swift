// The tuning of a group in a suite file.

import OptimizerKit
import Yams

extension SuiteReader {
  /// `tuning: 64`, or a table with the number of trials and what is to be otherwise than usual; nil for `none`.
  func tuning(_ node: Node) throws -> Tuning? {
    if node.scalar?.string == "none" { return nil }
    let trials = 1...RunLimits.trials
    guard node.mapping != nil else {
      return Tuning(trials: try count(node, key: "tuning", in: trials))
    }
    let keys = [
      "trials", "method", "hyperparameters", "seeds", "instances", "random-starts", "loss-limit",
      "drop-hopeless",
      "widenings", "folds", "defaults", "search-seed",
    ]
    let table = try table(node, what: "tuning", keys: keys)
    guard let trialsNode = table["trials"] else {
      throw error(node, "tuning: the key 'trials' is missing: how many for each optimizer")
    }
    var tuning = Tuning(trials: try count(trialsNode, key: "trials", in: trials))
    if let node = table["method"] {
      let name = node.scalar?.string ?? ""
      guard let method = Tuning.Method(rawValue: name) else {
        let known = Tuning.Method.allCases.map(\.rawValue)
        throw error(node, "\(UnknownPlugin(kind: "tuning method", name: name, known: known))")
      }
      tuning.method = method
    }
    if let node = table["hyperparameters"] {
      tuning.hyperparameters = try texts(node, key: "hyperparameters")
    }
    if let node = table["seeds"] { tuning.seeds = try seeds(node) }
    tuning.instances = try instances(table)
    if let node = table["loss-limit"] {
      tuning.lossLimit =
        node.scalar?.string == "none"
        ? nil : try number(node, key: "loss-limit", in: RunLimits.lossLimit)
    }
    if let node = table["drop-hopeless"] {
      tuning.dropsHopeless = try flag(node, key: "drop-hopeless")
    }
    if let node = table["widenings"] {
      tuning.widenings = try count(node, key: "widenings", in: RunLimits.widenings)
    }
    if let node = table["folds"] {
      tuning.folds = try count(node, key: "folds", in: RunLimits.folds)
    }
    if let node = table["defaults"] { tuning.judgesDefaults = try flag(node, key: "defaults") }
    if let node = table["search-seed"] {
      tuning.searchSeed = UInt64(try count(node, key: "search-seed", in: 0...Int.max))
    }
    return tuning
  }

  /// Instances under either of their two keys; nil where neither is there.
  func instances(_ table: [String: Node]) throws -> [Instance]? {
    if let node = table["random-starts"], table["instances"] != nil {
      throw error(node, "random-starts and instances are two ways to say one thing")
    }
    for (key, isMoved) in [("instances", true), ("random-starts", false)] {
      if let node = table[key] {
        return try seeds(node, key: key).map { Instance($0, isMoved: isMoved) }
      }
    }
    return nil
  }
}
