// Runs of an experiment judged as trials are scored.

import OptimizerKit

extension ExperimentRuns {
  /// The natural logarithm of what each run of a group is judged by, the less the better: by the criterion
  /// by which settings are chosen, so that tuned runs are judged by what they were tuned for
  /// (`Criterion.standard`); infinite for a run that failed.
  public func logScores(_ group: String, least: Int = 5) throws(Undecided) -> [Double] {
    let first = try ended(group, least: least)[0]
    let problem = JudgedProblem(try problem(of: first))
    let isLogarithm = Criterion.standard.isLogarithm(on: problem)
    return try values(group, "score", least: least) { run in
      let score = Criterion.standard.score(of: run.outcome, budget: run.spec.budget, on: problem)
      return isLogarithm ? score * Double.log(10) : Double.log(score)
    }
  }

  /// The geometric mean of paired ratios from the logarithms of their parts, with its interval.
  ///
  /// Without an interval where a run failed, which is infinitely behind.
  ///
  /// - Throws: `Undecided` where there are not as many of the one as of the other, or both of a pair failed.
  public func ratio(_ logarithms: [Double], to others: [Double]) throws(Undecided) -> Estimate {
    guard logarithms.count == others.count,
      let mean = Estimate.mean(of: zip(logarithms, others).map { $0 - $1 })
    else {
      throw Undecided("there are \(logarithms.count) runs to compare with \(others.count)")
    }
    guard !mean.value.isNaN else {
      throw Undecided("a run that is to be compared has failed")
    }
    return Estimate(
      Double.exp(mean.value),
      mean.interval.map { Double.exp($0.lowerBound)...Double.exp($0.upperBound) })
  }
}
