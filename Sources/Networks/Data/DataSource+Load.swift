// Data sets are read once in a process, and shared.

import Synchronization

extension DataSource {
  /// Training and validation examples; read once in a process, and shared. No class is without a
  /// training example.
  ///
  /// - Parameters:
  ///   - preprocessing: what is done to both, with the statistics of the training examples.
  ///   - fold: what is validated on in place of the data set's own part.
  ///   - root: the folder in which data sets lie.
  /// - Throws: `DataError`.
  public func load(
    _ preprocessing: Preprocessing = .normalize, fold: Fold = .none, from root: String = root
  ) throws(DataError) -> DataSet {
    try Self.prepared.value("\(key(preprocessing, root)) \(fold.hyperparameterText)") {
      () throws(DataError) in
      let raw = try raw(in: root)
      let parts =
        fold.isTest
        ? raw.validated(onTest: try readTest(from: root)) : try raw.validated(on: fold, name)
      return try parts.prepared(preprocessing)
    }
  }

  /// The test examples, prepared with the statistics of the training examples; read once in a
  /// process, and shared.
  ///
  /// - Throws: `DataError`.
  public func loadTest(
    _ preprocessing: Preprocessing = .normalize, fold: Fold = .none, from root: String = root
  ) throws(DataError) -> any Examples {
    try Self.test.value("\(key(preprocessing, root)) \(fold.hyperparameterText)") {
      () throws(DataError) in
      let preprocessor = try load(preprocessing, fold: fold, from: root).preprocessor
      return preprocessor.apply(to: try readTest(from: root))
    }
  }

  /// The data set as it was read, with an example of every class.
  func raw(in root: String) throws(DataError) -> RawDataSet {
    try Self.read.value("\(root)/\(hyperparameterText)") { () throws(DataError) in
      let data = try read(from: root)
      try data.checkClasses(name)
      return data
    }
  }

  private func key(_ preprocessing: Preprocessing, _ root: String) -> String {
    "\(root)/\(hyperparameterText) \(preprocessing.rawValue)"
  }

  private static let read = Once<RawDataSet>()
  private static let prepared = Once<DataSet>()
  private static let test = Once<any Examples>()
}

/// Values that are made once in a process, by key. Failures are not kept.
private final class Once<Value: Sendable>: Sendable {
  private let values = Mutex<[String: Value]>([:])

  func value(_ key: String, _ make: () throws(DataError) -> Value) throws(DataError) -> Value {
    let result: Result<Value, DataError> = values.withLock { values in
      if let known = values[key] { return .success(known) }
      do throws(DataError) {
        let value = try make()
        values[key] = value
        return .success(value)
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }
}
