// A hyperparameter that is a list of numbers: "30x60x80".

/// Numbers from 0 on, written `30x60x80`; `none` for no number.
///
///     @Hyperparameter("the steps at which it drops") public var milestones: NumberList<Int> = []
public struct NumberList<Element: HyperparameterValue & Comparable & Numeric>: HyperparameterValue,
  ExpressibleByArrayLiteral
{
  /// The numbers in the order in which they are written, each finite and not negative.
  public let values: [Element]

  public init(arrayLiteral values: Element...) { self.values = values }

  /// A list of `values`.
  public init(_ values: [Element]) { self.values = values }

  public static var expectation: String {
    Element.self == Int.self
      ? "whole numbers from 0 joined by x, such as 30x60x80, or none"
      : "numbers from 0 joined by x, such as 0.5x0.1, or none"
  }

  public init?(hyperparameter text: String) {
    if text == "none" {
      values = []
      return
    }
    var values: [Element] = []
    for part in text.split(separator: "x", omittingEmptySubsequences: false) {
      guard let value = Element(hyperparameter: String(part)), value >= 0,
        value.hyperparameterNumber?.isFinite == true
      else { return nil }
      values.append(value)
    }
    self.values = values
  }

  public var hyperparameterText: String {
    values.isEmpty ? "none" : values.map(\.hyperparameterText).joined(separator: "x")
  }
  public var hyperparameterNumber: Double? { nil }
}
