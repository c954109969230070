// The loss of a training problem, and what its layers compute, anywhere among its parameters.

/// Evaluates the loss of a training problem at parameters of one's choice, and what its layers compute
/// there, to be drawn.
///
/// Not for use by several threads at once.
public struct LossProbe {
  /// Of how many minibatches the training loss is the mean.
  public static let minibatches = 8
  /// The number of parameters.
  public let count: Int
  /// The mean loss of the first `minibatches` minibatches of the run, as they are trained on: with
  /// what dropout leaves out of them, and with the regulariser's term.
  public let trainingLoss: ([Float]) -> Double
  /// The loss of at most so many validation examples, the first ones, or of all for nil; nil where it
  /// depends on more than parameters, as with batch normalisation on its running averages.
  public let validationLoss: (([Float], _ most: Int?) -> Double)?
  /// The parameters before the first step.
  public let start: () -> [Float]
  /// What each layer computes for the first minibatch of the run, and the gradients that reach it; none
  /// where the problem does not say.
  public let layers: ([Float]) -> [LayerValues]

  public init(
    count: Int, trainingLoss: @escaping ([Float]) -> Double,
    validationLoss: (([Float], Int?) -> Double)?, start: @escaping () -> [Float],
    layers: @escaping ([Float]) -> [LayerValues] = { _ in [] }
  ) {
    self.count = count
    self.trainingLoss = trainingLoss
    self.validationLoss = validationLoss
    self.start = start
    self.layers = layers
  }

  /// The loss that a session evaluates.
  public init(_ session: any TrainingSession) {
    self.init(
      count: session.layout.count,
      trainingLoss: { parameters in
        let x = Vector(parameters)
        return (1...Self.minibatches).map { session.loss(at: x, step: $0) }.reduce(0, +)
          / Double(Self.minibatches)
      },
      validationLoss: session.isValidatedByParametersAlone
        ? { session.validate(Vector($0), most: $1 ?? .max).loss } : nil,
      start: { session.initialParameters().array },
      layers: { session.layerValues(at: Vector($0), step: 1) })
  }

  /// The loss of a problem as its runs with a seed see it; throws where data are missing.
  public init(_ problem: any TrainingProblem, seed: UInt64) throws {
    self.init(try problem.makeSession(seed: seed))
  }
}
