// A data set in its parts, as read and as prepared.

import OptimizerKit

/// What is known of a data set before a network sees it.
public struct DataSummary: Sendable, Hashable {
  /// The shape of one example: channels × height × width, or the number of features.
  public var shape: Shape
  /// The number of classes.
  public var classes: Int
  /// Examples to train on.
  public var trainingCount: Int
  /// Examples to validate on meanwhile.
  public var validationCount: Int
  /// Examples to test on; no training or tuning sees them.
  public var testCount: Int
}

/// What a model is trained on, and what it is judged by meanwhile.
public struct DataSet: Sendable {
  public var training: any Examples
  public var validation: any Examples
  /// What was done to both, with its statistics, which are those of the training part.
  public let preprocessor: Preprocessor
}

/// A data set as it was read.
struct RawDataSet: Sendable {
  var training: any RawExamples
  var validation: any RawExamples
  /// nil where the test part has files of its own, which are read when they are asked for.
  var test: (any RawExamples)?
  /// What errors call the classes.
  var classNames: [String]

  init(
    training: any RawExamples, validation: any RawExamples, test: (any RawExamples)?,
    classNames: [String]? = nil
  ) {
    self.training = training
    self.validation = validation
    self.test = test
    self.classNames = classNames ?? (0..<training.classes).map(String.init)
  }

  /// Shuffles examples, always in the same way, and takes a tenth to validate on and a tenth to test
  /// on.
  init(shuffled all: FloatExamples, classNames: [String]) {
    let all = all.shuffled()
    let (training, tenth) = Self.shares(of: all.count)
    self.init(
      training: all.part(0..<training), validation: all.part(training..<training + tenth),
      test: all.part(training + tenth..<all.count), classNames: classNames)
  }

  /// How many of `count` examples are trained on, and how many each are validated and tested on.
  static func shares(of count: Int) -> (training: Int, tenth: Int) {
    (count - 2 * (count / 10), count / 10)
  }

  var summary: DataSummary {
    DataSummary(
      shape: training.shape, classes: training.classes, trainingCount: training.count,
      validationCount: validation.count, testCount: test?.count ?? 0)
  }

  /// Refuses a class that no training example is of.
  func checkClasses(_ dataSet: String) throws(DataError) {
    if let empty = training.classCounts().firstIndex(of: 0) {
      throw .emptyClass(dataSet: dataSet, name: classNames[empty], classes: training.classes)
    }
  }

  /// The data set with a part of its training examples to validate on.
  ///
  /// - Throws: `DataError` where that leaves a class without an example.
  func validated(on fold: Fold, _ dataSet: String) throws(DataError) -> RawDataSet {
    guard fold != .none else { return self }
    let range = fold.range(of: training.count)
    var folded = self
    folded.validation = training.part(range)
    folded.training = training.without(range)
    try folded.checkClasses(dataSet)
    return folded
  }

  /// The data set with all that is not `test` to train on, and that to validate on.
  func validated(onTest test: any RawExamples) -> RawDataSet {
    var whole = self
    whole.training = training.followed(byAny: validation) ?? training
    whole.validation = test
    return whole
  }

  /// The parts as a network sees them.
  func prepared(_ preprocessing: Preprocessing) throws(DataError) -> DataSet {
    let preprocessor = try Preprocessor(preprocessing, fittedTo: training)
    return DataSet(
      training: preprocessor.apply(to: training), validation: preprocessor.apply(to: validation),
      preprocessor: preprocessor)
  }
}
