// How the trials of a search are chosen.

import OptimizerKit

/// A trial that was made.
public struct SearchTrial: Sendable, Equatable {
  /// Where in the unit cube.
  public let point: [Double]
  /// Less is better; NaN or +∞ for a trial that failed.
  public let score: Double
  /// Of the whole budget.
  public let budgetShare: Double

  public init(point: [Double], score: Double, budgetShare: Double = 1) {
    self.point = point
    self.score = score.isNaN ? .infinity : score
    self.budgetShare = budgetShare
  }
}

/// Trials that are made at the same time.
public struct SearchRound: Sendable, Equatable {
  /// Points of the unit cube; none where the search has ended.
  public let points: [[Double]]
  /// What each may spend of the whole budget.
  public let budgetShare: Double

  init(_ points: [[Double]] = [], budgetShare: Double = 1) {
    self.points = points
    self.budgetShare = budgetShare
  }
}

/// A way to choose trials.
///
/// What a conformer must uphold: a round depends on the space, the number of trials, the seed and the
/// earlier trials alone; as many trials are made as were asked for, or, with parts of the budget, such as
/// cost no more.
public protocol SearchStrategy: Sendable {
  /// The trials that come next.
  ///
  /// - Parameters:
  ///   - trials: how many are made in all.
  ///   - earlier: all trials so far, in the order in which they were given out.
  func nextRound(in space: SearchSpace, trials: Int, seed: UInt64, after earlier: [SearchTrial])
    -> SearchRound
  /// How many trials are given out where so many are asked for.
  func count(of trials: Int) -> Int
}

extension SearchStrategy {
  public func count(of trials: Int) -> Int { trials }
}

extension Tuning.Method {
  /// The strategy of this name.
  public var strategy: any SearchStrategy {
    switch self {
    case .sobol: SobolSearch()
    case .halton: HaltonSearch()
    case .random: RandomSearchStrategy()
    case .grid: GridSearch()
    case .coarseToFine: CoarseToFineSearch()
    case .parzen: ParzenSearch()
    case .halving: SuccessiveHalving()
    }
  }
}

/// Independent draws from the whole space (Bergstra and Bengio 2012, JMLR 13).
struct RandomSearchStrategy: SearchStrategy {
  func nextRound(
    in space: SearchSpace, trials: Int, seed: UInt64, after earlier: [SearchTrial]
  ) -> SearchRound {
    guard earlier.isEmpty else { return SearchRound() }
    var random = RandomSource(seed: seed, purpose: .search)
    return SearchRound(
      (0..<trials).map { _ in space.dimensions.map { _ in random.uniform() } })
  }
}
