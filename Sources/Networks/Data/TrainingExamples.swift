// What a network is trained on: the hyperparameters that all network problems share.

import OptimizerKit

/// The data of a network problem, and how they are dealt out. One property of the problem,
///
///     public var examples = TrainingExamples(.spirals, batch: 50)
///
/// gives it seven hyperparameters: `batch`, `trainSize`, `data`, `preprocessing`, `augmentation`, `views`,
/// `fold`.
public struct TrainingExamples: HyperparameterGroup {
  @Hyperparameter("examples in a minibatch", in: 1.0...1e9, scale: .log) public var batch = 128
  @Hyperparameter("training examples used, counted from the first; 0 for all", in: 0.0...1e9)
  public var trainSize = 0
  @Hyperparameter("the data set") public var data = DataSource.fashionMNIST
  @Hyperparameter("what is done to the features") public var preprocessing = Preprocessing.normalize
  @Hyperparameter("random changes to training images") public var augmentation = Augmentations.none
  @Hyperparameter("what of each image predictions are averaged over when they are judged")
  public var views = Views.none
  @Hyperparameter("what is validated on: a part of the training examples, or those to test on")
  public var fold = Fold.none

  /// Examples of `data` in minibatches of `batch`.
  public init(
    _ data: DataSource = .fashionMNIST, batch: Int = 128,
    preprocessing: Preprocessing = .normalize, augmentation: Augmentations = .none
  ) {
    self.batch = batch
    self.data = data
    self.preprocessing = preprocessing
    self.augmentation = augmentation
  }

  /// The shape of one example, as a network sees it.
  public var shape: Shape { preprocessing.shape(of: data.shape) }

  /// Checks that data, preparation, changes and minibatch fit together.
  ///
  /// - Parameter plugin: the name of the problem, for the error.
  func validate(for plugin: String) throws(HyperparameterError) {
    let summary: DataSummary
    do throws(DataError) {
      summary = try data.summary()
      if preprocessing.isProjection { try PrincipalComponents.check(summary.shape.count) }
      try augmentation.check(summary.shape, preprocessing: preprocessing)
      try views.check(summary.shape, preprocessing: preprocessing)
    } catch {
      throw .inconsistent(plugin: plugin, reason: error.description)
    }
    guard fold.count <= summary.trainingCount else {
      throw .inconsistent(
        plugin: plugin,
        reason: "\(data.name) has \(summary.trainingCount) training examples, too few for "
          + "\(fold.count) parts")
    }
    let all = available(of: summary)
    guard trainSize >= 0, trainSize <= all else {
      throw .inconsistent(
        plugin: plugin,
        reason: "trainSize = \(trainSize) is not a part of the \(all) training "
          + "examples of \(data.name); expected 1 to \(all), or 0 for all")
    }
    let trainingCount = trainSize == 0 ? all : trainSize
    guard batch >= 1, batch <= trainingCount else {
      throw .inconsistent(
        plugin: plugin,
        reason: "batch = \(batch) is larger than the \(trainingCount) training examples; "
          + "expected 1 to \(trainingCount)")
    }
  }

  /// How many examples there are to train on.
  private func available(of summary: DataSummary) -> Int {
    fold.isTest
      ? summary.trainingCount + summary.validationCount
      : summary.trainingCount - fold.range(of: summary.trainingCount).count
  }

  /// How many minibatches go through the training examples once; nil where the data are not known.
  var stepsPerPass: Int? {
    guard let summary = try? data.summary(), batch > 0 else { return nil }
    return (trainSize == 0 ? available(of: summary) : trainSize) / batch
  }

  /// The examples to train on, prepared and changed at random, and those to validate on, prepared.
  ///
  /// - Throws: `DataError`.
  func load() throws(DataError) -> (training: any Examples, validation: any Examples) {
    let data = try data.load(preprocessing, fold: fold)
    let augmented = try augmentation.applied(to: data.training)
    return (trainSize == 0 ? augmented : augmented.prefix(trainSize), data.validation)
  }
}
