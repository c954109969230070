// Which known optimizer another one equals, or comes near to, and where the two part.

import OptimizerKit

/// The relation of an optimizer to a known one.
public struct Dialect: Sendable {
  /// The known one: "adam", "rmsprop@optax".
  public let name: String
  /// What its learning rate is multiplied by to be nearest; 1 where the rates mean the same.
  public let rateFactor: Double
  /// The first step after which the paths differ by more than rounding; nil where they never do.
  public let parts: Int?
  /// The largest distance between the paths as a share of the way made.
  public let share: Double

  /// How many steps are compared.
  public static var steps: Int { Terrain.steps }

  /// One of the optimizers that others are compared with.
  public struct Known {
    public let name: String
    public let optimizer: any Optimizer
    public init(_ name: String, _ optimizer: any Optimizer) {
      self.name = name
      self.optimizer = optimizer
    }
  }

  /// The nearest of the known optimizers, nearest first.
  ///
  /// Hyperparameters that both have are given the candidate's values, so that what is compared is the
  /// rule; known ones that thereby become the same are taken for one. Where the first steps are parallel,
  /// but of different lengths, the learning rate is adapted: many rules differ by a constant alone. Who is
  /// far after a few steps is not followed to the end.
  ///
  /// - Parameter trying: is told before each comparison with which it is.
  public static func nearest(
    to candidate: any Optimizer, among known: [Known], trying: (String) -> Void = { _ in }
  ) -> [Dialect] {
    let terrain = Terrain(.allShapes)
    let lr = terrain.learningRate(of: candidate)
    let path = terrain.path(of: candidate, lr: lr)
    var seen: [(name: Substring, settings: [String])] = []
    var found: [(rank: Double, known: Known)] = []
    for one in known {
      let other = matched(one.optimizer, to: candidate)
      let plain = one.name.prefix { $0 != "@" }
      let settings = other.levels.flatMap {
        $0.hyperparameters.map { "\($0.name)=\($0.value)" }
      }
      if seen.contains(where: { $0 == (plain, settings) }) { continue }
      seen.append((plain, settings))
      trying(one.name)
      let matched = Known(one.name, other)
      let first = relation(matched, Array(path.prefix(20)), terrain, lr)
      found.append((first.share, matched))
    }
    return found.sorted { ($0.rank, $0.known.name) < ($1.rank, $1.known.name) }.prefix(16).map {
      trying($0.known.name)
      return relation($0.known, path, terrain, lr)
    }.sorted {
      ($0.share, $0.rateFactor == 1 ? 0 : 1, $0.name)
        < ($1.share, $1.rateFactor == 1 ? 0 : 1, $1.name)
    }
  }

  /// How a known optimizer walks, as far as the path of the candidate goes.
  private static func relation(
    _ known: Known, _ path: [[Double]], _ terrain: Terrain, _ lr: Double
  ) -> Dialect {
    let theirs = terrain.path(of: known.optimizer, lr: lr, steps: path.count)
    let same = PathGap(path, theirs, from: terrain.start)
    let nearest = Dialect(name: known.name, rateFactor: 1, parts: same.parts, share: same.share)
    guard same.parts == 1, let factor = rateFactor(path, theirs, from: terrain.start) else {
      return nearest
    }
    let adapted = terrain.path(of: known.optimizer, lr: factor * lr, steps: path.count)
    let gap = PathGap(path, adapted, from: terrain.start)
    guard gap.share < nearest.share else { return nearest }
    return Dialect(name: known.name, rateFactor: factor, parts: gap.parts, share: gap.share)
  }

  /// The known optimizer with the candidate's values where both have a hyperparameter of the same name.
  private static func matched(_ known: any Optimizer, to candidate: any Optimizer) -> any Optimizer
  {
    var copy: any Plugin = known
    for parameter in candidate.hyperparameters where parameter.name != "lr" {
      let before = copy
      do {
        try copy.set(parameter.name, to: parameter.value)
        try copy.validate()
      } catch { copy = before }
    }
    copy.resolve()
    return copy as? any Optimizer ?? known
  }

  /// The ratio of the lengths of the first steps, where these are parallel and not equally long.
  private static func rateFactor(_ a: [[Double]], _ b: [[Double]], from start: [Double]) -> Double?
  {
    guard let a = a.first, let b = b.first else { return nil }
    let first = zip(a, start).map { $0 - $1 }
    let second = zip(b, start).map { $0 - $1 }
    func product(_ u: [Double], _ v: [Double]) -> Double {
      zip(u, v).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let (aa, ab, bb) = (product(first, first), product(first, second), product(second, second))
    guard aa > 0, bb > 0, ab > (1 - 1e-12) * (aa * bb).squareRoot() else { return nil }
    let factor = (aa / bb).squareRoot()
    // Decimal numbers are what constants are made of.
    let places = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6].first {
      ((factor * $0).rounded() / $0 - factor).magnitude < 1e-11 * factor
    }
    return places.map { (factor * $0).rounded() / $0 } ?? factor
  }
}
