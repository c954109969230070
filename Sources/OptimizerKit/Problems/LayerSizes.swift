// A hyperparameter that is a list of layer widths: "128x64".

/// The widths of a network's hidden layers, written `128x64`; `none` for no hidden layer.
///
///     @Hyperparameter("widths of the hidden layers") public var hidden: LayerSizes = [128, 64]
public struct LayerSizes: HyperparameterValue, Hashable, ExpressibleByArrayLiteral {
  /// The widths from input to output, each from 1 to 65,536.
  public let widths: [Int]

  public init(arrayLiteral widths: Int...) { self.widths = widths }

  /// The layers of `widths`.
  public init(_ widths: [Int]) { self.widths = widths }

  public static var expectation: String {
    "widths from 1 to 65536 joined by x, such as 128x64, or none"
  }

  public init?(hyperparameter text: String) {
    if text == "none" {
      widths = []
      return
    }
    var widths: [Int] = []
    for part in text.split(separator: "x", omittingEmptySubsequences: false) {
      guard let width = Int(part), (1...65536).contains(width) else { return nil }
      widths.append(width)
    }
    self.widths = widths
  }

  public var hyperparameterText: String {
    widths.isEmpty ? "none" : widths.map(String.init).joined(separator: "x")
  }
  public var hyperparameterNumber: Double? { nil }
}
