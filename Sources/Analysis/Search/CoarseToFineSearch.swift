// Coarse, then finer.

import OptimizerKit

/// Half of the trials over the whole space, then a quarter in a box around the best of them, of a quarter
/// of the space's width, then the rest in one a quarter as wide around the best so far: the staged
/// search of Stanford's CS231n, "Neural Networks Part 3: hyperparameter optimization". Each stage is a
/// scrambled Sobol sequence. In the last one what has no order stays as in the best trial.
struct CoarseToFineSearch: SearchStrategy {
  func nextRound(
    in space: SearchSpace, trials: Int, seed: UInt64, after earlier: [SearchTrial]
  ) -> SearchRound {
    let ends = [(trials + 1) / 2, (3 * trials + 3) / 4, trials]
    guard let stage = ends.firstIndex(where: { $0 > earlier.count }) else { return SearchRound() }
    let cube = SobolSequence(dimensions: space.dimensions.count, seed: seed &+ UInt64(stage))
      .points(0..<ends[stage] - earlier.count)
    guard stage > 0,
      let best = earlier.filter({ $0.score.isFinite }).min(by: { $0.score < $1.score })
    else { return SearchRound(cube) }
    let width = stage == 1 ? 0.25 : 0.0625
    return SearchRound(
      cube.map { point in
        point.indices.map { d in
          if case .choices = space.dimensions[d].domain {
            return stage == 1 ? point[d] : best.point[d]
          }
          let lower = min(max(best.point[d] - width / 2, 0), 1 - width)
          return lower + width * point[d]
        }
      })
  }
}
