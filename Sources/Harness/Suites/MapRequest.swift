// How a map is asked for.

import OptimizerKit

/// What is asked for by a map.
public struct MapRequest: Sendable, Hashable {
  /// Selections with one or two ranges between them and the start.
  public var optimizer: String
  public var problem: String
  /// `x0=-2..2:400;x1=-1..3:400`: ranges and values of coordinates, the others being those of the
  /// problem's own start; nil for that start.
  public var start: String?
  public var seed: UInt64 = 1
  public var budget = Budget.steps(1000)
  /// Where cells may stop; nil for nowhere but at the end of the budget.
  public var target: Double?

  public init(optimizer: String, problem: String) {
    self.optimizer = optimizer
    self.problem = problem
  }

  /// A map of a group of a suite.
  init(_ map: Suite.Map, on problem: String, in group: Suite.Group) throws(SelectionError) {
    self.init(optimizer: map.optimizer, problem: problem)
    start = map.start
    guard group.seeds.count == 1, let seed = group.seeds.first, group.instances == nil else {
      throw SelectionError("a map has one seed and no instances: '\(map.optimizer)'")
    }
    self.seed = seed
    budget = group.budget
    target = group.target
    guard group.budget.mostSteps != nil else {
      throw SelectionError("a map has a budget in steps or gradients: '\(map.optimizer)'")
    }
  }
}
