// One part of k for cross-validation.

import OptimizerKit

/// Which of k equal parts of the training examples is validated on, while the others are trained on; the
/// validation examples of the data set are left for the judged runs. Written "2/5"; "none" for the split
/// that the data set has.
///
/// Written "test", it is no part: everything that the data set has to train and validate on is trained on,
/// and the test examples are validated on. Comparisons in this lab do not do so, for what is tuned by test
/// examples fits them; published numbers that did are compared with in this way.
///
/// Parts are consecutive, in the order of the files (points and tables are shuffled once), and differ in
/// size by one at most. What the preprocessing learns, it learns from the examples that are trained on.
public struct Fold: HyperparameterValue, Hashable {
  /// From 1 to `count`; 0 for none.
  public let number: Int
  /// k; 0 for none.
  public let count: Int

  /// Whether the test examples are validated on, and all others trained on.
  public let isTest: Bool

  /// The split that the data set has.
  public static let none = Fold(isTest: false)
  /// All but the test examples to train on, these to validate on.
  public static let test = Fold(isTest: true)

  private init(isTest: Bool) { (number, count, self.isTest) = (0, 0, isTest) }

  /// Part `number` of `count`, from 1; nil where there is no such part.
  public init?(_ number: Int, of count: Int) {
    guard (2...Self.most).contains(count), (1...count).contains(number) else { return nil }
    self.number = number
    self.count = count
    isTest = false
  }

  /// The most parts that there may be.
  public static let most = 1000

  public static var expectation: String { "none, a part of 2 to \(most) such as 2/5, or test" }

  public init?(hyperparameter text: String) {
    if text == "none" || text == "test" {
      self.init(isTest: text == "test")
      return
    }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let number = parts[0], let count = parts[1] else { return nil }
    self.init(number, of: count)
  }

  public var hyperparameterText: String {
    if isTest { return "test" }
    return count == 0 ? "none" : "\(number)/\(count)"
  }
  public var hyperparameterNumber: Double? { nil }

  /// The places of this part among `total` examples.
  func range(of total: Int) -> Range<Int> {
    guard count > 0 else { return 0..<0 }
    return (number - 1) * total / count..<number * total / count
  }
}
