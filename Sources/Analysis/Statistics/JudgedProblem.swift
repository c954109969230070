// What of a problem its runs are judged by.

import OptimizerKit

/// A problem as a criterion sees it: asked once, for runs by the hundred thousand.
public struct JudgedProblem: Sendable {
  public let problem: any Problem
  /// f*; nil where it is not known, and in training.
  public let minimumLoss: Double?
  public let isTraining: Bool
  /// How many coordinates a surface has, of which a Hessian has as many products; 0 in training.
  public let dimension: Int
  /// The number of parameters, where that is known.
  public let parameters: Int
  /// How many steps make a pass over the training examples.
  public let stepsPerPass: Int?
  /// What training is to reach.
  public let target: TrainingTarget?

  public init(_ problem: any Problem) {
    let surface = problem as? any Surface
    let training = problem as? any TrainingProblem
    self.problem = problem
    minimumLoss = surface?.minimumLoss
    isTraining = training != nil
    dimension = surface?.dimension ?? 0
    parameters = problem.parameterLayout?.count ?? 0
    stepsPerPass = training?.stepsPerPass
    target = training?.target
  }
}
